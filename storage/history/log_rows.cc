#include "storage/history/log_rows.h"

#include <charconv>
#include <string>
#include <utility>

#include "events/names.h"
#include "storage/load.h"
#include "storage/transaction.h"

namespace dg {

History::Transaction transaction_of(const Statement& row) {
  const auto count = [&](int column) { return static_cast<std::uint32_t>(row.integer(column)); };
  History::Transaction read;
  read.sequence = static_cast<Sequence>(row.integer(0));
  read.id = row.text(1);
  read.cause = row.text(2);
  read.started_ms = row.integer(3);
  read.committed_ms = row.integer(4);
  read.files = count(5);
  read.atoms_created = count(6);
  read.atoms_updated = count(7);
  read.atoms_deleted = count(8);
  read.relations_gained = count(9);
  read.relations_lost = count(10);
  read.first_event = row.integer(11);
  read.events = count(12);
  read.graph_digest = static_cast<std::uint64_t>(row.integer(13));
  read.git_head = row.text(14);
  read.replica = row.text(15);
  return read;
}

LoggedEvent logged_event_of(const Statement& row) {
  LoggedEvent logged;
  EventHeader& header = logged.header;
  header.sequence = static_cast<Sequence>(row.integer(0));
  header.atom = static_cast<AtomId>(row.integer(1));
  header.version_before = static_cast<std::uint32_t>(row.integer(3));
  header.version_after = static_cast<std::uint32_t>(row.integer(4));
  const std::optional<Operation> operation = operation_named(row.text(2));
  const std::optional<FieldSet> changed = fields_from_json(row.text(5));
  if (!operation || !changed) return logged;
  header.operation = *operation;
  header.changed = *changed;
  logged.event = decode_event(header, row.text(6));
  return logged;
}

Event event_of(const Statement& row) {
  LoggedEvent logged = logged_event_of(row);
  if (!logged.event) {
    throw Damage{"the event of atom " + std::to_string(raw(logged.header.atom)) + " in commit " +
                 std::to_string(raw(logged.header.sequence))};
  }
  return *std::move(logged.event);
}

std::vector<LogLoss> logged_losses(const Connection& connection) {
  Statement rows = connection.prepare(
      "SELECT substr(key, length(?1) + 1), value FROM system_metadata "
      "WHERE key >= ?1 AND key < ?1 || char(0x10ffff)");
  rows.bind_text(1, kLossKey);
  std::vector<LogLoss> losses;
  while (rows.step()) {
    const std::string_view digits = rows.text(0);
    std::uint64_t sequence = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
    losses.push_back({Sequence{sequence}, std::string(rows.text(1))});
  }
  return losses;
}

}  // namespace dg
