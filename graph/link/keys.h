#pragma once
/// \file
/// The keys under which linking notes what it reads of another file's facts, one per thing that can
/// be read. interface_of (interface.cc) gives each of them its value; the two must agree.

#include <cstdint>
#include <string_view>

#include "graph/link/file_index.h"
#include "graph/stable_hash.h"

namespace dg {

namespace key_tag {
inline constexpr std::uint64_t path = 1, config = 2, member_name = 3, exported = 4, module = 5,
                               binding = 6, atom = 7, property = 8, element = 9, call = 10,
                               member = 11, class_name = 12;
}

/// What a file exports under a name.
inline std::uint64_t export_key(const FileIndex& index, std::uint64_t name_hash) noexcept {
  return mix(mix(key_tag::exported, index.path_hash), name_hash);
}
/// What kind of module a file is, its `export *` and its whole-value exports.
inline std::uint64_t module_key(const FileIndex& index) noexcept {
  return mix(key_tag::module, index.path_hash);
}
/// A binding: what it names or starts with, and what is added to what it holds.
inline std::uint64_t binding_key(const FileFacts& facts, const FileIndex& index,
                                 BindingIndex binding) noexcept {
  return mix(mix(key_tag::binding, index.path_hash), index.binding_identity(facts, binding));
}
/// An atom: its kind, what it returns, what it inherits from, and the members of an object literal
/// that it holds.
inline std::uint64_t atom_key(const FileFacts& facts, const FileIndex& index,
                              AtomIndex atom) noexcept {
  return mix(mix(key_tag::atom, index.path_hash),
             hash_text(facts.name(facts.atoms[raw(atom)].qualified_name)));
}

/// What a class, interface or function declares or is given by assignments under a name, as its
/// own member or its instances'.
inline std::uint64_t member_key(const FileFacts& facts, const FileIndex& index, AtomIndex atom,
                                std::uint64_t name_hash) noexcept {
  const NameId qualified = facts.atoms[raw(atom)].qualified_name;
  return mix(mix(mix(key_tag::member, index.path_hash), hash_text(facts.name(qualified))),
             name_hash);
}

/// Topics are keys on which any number of files may have something to say (FileIndex::topics): who
/// asks for one reads all of these files, and is linked again when one of them says something else.
///
/// What the project assigns to properties of a name, whatever they are properties of, and which
/// classes implement something with a method of that name.
inline std::uint64_t property_topic(std::uint64_t name_hash) noexcept {
  return mix(key_tag::property, name_hash);
}
/// Calls of something of that name that hand over code or objects.
inline std::uint64_t call_topic(std::uint64_t name_hash) noexcept {
  return mix(key_tag::call, name_hash);
}

/// Classes of that name.
inline std::uint64_t class_topic(std::uint64_t name_hash) noexcept {
  return mix(key_tag::class_name, name_hash);
}

/// Whether a property stands for the elements that come to what a variable or member holds.
inline bool is_element(std::string_view property) noexcept {
  return property == "<element>" || property.ends_with("[]");
}
/// The elements that a file's code puts into what a variable or a member of a class holds: apart
/// from the rest of these, because code puts them there inside functions.
inline std::uint64_t element_key(const FileFacts& facts, const FileIndex& index, Holder holder,
                                 std::uint64_t name_hash) noexcept {
  std::uint64_t of = static_cast<std::uint64_t>(holder.kind);
  if (holder.kind == HolderKind::variable) {
    of = mix(of, index.binding_identity(facts, BindingIndex{holder.index}));
  } else if (holder.kind != HolderKind::exports) {
    of = mix(of, hash_text(facts.name(facts.atoms[holder.index].qualified_name)));
  }
  return mix(mix(mix(key_tag::element, index.path_hash), of), name_hash);
}

}  // namespace dg
