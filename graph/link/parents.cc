// What a class has from elsewhere, and what it declares itself: superclasses, interfaces, mixins,
// own methods and accessors.

#include <algorithm>

#include "graph/link/eval.h"
#include "graph/link/keys.h"
#include "graph/link/members.h"

namespace dg {

Values Evaluator::parent_of(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth) {
  return traced({TraceStep::Kind::parent, &file, raw(atom), {}, {}, {}},
                [&] { return parent_value(file, atom, env, depth); });
}

Values Evaluator::parent_value(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth) {
  if (!step(depth)) return Values::unknown();
  const Context in = context_with(env);
  const Context* const context = env == 0 ? nullptr : &in;
  read_atom(file, raw(atom));
  Values found;
  const ShapeIndex shape = file.facts->atoms[raw(atom)].shape;
  if (shape != kNone<ShapeIndex> && raw(file.facts->shapes[raw(shape)].extends) != 0) {
    const ExprIndex extends = file.facts->shapes[raw(shape)].extends;
    if (file.facts->atoms[raw(atom)].kind == AtomKind::interface) {
      Values types = eval_type(file, extends, context, depth + 1);
      for (Value& value : types.list) {
        if (value.kind == ValueKind::instance) value.kind = ValueKind::atom;
      }
      return types;
    }
    found = eval(file, extends, context, depth + 1);
    // A class that a mixin made has its parents itself.
    const bool made = std::any_of(found.list.begin(), found.list.end(), [](const Value& v) {
      return v.kind == ValueKind::atom && v.via == Via::none && v.env != 0;
    });
    if (!made) join(found, mixin_bases(file, extends, depth + 1));
  } else {
    for (const HolderKind kind : {HolderKind::statics, HolderKind::instance}) {
      join(found, added_member(file, {kind, raw(atom)}, "<extends>", depth + 1));
    }
  }
  found = callable(found, depth + 1);
  Values parents;
  parents.open = found.open;
  parents.why = found.why;
  parents.detail = found.detail;
  for (Value value : found.list) {
    if (value.kind == ValueKind::instance) value.kind = ValueKind::atom;  // B.prototype
    if (value.kind != ValueKind::atom) continue;
    if (value.file == &file && value.index == raw(atom)) continue;
    const AtomKind kind = value.file->facts->atoms[value.index].kind;
    if (kind == AtomKind::type_alias) {
      for (const Value& type : instantiate(Values::one(value), {}, depth + 1).list) {
        join(parents, Values::one(type));
      }
      continue;
    }
    value.through_this = value.through_super = false;
    join(parents, Values::one(value));
  }
  return parents;
}

/// What an interface extends beside its first parent.
Values Evaluator::interfaces_of(const LinkFile& file, AtomIndex atom, std::uint32_t env,
                                int depth) {
  Values values;
  const ShapeIndex shape = file.facts->atoms[raw(atom)].shape;
  if (shape == kNone<ShapeIndex>) return values;
  const Context in = context_with(env);
  const Range list = file.facts->shapes[raw(shape)].implements;
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(list.count, kMaxAlternatives); ++i) {
    const ExprIndex type = file.facts->expr_lists[list.begin + i];
    for (Value value : eval_type(file, type, &in, depth + 1).list) {
      if (value.kind == ValueKind::instance) value.kind = ValueKind::atom;
      join(values, Values::one(value));
    }
  }
  return values;
}

/// `class A extends Mix(Base)`: Base too is above A, whatever Mix puts between.
Values Evaluator::mixin_bases(const LinkFile& file, ExprIndex extends, int depth) {
  Values bases;
  const Expr& e = file.facts->exprs[raw(extends)];
  if (e.kind != ExprKind::call || e.b == kNoIndex || !step(depth)) return bases;
  const Range args = file.facts->references[e.b].args;
  for (std::uint32_t a = 0; a < std::min<std::uint32_t>(args.count, kMaxAlternatives); ++a) {
    const Values given = eval(file, file.facts->expr_lists[args.begin + a], nullptr, depth + 1);
    for (Value value : given.list) {
      if (value.kind != ValueKind::atom) continue;
      if (value.file->facts->atoms[value.index].kind != AtomKind::class_) continue;
      value.confidence = std::max(value.confidence, Confidence::inferred);
      join(bases, Values::one(value));
    }
  }
  return bases;
}

/// What an instance of a class is of the containers of the language: `class Bag extends Set`. None
/// where a class of the project has a member of that name before.
Values Evaluator::container_of(const Value& receiver, std::string_view name, int depth) {
  if (receiver.kind != ValueKind::instance || receiver.promise) return {};
  Value at = receiver;
  for (int hops = 0; hops < 16 && step(depth); ++hops) {
    const LinkFile& file = *at.file;
    read_atom(file, at.index);
    read_member(file, at.index, name);
    const ShapeIndex shape = file.facts->atoms[at.index].shape;
    if (shape == kNone<ShapeIndex> || has_method_named(file, AtomIndex{at.index}, name, false)) {
      return {};
    }
    const ExprIndex extends = file.facts->shapes[raw(shape)].extends;
    if (raw(extends) == 0) return {};
    const Expr& e = file.facts->exprs[raw(extends)];
    const Expr& parent = e.kind == ExprKind::apply ? file.facts->exprs[e.a] : e;
    if (parent.kind == ExprKind::name && parent.a == kNoIndex) {
      const Context in = context_with(at.env);
      Values found;
      for (const Value& value : eval_type(file, extends, &in, depth + 1).list) {
        if (value.kind == ValueKind::builtin) join(found, Values::one(value));
      }
      return found;
    }
    const Values up = parent_of(file, AtomIndex{at.index}, at.env, depth + 1);
    if (up.list.empty() || up.list[0].kind != ValueKind::atom) return {};
    at = up.list[0];
  }
  return {};
}

