#pragma once
/// \file
/// What is searched in an atom, how names are split into words, and how any text becomes a safe
/// query of FTS5 (sqlite.org/fts5.html, "Full-text Query Syntax"). Pure.

#include <string>
#include <string_view>

#include "parser/facts.h"

namespace dg {

/// The searched texts of an atom, borrowed from its facts.
struct SearchText {
  std::string_view name, signature, doc;
  bool empty() const noexcept { return name.empty() && signature.empty() && doc.empty(); }
  friend bool operator==(const SearchText&, const SearchText&) = default;
};
/// A module atom has no name to be found by, only its doc comment.
SearchText search_text(const FileFacts& facts, AtomIndex atom);

/// Replaces `out` by the sub-words of a name, one space between them: split at camelCase, `_`, `$`,
/// other punctuation and digits (`parseHTTPRequest2` gives `parse HTTP Request 2`). Empty where the
/// name is one word only. Bytes above 0x7f count as letters.
void sub_words(std::string_view name, std::string& out);

/// The FTS5 expression for what somebody typed: every word must match, whole or by its sub-words,
/// the last one as a prefix. Operators, quotes and control characters are plain text. Empty where
/// the text holds no word.
std::string search_expression(std::string_view text);

}  // namespace dg
