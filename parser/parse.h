#pragma once
/// \file
/// The parser module: bytes of one JavaScript or TypeScript file in, FileFacts out.
///
/// Pure: no I/O, no clock, no global state, never fails. It alone knows
/// tree-sitter. Any input gives facts: what cannot be read becomes a Problem or a SkipReason.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "parser/facts.h"

namespace dg {

struct ParseOptions {
  std::uint32_t max_bytes = 2u << 20;  ///< Larger files are skipped: too_large.
  std::uint32_t max_line_bytes =
      20'000;                        ///< Files dominated by longer lines are skipped: minified.
  std::uint32_t max_depth = 10'000;  ///< Syntax nested deeper is left out: Problem too_deep.
  /// Files whose parse takes more are given up: too_complex. Counted in hundreds of tree-sitter's
  /// operations and not in time, so that a busy machine gives the same facts as an idle one.
  std::uint64_t max_steps = 250'000;
};

/// The language of a path by its extension (.js .mjs .cjs .jsx .ts .mts .cts .tsx), else nothing.
/// Nothing too for `a.js::b.js`, whose atoms' ids could be those of atoms of `a.js`.
std::optional<Language> language_of(std::string_view path) noexcept;

/// Owns the parsers and scratch memory of one thread; reuse it, making one costs ~100 µs.
/// Not thread-safe; one per thread.
class Parser {
 public:
  explicit Parser(ParseOptions options = {});
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  /// O(bytes). `path` decides the language and is otherwise not looked at; it must have one
  /// (language_of). The same (language, bytes, options) give the same facts.
  FileFacts parse(std::string_view path, std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dg
