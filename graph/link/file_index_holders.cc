// What assignments add to, and what `this` is in the functions that they add.

#include <algorithm>

#include "graph/link/file_index_parts.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

/// The property under which a descriptor is noted.
constexpr std::string_view kDescriptor = "<descriptor>";

/// Follows names, `.prototype` and `this` to what an assignment adds to. The chain is as long as
/// the aliases of the source are, so it is bounded.
class HolderFinder {
 public:
  HolderFinder(const FileFacts& facts, const FileIndex& index) : facts_(facts), index_(index) {}

  Holder of(ExprIndex expr, int depth = 0) const {
    if (depth > 8) return {};
    const Expr& e = facts_.exprs[raw(expr)];
    switch (e.kind) {
      case ExprKind::name:
        return e.a == kNoIndex ? Holder{} : of_binding(e.a, depth);
      case ExprKind::atom:
        return of_atom(e.a);
      case ExprKind::this_:
        return index_.holder_of_this(facts_, AtomIndex{e.a});
      case ExprKind::module_exports:
        return {HolderKind::exports, 0};
      case ExprKind::object: {
        const auto found = rows(index_.shape_binding, e.a);
        return found.empty() ? Holder{} : Holder{HolderKind::variable, found.front().value};
      }
      case ExprKind::member:
        return of_member(e, depth);
      case ExprKind::typed:
      case ExprKind::intersection:
      case ExprKind::choice:
        return of(ExprIndex{e.a}, depth + 1);
      default:
        return {};
    }
  }

 private:
  Holder of_atom(std::uint32_t atom) const {
    const AtomKind kind = facts_.atoms[atom].kind;
    if (kind == AtomKind::variable || kind == AtomKind::module) return {};
    return {HolderKind::statics, atom};
  }

  Holder of_binding(std::uint32_t binding, int depth) const {
    const Binding& b = facts_.bindings[binding];
    if (b.atom != kNone<AtomIndex>) {
      const Holder holder = of_atom(raw(b.atom));
      if (holder.kind != HolderKind::none) return holder;
    }
    if (b.import == kNone<ImportIndex> && raw(b.init) != 0) {
      const ExprKind kind = untyped(facts_, b.init).kind;
      if (kind == ExprKind::member || kind == ExprKind::atom || kind == ExprKind::name ||
          kind == ExprKind::this_ || kind == ExprKind::module_exports) {
        const Holder holder = of(b.init, depth + 1);
        if (holder.kind != HolderKind::none) return holder;
      }
    }
    return {HolderKind::variable, binding};
  }

  Holder of_member(const Expr& e, int depth) const {
    const std::string_view name = facts_.name(NameId{e.b});
    if (name == "prototype") {
      const Holder holder = of(ExprIndex{e.a}, depth + 1);
      return holder.kind == HolderKind::statics ? Holder{HolderKind::instance, holder.index}
                                                : Holder{};
    }
    if (facts_.exprs[e.a].kind != ExprKind::module_exports) return {};
    for (const FileIndex::Row& row : rows(index_.exports, hash_text(name))) {
      const Export& exported = facts_.exports[row.value];
      if (exported.kind != ExportKind::cjs_member) continue;
      const Holder holder = of(exported.value, depth + 1);
      if (holder.kind != HolderKind::none) return holder;
    }
    return {};
  }

  const FileFacts& facts_;
  const FileIndex& index_;
};

/// Functions that a class' own code assigns to its `this`: `this.m = function () {…}`, also where a
/// condition chooses between two.
void note_assigned_function(const FileFacts& facts, ExprIndex value, Holder holder, int depth,
                            FileIndex& index) {
  const Expr& e = facts.exprs[raw(value)];
  if (e.kind == ExprKind::typed && e.a != 0 && depth < 4) {
    note_assigned_function(facts, ExprIndex{e.a}, holder, depth + 1, index);
  } else if (e.kind == ExprKind::choice && depth < 4) {
    note_assigned_function(facts, ExprIndex{e.a}, holder, depth + 1, index);
    note_assigned_function(facts, ExprIndex{e.b}, holder, depth + 1, index);
  } else if (e.kind == ExprKind::atom && is_function(facts.atoms[e.a].kind)) {
    index.this_of.push_back({e.a, holder});
  }
}

void index_assigned_members(const FileFacts& facts, FileIndex& index) {
  for (const Shape& shape : facts.shapes) {
    if (!shape.is_class || shape.atom == kNone<AtomIndex>) continue;
    for (std::uint32_t m = shape.members.begin; m < shape.members.begin + shape.members.count;
         ++m) {
      const Member& member = facts.members[m];
      if (member.kind != MemberKind::assigned && member.kind != MemberKind::field) continue;
      const HolderKind kind = member.is_static ? HolderKind::statics : HolderKind::instance;
      note_assigned_function(facts, member.value, {kind, raw(shape.atom)}, 0, index);
    }
  }
}

/// The class that an assignment of an object to `X.prototype` describes, or the one whose member
/// the assigned function becomes.
void note_this(const FileFacts& facts, const Assignment& assignment, Holder holder,
               FileIndex& index) {
  const Expr& value = untyped(facts, assignment.value);
  if (holder.kind == HolderKind::statics && value.kind == ExprKind::object &&
      facts.name(assignment.property) == "prototype") {
    index.shape_class.push_back({value.a, {HolderKind::instance, holder.index}});
  } else if (value.kind == ExprKind::atom && is_function(facts.atoms[value.a].kind)) {
    index.this_of.push_back({value.a, holder});
    const NameId name = assignment.property;
    if (raw(name) != 0 && holder.kind != HolderKind::exports) {
      index.named_members.push_back({name, AtomIndex{value.a}});
    }
  }
}

