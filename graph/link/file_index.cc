#include "graph/link/file_index.h"

#include <algorithm>

#include "graph/link/file_index_parts.h"
#include "graph/stable_hash.h"

namespace dg {
namespace {

void index_exports(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t i = 0; i < facts.exports.size(); ++i) {
    const Export& e = facts.exports[i];
    const bool cjs = e.kind == ExportKind::cjs_value || e.kind == ExportKind::cjs_member ||
                     e.kind == ExportKind::cjs_all;
    (cjs ? index.cjs_exports : index.esm_exports) = true;
    if (e.kind == ExportKind::all_from || e.kind == ExportKind::cjs_all) {
      index.stars.push_back(i);
    } else if (e.kind == ExportKind::cjs_value) {
      index.whole.push_back(i);
    } else {
      index.exports.push_back({hash_text(facts.name(e.exported)), i});
    }
  }
  std::sort(index.exports.begin(), index.exports.end());
}

void index_shapes(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t s = 0; s < facts.shapes.size(); ++s) {
    const Range range = facts.shapes[s].members;
    for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
      const Member& member = facts.members[m];
      if (member.kind == MemberKind::spread) {
        index.spreads.push_back({s, m});
      } else if (raw(member.name) != 0) {
        const std::uint64_t name = hash_text(facts.name(member.name));
        index.members.push_back({FileIndex::member_row(ShapeIndex{s}, name), m});
      }
    }
  }
  std::sort(index.members.begin(), index.members.end());
  for (std::uint32_t b = 0; b < facts.bindings.size(); ++b) {
    const Expr& init = untyped(facts, facts.bindings[b].init);
    if (init.kind == ExprKind::object) index.shape_binding.push_back({init.a, b});
  }
  std::sort(index.shape_binding.begin(), index.shape_binding.end());
}

void index_atoms(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t a = 1; a < facts.atoms.size(); ++a) {
    const Atom& atom = facts.atoms[a];
    if (atom.parent != kNone<AtomIndex> &&
        facts.atoms[raw(atom.parent)].kind == AtomKind::namespace_) {
      index.children.push_back(
          {FileIndex::child_row(atom.parent, hash_text(facts.name(atom.name))), a});
    }
    const bool is_type = atom.kind == AtomKind::interface || atom.kind == AtomKind::type_alias ||
                         atom.kind == AtomKind::class_;
    if (is_type && atom.parent != kNone<AtomIndex>) {
      index.types.push_back(
          {FileIndex::child_row(atom.parent, hash_text(facts.name(atom.name))), a});
    }
    if (atom.member_of != kNone<ShapeIndex> && is_function(atom.kind) && raw(atom.name) != 0 &&
        !facts.name(atom.name).starts_with('#')) {
      index.named_members.push_back({atom.name, AtomIndex{a}});
    }
  }
  std::sort(index.children.begin(), index.children.end());
  std::sort(index.types.begin(), index.types.end());
}

/// A function or method with a body, and the signatures of its name beside it.
void index_overloads(const FileFacts& facts, FileIndex& index) {
  std::vector<FileIndex::Row> order;
  for (std::uint32_t a = 1; a < facts.atoms.size(); ++a) {
    const Atom& atom = facts.atoms[a];
    if (!atom.ambient || (atom.kind != AtomKind::function && atom.kind != AtomKind::method)) {
      continue;
    }
    order.push_back({std::uint64_t{raw(atom.parent)} << 32 | raw(atom.name), a});
  }
  if (order.empty()) return;
  std::sort(order.begin(), order.end());
  for (std::uint32_t a = 1; a < facts.atoms.size(); ++a) {
    const Atom& atom = facts.atoms[a];
    if (atom.ambient || !is_function(atom.kind)) continue;
    for (const auto& row : rows(order, std::uint64_t{raw(atom.parent)} << 32 | raw(atom.name))) {
      const Atom& signature = facts.atoms[row.value];
      if (signature.kind != atom.kind || signature.is_static != atom.is_static) continue;
      if (signature.member_of != atom.member_of) continue;
      index.overloads.push_back({a, row.value});
    }
  }
  std::sort(index.overloads.begin(), index.overloads.end());
}

void index_bindings(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t b = 0; b < facts.bindings.size(); ++b) {
    const AtomIndex atom = facts.bindings[b].atom;
    if (atom == kNone<AtomIndex> || facts.atoms[raw(atom)].kind != AtomKind::variable) continue;
    const AtomIndex parent = facts.atoms[raw(atom)].parent;
    if (parent == kNone<AtomIndex>) continue;
    if (facts.atoms[raw(parent)].kind == AtomKind::namespace_) {
      index.variables.push_back({raw(atom), b});
    }
  }
  std::sort(index.variables.begin(), index.variables.end());
  std::vector<FileIndex::Row> order;
  order.reserve(facts.bindings.size());
  for (std::uint32_t b = 0; b < facts.bindings.size(); ++b) {
    const Binding& binding = facts.bindings[b];
    const std::uint64_t owner = raw(facts.scopes[raw(binding.scope)].owner);
    order.push_back({owner << 32 | raw(binding.name), b});
  }
  std::sort(order.begin(), order.end());
  for (std::size_t i = 1, run = 0; i < order.size(); ++i) {
    run = order[i].key == order[i - 1].key ? run + 1 : 0;
    if (run > 0) index.ordinals.push_back({order[i].value, static_cast<std::uint32_t>(run)});
  }
  std::sort(index.ordinals.begin(), index.ordinals.end());
}

