#pragma once
/// \file
/// The graph as text for other programs, written in one pass and constant memory.
///
/// - `jsonl`: DESIGN §5; sorted as graph/queries/export_rows.h says: atoms, edges, unresolved.
/// Lines and
///   columns count from 1, columns in UTF-16 units. An edge that no reference stands for
///   (`contains`, `imports` …) has its source's name as site.
/// - `dot`: Graphviz; a cluster a file, one arrow for each (source, relation, target).
/// - `graphml`: GraphML 1.0 with typed keys; the same arrows, `sites` counted.
/// - `sql`: a script with three tables (atoms, edges, unresolved) that hold the columns of `jsonl`,
/// for
///   any SQL database. The project's own database, which any SQLite tool reads, holds more.

#include <functional>
#include <optional>
#include <string_view>

#include "graph/snapshot.h"

namespace dg {

enum class ExportFormat { jsonl, dot, graphml, sql };
std::optional<ExportFormat> export_format_named(std::string_view name) noexcept;

/// Hands the text over in pieces of about 64 kB that end with a line feed. Sites of edges less sure
/// than `worst` are unresolved. O(graph).
void write_export(const Snapshot& snapshot, ExportFormat format, Confidence worst,
                  const std::function<void(std::string_view)>& sink);

}  // namespace dg
