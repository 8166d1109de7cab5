#pragma once
/// \file
/// Aligned columns that fit a terminal.

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/cli/terminal.h"

namespace dg {

struct Column {
  std::string title;   ///< All empty: no heading is written.
  bool right = false;  ///< Numbers.
  Style style = Style::plain;
  bool flexible = false;   ///< Cut, from the widest on, when the terminal is too narrow.
  bool cut_front = false;  ///< Paths: the end says more.
  bool wrap = false;       ///< Of the last column: goes on in further lines instead of being cut.
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// Cells beyond the columns are a mistake of the caller; missing ones are empty.
  void row(std::vector<std::string> cells);
  bool empty() const noexcept { return rows_.empty(); }
  void print(Terminal& terminal, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths(std::size_t room) const;  ///< `room` 0: as much as is wanted.
  void print_row(Terminal& terminal, std::size_t indent, const std::vector<std::size_t>& widths,
                 const std::vector<std::string>& cells, bool heading) const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dg
