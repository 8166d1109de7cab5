#pragma once
/// \file
/// From what a request says to definitions. Each name, type, default and key is parsed; what cannot
/// be is a finding. Any thread.

#include <optional>
#include <string>

#include "storage/requests/definition.h"
#include "storage/requests/finding.h"
#include "storage/requests/request.h"

namespace dg::requests {

/// Nothing where anything is wrong with it; then at least one error was added. `at` is the place of
/// the table in the document.
std::optional<Definition> parse_table(const TableSpec& spec, const std::string& at,
                                      Findings& findings);
std::optional<Column> parse_column(const ColumnSpec& spec, const std::string& at,
                                   Findings& findings);
std::optional<Index> parse_index(const IndexSpec& spec, const std::string& at, Findings& findings);

/// A table's name: form (E3), dangerous and reserved words (E5).
std::optional<Identifier> parse_table_name(const std::string& name, const std::string& at,
                                           Findings& findings);
/// A column's or an index's name (E4).
std::optional<Identifier> parse_name(const std::string& name, const char* what,
                                     const std::string& at, Findings& findings);

/// Whether the indexes of the table name its columns, each once (E10).
void check_index_columns(const Definition& table, const Index& index, const std::string& at,
                         Findings& findings);

}  // namespace dg::requests
