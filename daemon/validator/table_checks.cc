// Graph and tables: SQLite's own checks, the digests, and every row.

#include <algorithm>
#include <string>

#include "daemon/validator/validator.h"
#include "events/digest.h"
#include "parser/hexadecimal.h"

namespace dg {
namespace {

Finding database_finding(const Error& error) {
  return {Stage::database, "", "", error.thing, "SQLite", error.reason, "expected", "readable"};
}

class IntegrityCheck final : public Check {
 public:
  IntegrityCheck(Audit& audit, Evidence& evidence, Pace& pace)
      : audit_(audit), evidence_(evidence), pace_(pace) {}

  bool step() override {
    const Result<std::vector<std::string>> findings =
        audit_.integrity([this] { return pace_.mark_where_full(Stage::database); });
    if (!findings && findings.error().kind == ErrorKind::cancelled) return true;
    if (!findings) {
      evidence_.unreadable = true;
      evidence_.add(database_finding(findings.error()));
      return false;
    }
    for (const std::string& finding : *findings) {
      evidence_.unreadable = true;
      evidence_.add(
          {Stage::database, "", "", "database file", "SQLite", finding, "expected", "ok"});
    }
    return false;
  }

 private:
  Audit& audit_;
  Evidence& evidence_;
  Pace& pace_;
};

class MemoryCheck final : public Check {
 public:
  MemoryCheck(std::uint64_t stored, Evidence& evidence, Pace& pace)
      : stored_(stored), evidence_(evidence), pace_(pace) {}

  bool step() override {
    if (in_steps(pace_, next_, evidence_.files.size(),
                 [&](std::size_t i) { sum_ += file_digest(*evidence_.files[i]); })) {
      return true;
    }
    // What lacks its content hash has another digest; the tables are told to differ.
    if (std::any_of(evidence_.files.begin(), evidence_.files.end(),
                    [](const FileVersionPtr& file) { return known_by_log_alone(*file); }))
      return false;
    const Snapshot& snapshot = *evidence_.snapshot;
    if (sum_ != snapshot.digest()) report("sum over files", sum_, "kept", snapshot.digest());
    const bool used = raw(snapshot.sequence()) != 0;
    if (used && snapshot.digest() != stored_)
      report("graph", snapshot.digest(), "last commit", stored_);
    return false;
  }

 private:
  void report(const char* a, std::uint64_t here, const char* b, std::uint64_t there) {
    evidence_.memory_differs = true;
    evidence_.add({Stage::memory, "", "", "digest", a, hexadecimal(here), b, hexadecimal(there)});
  }

  std::uint64_t stored_, sum_ = 0;
  Evidence& evidence_;
  Pace& pace_;
  std::size_t next_ = 0;
};

class TableCheck final : public Check {
 public:
  TableCheck(Audit& audit, bool all, Evidence& evidence, Pace& pace)
      : audit_(audit), all_(all), evidence_(evidence), pace_(pace) {}

  bool step() override {
    if (beside_) return beside();
    if (next_ == evidence_.files.size()) return strays() || (!evidence_.unreadable && configs());
    while (!evidence_.unreadable && next_ < evidence_.files.size() && !pace_.is_full()) compare();
    return !evidence_.unreadable;
  }

 private:
  static constexpr std::size_t kAtomsAtOnce = 32;

  /// The rows of the next few atoms.
  void compare() {
    const FileVersionPtr& file = evidence_.files[next_];
    if (known_by_log_alone(*file)) return tell_of_log(*file);
    take(audit_.compare(file, next_atom_, kAtomsAtOnce));
    pace_.count(std::min(kAtomsAtOnce, file->atoms.size() - next_atom_) + 1);
    next_atom_ += kAtomsAtOnce;
    if (next_atom_ < file->atoms.size()) return;
    next_atom_ = 0;
    ++next_;
    ++pace_.work().files;
    pace_.work().atoms += file->atoms.size();
  }

  /// What its rows hold is compared when they are written anew.
  void tell_of_log(const FileVersion& file) {
    evidence_.row_files.insert(file.id);
    evidence_.distrusted.insert(file.path);
    evidence_.add({Stage::tables, file.path, "", "file", "tables", "missing, or not as committed",
                   "log", std::to_string(file.atoms.size()) + " atoms"});
    pace_.count();
    ++next_;
  }

