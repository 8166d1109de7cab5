#pragma once
/// \file
/// How alike two atoms are, with all that is nested in them; match.h says how it is measured.
/// Internal to events/. Pure; borrows the facts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/facts.h"

namespace dg {

/// Look-ups in one file's atoms that matching needs. O(atoms log atoms) to make.
class AtomTree {
 public:
  explicit AtomTree(const FileFacts& facts);

  const FileFacts& facts() const noexcept { return *facts_; }
  const Atom& atom(AtomIndex index) const noexcept { return facts_->atoms[raw(index)]; }
  std::string_view name(AtomIndex index) const noexcept { return facts_->name(atom(index).name); }
  std::string_view qualified_name(AtomIndex index) const noexcept {
    return facts_->name(atom(index).qualified_name);
  }
  /// One past the last atom nested in this one; they follow it.
  AtomIndex subtree_end(AtomIndex index) const noexcept { return ends_[raw(index)]; }
  std::uint64_t subtree_tokens(AtomIndex index) const noexcept { return tokens_[raw(index)]; }
  AtomIndex named(std::string_view qualified_name) const;  ///< kNone: none.
  /// Has a name that somebody gave it.
  bool is_named(AtomIndex index) const noexcept;
  /// The atom that has the same name relative to `to`, in `other`, as `atom` has to `from` here.
  AtomIndex counterpart(AtomIndex atom, AtomIndex from, const AtomTree& other, AtomIndex to) const;

 private:
  const FileFacts* facts_;
  std::vector<AtomIndex> ends_;
  std::vector<std::uint64_t> tokens_;
  std::vector<AtomIndex> by_name_;  ///< Sorted by qualified name.
};

/// From 0 to 1.
double similarity(const AtomTree& a, AtomIndex x, const AtomTree& b, AtomIndex y);

}  // namespace dg
