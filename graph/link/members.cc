// Members: what `x.m` can be, by what x is. "Nothing" is an empty, closed Values.

#include "graph/link/members.h"

#include <algorithm>
#include <span>

#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

bool nothing(const Values& values) noexcept {
  return values.list.empty() && !values.open;
}

/// Properties that every object has (ECMA-262, Properties of the Object Prototype Object).
bool on_every_object(std::string_view name) noexcept {
  return name == "hasOwnProperty" || name == "isPrototypeOf" || name == "propertyIsEnumerable" ||
         name == "toLocaleString" || name == "toString" || name == "valueOf" ||
         name == "__defineGetter__" || name == "__lookupGetter__";
}

/// Whether a member was found to be a function that is no method: a default that code which has the
/// thing may replace (`this.onerror = noop`).
bool is_default(const Values& receivers, const Values& values) noexcept {
  const auto is_thing = [](const Value& v) {
    return v.kind == ValueKind::instance || v.kind == ValueKind::object;
  };
  if (std::none_of(receivers.list.begin(), receivers.list.end(), is_thing)) return false;
  return std::all_of(values.list.begin(), values.list.end(), [](const Value& v) {
    if (v.kind != ValueKind::atom || v.via != Via::none) return false;
    if (v.rule == LinkRule::prototype || v.rule == LinkRule::inherited_member) return false;
    const Atom& atom = v.file->facts->atoms[v.index];
    if (atom.member_of != kNone<ShapeIndex> && atom.kind == AtomKind::method) return false;
    return atom.kind == AtomKind::function || atom.kind == AtomKind::arrow;
  });
}

/// What is known of a member of something that is itself not known.
OpenReason reason_of_member(OpenReason receiver) noexcept {
  switch (receiver) {
    case OpenReason::no_member:
    case OpenReason::dynamic:
      return OpenReason::unknown_receiver;
    default:
      return receiver;
  }
}

}  // namespace

std::span<const FileIndex::Row> few(std::span<const FileIndex::Row> rows) noexcept {
  return rows.first(std::min<std::size_t>(rows.size(), 64));
}

std::uint32_t method_of(const FileFacts& facts, std::span<const FileIndex::Row> members,
                        bool is_static) noexcept {
  std::uint32_t found = kNoIndex;
  for (const FileIndex::Row& row : members) {
    const Member& member = facts.members[row.value];
    if (member.is_static != is_static || member.kind != MemberKind::method) continue;
    const bool body = member.atom != kNone<AtomIndex> && !facts.atoms[raw(member.atom)].ambient;
    if (body || found == kNoIndex) found = row.value;
  }
  return found;
}

LinkRule rule_of_member(const Value& receiver, bool inherited) noexcept {
  if (receiver.through_super) return LinkRule::super_member;
  if (inherited) return LinkRule::inherited_member;
  if (receiver.through_this) return LinkRule::this_member;
  switch (receiver.kind) {
    case ValueKind::atom:
      return LinkRule::static_member;
    case ValueKind::instance:
      return LinkRule::constructed_receiver;
    case ValueKind::object:
      return LinkRule::object_member;
    case ValueKind::module:
      return receiver.rule == LinkRule::require ? LinkRule::require_member
                                                : LinkRule::namespace_member;
    default:
      break;
  }
  return LinkRule::object_member;
}

