#pragma once
/// \file
/// Which calls of a file hand values to which names, and which are given a function by its name.

#include "graph/file_index.h"

namespace dg {

/// Fills FileIndex::calls and FileIndex::handed. O(references log references).
void index_calls(const FileFacts& facts, FileIndex& index);

}  // namespace dg
