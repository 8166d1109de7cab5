#include "storage/audit/audit_notes.h"

#include "storage/audit/notes.h"

namespace dg {

bool NoteAudit::step(std::size_t rows, std::vector<TableFault>& found) {
  const Note& note = notes()[at_];
  // The part ends behind its last row, so that rows of one owner are looked at together.
  Statement end = connection_.prepare("SELECT max(at) FROM (SELECT " + note.window +
                                      " AS at FROM " + note.table + " WHERE " + note.window +
                                      " > ?1 ORDER BY " + note.window + " LIMIT ?2)");
  end.bind(1, after_);
  end.bind(2, static_cast<std::int64_t>(rows));
  if (end.step() && !end.is_null(0)) {
    const std::int64_t last = end.integer(0);
    Statement faults = connection_.prepare("SELECT " + note.row + ", " + note.stored + " FROM " +
                                           note.table + " WHERE " + note.window + " > ?1 AND " +
                                           note.window + " <= ?2 AND (" + note.condition + ")");
    faults.bind(1, after_);
    faults.bind(2, last);
    while (faults.step()) {
      TableFault& fault = found.emplace_back();
      fault.table = note.table;
      fault.row = faults.text(0);
      fault.stored = faults.text(1).substr(1);
      fault.expected = note.expected;
    }
    after_ = last;
    return true;
  }
  after_ = std::numeric_limits<std::int64_t>::min();
  if (++at_ < notes().size()) return true;
  at_ = 0;
  return false;
}

}  // namespace dg
