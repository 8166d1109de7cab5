#pragma once
/// \file
/// The hash chain of the log: each transaction's digest covers its own rows as stored and, through
/// the digest before it, all earlier ones, so that a log can be verified, shipped and folded
/// elsewhere without a gap, a repeat, a fork or an unnoticed edit.
///
/// It is against accidents and edits that nobody tells of, not against an adversary: whoever can
/// rewrite the rows can compute any unkeyed chain anew, so a cryptographic hash would buy nothing
/// here that XXH3-128 (github.com/Cyan4973/xxHash) does not, at many times the cost. A head that is
/// kept elsewhere (a backup, a shipped log) makes even a recomputed chain visible.
///
/// A row is hashed as its table and its columns that are not NULL, by name. So neither the order of
/// columns nor a nullable column that a later version adds changes a digest. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/file_version.h"

namespace dg {

/// Collects rows; the order of rows counts, that of a row's columns does not.
class RowDigest {
 public:
  void integer(std::string_view name, std::int64_t value);
  void real(std::string_view name, double value);
  void text(std::string_view name, std::string_view value);
  void blob(std::string_view name, std::string_view value);
  /// `name` must live until end_row(); a NULL is not told at all.
  void end_row(std::string_view table);
  ContentHash digest() const;  ///< Of all rows so far.
  void clear() noexcept;

 private:
  struct Cell {
    std::string_view name;
    std::size_t begin, end;  ///< In row_.
  };
  void add(std::string_view name, char type, std::string_view bytes);

  std::string row_;          ///< Encoded cells of the row under way, in the order they came.
  std::vector<Cell> cells_;  ///< Of the row under way.
  std::string done_;         ///< Encoded rows.
  ContentHash folded_;       ///< Of what done_ held before it grew too long.
};

/// The link of a transaction: over the link before it (zeros before the first) and its own rows.
ContentHash chain_link(const ContentHash& before, const ContentHash& rows) noexcept;

}  // namespace dg