/// Whether an expression's value depends on the call that its code runs in.
bool depends_on_call(const FileFacts& facts, const std::vector<bool>& known, const Expr& e) {
  const auto nested = [&](std::uint32_t atom) {
    const AtomIndex parent = facts.atoms[atom].parent;
    return parent != kNone<AtomIndex> && raw(parent) != 0;
  };
  switch (e.kind) {
    case ExprKind::this_:
      return true;
    case ExprKind::name: {
      if (e.a == kNoIndex) return false;
      const Binding& b = facts.bindings[e.a];
      const bool type_parameter = b.kind == BindingKind::type && b.atom == kNone<AtomIndex> &&
                                  b.import == kNone<ImportIndex> && raw(b.scope) != 0;
      if (b.kind == BindingKind::param || type_parameter) return true;
      if (b.atom != kNone<AtomIndex> && facts.atoms[raw(b.atom)].kind != AtomKind::variable) {
        return nested(raw(b.atom));
      }
      return known[raw(b.init)];
    }
    case ExprKind::atom:
      return nested(e.a);
    case ExprKind::object: {
      const Range range = facts.shapes[e.a].members;
      for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
        const Member& member = facts.members[m];
        if (known[raw(member.value)]) return true;
        if (member.atom != kNone<AtomIndex> && nested(raw(member.atom))) return true;
      }
      return false;
    }
    case ExprKind::super_:
      return true;
    case ExprKind::element:
      return known[e.a] || (e.b != kNoIndex && known[e.b]);
    case ExprKind::member:
    case ExprKind::await:
    case ExprKind::array:
    case ExprKind::tuple:
    case ExprKind::spread:
    case ExprKind::iterated:
    case ExprKind::argument:
    case ExprKind::parameter:
    case ExprKind::type_query:
    case ExprKind::lookup:
      return known[e.a];
    case ExprKind::call:
    case ExprKind::construct: {
      if (known[e.a]) return true;
      if (e.b == kNoIndex) return false;
      const Range args = facts.references[e.b].args;
      for (std::uint32_t i = args.begin; i < args.begin + args.count; ++i) {
        if (known[raw(facts.expr_lists[i])]) return true;
      }
      return false;
    }
    case ExprKind::choice:
    case ExprKind::list:
    case ExprKind::typed:
    case ExprKind::apply:
    case ExprKind::function_type:
    case ExprKind::construct_type:
    case ExprKind::intersection:
      return known[e.a] || known[e.b];
    default:
      return false;
  }
}

/// Until nothing changes: one pass where values stand before their uses, as they mostly do. More
/// passes than the evaluator follows names would change no answer.
void index_dependence(const FileFacts& facts, FileIndex& index) {
  std::vector<bool>& known = index.depends;
  known.assign(facts.exprs.size(), false);
  bool changed = true;
  for (int pass = 0; changed && pass < 64; ++pass) {
    changed = false;
    for (std::size_t i = 1; i < facts.exprs.size(); ++i) {
      if (known[i] || !depends_on_call(facts, known, facts.exprs[i])) continue;
      known[i] = true;
      changed = true;
    }
  }
}

void index_types(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t b = 0; b < facts.bindings.size(); ++b) {
    const Binding& binding = facts.bindings[b];
    if (binding.kind == BindingKind::param && facts.name(binding.name) == "this") {
      index.this_types.push_back({raw(facts.scopes[raw(binding.scope)].owner), b});
    }
    if (binding.kind != BindingKind::type || binding.atom != kNone<AtomIndex>) continue;
    if (raw(binding.scope) == 0) {
      index.comment_types.push_back({hash_text(facts.name(binding.name)), b});
    } else {
      index.type_parameters.push_back({raw(facts.scopes[raw(binding.scope)].owner), b});
    }
  }
  for (std::uint32_t s = 0; s < facts.shapes.size(); ++s) {
    const Shape& shape = facts.shapes[s];
    const bool is_class = shape.is_class && shape.atom != kNone<AtomIndex> &&
                          facts.atoms[raw(shape.atom)].kind == AtomKind::class_;
    if (is_class && shape.implements.count > 0) index.implementing.push_back(s);
  }
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    const Reference& reference = facts.references[r];
    const Expr& target = facts.exprs[raw(reference.target)];
    if (reference.kind != ReferenceKind::call || target.kind != ExprKind::name) continue;
    if (target.a == kNoIndex || facts.bindings[target.a].kind != BindingKind::param) continue;
    index.parameter_calls.push_back({target.a, r});
  }
  std::sort(index.this_types.begin(), index.this_types.end());
  std::sort(index.comment_types.begin(), index.comment_types.end());
  std::sort(index.type_parameters.begin(), index.type_parameters.end());
  std::sort(index.parameter_calls.begin(), index.parameter_calls.end());
}

}  // namespace

