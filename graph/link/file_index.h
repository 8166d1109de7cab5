#pragma once
/// \file
/// FileIndex: the lookup tables over one file's facts that linking needs, built once per version of
/// the file and shared by all who link against it.
///
/// A pure function of (path, facts); it points into nothing and stays valid as long as the facts
/// that it was made from are the ones it is used with. Thread rule: immutable after
/// make_file_index().

#include <cstdint>
#include <memory>
#include <span>
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

/// What `object.property = value` adds a property to.
enum class HolderKind : std::uint8_t {
  none,
  instance,  ///< Instances of a class or ES5 constructor: its prototype, or `this` in its code.
  statics,   ///< A function or class itself.
  variable,  ///< What a binding holds.
  exports,   ///< `module.exports`, reached through an alias.
  value,     ///< What an expression gives, which only the linker can tell. No table has such rows.
};
struct Holder {
  HolderKind kind = HolderKind::none;
  std::uint32_t index = kNoIndex;  ///< AtomIndex, BindingIndex or ExprIndex, by kind.
  friend auto operator<=>(const Holder&, const Holder&) = default;
};

struct FileIndex {
  struct Row {
    std::uint64_t key = 0;
    std::uint32_t value = 0;
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  struct Owned {
    std::uint32_t index = 0;
    Holder holder;
    friend auto operator<=>(const Owned&, const Owned&) = default;
  };

  std::uint64_t path_hash = 0;
  bool esm_exports = false;                ///< Has an export in ESM syntax.
  bool cjs_exports = false;                ///< Has an export in CommonJS form.
  std::vector<NamedMember> named_members;  ///< Sorted by (name, atom); no two alike.

  std::vector<Row> exports;  ///< hash of the exported name → export; unnamed ones are in `stars`.
  std::vector<std::uint32_t> stars;     ///< all_from and cjs_all exports, in source order.
  std::vector<std::uint32_t> whole;     ///< cjs_value exports, in source order.
  std::vector<Row> members;             ///< member_row(shape, name) → member.
  std::vector<Row> spreads;             ///< Shape → member of kind spread.
  std::vector<Row> children;            ///< child_row(namespace atom, name) → atom.
  std::vector<Row> overloads;           ///< Function with a body → its overload signatures.
  std::vector<Row> variables;           ///< Variable of a namespace, an atom → its binding.
  std::vector<Row> added;               ///< added_row(holder, name) → assignment.
  std::vector<Row> holder_assignments;  ///< holder_row(holder) → assignment.
  std::vector<Owned> this_of;  ///< Function → what `this` is an instance of, where assigned to it.
  std::vector<Row> shape_binding;    ///< Object literal's shape → the binding it initialises.
  std::vector<Owned> shape_class;    ///< Object literal's shape → what `this` is in it.
  std::vector<Owned> shape_mixed;    ///< Object literal's shape → what it is mixed into, by name.
  std::vector<Row> type_parameters;  ///< Atom → its type parameters' bindings, in order.
  std::vector<Row> parameter_calls;  ///< Parameter's binding → references that call it.
  std::vector<Row> assigned;         ///< hash of a property's name → assignment to it.
  std::vector<std::uint32_t> implementing;  ///< Shapes of classes that implement something.
  std::vector<Row> classes;     ///< hash of its name → a class or constructor with code.
  std::vector<Row> types;       ///< child_row(parent, name) → interface, alias or class.
  std::vector<Row> calls;       ///< hash of a callee's last name → call that hands values over.
  std::vector<Row> text_calls;  ///< As calls, of those that hand over texts.
  std::vector<Row> outward_calls;  ///< Of these, those that may hand code to another file.
  std::vector<Row> handed;         ///< hash of a name or member's name → call that is given it.
  std::vector<Row> this_types;     ///< Function → the binding that types its `this`.
  std::vector<Row> comment_types;  ///< hash of a type's name → the binding a comment gives it.
  /// Per expression: its value may depend on `this` or on what parameters stand for.
  std::vector<bool> depends;
  std::vector<Row> ordinals;  ///< Binding → ordinal among those of equal owner and name, from 1.
  /// The topics (keys.h) on which this file has something to say to others. Sorted, no two
  /// alike.
  std::vector<std::uint64_t> topics;

  static std::uint64_t member_row(ShapeIndex shape, std::uint64_t name_hash) noexcept;
  static std::uint64_t child_row(AtomIndex parent, std::uint64_t name_hash) noexcept;
  static std::uint64_t added_row(Holder holder, std::uint64_t name_hash) noexcept;
  static std::uint64_t holder_row(Holder holder) noexcept;

  /// The interfaces, aliases and classes that share a binding's name and scope.
  std::span<const Row> types_of(const FileFacts& facts, BindingIndex binding) const noexcept;
  /// What a named object literal's members are copied to.
  std::span<const Owned> mixed_into(ShapeIndex shape) const noexcept;
  /// What `this` in a function's own code holds properties of; none where it is not known.
  Holder holder_of_this(const FileFacts& facts, AtomIndex atom) const noexcept;
  /// A text hash that names a binding within its file, whatever lines it stands on.
  std::uint64_t binding_identity(const FileFacts& facts, BindingIndex binding) const noexcept;
};

/// The rows with this key, in order of value. O(log n).
std::span<const FileIndex::Row> rows(const std::vector<FileIndex::Row>& table,
                                     std::uint64_t key) noexcept;

/// The first value that an expression can be, without its declared type.
const Expr& untyped(const FileFacts& facts, ExprIndex index) noexcept;

/// O(facts · log facts).
std::shared_ptr<const FileIndex> make_file_index(std::string_view path, const FileFacts& facts);

}  // namespace dg
