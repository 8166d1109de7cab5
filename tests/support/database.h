#pragma once
/// \file
/// What tests read from a project's database through the read-only SQL entrance: the log, and rows
/// as text that can be compared with a snapshot's.

#include <string>

#include "events/replay.h"
#include "graph/snapshot.h"
#include "storage/store.h"

namespace dg {

/// Folds every stored event and file row, commit by commit. Answers what does not fit together;
/// empty where all does.
std::string fold_log(Reader& reader, FoldedState& state);

/// One line for each row of live atoms, relations and open references, sorted.
std::string rows_text(Reader& reader);
/// The lines that the tables should hold for this state.
std::string rows_text(const Snapshot& snapshot);

}  // namespace dg
