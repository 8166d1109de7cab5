#include "storage/schema/live/sql_tokens.h"

#include <algorithm>

namespace dg::schema {
namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<Token> run() {
    std::vector<Token> all;
    while (skip_blanks(), at_ < sql_.size()) all.push_back(next());
    return all;
  }

 private:
  char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  void skip_blanks() {
    while (at_ < sql_.size()) {
      const char c = peek();
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if (c == '-' && peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (c == '/' && peek(1) == '*') {
        const std::size_t end = sql_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? sql_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  Token next() {
    const char c = peek();
    if ((c == 'x' || c == 'X') && peek(1) == '\'') {
      ++at_;
      return {TokenKind::blob, "x" + lower(string('\''))};
    }
    if (is_letter(c))
      return {TokenKind::word,
              take([](char each) { return is_letter(each) || is_digit(each) || each == '$'; })};
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '\'') return {TokenKind::string, string('\'')};
    if (c == '"' || c == '`') return {TokenKind::quoted, unquoted(string(c), c)};
    if (c == '[') {
      const std::size_t end = std::min(sql_.find(']', at_), sql_.size());
      const std::string name(sql_.substr(at_ + 1, end - at_ - 1));
      at_ = std::min(end + 1, sql_.size());
      return {TokenKind::quoted, name};
    }
    return mark();
  }

  template <typename Belongs>
  std::string take(const Belongs& belongs) {
    const std::size_t begin = at_;
    while (at_ < sql_.size() && belongs(sql_[at_])) ++at_;
    return std::string(sql_.substr(begin, at_ - begin));
  }

  Token number() {
    std::string text;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '.') {
      text += peek();
      const bool exponent = (peek() == 'e' || peek() == 'E') && text[1] != 'x' && text[1] != 'X';
      ++at_;
      if (exponent && (peek() == '+' || peek() == '-')) text += sql_[at_++];
    }
    return {TokenKind::number, lower(text)};
  }

  /// With its quotes; one that does not end takes the rest.
  std::string string(char quote) {
    const std::size_t begin = at_++;
    while (at_ < sql_.size()) {
      if (sql_[at_++] != quote) continue;
      if (peek() != quote) break;
      ++at_;
    }
    return std::string(sql_.substr(begin, at_ - begin));
  }

  static std::string unquoted(const std::string& text, char quote) {
    std::string name;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      name += text[i];
      if (text[i] == quote) ++i;
    }
    return name;
  }

  Token mark() {
    static constexpr std::string_view kLong[] = {
        "->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"};
    for (const std::string_view each : kLong) {
      if (sql_.substr(at_, each.size()) != each) continue;
      at_ += each.size();
      return {TokenKind::mark, std::string(each)};
    }
    return {TokenKind::mark, std::string(1, sql_[at_++])};
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

/// As it takes part in a comparison.
std::string canonical(const Token& token) {
  if (token.kind == TokenKind::word) return lower(token.text);
  if (token.kind != TokenKind::quoted) return token.text;
  const bool plain = !token.text.empty() && is_letter(token.text[0]) &&
                     std::all_of(token.text.begin(), token.text.end(),
                                 [](char c) { return is_letter(c) || is_digit(c); });
  return plain ? lower(token.text) : quoted_name(token.text);
}

std::string joined(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    if (i != begin) text += ' ';
    text += canonical(tokens[i]);
  }
  return text;
}

}  // namespace

bool Token::is_word(std::string_view name) const noexcept {
  return kind == TokenKind::word && text.size() == name.size() && lower(text) == name;
}

std::vector<Token> tokens_of(std::string_view sql) {
  return Scanner(sql).run();
}

std::string normalized(std::string_view sql) {
  const std::vector<Token> tokens = tokens_of(sql);
  return joined(tokens, 0, tokens.size());
}

std::vector<std::string> checks_of(std::string_view create_table) {
  const std::vector<Token> tokens = tokens_of(create_table);
  std::vector<std::string> checks;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!tokens[i].is_word("check") || tokens[i + 1].text != "(") continue;
    std::size_t end = i + 1;
    for (int depth = 0; end < tokens.size(); ++end) {
      if (tokens[end].kind != TokenKind::mark) continue;
      depth += tokens[end].text == "(" ? 1 : tokens[end].text == ")" ? -1 : 0;
      if (depth == 0) break;
    }
    checks.push_back(joined(tokens, i + 2, end));
    i = end;
  }
  std::sort(checks.begin(), checks.end());
  return checks;
}

std::vector<std::string> tables_made_by(std::string_view script) {
  const std::vector<Token> tokens = tokens_of(script);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_word("create") || i + 1 == tokens.size()) continue;
    std::size_t at = i + 1 + (tokens[i + 1].is_word("virtual") ? 1 : 0);
    if (at == tokens.size() || !tokens[at].is_word("table")) continue;
    ++at;
    while (at < tokens.size() &&
           (tokens[at].is_word("if") || tokens[at].is_word("not") || tokens[at].is_word("exists")))
      ++at;
    if (at < tokens.size()) names.push_back(tokens[at].text);
  }
  return names;
}

bool has_autoincrement(std::string_view create_table) {
  const std::vector<Token> tokens = tokens_of(create_table);
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const Token& token) { return token.is_word("autoincrement"); });
}

std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c;
    if (c == '"') text += c;
  }
  return text + "\"";
}

std::string quoted_text(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    text += c;
    if (c == '\'') text += c;
  }
  return text + "'";
}

}  // namespace dg::schema
