#pragma once
/// \file
/// A source file that says itself what its lines call: `pay(); //! pay`. The question `truth PATH`
/// compares what is said with the graph.
///
/// Behind `//!` stand the functions and classes that a run of the program calls from that line, by
/// simple name or by the end of their qualified name (`Cart.pay`); a class stands for its
/// constructor. Lines without one call nothing in the project. Edges of confidence `name` do not
/// count, as in answers; an edge to a member counts for those that override it, and a property read
/// for its getter.

#include <filesystem>
#include <string>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// `LINE misses NAME` and `LINE has ID`, in order of lines. Throws std::runtime_error where the
/// file is not in the graph or says nothing.
std::vector<std::string> compare_with_truth(const Snapshot& snapshot,
                                            const std::filesystem::path& root,
                                            const std::string& path);

}  // namespace dg