Values Evaluator::member(const Values& receivers, std::string_view name, const Context* in,
                         int depth) {
  static_cast<void>(in);
  Values values, lacking;
  bool lacked = false;
  for (const Value& receiver : receivers.list) {
    if (receiver.via == Via::wrap) continue;
    if (receiver.promise) {
      join(values, Values::unknown(OpenReason::builtin, detail("Promise")));
      continue;
    }
    Values found = traced(
        {TraceStep::Kind::member, receiver.file, receiver.index, name, receiver.kind, {}},
        [&] { return step(depth) ? member_of(receiver, name, depth + 1) : Values::unknown(); });
    for (Value& value : found.list) {
      value.confidence = std::max(value.confidence, receiver.confidence);
    }
    // Of several alternatives those without such a member are not the ones that are meant.
    const bool lacks = found.list.empty() && found.open && found.why == OpenReason::no_member;
    lacked = lacked || lacks || (found.list.empty() && found.why == OpenReason::not_found);
    join(lacks ? lacking : values, found);
  }
  add_implementations(values, name, depth);
  if (values.list.empty() ? lacked : is_default(receivers, values)) {
    add_given(receivers, name, values, depth);
  }
  if (values.list.empty() || receivers.open) join(values, lacking);
  if (receivers.open) {
    // That the known alternatives (`x || {}`) lack the member says nothing about the others.
    if (values.list.empty()) values = {};
    join(values, Values::unknown(reason_of_member(receivers.why), receivers.detail));
  } else if (receivers.list.empty()) {
    join(values, Values::unknown());
  }
  settle(values);
  return values;
}

Values Evaluator::member_of(const Value& receiver, std::string_view name, int depth) {
  const LinkFile& file = *receiver.file;
  switch (receiver.kind) {
    case ValueKind::atom:
      return member_of_atom(receiver, name, depth);
    case ValueKind::object:
      return member_of_object(receiver, name, depth);
    case ValueKind::builtin:
      return builtin_member(receiver, name, depth);
    case ValueKind::signature:
    case ValueKind::callback:
    case ValueKind::parameter:
    case ValueKind::alias:
      return Values::unknown();
    case ValueKind::module: {
      Visited visited;
      Values values = exported(file, name, nullptr, visited, depth + 1);
      for (Value& value : values.list) {
        if (value.rule != LinkRule::reexport) value.rule = rule_of_member(receiver, false);
      }
      return values;
    }
    case ValueKind::instance:
      break;
  }
  if (name == "constructor" || name == "__proto__") {
    Value value = receiver;
    if (name == "constructor") value.kind = ValueKind::atom;
    return Values::one(value);
  }
  Values values = member_of_class(receiver, name, false, depth + 1);
  if (nothing(values) && name != "<index>" && name != "<call>") {
    values = member_of_class(receiver, "<index>", false, depth + 1);
  }
  if (nothing(values)) {
    if (on_every_object(name)) return Values::unknown(OpenReason::builtin, detail("Object"));
    const bool ordinal = !name.empty() && name.find_first_not_of("0123456789") == name.npos;
    if (ordinal) return iterate(Values::one(receiver), depth + 1);  // `const [first] = …`
    // A plain function may be called as a method of anything: its `this` is known only in part.
    const bool plain = file.facts->atoms[receiver.index].kind != AtomKind::class_;
    if (plain && receiver.through_this) return Values::unknown();
    return Values::unknown(OpenReason::no_member);
  }
  for (Value& value : values.list) {
    const bool inherited = value.rule == LinkRule::inherited_member;
    if (value.rule != LinkRule::prototype) value.rule = rule_of_member(receiver, inherited);
  }
  return values;
}

Values Evaluator::member_of_atom(const Value& receiver, std::string_view name, int depth) {
  const LinkFile& file = *receiver.file;
  read_atom(file, receiver.index);
  const AtomKind kind = file.facts->atoms[receiver.index].kind;
  if (kind == AtomKind::enum_) return Values::unknown(OpenReason::builtin);
  if (kind == AtomKind::namespace_) {
    Values values;
    const std::uint64_t key = FileIndex::child_row(AtomIndex{receiver.index}, hash_text(name));
    for (const auto& row : rows(file.index->children, key)) {
      if (file.facts->atoms[row.value].kind == AtomKind::variable) {
        for (const auto& variable : rows(file.index->variables, row.value)) {
          join(values, eval_binding(file, BindingIndex{variable.value}, nullptr, depth + 1));
        }
        continue;
      }
      Value value;
      value.file = &file;
      value.index = row.value;
      value.rule = LinkRule::namespace_member;
      join(values, Values::one(value));
    }
    return nothing(values) ? Values::unknown(OpenReason::no_member) : values;
  }
  if (name == "prototype") {
    Value value = receiver;
    value.kind = ValueKind::instance;
    value.rule = LinkRule::prototype;
    return Values::one(value);
  }
  Values values = member_of_class(receiver, name, true, depth + 1);
  if (!values.list.empty()) {
    for (Value& value : values.list) {
      const bool inherited = value.rule == LinkRule::inherited_member;
      value.rule = rule_of_member(receiver, inherited);
    }
    return values;
  }
  if (name == "call" || name == "apply" || name == "bind") {
    Value value = receiver;
    value.via = name == "bind" ? Via::bind : Via::call;
    return Values::one(value);
  }
  if (on_every_object(name)) return Values::unknown(OpenReason::builtin, detail("Function"));
  return values.open ? values : Values::unknown(OpenReason::no_member);
}

