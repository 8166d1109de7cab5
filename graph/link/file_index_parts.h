#pragma once
/// \file
/// The parts of make_file_index() that have files of their own. Internal to graph/. Pure.

#include "graph/link/file_index.h"

namespace dg {

inline bool is_function(AtomKind kind) noexcept {
  return kind == AtomKind::function || kind == AtomKind::arrow || kind == AtomKind::method ||
         kind == AtomKind::generator;
}

/// `added`, `holder_assignments`, `this_of`, `shape_class`; needs `exports` and `shape_binding`.
void index_assignments(const FileFacts& facts, FileIndex& index);
/// `calls`, `outward_calls`, `handed`. O(references log references).
void index_calls(const FileFacts& facts, FileIndex& index);
/// `assigned`, `classes`, `topics`; needs `implementing`, `outward_calls`, `holder_assignments`.
void index_topics(const FileFacts& facts, FileIndex& index);

}  // namespace dg
