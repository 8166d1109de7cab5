// The values behind the keys of keys.h: structural hashes of what the evaluator may read.
//
// Expressions are hashed by text and structure, not by index. A name is hashed as the identity of
// its binding and a function as its qualified name: who follows them reads their own keys. Object
// literals have no name and are hashed whole, together with what holds them.

#include <algorithm>
#include <vector>

#include "graph/link/keys.h"
#include "graph/link/linker.h"
#include "graph/modules/config.h"

namespace dg {
namespace {

class InterfaceBuilder {
 public:
  InterfaceBuilder(const FileFacts& facts, const FileIndex& index)
      : facts_(facts),
        index_(index),
        exprs_(facts.exprs.size(), 0),
        done_(facts.exprs.size(), 0),
        shapes_(facts.shapes.size(), 0) {}

  std::vector<InterfaceItem> build(std::string_view path) {
    for (std::uint32_t e = 0; e < facts_.exprs.size(); ++e) expr(ExprIndex{e});
    items_.push_back({path_key(path), 1});
    items_.push_back({module_key(index_), module_value()});
    for (std::uint32_t b = 0; b < facts_.bindings.size(); ++b) add_binding(BindingIndex{b});
    for (std::uint32_t a = 0; a < facts_.atoms.size(); ++a) {
      items_.push_back({atom_key(facts_, index_, AtomIndex{a}), atom_value(a)});
      add_members(AtomIndex{a});
    }
    for (const auto& row : index_.assigned) {
      const Assignment& a = facts_.assignments[row.value];
      say(property_topic(row.key), mix(expr(a.object), expr(a.value)));
    }
    for (const auto& row : index_.outward_calls) {
      const Reference& call = facts_.references[row.value];
      say(call_topic(row.key), mix(expr(call.target), list(call.args)));
    }
    for (const auto& row : index_.classes) say(class_topic(row.key), atom_text(row.value));
    add_implementing();
    for (const auto& row : index_.comment_types) {
      items_.push_back({export_key(index_, row.key), mix(1, binding_text(row.value))});
    }
    for (std::uint32_t e = 0; e < facts_.exports.size(); ++e) {
      const std::uint64_t name = hash_text(facts_.name(facts_.exports[e].exported));
      items_.push_back({export_key(index_, name), export_value(e)});
    }
    for (const NamedMember& member : index_.named_members) {
      items_.push_back({member_name_key(facts_.name(member.name)),
                        mix(index_.path_hash, atom_text(raw(member.atom)))});
    }
    return folded();
  }

 private:
  /// Something on a topic, on which other files may have their own.
  void say(std::uint64_t topic, std::uint64_t value) {
    items_.push_back({topic, mix(index_.path_hash, value)});
  }

  /// Items of equal key become one whose value depends on all of them, in their order.
  std::vector<InterfaceItem> folded() {
    std::stable_sort(items_.begin(), items_.end(),
                     [](const auto& a, const auto& b) { return a.key < b.key; });
    std::vector<InterfaceItem> out;
    out.reserve(items_.size());
    for (const InterfaceItem& item : items_) {
      if (!out.empty() && out.back().key == item.key) {
        out.back().value = mix(out.back().value, item.value);
      } else {
        out.push_back(item);
      }
    }
    return out;
  }

  std::uint64_t text(NameId name) const { return hash_text(facts_.name(name)); }
  std::uint64_t atom_text(std::uint32_t atom) const {
    if (atom == kNoIndex) return 0;
    const Atom& a = facts_.atoms[atom];
    const std::uint64_t kind = static_cast<std::uint64_t>(a.kind) << 1 | (a.ambient ? 1u : 0u);
    return mix(text(a.qualified_name), kind);
  }
  std::uint64_t import_text(std::uint32_t import) const {
    if (import == kNoIndex) return 0;
    const Import& i = facts_.imports[import];
    const std::uint64_t kind = static_cast<std::uint64_t>(i.kind) << 1 | (i.type_only ? 1u : 0u);
    return mix(mix(text(i.specifier), text(i.imported)), kind);
  }
  std::uint64_t binding_text(std::uint32_t binding) const {
    if (binding == kNoIndex) return 0;
    const BindingIndex b{binding};
    return mix(index_.binding_identity(facts_, b),
               static_cast<std::uint64_t>(facts_.bindings[binding].kind));
  }