/// Along the chain of superclasses, nearest first; of interfaces last.
Values Evaluator::member_of_class(const Value& self, std::string_view name, bool is_static,
                                  int depth) {
  if (!step(depth)) return Values::unknown();
  Values values = declared_member(self, name, is_static, depth + 1);
  if (!nothing(values)) return values;
  const LinkFile& file = *self.file;
  Values parents = parent_of(file, AtomIndex{self.index}, self.env, depth + 1);
  const bool is_interface = file.facts->atoms[self.index].kind == AtomKind::interface;
  if (is_interface) join(parents, interfaces_of(file, AtomIndex{self.index}, self.env, depth + 1));
  for (const Value& parent : parents.list) {
    Values inherited;
    if (parent.kind == ValueKind::atom) {
      inherited = member_of_class(parent, name, is_static, depth + 1);
    } else if (parent.kind == ValueKind::object || parent.kind == ValueKind::builtin) {
      inherited = member_of(parent, name, depth + 1);
    }
    for (Value& value : inherited.list) {
      value.rule = LinkRule::inherited_member;
      value.confidence = std::max(value.confidence, parent.confidence);
    }
    join(values, inherited);
  }
  if (!is_static && values.list.empty()) {
    const Values applied = applied_member(self, name, depth + 1);
    if (!applied.list.empty()) return applied;
  }
  if (parents.open && values.list.empty()) {
    join(values, Values::unknown(reason_of_member(parents.why), parents.detail));
  }
  return values;
}

Values Evaluator::declared_member(const Value& self, std::string_view name, bool is_static,
                                  int depth) {
  const LinkFile& file = *self.file;
  const AtomIndex atom{self.index};
  read_atom(file, raw(atom));
  read_member(file, raw(atom), name);
  Values values = shape_member(self, name, is_static, depth);
  const bool has_method = has_method_named(file, atom, name, is_static);
  const Holder holder{is_static ? HolderKind::statics : HolderKind::instance, raw(atom)};
  if (!has_method) {
    Values added = added_member(file, holder, name, depth + 1);
    if (!is_static) {
      for (Value& value : added.list) value.rule = LinkRule::prototype;
    }
    join(values, added);
  } else {
    join(values, decorated_member(file, holder, name, depth + 1));
  }
  if (!is_static && nothing(values)) {
    const Holder statics{HolderKind::statics, raw(atom)};
    const Values prototypes = added_member(file, statics, "prototype", depth + 1);
    for (const Value& value : prototypes.list) {
      if (value.kind == ValueKind::object) {
        const Values found = member_of_object(value, name, depth + 1);
        if (!found.list.empty()) join(values, found);
      }
    }
  }
  add_member_elements(file, holder, name, values, depth);
  settle(values);
  return values;
}

/// `holder.list.push(x)`: x is among what a container that the member holds has.
void Evaluator::add_member_elements(const LinkFile& file, Holder holder, std::string_view name,
                                    Values& values, int depth) {
  if (values.list.empty() || values.list[0].kind != ValueKind::builtin) return;
  const std::string elements = std::string(name) + "[]";
  with_elements(values, added_member(file, holder, elements, depth + 1), depth);
}