  bool strays() {
    std::vector<TableFault> found;
    const Result<bool> more = audit_.strays(evidence_.files, Pace::kMostUnits, found);
    pace_.count(Pace::kMostUnits);
    if (!more) fail(more.error());
    take_strays(found);
    return more && *more;
  }

  /// Small enough to be compared as a whole. \returns whether there is more to look at.
  bool configs() {
    const Result<std::vector<ConfigFile>> stored = audit_.configs();
    if (!stored) return fail(stored.error()), false;
    const std::vector<ConfigFile> known = evidence_.snapshot->configs();
    const auto same = [](const ConfigFile& a, const ConfigFile& b) {
      return a.path == b.path && a.content == b.content;
    };
    pace_.count(known.size());
    const auto [a, b] =
        std::mismatch(stored->begin(), stored->end(), known.begin(), known.end(), same);
    if (a != stored->end() || b != known.end()) {
      evidence_.configs = true;
      const std::string& path = a != stored->end() ? a->path : b->path;
      evidence_.add({Stage::tables, path, "", "config_files", "tables",
                     a == stored->end() ? "none" : "another content", "graph",
                     b == known.end() ? "none" : "its content"});
    }
    return beside_ = all_;
  }

  /// Values that no digest holds and no state follows from.
  bool beside() {
    std::vector<TableFault> found;
    const Result<bool> more = audit_.notes(Pace::kMostUnits, found);
    pace_.count(Pace::kMostUnits);
    if (!more) fail(more.error());
    for (const TableFault& fault : found) {
      evidence_.notes = true;
      evidence_.add({Stage::tables, "", "", fault.table + " " + fault.row, "tables", fault.stored,
                     "log", fault.expected});
    }
    return more && *more;
  }

  void take(const Result<std::vector<TableFault>>& faults) {
    if (!faults) return fail(faults.error());
    for (const TableFault& fault : *faults) {
      report(fault, "graph");
      if (fault.table == "files") {
        evidence_.row_files.insert(fault.file);
      } else if (fault.table == "atoms" || fault.table == "atom_relations" ||
                 fault.table == "unresolved_references") {
        evidence_.row_atoms.insert(fault.atom);
      } else {
        evidence_.derived.insert(fault.file);
      }
    }
  }
  void take_strays(const std::vector<TableFault>& faults) {
    for (const TableFault& fault : faults) {
      report(fault, "graph");
      if (fault.atom != kNoAtom) {
        evidence_.stray_atoms.insert(fault.atom);
      } else {
        evidence_.stray_files.insert(fault.file);
      }
    }
  }
  void fail(const Error& error) {
    evidence_.unreadable = true;
    evidence_.add(database_finding(error));
  }
  void report(const TableFault& fault, const char* other) {
    Finding finding;
    finding.stage = Stage::tables;
    if (const FileVersionPtr file = evidence_.snapshot->file(fault.file)) finding.file = file->path;
    if (const AtomRef atom = evidence_.snapshot->atom(fault.atom))
      finding.atom = atom_id_text(*atom.file, atom.index);
    finding.thing = fault.table + (fault.row.empty() ? "" : " " + fault.row);
    finding.side_a = "tables";
    finding.says_a = fault.stored.empty() ? "none" : fault.stored;
    finding.side_b = other;
    finding.says_b = fault.expected.empty() ? "none" : fault.expected;
    evidence_.add(std::move(finding));
  }

  Audit& audit_;
  bool all_;             ///< What stands beside the state too.
  bool beside_ = false;  ///< The rest is done.
  Evidence& evidence_;
  Pace& pace_;
  std::size_t next_ = 0, next_atom_ = 0;
};

}  // namespace

std::unique_ptr<Check> integrity_check(Audit& audit, Evidence& evidence, Pace& pace) {
  return std::make_unique<IntegrityCheck>(audit, evidence, pace);
}
std::unique_ptr<Check> memory_check(std::uint64_t stored_digest, Evidence& evidence, Pace& pace) {
  return std::make_unique<MemoryCheck>(stored_digest, evidence, pace);
}
std::unique_ptr<Check> table_check(Audit& audit, bool all, Evidence& evidence, Pace& pace) {
  return std::make_unique<TableCheck>(audit, all, evidence, pace);
}

}  // namespace dg
