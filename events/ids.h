#pragma once
/// \file
/// The dense ids of one database and the closed vocabularies of the call graph.
/// Ids are text at the edges (`src/a.js::pay`) and these integers inside.

#include <cstdint>
#include <string_view>

namespace dg {

/// An atom, for as long as its database lives: `atoms.rowid`. Never reused; an atom that comes back
/// under its old id text gets its old AtomId. From 1.
enum class AtomId : std::uint32_t {};
/// A file, likewise: `files.rowid`. From 1.
enum class FileId : std::uint32_t {};
/// A commit. The first is 1; 0 is the empty project.
enum class Sequence : std::uint64_t {};

inline constexpr AtomId kNoAtom{0};
inline constexpr FileId kNoFile{0};

constexpr std::uint32_t raw(AtomId id) noexcept {
  return static_cast<std::uint32_t>(id);
}
constexpr std::uint32_t raw(FileId id) noexcept {
  return static_cast<std::uint32_t>(id);
}
constexpr std::uint64_t raw(Sequence sequence) noexcept {
  return static_cast<std::uint64_t>(sequence);
}

/// Source → target. Values are stored: append only.
enum class Relation : std::uint8_t {
  calls,
  instantiates,
  references,
  extends,
  overrides,
  imports,
  reexports,
  reads_state,
  writes_state,
  emits,
  listens,
  contains,
  implements,
};
inline constexpr int kRelationCount = 13;

/// How sure an edge is; smaller is surer. Values are stored.
enum class Confidence : std::uint8_t {
  exact,     ///< Follows from scoping, modules and declared or constructed types.
  inferred,  ///< One plausible target by flow or convention.
  name,      ///< Only the member's name matches.
};

/// Why a reference has no target in the project. Values are stored: append only.
enum class OpenReason : std::uint8_t {
  external,   ///< Goes to a package or a Node builtin; `detail` is its name (`fs`, `@babel/core`).
  global,     ///< A name no file declares: `console`, `Promise`, or a typo.
  not_found,  ///< The module is in the project, the name is not exported by it.
  no_module,  ///< The specifier resolves to no file of the project.
  no_source,  ///< The specifier names a file that is no source: JSON, CSS, an asset.
  unknown_receiver,  ///< `x.m()` where nothing is known of x.
  no_member,         ///< The receiver is known and has no such member.
  dynamic,           ///< Computed member, computed specifier, called expression without a name.
  parameter,         ///< Calls a parameter or something taken out of one.
  builtin,           ///< A member of a literal or of a built-in: `'a'.trim()`, `[].map()`.
};

std::string_view to_string(Relation relation) noexcept;
std::string_view to_string(Confidence confidence) noexcept;
std::string_view to_string(OpenReason reason) noexcept;

}  // namespace dg