bool Evaluator::has_method_named(const LinkFile& file, AtomIndex atom, std::string_view name,
                                 bool is_static) {
  const ShapeIndex shape = file.facts->atoms[raw(atom)].shape;
  if (shape == kNone<ShapeIndex>) return false;
  const auto members =
      few(rows(file.index->members, FileIndex::member_row(shape, hash_text(name))));
  return method_of(*file.facts, members, is_static) != kNoIndex;
}

/// What the body of a class or interface declares under a name. Of declarations of one interface,
/// or of an interface beside a class, any that has it.
Values Evaluator::shape_member(const Value& self, std::string_view name, bool is_static,
                               int depth) {
  const LinkFile& file = *self.file;
  const std::uint64_t name_hash = hash_text(name);
  Values values;
  const ShapeIndex shape = file.facts->atoms[self.index].shape;
  if (shape != kNone<ShapeIndex>) {
    const auto members = few(rows(file.index->members, FileIndex::member_row(shape, name_hash)));
    const std::uint32_t method = method_of(*file.facts, members, is_static);
    if (method != kNoIndex) {
      if (raw(file.facts->members[method].atom) != kNoIndex) {
        return member_values(file, method, self.env, depth + 1);
      }
      // Signatures alone: any of the overloads.
      for (const auto& row : members) {
        const Member& member = file.facts->members[row.value];
        if (member.kind != MemberKind::method || member.is_static != is_static) continue;
        join(values, member_values(file, row.value, self.env, depth + 1));
      }
      return values;
    }
    // A declared type says what all assignments may hold.
    for (const bool typed : {true, false}) {
      if (!typed && !values.list.empty()) break;
      for (const auto& row : members) {
        const Member& member = file.facts->members[row.value];
        const bool is_typed = file.facts->exprs[raw(member.value)].kind == ExprKind::typed;
        if (member.is_static != is_static || is_typed != typed) continue;
        join(values, member_values(file, row.value, self.env, depth + 1));
      }
      if (typed && values.open && values.list.empty() && values.why == OpenReason::builtin) break;
    }
  }
  return values;
}

Values Evaluator::member_of_object(const Value& receiver, std::string_view name, int depth) {
  if (!step(depth)) return Values::unknown();
  const LinkFile& file = *receiver.file;
  const std::uint64_t name_hash = hash_text(name);
  Values values;
  const ShapeIndex shape{receiver.index};
  for (const auto& row : few(rows(file.index->members, FileIndex::member_row(shape, name_hash)))) {
    join(values, member_values(file, row.value, receiver.env, depth + 1));
  }
  if (receiver.origin != kNoIndex) {
    read_binding(file, BindingIndex{receiver.origin});
    const Holder holder{HolderKind::variable, receiver.origin};
    join(values, added_member(file, holder, name, depth + 1));
    add_member_elements(file, holder, name, values, depth);
  }
  bool open = false;
  if (nothing(values)) {
    const Context in = context_with(receiver.env);
    for (const auto& row : few(rows(file.index->spreads, receiver.index))) {
      const Values spread = eval(file, file.facts->members[row.value].value, &in, depth + 1);
      const Values found = member(spread, name, nullptr, depth + 1);
      if (!found.list.empty()) join(values, found);
      open = open || spread.open;
    }
  }
  if (nothing(values) && receiver.origin != kNoIndex && !name.starts_with('<') &&
      !on_every_object(name)) {
    // `o[key] = f` may have made it.
    for (Value value :
         added_member(file, {HolderKind::variable, receiver.origin}, "<element>", depth + 1).list) {
      value.confidence = Confidence::inferred;
      join(values, Values::one(value));
    }
  }
  if (nothing(values) && receiver.origin != kNoIndex && name != "<proto>") {
    const Values up =
        added_member(file, {HolderKind::variable, receiver.origin}, "<proto>", depth + 1);
    if (!up.list.empty()) join(values, member(up, name, nullptr, depth + 1));
    if (values.list.empty()) values = {};
  }
  if (nothing(values) && name != "<index>" && name != "<call>" && name != "<new>") {
    for (const auto& row :
         few(rows(file.index->members, FileIndex::member_row(shape, hash_text("<index>"))))) {
      join(values, member_values(file, row.value, receiver.env, depth + 1));
    }
  }
  for (Value& value : values.list) value.rule = rule_of_member(receiver, false);
  if (nothing(values)) {
    if (open) return Values::unknown();
    return on_every_object(name) ? Values::unknown(OpenReason::builtin, detail("Object"))
                                 : Values::unknown(OpenReason::no_member);
  }
  settle(values);
  return values;
}

