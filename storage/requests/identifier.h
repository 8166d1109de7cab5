#pragma once
/// \file
/// Names that may stand in SQL. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace dg::requests {

/// A name of the form `[a-z_][a-z0-9_]*` of at most 63 bytes. There is no other way to make one
/// than to parse it, and SQL is made of nothing else.
class Identifier {
 public:
  static std::optional<Identifier> parse(std::string_view text);
  const std::string& text() const noexcept { return text_; }
  bool operator==(const Identifier& other) const noexcept = default;

 private:
  explicit Identifier(std::string_view text) : text_(text) {}
  std::string text_;
};

/// In double quotes, so that a keyword is a name too.
std::string quoted(const Identifier& name);
/// The text on one line of an SQL comment: control characters become blanks, long ones are cut.
std::string in_comment(std::string_view text);

/// Whether SQLite knows the word as a keyword, case aside.
bool is_keyword(std::string_view word) noexcept;
/// The first `_`-separated word of a table's name that names an operation (drop, delete, attach …);
/// empty: none. Whole words only, so that `dropdown_items` has none.
std::string_view dangerous_word(std::string_view name) noexcept;
/// Prefixes that belong to SQLite or to the tables of this subsystem.
bool is_reserved(std::string_view table) noexcept;

/// A plain name that comes near the text: `UserNotes` -> `user_notes`; empty where nothing is left.
std::string snake_case(std::string_view text);

}  // namespace dg::requests
