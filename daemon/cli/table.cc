#include "daemon/cli/table.h"

#include <algorithm>
#include <numeric>

#include "parser/check.h"

namespace dg {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastColumn = 12;

std::string fitted(const Column& column, const std::string& cell, std::size_t width, bool last) {
  std::string text = column.cut_front ? cut_front(cell, width) : cut_end(cell, width);
  const std::size_t used = display_width(text);
  if (used >= width) return text;
  const std::string padding(width - used, ' ');
  if (column.right) return padding + text;
  return last ? text : text + padding;
}

}  // namespace

void Table::row(std::vector<std::string> cells) {
  DG_ENFORCE(cells.size() <= columns_.size(), "a row has no more cells than the table has columns");
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t room) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
  }
  if (room == 0) return widths;
  std::size_t total = std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
  while (total > room) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i].flexible || widths[i] <= kLeastColumn) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

void Table::print(Terminal& terminal, std::size_t indent) const {
  const std::size_t width = terminal.width();
  const std::vector<std::size_t> columns = widths(width > indent ? width - indent : 0);
  const auto print_row = [&](const std::vector<std::string>& cells, bool heading) {
    std::size_t last = cells.size();
    while (last > 0 && cells[last - 1].empty()) --last;
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < last; ++i) {
      if (i > 0) line.append(kGap, ' ');
      const std::string text = fitted(columns_[i], cells[i], columns[i], i + 1 == last);
      line += terminal.paint(heading ? Style::bold : columns_[i].style, text);
    }
    terminal.line(line);
  };
  const bool titled = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.title.empty(); });
  if (titled) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    print_row(titles, true);
  }
  for (const auto& cells : rows_) print_row(cells, false);
}

}  // namespace dg