/// `X.prototype[key] = function`, noted as property `prototype[]` of X: `this` is what has the key.
void note_this_of_element(const FileFacts& facts, const Assignment& assignment, Holder holder,
                          FileIndex& index) {
  const Expr& value = untyped(facts, assignment.value);
  if (value.kind != ExprKind::atom || !is_function(facts.atoms[value.a].kind)) return;
  std::string_view member = facts.name(assignment.property);
  member.remove_suffix(2);
  if (member == "prototype" && holder.kind == HolderKind::statics) {
    index.this_of.push_back({value.a, {HolderKind::instance, holder.index}});
    return;
  }
  for (std::uint32_t e = 1; e < facts.exprs.size(); ++e) {
    const Expr& of = facts.exprs[e];
    if (of.kind != ExprKind::member || of.a != raw(assignment.object)) continue;
    if (facts.name(NameId{of.b}) != member) continue;
    index.this_of.push_back({value.a, {HolderKind::value, e}});
    return;
  }
}

/// `this` in a property's descriptor is what has the property.
void note_this_of_descriptor(const FileFacts& facts, const Assignment& assignment, Holder holder,
                             FileIndex& index) {
  const Expr& value = untyped(facts, assignment.value);
  if (value.kind != ExprKind::object) return;
  if (holder.kind == HolderKind::none) holder = {HolderKind::value, raw(assignment.object)};
  index.shape_class.push_back({value.a, holder});
}

/// `Object.assign(X, {m() {…}})`: `this` is X.
void note_this_of_merged(const FileFacts& facts, const HolderFinder& finder, FileIndex& index) {
  for (const Reference& call : facts.references) {
    if (call.kind != ReferenceKind::call || call.args.count < 2) continue;
    const Expr& callee = facts.exprs[raw(call.target)];
    if (callee.kind != ExprKind::member) continue;
    const Expr& global = facts.exprs[callee.a];
    const std::string_view method = facts.name(NameId{callee.b});
    if (method != "assign") continue;
    if (global.kind != ExprKind::name || global.a != kNoIndex) continue;
    if (facts.name(NameId{global.b}) != "Object") continue;
    const ExprIndex object = facts.expr_lists[call.args.begin];
    Holder holder = finder.of(object);
    if (holder.kind == HolderKind::none) holder = {HolderKind::value, raw(object)};
    for (std::uint32_t i = 1; i < call.args.count; ++i) {
      const Expr& given = facts.exprs[raw(facts.expr_lists[call.args.begin + i])];
      if (given.kind == ExprKind::object && raw(object) != 0) {
        index.shape_class.push_back({given.a, holder});
      } else if (given.kind == ExprKind::name && given.a != kNoIndex && raw(object) != 0) {
        const Expr& init = untyped(facts, facts.bindings[given.a].init);
        if (init.kind == ExprKind::object) index.shape_mixed.push_back({init.a, holder});
      }
    }
  }
}

/// A function that is assigned to a property has as its `this` what has the property.
void note_this_value(const FileFacts& facts, const Assignment& assignment, FileIndex& index) {
  const Expr& value = untyped(facts, assignment.value);
  if (value.kind != ExprKind::atom || !is_function(facts.atoms[value.a].kind)) return;
  if (facts.exprs[raw(assignment.object)].kind == ExprKind::this_) return;
  index.this_of.push_back({value.a, {HolderKind::value, raw(assignment.object)}});
}

}  // namespace

void index_assignments(const FileFacts& facts, FileIndex& index) {
  index_assigned_members(facts, index);
  const HolderFinder finder(facts, index);
  std::vector<Holder> holders(facts.assignments.size());
  // `this` inside a function means something only once the function is known to be a member, so
  // assignments to named things come first and those to `this` second.
  for (const bool through_this : {false, true}) {
    for (std::uint32_t i = 0; i < facts.assignments.size(); ++i) {
      const Assignment& assignment = facts.assignments[i];
      if ((facts.exprs[raw(assignment.object)].kind == ExprKind::this_) != through_this) continue;
      holders[i] = finder.of(assignment.object);
      const std::string_view property = facts.name(assignment.property);
      if (property == kDescriptor) {
        note_this_of_descriptor(facts, assignment, holders[i], index);
      } else if (property.ends_with("[]")) {
        note_this_of_element(facts, assignment, holders[i], index);
      } else if (holders[i].kind != HolderKind::none) {
        note_this(facts, assignment, holders[i], index);
      } else {
        note_this_value(facts, assignment, index);
      }
    }
    if (!through_this) note_this_of_merged(facts, finder, index);
    std::stable_sort(index.this_of.begin(), index.this_of.end(),
                     [](const auto& a, const auto& b) { return a.index < b.index; });
    std::sort(index.shape_class.begin(), index.shape_class.end());
    std::sort(index.shape_mixed.begin(), index.shape_mixed.end());
  }
  for (std::uint32_t i = 0; i < facts.assignments.size(); ++i) {
    const Holder holder = holders[i];
    if (holder.kind == HolderKind::none || holder.kind == HolderKind::value) continue;
    const std::string_view property = facts.name(facts.assignments[i].property);
    if (property == kDescriptor) continue;
    const std::uint64_t name = hash_text(property);
    index.added.push_back({FileIndex::added_row(holder, name), i});
    index.holder_assignments.push_back({FileIndex::holder_row(holder), i});
    if (holder.kind == HolderKind::exports) index.cjs_exports = true;
  }
  std::sort(index.added.begin(), index.added.end());
  std::sort(index.holder_assignments.begin(), index.holder_assignments.end());
}

}  // namespace dg
