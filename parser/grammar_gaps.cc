#include "parser/grammar_gaps.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace dg {
namespace {

struct Token {
  std::string_view text;  ///< A word, or one character of punctuation.
  std::size_t at = 0;     ///< Its first byte.
  bool is_word = false;   ///< A number is one too.
  bool first_on_line = false;
};

bool is_word_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Words, punctuation and quotes; comments and the contents of strings, templates and regular
/// expressions are left out. Where it errs the outcome parses no better, and is not used.
class Scanner {
 public:
  explicit Scanner(std::string_view bytes) : bytes_(bytes) {}

  std::vector<Token> run() {
    while (at_ < bytes_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < bytes_.size() ? bytes_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    if (c == '\n') first_ = true;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at_;
    } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
      comment();
    } else if (c == '"' || c == '\'' || c == '`' || (c == '/' && may_begin_regex())) {
      quoted(c);
    } else if (c == '}' && !templates_.empty() && templates_.back() == 0) {
      templates_.pop_back();
      quoted('`');  // The template goes on behind the brace.
    } else {
      if (!templates_.empty() && c == '{') ++templates_.back();
      if (!templates_.empty() && c == '}') --templates_.back();
      word_or_mark();
    }
  }

  void comment() {
    const bool line = peek(1) == '/';
    const std::size_t end = bytes_.find(line ? "\n" : "*/", at_ + 2);
    at_ = end == std::string_view::npos ? bytes_.size() : end + (line ? 0 : 2);
  }

  /// From the opening quote to behind the closing one, or to behind the `${` of a template.
  void quoted(char quote) {
    add(1, false);
    bool in_class = false;
    for (++at_; at_ < bytes_.size(); ++at_) {
      const char c = peek();
      if (c == '\\') {
        ++at_;
      } else if (c == '\n' && quote != '`') {
        return;
      } else if (quote == '/' && (c == '[' || c == ']')) {
        in_class = c == '[';
      } else if (quote == '`' && c == '$' && peek(1) == '{') {
        at_ += 2;
        templates_.push_back(0);
        return;
      } else if (c == quote && !in_class) {
        ++at_;
        return;
      }
    }
  }

  bool may_begin_regex() const {
    if (tokens_.empty()) return true;
    const Token& last = tokens_.back();
    return !last.is_word && last.text != ")" && last.text != "]" && last.text != "}" &&
           last.text != "\"" && last.text != "'" && last.text != "`" && last.text != "<";
  }

  void word_or_mark() {
    std::size_t length = 0;
    while (is_word_byte(peek(length))) ++length;
    add(std::max<std::size_t>(length, 1), length > 0);
    at_ += std::max<std::size_t>(length, 1);
  }

  void add(std::size_t length, bool is_word) {
    tokens_.push_back({bytes_.substr(at_, length), at_, is_word, first_});
    first_ = false;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool first_ = true;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> templates_;  ///< Open braces in each `${` that is not closed yet.
};

class GapFiller {
 public:
  explicit GapFiller(std::string_view bytes) : bytes_(bytes), tokens_(Scanner(bytes).run()) {}

  void fill_types() {
    for (std::size_t i = 1; i + 1 < tokens_.size(); ++i) {
      variance(i);
      call_signature(i);
      import_type(i);
      type_as_name(i);
    }
  }

  void fill_clauses() {
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      if (tokens_[i].text != "export" && tokens_[i].text != "import") continue;
      std::size_t brace = i + 1;
      while (brace < i + 4 && brace < tokens_.size() &&
             (tokens_[brace].is_word || tokens_[brace].text == ",")) {
        ++brace;  // `import type {`, `import base, {`
      }
      if (brace < tokens_.size() && tokens_[brace].text == "{") clause(brace + 1);
    }
  }

  std::optional<std::string> take() {
    if (!changed_) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool is(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].text == text;
  }

  void replace(std::size_t at, char c) {
    if (!changed_) out_ = bytes_;
    changed_ = true;
    out_[at] = c;
  }

  /// `<in out T` and `, out T`.
  void variance(std::size_t i) {
    const Token& token = tokens_[i];
    if (token.text != "in" && token.text != "out") return;
    const Token& before = tokens_[i - 1];
    const bool begins = before.text == "<" || before.text == ",";
    const bool second =
        token.text == "out" && before.text == "in" && i > 1 && (is(i - 2, "<") || is(i - 2, ","));
    if (!(begins || second) || !tokens_[i + 1].is_word || is(i + 1, "extends")) return;
    for (std::size_t b = 0; b < token.text.size(); ++b) replace(token.at + b, ' ');
  }