/// The value of a declared member. One that is declared but holds nothing known is open.
Values Evaluator::member_values(const LinkFile& file, std::uint32_t index, std::uint32_t env,
                                int depth) {
  const Member& member = file.facts->members[index];
  Value value;
  value.file = &file;
  value.index = raw(member.atom);
  value.env = env;
  switch (member.kind) {
    case MemberKind::method:
      if (member.atom != kNone<AtomIndex>) return Values::one(value);
      break;
    case MemberKind::getter:
      if (member.atom != kNone<AtomIndex>) return returned(value, nullptr, nullptr, depth + 1);
      break;
    case MemberKind::setter:
      return Values::unknown();
    case MemberKind::field:
    case MemberKind::assigned:
    case MemberKind::spread:
      break;
  }
  if (raw(member.value) == 0) {
    return member.atom != kNone<AtomIndex> ? Values::one(value) : Values::unknown();
  }
  const Context in = context_with(env);
  Values values = eval(file, member.value, env == 0 ? nullptr : &in, depth + 1);
  for (Value& found : values.list) {
    if (found.kind != ValueKind::signature) continue;
    found.declared_in = &file;
    found.origin = index;
  }
  return values;
}

/// Properties added by assignment. Function literals outrank other values: what is assigned beside
/// them is most often a bound or wrapped form of the same function.
Values Evaluator::added_member(const LinkFile& file, Holder holder, std::string_view name,
                               int depth) {
  const auto found = few(rows(file.index->added, FileIndex::added_row(holder, hash_text(name))));
  if (!file.own && is_element(name)) {
    note(element_key(*file.facts, *file.index, holder, hash_text(name)));
  } else if (holder.kind == HolderKind::instance || holder.kind == HolderKind::statics) {
    read_member(file, holder.index, name);
  }
  Values values;
  for (const auto& row : found) {
    const ExprIndex value = file.facts->assignments[row.value].value;
    if (file.facts->exprs[raw(value)].kind != ExprKind::atom) continue;
    join(values, eval(file, value, nullptr, depth + 1));
  }
  if (!values.list.empty()) {
    settle(values);
    return values;
  }
  for (const auto& row : found) {
    join(values, eval(file, file.facts->assignments[row.value].value, nullptr, depth + 1));
  }
  if (found.empty() && !name.starts_with('<') && !is_element(name) && step(depth)) {
    values = mixed_in(file, holder, name, depth + 1);
  }
  settle(values);
  return values;
}

/// `Object.assign(holder, x)`, `holder[k] = x[k]`: x's member of that name; nothing where x is not
/// known to have one. Which names a loop copies is not known.
Values Evaluator::mixed_in(const LinkFile& file, Holder holder, std::string_view name, int depth) {
  Values values;
  for (const std::string_view how : {"<mixin>", "<copy>"}) {
    const std::uint64_t mixin = FileIndex::added_row(holder, hash_text(how));
    for (const auto& row : few(rows(file.index->added, mixin))) {
      const Values from = eval(file, file.facts->assignments[row.value].value, nullptr, depth + 1);
      for (Value value : member(from, name, nullptr, depth + 1).list) {
        if (how == "<copy>") value.confidence = Confidence::inferred;
        join(values, Values::one(value));
      }
    }
  }
  return values;
}

}  // namespace dg