  std::uint64_t list(Range range) {
    std::uint64_t hash = range.count;
    for (std::uint32_t i = range.begin; i < range.begin + range.count; ++i) {
      hash = mix(hash, expr(facts_.expr_lists[i]));
    }
    return hash;
  }

  /// Each shape once: all methods of an object literal depend on the whole of it.
  std::uint64_t shape(std::uint32_t s) {
    if (shapes_[s] == 0) shapes_[s] = shape_content(facts_.shapes[s]) | 1;
    return shapes_[s];
  }

  std::uint64_t shape_content(const Shape& shape) {
    std::uint64_t hash = mix(expr(shape.extends), shape.is_class ? 1 : 0);
    for (std::uint32_t m = shape.members.begin; m < shape.members.begin + shape.members.count;
         ++m) {
      hash = mix(mix(hash, text(facts_.members[m].name)), member(facts_.members[m]));
    }
    return hash;
  }

  std::uint64_t member(const Member& member) {
    const std::uint64_t kind =
        static_cast<std::uint64_t>(member.kind) << 1 | (member.is_static ? 1u : 0u);
    return mix(mix(kind, atom_text(raw(member.atom))), expr(member.value));
  }

  /// Each expression once. The facts hold children before parents, all but arguments and members,
  /// so the recursion is as deep as those are nested. It is cut far below what the evaluator may
  /// read.
  std::uint64_t expr(ExprIndex index) {
    const std::uint32_t i = raw(index);
    if (i == 0 || i == kNoIndex || done_[i] == 1) return 0;
    if (done_[i] == 2) return exprs_[i];
    if (depth_ > 200) return 1;
    ++depth_;
    done_[i] = 1;
    exprs_[i] = mix(static_cast<std::uint64_t>(facts_.exprs[i].kind), content(facts_.exprs[i]));
    done_[i] = 2;
    --depth_;
    return exprs_[i];
  }

  std::uint64_t content(const Expr& e) {
    switch (e.kind) {
      case ExprKind::name:
        return mix(binding_text(e.a), text(NameId{e.b}));
      case ExprKind::this_:
      case ExprKind::atom:
        return atom_text(e.a);
      case ExprKind::super_:
        return mix(atom_text(e.a), 1);
      case ExprKind::member:
        return mix(expr(ExprIndex{e.a}), text(NameId{e.b}));
      case ExprKind::element:
        return mix(expr(ExprIndex{e.a}), expr(ExprIndex{e.b}));
      case ExprKind::await:
        return expr(ExprIndex{e.a});
      case ExprKind::string:
        return e.b == kNoIndex ? 0 : text(NameId{e.b});
      case ExprKind::call:
      case ExprKind::construct:
        return mix(expr(ExprIndex{e.a}), e.b == kNoIndex ? 0 : list(facts_.references[e.b].args));
      case ExprKind::module:
        return import_text(e.a);
      case ExprKind::object:
        return shape(e.a);
      case ExprKind::choice:
      case ExprKind::list:
      case ExprKind::typed:
      case ExprKind::apply:
      case ExprKind::function_type:
      case ExprKind::construct_type:
      case ExprKind::intersection:
        return mix(expr(ExprIndex{e.a}), expr(ExprIndex{e.b}));
      case ExprKind::array:
      case ExprKind::argument:
      case ExprKind::parameter:
        return mix(expr(ExprIndex{e.a}), e.b);
      case ExprKind::spread:
      case ExprKind::iterated:
      case ExprKind::type_query:
      case ExprKind::tuple:
        return expr(ExprIndex{e.a});
      case ExprKind::lookup:
        return mix(expr(ExprIndex{e.a}), text(NameId{e.b}));
      default:
        return 0;
    }
  }

  void add_implementing() {
    for (const std::uint32_t s : index_.implementing) {
      const Shape& of = facts_.shapes[s];
      const std::uint64_t types = mix(list(of.implements), atom_text(raw(of.atom)));
      for (std::uint32_t m = of.members.begin; m < of.members.begin + of.members.count; ++m) {
        const Member& member = facts_.members[m];
        if (member.atom == kNone<AtomIndex>) continue;
        say(property_topic(text(member.name)), mix(types, atom_text(raw(member.atom))));
      }
    }
  }

