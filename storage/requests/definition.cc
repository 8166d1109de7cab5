#include "storage/requests/definition.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dg::requests {
namespace {

constexpr std::array<std::pair<Action, std::string_view>, 4> kActions{{
    {Action::no_action, "NO ACTION"},
    {Action::restrict_, "RESTRICT"},
    {Action::set_null, "SET NULL"},
    {Action::cascade, "CASCADE"},
}};

char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// A key of a JSON object that needs no quotes in a path.
bool is_plain_key(std::string_view text) noexcept {
  const auto letter = [](char c) { return upper(c) >= 'A' && upper(c) <= 'Z'; };
  if (text.empty() || text.size() > 63 || (!letter(text.front()) && text.front() != '_'))
    return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string_view to_string(Action action) noexcept {
  for (const auto& [known, text] : kActions) {
    if (known == action) return text;
  }
  return {};
}

std::optional<Action> parse_action(std::string_view text) noexcept {
  if (text.empty()) return Action::no_action;
  for (const auto& [action, known] : kActions) {
    if (std::equal(text.begin(), text.end(), known.begin(), known.end(),
                   [](char a, char b) { return upper(a) == b; })) {
      return action;
    }
  }
  return std::nullopt;
}

bool Column::same_shape(const Column& other) const noexcept {
  return type == other.type && not_null == other.not_null && unique == other.unique &&
         default_value == other.default_value && references == other.references;
}

std::optional<IndexKey> parse_key(std::string_view text) {
  const std::size_t arrow = text.find("->");
  std::optional<Identifier> column = Identifier::parse(text.substr(0, arrow));
  if (!column) return std::nullopt;
  IndexKey key{*std::move(column), {}};
  if (arrow == std::string_view::npos) return key;
  std::string_view rest = text.substr(arrow + 2);
  while (true) {
    const std::size_t dot = rest.find('.');
    if (!is_plain_key(rest.substr(0, dot)) || key.path.size() == 8) return std::nullopt;
    key.path.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) return key;
    rest.remove_prefix(dot + 1);
  }
}

std::string to_string(const IndexKey& key) {
  std::string text = key.column.text();
  for (std::size_t i = 0; i < key.path.size(); ++i) text += (i == 0 ? "->" : ".") + key.path[i];
  return text;
}

const Column* Definition::column(std::string_view name_) const noexcept {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& each) { return each.name.text() == name_; });
  return found == columns.end() ? nullptr : &*found;
}

Column* Definition::column(std::string_view name_) noexcept {
  return const_cast<Column*>(std::as_const(*this).column(name_));
}

const Index* Definition::index(std::string_view name_) const noexcept {
  const auto found = std::find_if(indexes.begin(), indexes.end(),
                                  [&](const Index& each) { return each.name.text() == name_; });
  return found == indexes.end() ? nullptr : &*found;
}

bool Definition::in_key(const Identifier& column_) const noexcept {
  return std::find(primary_key.begin(), primary_key.end(), column_) != primary_key.end();
}

bool Definition::is_indexed(const Identifier& column_) const noexcept {
  if (primary_key.front() == column_) return true;
  if (const Column* found = column(column_.text()); found != nullptr && found->unique) return true;
  return std::any_of(indexes.begin(), indexes.end(), [&](const Index& index) {
    return index.keys.front().column == column_ && index.keys.front().path.empty();
  });
}

}  // namespace dg::requests
