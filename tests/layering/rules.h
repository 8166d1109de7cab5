#pragma once
/// \file
/// The rules of the tree's structure (DESIGN §2 and §9), as functions over texts: who may include
/// whom, which third-party header is at home where, what a file must look like. They read includes
/// as text, so that code in an inactive #if counts too, and know nothing of the disk;
/// layering_test.cc feeds them the real tree and made-up violations.

#include <string>
#include <string_view>
#include <vector>

namespace dg::layering {

struct Finding {
  std::string path;
  int line = 0;  ///< From 1; 0 where it is about the whole file.
  std::string what;
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Include {
  std::string target;
  bool quoted = false;  ///< "…" rather than <…>.
  int line = 0;
};

inline constexpr int kMaxLines = 500;

/// All #include lines of a C++ text, commented-out ones left out. O(text).
std::vector<Include> includes_of(std::string_view text);

/// Includes against the arrows `parser <- events <- graph`, `events <- storage`, `daemon` over all,
/// and against the homes of third-party and system headers. `path` is relative to the repository.
std::vector<Finding> check_includes(std::string_view path, std::string_view text);

/// At most kMaxLines lines; a header opens with a doc comment that says what it is for.
std::vector<Finding> check_shape(std::string_view path, std::string_view text);

/// The names in the repository's top folder, folders included, against the layout.
std::vector<Finding> check_top_level(const std::vector<std::string>& names);

/// Statements that describe a table, an index, a trigger or a view in `storage/` and outside of its
/// registry (invariant 9). Tables that a team asks for are not ours: `storage/requests/` may.
std::vector<Finding> check_tables(std::string_view path, std::string_view text);

/// The numbers that the names of a C++ text's tests begin with: `R07` of `TEST(R07, …)` and of
/// `TEST_F(StorageOpen, R07_…)`, `Invariant5` likewise.
std::vector<std::string> numbers_of(std::string_view text);

/// `S5_08`.
std::string capability(int source, int number);
/// The capabilities in the names of a file's tests, `S5_05_to_S5_18` spelled out.
std::vector<std::string> capabilities_of(std::string_view text);

}  // namespace dg::layering