const Expr& untyped(const FileFacts& facts, ExprIndex index) noexcept {
  const Expr* e = &facts.exprs[raw(index)];
  while (e->kind == ExprKind::typed || e->kind == ExprKind::choice) e = &facts.exprs[e->a];
  return *e;
}

std::span<const FileIndex::Row> rows(const std::vector<FileIndex::Row>& table,
                                     std::uint64_t key) noexcept {
  const auto first = std::lower_bound(table.begin(), table.end(), FileIndex::Row{key, 0});
  auto last = first;
  while (last != table.end() && last->key == key) ++last;
  return {first, last};
}

std::uint64_t FileIndex::member_row(ShapeIndex shape, std::uint64_t name_hash) noexcept {
  return mix(name_hash, raw(shape));
}
std::uint64_t FileIndex::child_row(AtomIndex parent, std::uint64_t name_hash) noexcept {
  return mix(name_hash, raw(parent));
}
std::uint64_t FileIndex::added_row(Holder holder, std::uint64_t name_hash) noexcept {
  return mix(name_hash, holder_row(holder));
}
std::uint64_t FileIndex::holder_row(Holder holder) noexcept {
  return std::uint64_t{static_cast<std::uint8_t>(holder.kind)} << 32 | holder.index;
}

std::span<const FileIndex::Row> FileIndex::types_of(const FileFacts& facts,
                                                    BindingIndex binding) const noexcept {
  const Binding& b = facts.bindings[raw(binding)];
  const AtomIndex owner = facts.scopes[raw(b.scope)].owner;
  return rows(types, child_row(owner, hash_text(facts.name(b.name))));
}

std::span<const FileIndex::Owned> FileIndex::mixed_into(ShapeIndex shape) const noexcept {
  const auto before = [](const Owned& row, std::uint32_t wanted) { return row.index < wanted; };
  const auto first = std::lower_bound(shape_mixed.begin(), shape_mixed.end(), raw(shape), before);
  auto last = first;
  while (last != shape_mixed.end() && last->index == raw(shape)) ++last;
  return {first, last};
}

Holder FileIndex::holder_of_this(const FileFacts& facts, AtomIndex index) const noexcept {
  const Atom& atom = facts.atoms[raw(index)];
  if (atom.kind == AtomKind::class_) return {HolderKind::instance, raw(index)};
  const auto by_index = [](const Owned& row, std::uint32_t wanted) { return row.index < wanted; };
  if (atom.member_of != kNone<ShapeIndex>) {
    const Shape& shape = facts.shapes[raw(atom.member_of)];
    if (shape.is_class) {
      return {atom.is_static ? HolderKind::statics : HolderKind::instance, raw(shape.atom)};
    }
    const std::uint32_t s = raw(atom.member_of);
    const auto owner = std::lower_bound(shape_class.begin(), shape_class.end(), s, by_index);
    if (owner != shape_class.end() && owner->index == s) return owner->holder;
    const auto binding = rows(shape_binding, s);
    if (!binding.empty()) return {HolderKind::variable, binding.front().value};
    return {};
  }
  const auto owner = std::lower_bound(this_of.begin(), this_of.end(), raw(index), by_index);
  if (owner != this_of.end() && owner->index == raw(index)) return owner->holder;
  if (atom.kind == AtomKind::function) return {HolderKind::instance, raw(index)};
  return {};
}

std::uint64_t FileIndex::binding_identity(const FileFacts& facts,
                                          BindingIndex index) const noexcept {
  const Binding& binding = facts.bindings[raw(index)];
  const Atom& owner = facts.atoms[raw(facts.scopes[raw(binding.scope)].owner)];
  const auto ordinal = rows(ordinals, raw(index));
  const std::uint64_t place =
      mix(hash_text(facts.name(owner.qualified_name)), hash_text(facts.name(binding.name)));
  return mix(place, ordinal.empty() ? 0 : ordinal.front().value);
}

std::shared_ptr<const FileIndex> make_file_index(std::string_view path, const FileFacts& facts) {
  auto index = std::make_shared<FileIndex>();
  index->path_hash = hash_text(path);
  index_exports(facts, *index);
  index_shapes(facts, *index);
  index_atoms(facts, *index);
  index_overloads(facts, *index);
  index_bindings(facts, *index);
  index_assignments(facts, *index);
  index_types(facts, *index);
  index_calls(facts, *index);
  index_topics(facts, *index);
  index_dependence(facts, *index);
  std::sort(index->named_members.begin(), index->named_members.end());
  index->named_members.erase(std::unique(index->named_members.begin(), index->named_members.end()),
                             index->named_members.end());
  return index;
}

}  // namespace dg
