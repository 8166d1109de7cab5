#include "storage/requests/identifier.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "storage/requests/request.h"
#include "storage/schema/live/sql_tokens.h"

namespace dg::requests {
namespace {

// The language's own classes depend on the locale; names are ASCII.
bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<Identifier> Identifier::parse(std::string_view text) {
  if (text.empty() || text.size() > kMostNameBytes || is_digit(text.front())) return std::nullopt;
  const bool fits = std::all_of(text.begin(), text.end(),
                                [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
  return fits ? std::optional(Identifier(text)) : std::nullopt;
}

std::string quoted(const Identifier& name) {
  return schema::quoted_name(name.text());
}

std::string in_comment(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? ' ' : c;
    if (line.size() > kMost && (byte & 0xc0) != 0x80) {
      line.pop_back();  // Cut before a whole character.
      return line + "...";
    }
  }
  return line;
}

bool is_keyword(std::string_view word) noexcept {
  return sqlite3_keyword_check(word.data(), static_cast<int>(word.size())) != 0;
}

std::string_view dangerous_word(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 19> kDangerous{
      "drop",   "delete", "truncate", "alter",   "insert", "update",  "replace",
      "attach", "detach", "pragma",   "vacuum",  "exec",   "execute", "grant",
      "revoke", "create", "select",   "reindex", "trigger"};
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find('_'));
    const auto found =
        std::find_if(kDangerous.begin(), kDangerous.end(), [&](std::string_view each) {
          return std::equal(each.begin(), each.end(), word.begin(), word.end(), [](char a, char b) {
            return a == (is_upper(b) ? static_cast<char>(b - 'A' + 'a') : b);
          });
        });
    if (found != kDangerous.end()) return *found;
    name.remove_prefix(std::min(word.size() + 1, name.size()));
  }
  return {};
}

bool is_reserved(std::string_view table) noexcept {
  return table.starts_with("sqlite_") || table.starts_with("schema_") ||
         table.ends_with("__rebuild");
}

std::string snake_case(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size() && name.size() < kMostNameBytes; ++i) {
    const char c = text[i];
    if (is_upper(c)) {
      const bool begins_word = i > 0 && (is_lower(text[i - 1]) || is_digit(text[i - 1]));
      if (begins_word) name += '_';
      name += static_cast<char>(c - 'A' + 'a');
    } else if (is_lower(c) || (is_digit(c) && !name.empty())) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

}  // namespace dg::requests
