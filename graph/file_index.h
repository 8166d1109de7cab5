#pragma once
/// \file
/// FileIndex: the lookup tables over one file's facts that linking needs, built once per version of
/// the file and shared by all who link against it.
///
/// A pure function of (path, facts); it points into nothing and stays valid as long as the facts that
/// it was made from are the ones it is used with. Thread rule: immutable after make_file_index().

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "parser/facts.h"

namespace dg {

/// A function that can be reached as `x.name()`: what confidence `name` may link to.
struct NamedMember {
  NameId name{};
  AtomIndex atom{};
  friend auto operator<=>(const NamedMember&, const NamedMember&) = default;
};

struct FileIndex {
  std::uint64_t path_hash = 0;
  std::vector<NamedMember> named_members;  ///< Sorted by (name, atom); no two alike.
};

/// O(facts).
std::shared_ptr<const FileIndex> make_file_index(std::string_view path, const FileFacts& facts);

}  // namespace dg
