#include "daemon/cli/table.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "parser/check.h"

namespace dg {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastColumn = 12;
/// In a pipe nothing is cut; what is longer than this pushes only its own line to the right.
constexpr std::size_t kMostPadded = 76;

std::string fitted(const Column& column, const std::string& cell, std::size_t width, bool last) {
  std::string text = column.cut_front ? cut_front(cell, width) : cut_end(cell, width);
  const std::size_t used = display_width(text);
  if (used >= width) return text;
  const std::string padding(width - used, ' ');
  if (column.right) return padding + text;
  return last ? text : text + padding;
}

/// Broken at spaces; a word that is longer than the width stays whole, so that a path can be
/// copied.
std::vector<std::string> lines_of(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > width) {
      lines.emplace_back(word);
    } else {
      lines.back() += (at == 0 ? "" : " ") + word;
    }
    at = end + 1;
  }
  return lines;
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
  if (room == 0) {
    for (std::size_t& width : widths) width = std::min(width, kMostPadded);
    return widths;
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
  while (total > room) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i].flexible && !columns_[i].wrap) continue;
      if (widths[i] <= kLeastColumn) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

void Table::print_row(Terminal& terminal, std::size_t indent,
                      const std::vector<std::size_t>& widths, const std::vector<std::string>& cells,
                      bool heading) const {
  const bool cut = terminal.width() > 0;
  std::size_t last = cells.size();
  while (last > 0 && cells[last - 1].empty()) --last;
  std::string line(indent, ' ');
  for (std::size_t i = 0; i < last; ++i) {
    if (i > 0) line.append(kGap, ' ');
    const bool ends = i + 1 == last;
    const Style style = heading ? Style::bold : columns_[i].style;
    if (cut && ends && columns_[i].wrap) {
      const std::string margin(display_width(line), ' ');
      const std::vector<std::string> parts = lines_of(cells[i], widths[i]);
      for (std::size_t part = 0; part + 1 < parts.size(); ++part) {
        terminal.line(line + terminal.paint(style, parts[part]));
        line = margin;
      }
      line += terminal.paint(style, parts.back());
    } else {
      const std::size_t width = cut ? widths[i] : std::max(widths[i], display_width(cells[i]));
      line += terminal.paint(style, fitted(columns_[i], cells[i], width, ends));
    }
  }
  terminal.line(line);
}

void Table::print(Terminal& terminal, std::size_t indent) const {
  const std::size_t width = terminal.width();
  const std::vector<std::size_t> columns = widths(width == 0       ? 0
                                                  : width > indent ? width - indent
                                                                   : 1);
  const bool titled = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.title.empty(); });
  if (titled) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    print_row(terminal, indent, columns, titles, true);
  }
  for (const auto& cells : rows_) print_row(terminal, indent, columns, cells, false);
}

}  // namespace dg