/// `F.call(this)` in a class or a function that constructs: what F gives its `this`.
Values Evaluator::applied_member(const Value& self, std::string_view name, int depth) {
  const LinkFile& file = *self.file;
  const Holder holder{HolderKind::instance, self.index};
  Values values;
  const auto applied =
      rows(file.index->added, FileIndex::added_row(holder, hash_text("<applied>")));
  for (const auto& row : few(applied)) {
    const ExprIndex function = file.facts->assignments[row.value].value;
    for (Value value : callable(eval(file, function, nullptr, depth + 1), depth + 1).list) {
      const bool same = value.file == self.file && value.index == self.index;
      if (value.kind != ValueKind::atom || value.via != Via::none || same || !step(depth)) continue;
      if (value.file->facts->atoms[value.index].kind != AtomKind::function) continue;
      value.kind = ValueKind::instance;
      for (Value found : declared_member(value, name, false, depth + 1).list) {
        found.confidence = std::max(found.confidence, Confidence::inferred);
        join(values, Values::one(found));
      }
    }
  }
  return values;
}

/// `@d m() {}`: the function that d gives in the place of m.
Values Evaluator::decorated_member(const LinkFile& file, Holder holder, std::string_view name,
                                   int depth) {
  Values values;
  for (const auto& row :
       few(rows(file.index->added, FileIndex::added_row(holder, hash_text(name))))) {
    const ExprIndex made = file.facts->assignments[row.value].value;
    const Expr& e = file.facts->exprs[raw(made)];
    if (e.kind != ExprKind::call || e.b == kNoIndex) continue;
    if (file.facts->references[e.b].kind != ReferenceKind::decorator) continue;
    for (Value value : eval(file, made, nullptr, depth + 1).list) {
      if (value.kind != ValueKind::atom || value.via != Via::none) continue;
      value.confidence = std::max(value.confidence, Confidence::inferred);
      join(values, Values::one(value));
    }
  }
  return values;
}

Values Evaluator::getters(const Values& receivers, std::string_view name) {
  Values values;
  for (const Value& receiver : receivers.list) {
    const bool declares = receiver.kind == ValueKind::atom ||
                          receiver.kind == ValueKind::instance ||
                          receiver.kind == ValueKind::object;
    if (receiver.promise || receiver.via == Via::wrap || !declares) continue;
    Value at = receiver;
    for (int hops = 0; hops < 32; ++hops) {
      const Values own = own_accessor(at, name);
      for (Value value : own.list) {
        value.rule = rule_of_member(receiver, hops > 0);
        value.confidence = at.confidence;
        if (value.file->facts->atoms[value.index].kind == AtomKind::getter)
          join(values, Values::one(value));
      }
      if (!own.list.empty() || at.kind == ValueKind::object) break;
      const Values up = parent_of(*at.file, AtomIndex{at.index}, at.env, 0);
      if (up.list.empty() || up.list[0].kind != ValueKind::atom) break;
      const ValueKind kind = at.kind;
      const Confidence so_far = at.confidence;
      at = up.list[0];
      at.kind = kind;
      at.confidence = std::max(at.confidence, so_far);
    }
  }
  return values;
}

/// What an object literal, a class or its instances declare themselves under a name.
Values Evaluator::own_accessor(const Value& holder, std::string_view name) {
  if (holder.kind != ValueKind::object) {
    return own_method(*holder.file, AtomIndex{holder.index}, name, holder.kind == ValueKind::atom);
  }
  Values values;
  const std::uint64_t row = FileIndex::member_row(ShapeIndex{holder.index}, hash_text(name));
  for (const auto& member : few(rows(holder.file->index->members, row))) {
    const AtomIndex atom = holder.file->facts->members[member.value].atom;
    if (atom == kNone<AtomIndex>) continue;
    Value value;
    value.file = holder.file;
    value.index = raw(atom);
    join(values, Values::one(value));
  }
  return values;
}

Values Evaluator::own_method(const LinkFile& file, AtomIndex atom, std::string_view name,
                             bool is_static) {
  read_atom(file, raw(atom));
  read_member(file, raw(atom), name);
  Values values;
  const ShapeIndex shape = file.facts->atoms[raw(atom)].shape;
  Value value;
  value.file = &file;
  if (shape != kNone<ShapeIndex>) {
    const auto members = rows(file.index->members, FileIndex::member_row(shape, hash_text(name)));
    const std::uint32_t method = method_of(*file.facts, members, is_static);
    for (const auto& row : members) {
      const Member& member = file.facts->members[row.value];
      if (member.is_static != is_static || member.atom == kNone<AtomIndex>) continue;
      if (member.kind == MemberKind::method && row.value != method) continue;
      value.index = raw(member.atom);
      join(values, Values::one(value));
    }
  }
  const Holder holder{is_static ? HolderKind::statics : HolderKind::instance, raw(atom)};
  for (const auto& row :
       few(rows(file.index->added, FileIndex::added_row(holder, hash_text(name))))) {
    const Expr& e = file.facts->exprs[raw(file.facts->assignments[row.value].value)];
    if (e.kind != ExprKind::atom) continue;
    value.index = e.a;
    join(values, Values::one(value));
  }
  return values;
}

}  // namespace dg
