#pragma once
/// \file
/// SQL as tokens (sqlite.org/lang_keywords.html, tokenize.c): enough to compare two statements
/// whatever their layout, and to find the conditions of a table, which no PRAGMA tells.
/// Pure; any thread; never fails: what is no SQL becomes tokens of one character.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dg::schema {

enum class TokenKind : std::uint8_t { word, quoted, string, number, blob, mark };

struct Token {
  TokenKind kind = TokenKind::mark;
  /// A word as written; a quoted name without its quotes; a string or blob with them.
  std::string text;
  bool is_word(std::string_view lower) const noexcept;  ///< An unquoted word, case aside.
};

/// Without blanks and comments. O(sql).
std::vector<Token> tokens_of(std::string_view sql);

/// Tokens joined by one blank, words and quoted plain names in lower case: equal for statements
/// that differ in layout, comments, case or needless quotes alone.
std::string normalized(std::string_view sql);

/// The conditions of a CREATE TABLE statement, its columns' and its own, normalized and sorted.
std::vector<std::string> checks_of(std::string_view create_table);
/// The tables that the CREATE TABLE statements of a script make, as written, in their order.
std::vector<std::string> tables_made_by(std::string_view script);
/// Whether a CREATE TABLE statement asks for AUTOINCREMENT.
bool has_autoincrement(std::string_view create_table);

/// `name` as an identifier in SQL: always quoted, quotes in it doubled.
std::string quoted_name(std::string_view name);
/// `text` as a string literal.
std::string quoted_text(std::string_view text);

}  // namespace dg::schema