  /// `<T>(`, `<T,` or `<T extends` at the beginning of a line, behind what ends a type.
  void call_signature(std::size_t i) {
    static constexpr std::array<std::string_view, 14> kNoEnd = {
        "as",    "await", "case",  "default", "delete", "extends", "in",
        "infer", "is",    "keyof", "new",     "of",     "return",  "typeof"};
    const Token& token = tokens_[i];
    if (token.text != "<" || !token.first_on_line || token.at == 0) return;
    if (bytes_[token.at - 1] != ' ' && bytes_[token.at - 1] != '\t') return;
    const Token& before = tokens_[i - 1];
    const bool ends = before.is_word
                          ? !is_one_of(before.text, kNoEnd)
                          : before.text == ">" || before.text == ")" || before.text == "]" ||
                                before.text == "}" || before.text == "'" || before.text == "\"";
    const std::size_t name = is(i + 1, "const") ? i + 2 : i + 1;
    if (!ends || name + 1 >= tokens_.size() || !tokens_[name].is_word) return;
    if (is(name + 1, ">") || is(name + 1, ",") || is(name + 1, "=") || is(name + 1, "extends")) {
      replace(token.at - 1, ';');
    }
  }

  /// The arguments of `import('m').T<A>`; what T is without them is read.
  void import_type(std::size_t i) {
    const std::string_view quote = i + 4 < tokens_.size() ? tokens_[i + 2].text : "";
    if (tokens_[i].text != "import" || !is(i + 1, "(") || (quote != "'" && quote != "\"")) return;
    if (!is(i + 3, ")")) return;
    std::size_t at = i + 4;
    while (is(at, ".") && at + 1 < tokens_.size() && tokens_[at + 1].is_word) at += 2;
    if (at == i + 4 || !is(at, "<")) return;
    std::size_t depth = 0;
    for (const std::size_t first = at; at < tokens_.size() && at < first + 200; ++at) {
      const std::string_view text = tokens_[at].text;
      if (text == "<") ++depth;
      if (text == ">" && !is(at - 1, "=") && --depth == 0) {
        for (std::size_t b = tokens_[first].at; b <= tokens_[at].at; ++b) {
          if (bytes_[b] != '\n') replace(b, ' ');
        }
        return;
      }
      if (text == ";") return;
    }
  }

  /// `(any, string) => void`.
  void type_as_name(std::size_t i) {
    static constexpr std::array<std::string_view, 10> kTypes = {
        "any",    "bigint", "boolean", "never",     "number",
        "object", "string", "symbol",  "undefined", "unknown"};
    if (!is(i, "(")) return;
    std::size_t end = i + 1;
    while (end < tokens_.size() && is_one_of(tokens_[end].text, kTypes) && is(end + 1, ",")) {
      end += 2;
    }
    if (end >= tokens_.size() || !is_one_of(tokens_[end].text, kTypes)) return;
    if (!is(end + 1, ")") || !is(end + 2, "=") || !is(end + 3, ">")) return;
    for (std::size_t name = i + 1; name <= end; name += 2) replace(tokens_[name].at, '_');
  }

  /// The names of `{ a as b, … }`.
  void clause(std::size_t i) {
    static constexpr std::array<std::string_view, 42> kKeywords = {
        "abstract", "await",    "break",      "case",    "catch", "class",    "const",
        "continue", "debugger", "declare",    "delete",  "do",    "else",     "enum",
        "export",   "extends",  "false",      "finally", "for",   "function", "if",
        "import",   "in",       "instanceof", "new",     "null",  "override", "return",
        "static",   "super",    "switch",     "this",    "throw", "true",     "try",
        "typeof",   "var",      "void",       "while",   "with",  "yield",    "module"};
    for (; i < tokens_.size() && tokens_[i].text != "}"; ++i) {
      const Token& token = tokens_[i];
      if (!token.is_word && token.text != "," && token.text != "\"" && token.text != "'") return;
      if (is_one_of(token.text, kKeywords)) replace(token.at, '_');
    }
  }

  std::string_view bytes_;
  std::vector<Token> tokens_;
  std::string out_;
  bool changed_ = false;
};

}  // namespace

std::optional<std::string> without_grammar_gaps(std::string_view bytes, Language language) {
  GapFiller filler(bytes);
  if (language != Language::javascript) filler.fill_types();
  filler.fill_clauses();
  return filler.take();
}

}  // namespace dg
