#pragma once
/// \file
/// Repairs of what the tables hold beside the state itself. Rows of atoms are not repaired here but
/// by a commit: an AtomChange with Operation::reconcile has all rows of its atom written anew.

#include <string>
#include <vector>

#include "storage/history/history.h"
#include "storage/store.h"

namespace dg {

struct Derived {
  std::vector<FileVersionPtr> files;  ///< Packed facts, packed links and full text are written.
  std::vector<FileId> stray_files;    ///< Rows that belong to nothing are deleted.
  std::vector<AtomId> stray_atoms;
  std::vector<LogLoss> losses;  ///< Noted for good, in system_metadata (`lost_history:SEQUENCE`).
  Sequence
      lost_until{};    ///< Numbers up to it were given away, whatever the log has; 0: as it says.
  bool notes = false;  ///< What stands beside the state (audit/notes.h) is put right.
  bool configs_differ = false;
  std::vector<ConfigFile> configs;  ///< All there are, where they differ.
  bool empty() const noexcept {
    return files.empty() && stray_files.empty() && stray_atoms.empty() && losses.empty() &&
           raw(lost_until) == 0 && !notes && !configs_differ;
  }
};

/// In one SQLite transaction, without an event or a new sequence. The writer's thread.
Result<> write_derived(Store& store, const Derived& derived);

}  // namespace dg