  /// What a class or function has under each name: its users depend on the names that they ask for.
  void add_members(AtomIndex atom) {
    const auto has = [&](NameId name, std::uint64_t value) {
      items_.push_back({member_key(facts_, index_, atom, text(name)), value});
    };
    const ShapeIndex s = facts_.atoms[raw(atom)].shape;
    if (s != kNone<ShapeIndex> && facts_.shapes[raw(s)].is_class) {
      const Range range = facts_.shapes[raw(s)].members;
      for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
        has(facts_.members[m].name, member(facts_.members[m]));
      }
    }
    for (const HolderKind kind : {HolderKind::instance, HolderKind::statics}) {
      const std::uint64_t row = FileIndex::holder_row({kind, raw(atom)});
      for (const auto& assigned : rows(index_.holder_assignments, row)) {
        const Assignment& a = facts_.assignments[assigned.value];
        if (is_element(facts_.name(a.property))) continue;
        has(a.property, mix(static_cast<std::uint64_t>(kind), expr(a.value)));
      }
    }
  }

  /// Whether a property of a class or function is nobody's name: what it inherits and mixes in.
  static bool is_heritage(std::string_view property) noexcept { return property.starts_with('<'); }

  std::uint64_t added(Holder holder) {
    const bool by_name = holder.kind == HolderKind::instance || holder.kind == HolderKind::statics;
    std::uint64_t hash = 0;
    for (const auto& row : rows(index_.holder_assignments, FileIndex::holder_row(holder))) {
      const Assignment& a = facts_.assignments[row.value];
      if (is_element(facts_.name(a.property))) {
        items_.push_back({element_key(facts_, index_, holder, text(a.property)), expr(a.value)});
      } else if (!by_name || is_heritage(facts_.name(a.property))) {
        hash = mix(mix(hash, text(a.property)), expr(a.value));
      }
    }
    return hash;
  }

  std::uint64_t module_value() {
    std::uint64_t hash = (index_.esm_exports ? 1u : 0u) | (index_.cjs_exports ? 2u : 0u) |
                         (facts_.is_module ? 4u : 0u) | (facts_.is_commonjs ? 8u : 0u) |
                         static_cast<std::uint64_t>(facts_.skipped) << 8;
    for (const std::uint32_t e : index_.stars) hash = mix(hash, export_value(e));
    for (const std::uint32_t e : index_.whole) hash = mix(hash, export_value(e));
    return mix(hash, added({HolderKind::exports, 0}));
  }

  std::uint64_t export_value(std::uint32_t index) {
    const Export& e = facts_.exports[index];
    const std::uint64_t kind = static_cast<std::uint64_t>(e.kind) << 1 | (e.type_only ? 1u : 0u);
    return mix(mix(mix(mix(kind, text(e.imported)), import_text(raw(e.import))),
                   binding_text(raw(e.binding))),
               expr(e.value));
  }

  void add_binding(BindingIndex index) {
    const Binding& b = facts_.bindings[raw(index)];
    std::uint64_t more = added({HolderKind::variable, raw(index)});
    for (const auto& row : rows(index_.parameter_calls, raw(index))) {
      more = mix(more, list(facts_.references[row.value].args));
    }
    for (const auto& row : index_.types_of(facts_, index)) {
      more = mix(more, atom_text(row.value));
    }
    const bool opaque = raw(b.init) == 0 && b.atom == kNone<AtomIndex> &&
                        b.import == kNone<ImportIndex> && more == 0;
    if (opaque) return;
    const std::uint64_t flags = (b.reassigned ? 1u : 0u) | (b.type_only ? 2u : 0u);
    const std::uint64_t what = mix(mix(atom_text(raw(b.atom)), import_text(raw(b.import))), flags);
    items_.push_back({binding_key(facts_, index_, index), mix(mix(what, expr(b.init)), more)});
  }

