#include "storage/search_text.h"

#include <vector>

namespace dg {
namespace {

enum class CharClass { separator, lower, upper, digit, other };

CharClass class_of(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c >= 'a' && c <= 'z') return CharClass::lower;
  if (c >= 'A' && c <= 'Z') return CharClass::upper;
  if (c >= '0' && c <= '9') return CharClass::digit;
  return byte >= 0x80 ? CharClass::other : CharClass::separator;
}

bool is_letter(CharClass c) noexcept {
  return c == CharClass::lower || c == CharClass::upper || c == CharClass::other;
}

/// Whether a sub-word ends between positions i - 1 and i; both hold word characters.
bool breaks_at(std::string_view text, std::size_t i) noexcept {
  const CharClass before = class_of(text[i - 1]);
  const CharClass here = class_of(text[i]);
  if ((before == CharClass::digit) != (here == CharClass::digit)) return true;
  if (here != CharClass::upper) return false;
  if (before == CharClass::lower || before == CharClass::other) return true;
  // The last capital of a run begins the next word: HTTPRequest is HTTP and Request.
  return i + 1 < text.size() && class_of(text[i + 1]) == CharClass::lower && is_letter(before);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool separator = i == text.size() || class_of(text[i]) == CharClass::separator;
    const bool boundary = !separator && i > begin && breaks_at(text, i);
    if (!separator && !boundary) continue;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
    begin = separator ? i + 1 : i;
  }
  return words;
}

bool is_space(char c) noexcept {
  return static_cast<unsigned char>(c) <= ' ';
}

/// An FTS5 string. What lies between quotes is text for the tokeniser, never syntax; a NUL would
/// end the expression.
void append_quoted(std::string_view word, bool prefix, std::string& out) {
  out += '"';
  for (const char c : word) {
    if (c == '"') {
      out += "\"\"";
    } else {
      out += is_space(c) ? ' ' : c;
    }
  }
  out += '"';
  if (prefix) out += " *";
}

}  // namespace

SearchText search_text(const FileFacts& facts, AtomIndex index) {
  const Atom& atom = facts.atoms[raw(index)];
  if (atom.kind == AtomKind::module) return {{}, {}, facts.name(atom.doc)};
  return {facts.name(atom.name), facts.name(atom.signature), facts.name(atom.doc)};
}

void sub_words(std::string_view name, std::string& out) {
  out.clear();
  const std::vector<std::string_view> words = split(name);
  if (words.size() < 2) return;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
}

std::string search_expression(std::string_view text) {
  std::vector<std::string_view> terms;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_space(text[end])) ++end;
    // A term of punctuation alone has no token; FTS5 would find nothing for it.
    if (!split(text.substr(i, end - i)).empty()) terms.push_back(text.substr(i, end - i));
    i = end;
  }
  std::string expression;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool last = i + 1 == terms.size();
    if (i != 0) expression += " AND ";
    expression += "(";
    append_quoted(terms[i], last, expression);
    const std::vector<std::string_view> words = split(terms[i]);
    if (words.size() > 1) {
      expression += " OR (";
      for (std::size_t w = 0; w < words.size(); ++w) {
        if (w != 0) expression += " AND ";
        append_quoted(words[w], last && w + 1 == words.size(), expression);
      }
      expression += ")";
    }
    expression += ")";
  }
  return expression;
}

}  // namespace dg