  std::uint64_t holder(Holder of) {
    if (of.kind == HolderKind::value) return expr(ExprIndex{of.index});
    if (of.kind == HolderKind::variable) return binding_text(of.index);
    return mix(static_cast<std::uint64_t>(of.kind), atom_text(of.index));
  }

  std::uint64_t atom_value(std::uint32_t index) {
    const Atom& a = facts_.atoms[index];
    std::uint64_t hash = (a.is_async ? 1u : 0u) | (a.is_static ? 2u : 0u) | (a.ambient ? 4u : 0u) |
                         static_cast<std::uint64_t>(a.kind) << 8;
    hash = mix(hash, expr(a.returns));
    if (a.shape != kNone<ShapeIndex>) {
      const Shape& own = facts_.shapes[raw(a.shape)];
      hash = own.is_class ? mix(mix(hash, expr(own.extends)), list(own.implements))
                          : mix(hash, shape(raw(a.shape)));
    }
    if (a.member_of != kNone<ShapeIndex>) {
      const Shape& owner = facts_.shapes[raw(a.member_of)];
      hash = mix(hash, owner.is_class ? atom_text(raw(owner.atom)) : shape(raw(a.member_of)));
      for (const auto& row : index_.mixed_into(a.member_of)) hash = mix(hash, holder(row.holder));
    }
    const Holder self = index_.holder_of_this(facts_, AtomIndex{index});
    hash = mix(hash, holder(self));
    hash = mix(hash, added({HolderKind::instance, index}));
    hash = mix(hash, added({HolderKind::statics, index}));
    if (a.kind == AtomKind::namespace_) hash = mix(hash, children(index));
    for (std::uint32_t p = a.params.begin; p < a.params.begin + a.params.count; ++p) {
      const Param& param = facts_.params[p];
      hash =
          mix(mix(hash, binding_text(raw(param.binding))), static_cast<std::uint64_t>(param.form));
    }
    for (const auto& row : rows(index_.overloads, index)) {
      hash = mix(hash, atom_text(row.value));
    }
    for (const auto& row : rows(index_.this_types, index)) {
      hash = mix(hash, binding_text(row.value));
    }
    for (const auto& row : rows(index_.type_parameters, index)) {
      hash = mix(hash, binding_text(row.value));
    }
    return hash;
  }

  std::uint64_t children(std::uint32_t parent) {
    std::uint64_t hash = 0;
    const std::uint32_t end = facts_.atoms[parent].byte_end;
    for (std::uint32_t a = parent + 1; a < facts_.atoms.size(); ++a) {
      if (facts_.atoms[a].byte_begin >= end) break;  // Sorted by start.
      if (raw(facts_.atoms[a].parent) == parent) hash = mix(hash, atom_text(a));
    }
    return hash;
  }

  const FileFacts& facts_;
  const FileIndex& index_;
  std::vector<std::uint64_t> exprs_;
  std::vector<std::uint8_t> done_;
  std::vector<std::uint64_t> shapes_;  ///< 0: not asked for.
  int depth_ = 0;
  std::vector<InterfaceItem> items_;
};

}  // namespace

std::vector<InterfaceItem> interface_of(std::string_view path, const FileFacts& facts,
                                        const FileIndex& index) {
  return InterfaceBuilder(facts, index).build(path);
}

std::uint64_t member_name_key(std::string_view name) noexcept {
  return mix(key_tag::member_name, hash_text(name));
}
std::uint64_t path_key(std::string_view path) noexcept {
  return mix(key_tag::path, hash_text(path));
}
std::uint64_t config_key(std::string_view path) noexcept {
  return mix(key_tag::config, hash_text(path));
}

std::vector<InterfaceItem> interface_of(const ModuleConfigs& configs) {
  std::vector<InterfaceItem> items;
  for (const auto& [path, entry] : configs.impl().entries) {
    items.push_back({config_key(path), entry->value});
    for (const auto& [part, value] : entry->parts) {
      items.push_back({config_key(config_part(path, part.first, part.second)), value});
    }
  }
  for (const auto& [name, folders] : configs.impl().packages) {
    std::uint64_t value = 3;
    for (const std::string& folder : folders) value = mix(value, hash_text(folder));
    items.push_back({config_key("package:" + name), value});
  }
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace dg
