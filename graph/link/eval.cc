#include "graph/link/eval.h"

#include <algorithm>
#include <functional>

#include "graph/link/builtin_members.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

bool has_code(const Value& value) noexcept {
  switch (value.kind) {
    case ValueKind::instance:
      return value.file->facts->atoms[value.index].kind != AtomKind::interface;
    case ValueKind::object:
      return value.file->facts->shapes[value.index].atom != kNone<AtomIndex>;
    case ValueKind::signature:
    case ValueKind::alias:
      return false;
    default:
      return true;
  }
}

constexpr int kMaxDepth = 60;
constexpr int kMaxCuts = 100;

Values null_value() {
  return {};
}

}  // namespace

Evaluator::Evaluator(const LinkSource& source, const FileVersion& self, const FileIndex& index)
    : source_(source),
      own_{&self, self.facts.get(), &index, true},
      memo_(self.facts->exprs.size()) {
  keys_.reserve(64);
  files_.emplace(self.path, own_);
}

void Evaluator::restart() {
  steps_ = 0;
  if (memo_.forget_cut()) ++cuts_;
}

/// Answers that a bound cut are no answers to other questions; but a file of which every question
/// is cut must not cost as many steps as it has questions.
bool Evaluator::step(int depth) noexcept {
  if (depth < kMaxDepth && ++steps_ < max_steps_) return true;
  if (cuts_ < kMaxCuts) memo_.cut();
  return false;
}

std::uint32_t Evaluator::detail(std::string_view text) {
  if (text.empty()) return 0;
  const auto [at, added] =
      detail_ids_.try_emplace(std::string(text), static_cast<std::uint32_t>(details_.size()));
  if (added) details_.emplace_back(text);
  return at->second;
}

std::vector<std::uint64_t> Evaluator::take_keys() {
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  keys_.shrink_to_fit();
  return std::move(keys_);
}

const LinkFile* Evaluator::file_at(std::string_view path) {
  if (path == own_.version->path) return &own_;
  const auto known = files_.find(path);
  if (known != files_.end()) return &known->second;
  const LinkSource::File file = source_.file_at(path);
  if (file.version == nullptr) return nullptr;
  const LinkFile entry{file.version, file.version->facts.get(), file.index, false,
                       static_cast<std::uint32_t>(files_.size())};
  return &files_.emplace(std::string_view(file.version->path), entry).first->second;
}

void Evaluator::read_binding(const LinkFile& file, BindingIndex binding) {
  if (!file.own) note(binding_key(*file.facts, *file.index, binding));
}
void Evaluator::read_atom(const LinkFile& file, std::uint32_t atom) {
  if (!file.own) note(atom_key(*file.facts, *file.index, AtomIndex{atom}));
}
void Evaluator::read_member(const LinkFile& file, std::uint32_t atom, std::string_view name) {
  if (!file.own) note(member_key(*file.facts, *file.index, AtomIndex{atom}, hash_text(name)));
}
void Evaluator::read_module(const LinkFile& file) {
  if (!file.own) note(module_key(*file.index));
}

Values Evaluator::eval(const LinkFile& file, ExprIndex expr, const Context* in, int depth) {
  if (raw(expr) == 0 || raw(expr) == kNoIndex || !step(depth)) return Values::unknown();
  const Naming values_only(naming_type_, false);
  const Context* const context = file.index->depends[raw(expr)] ? in : nullptr;
  return memo_.answered(slot_of(file, expr, false, context),
                        [&] { return compute(file, expr, context, depth); });
}

LinkMemo::Slot Evaluator::slot_of(const LinkFile& file, ExprIndex expr, bool type,
                                  const Context* in) noexcept {
  if (file.own && !type && in == nullptr) return {LinkMemo::Slot::Table::own, raw(expr)};
  const std::uint64_t place =
      std::uint64_t{file.ordinal} << 33 | std::uint64_t{raw(expr)} << 1 | (type ? 1U : 0U);
  return {LinkMemo::Slot::Table::others, in == nullptr ? place : mix(place, in->id)};
}

Values Evaluator::compute(const LinkFile& file, ExprIndex expr, const Context* in, int depth) {
  const Expr& e = file.facts->exprs[raw(expr)];
  Value value;
  value.file = &file;
  value.index = e.a;
  if (in != nullptr) value.env = in->env;
  switch (e.kind) {
    case ExprKind::unknown:
      return Values::unknown();
    case ExprKind::name:
      return eval_name(file, e, in, depth);
    case ExprKind::this_:
      return eval_this(file, e.a, in, depth);
    case ExprKind::super_:
      return eval_super(file, e, in, depth);
    case ExprKind::member:
      return eval_member(file, e, in, depth);
    case ExprKind::element:
      return eval_element(file, e, in, depth);
    case ExprKind::call:
      return eval_call(file, e, in, depth);
    case ExprKind::construct:
      return eval_construct(file, e, in, depth);
    case ExprKind::choice:
      return eval_choice(file, e, in, false, depth);
    case ExprKind::iterated:
    case ExprKind::spread:
      return iterate(eval(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
    case ExprKind::argument:
      return eval_argument(file, e, in, depth + 1);
    case ExprKind::parameter:
      return eval_parameter(file, e, in, depth + 1);
    case ExprKind::apply: {
      Values values = eval(file, ExprIndex{e.a}, in, depth + 1);
      const std::vector<Values> types = type_arguments(file, ExprIndex{e.b}, in, depth + 1);
      for (Value& v : values.list) {
        if (v.kind == ValueKind::atom) v.env = bind(*v.file, AtomIndex{v.index}, types, v.env);
      }
      return values;
    }
    case ExprKind::typed:
      return eval_typed(file, e, in, depth + 1);
    case ExprKind::intersection:
      return eval_narrowed(file, e, in, depth + 1);
    case ExprKind::array:
      return eval_array(file, e, in, depth + 1);
    case ExprKind::module:
      return imported(file, ImportIndex{e.a}, nullptr, depth + 1);
    case ExprKind::await: {
      Values values = eval(file, ExprIndex{e.a}, in, depth + 1);
      for (Value& v : values.list) v.promise = false;
      return values;
    }
    case ExprKind::atom: {
      const AtomKind kind = file.facts->atoms[e.a].kind;
      if (kind == AtomKind::variable || kind == AtomKind::module) return Values::unknown();
      return Values::one(value);
    }
    case ExprKind::object: {
      value.kind = ValueKind::object;
      const auto binding = rows(file.index->shape_binding, e.a);
      if (!binding.empty()) value.origin = binding.front().value;
      return Values::one(value);
    }
    case ExprKind::module_exports:
      value.kind = ValueKind::module;
      value.index = 0;
      return Values::one(value);
    case ExprKind::null_:
      return null_value();
    case ExprKind::string:
    case ExprKind::template_:
      return Values::unknown(OpenReason::builtin, detail("String"));
    case ExprKind::number:
      return Values::unknown(OpenReason::builtin, detail("Number"));
    case ExprKind::boolean:
      return Values::unknown(OpenReason::builtin, detail("Boolean"));
    case ExprKind::regexp:
      return Values::unknown(OpenReason::builtin, detail("RegExp"));
    case ExprKind::list:
    case ExprKind::function_type:
    case ExprKind::construct_type:
    case ExprKind::type_query:
    case ExprKind::lookup:
    case ExprKind::tuple:
      break;  // Types, which are no values.
  }
  return Values::unknown();
}

/// The declared type says more than the value, unless it says nothing, or what it names has no
/// code (an interface): then the value's own code comes beside it.
Values Evaluator::eval_typed(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  Values values = eval_type(file, ExprIndex{e.b}, in, depth);
  if (e.a == 0) return values;
  const bool code = std::any_of(values.list.begin(), values.list.end(), has_code);
  const bool known = !values.list.empty() || !values.open || values.why == OpenReason::builtin;
  if (known && (code || values.list.empty())) return values;
  Values held = eval(file, ExprIndex{e.a}, in, depth);
  if (values.list.empty()) return held;
  for (Value& value : held.list) {
    value.confidence = std::max(value.confidence, Confidence::inferred);
    join(values, Values::one(value));
  }
  return values;
}

/// What a test says that a name holds: an instance of C in `x instanceof C`, a T where `isT(x)` is
/// declared to be a predicate `x is T`. None where it says nothing.
Values Evaluator::tested(const LinkFile& file, ExprIndex test, const Context* in, int depth) {
  Values wanted;
  const bool predicate = file.facts->exprs[raw(test)].kind == ExprKind::call;
  const Values found =
      predicate ? eval(file, test, in, depth) : callable(eval(file, test, in, depth), depth);
  if (found.open && !predicate) return wanted;
  for (Value value : found.list) {
    if (predicate && value.kind == ValueKind::signature) {
      const Expr& type = value.file->facts->exprs[value.index];
      if (type.kind != ExprKind::construct_type) continue;
      const Context context = context_with(value.env);
      join(wanted, eval_type(*value.file, ExprIndex{type.b}, &context, depth + 1));
    } else if (!predicate && value.kind == ValueKind::atom && value.via == Via::none) {
      value.kind = ValueKind::instance;
      value.rule = LinkRule::declared_type;
      join(wanted, Values::one(value));
    }
  }
  return wanted;
}

/// `x` where a test of it holds: the alternatives that are of what it is tested for or of what
/// inherits from that; what it is tested for where none is known to be. What is known of x and
/// satisfies a predicate without being declared to is both.
Values Evaluator::eval_narrowed(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  Values values = eval(file, ExprIndex{e.a}, in, depth);
  Values wanted = tested(file, ExprIndex{e.b}, in, depth);
  if (wanted.list.empty()) return values;
  Values kept;
  for (const Value& value : values.list) {
    if (value.kind != ValueKind::instance || value.promise) continue;
    if (is_same(wanted, owners_of(value, depth))) join(kept, Values::one(value));
  }
  if (!kept.list.empty()) return kept;
  const bool predicate = file.facts->exprs[e.b].kind == ExprKind::call;
  for (const Value& value : values.list) {
    if (predicate) join(wanted, Values::one(value));
  }
  return wanted;
}

Values Evaluator::eval_array(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  Environment elements;
  bool ordered = e.b == 1;
  std::uint64_t ordinal = 0;
  std::uint32_t at = e.a;
  for (; at != 0 && ordinal < 32; ++ordinal) {
    const Expr& cell = file.facts->exprs[at];
    ordered = ordered && file.facts->exprs[cell.a].kind != ExprKind::spread;
    const Values element = eval(file, ExprIndex{cell.a}, in, depth);
    if (ordinal < kMaxSlots) elements.add(ordinal, element);
    if (ordinal >= kMaxSlots || !ordered) {
      ordered = false;
      elements.add(0, element);
    }
    at = cell.b;
  }
  const Value tuple = container(Container::tuple, std::move(elements));
  if (ordered) return Values::one(tuple);
  return Values::one(list_of(Container::array, iterate(Values::one(tuple), depth)));
}

Values Evaluator::eval_name(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  if (e.a != kNoIndex) return eval_binding(file, BindingIndex{e.a}, in, depth);
  const std::string_view name = file.facts->name(NameId{e.b});
  if (name == "undefined") return null_value();
  const Values given = given_to_global(name, depth + 1);
  if (!given.list.empty()) return given;
  return Values::unknown(OpenReason::global, detail(name));
}

Values Evaluator::eval_holder(const LinkFile& file, Holder holder, int depth) {
  Value value;
  value.file = &file;
  value.index = holder.index;
  switch (holder.kind) {
    case HolderKind::instance:
      value.kind = ValueKind::instance;
      break;
    case HolderKind::statics:
      value.kind = ValueKind::atom;
      break;
    case HolderKind::exports:
      value.kind = ValueKind::module;
      value.index = 0;
      break;
    case HolderKind::variable: {
      const Binding& b = file.facts->bindings[holder.index];
      const Expr& init = untyped(*file.facts, b.init);
      if (init.kind != ExprKind::object) {
        return eval_binding(file, BindingIndex{holder.index}, nullptr, depth + 1);
      }
      value.kind = ValueKind::object;
      value.index = init.a;
      value.origin = holder.index;
      break;
    }
    case HolderKind::value:
      return eval(file, ExprIndex{holder.index}, nullptr, depth + 1);
    case HolderKind::none:
      return Values::unknown();
  }
  if (value.index == kNoIndex) return Values::unknown();
  return Values::one(value);
}

Values Evaluator::eval_this(const LinkFile& file, std::uint32_t atom, const Context* in,
                            int depth) {
  if (atom == kNoIndex) return Values::unknown();
  read_atom(file, atom);
  const Atom& a = file.facts->atoms[atom];
  Values values;
  for (const auto& row : rows(file.index->this_types, atom)) {
    values = eval_binding(file, BindingIndex{row.value}, in, depth + 1);
  }
  if (!values.list.empty()) {
    // As declared.
  } else if (in != nullptr && in->file == &file && in->atom == atom && in->self != nullptr) {
    values = *in->self;
  } else {
    const Holder holder = file.index->holder_of_this(*file.facts, AtomIndex{atom});
    values = eval_holder(file, holder, depth + 1);
    if (values.list.empty() && a.member_of != kNone<ShapeIndex> &&
        !file.facts->shapes[raw(a.member_of)].is_class) {
      Value value;
      value.kind = ValueKind::object;
      value.file = &file;
      value.index = raw(a.member_of);
      values = Values::one(value);
    }
    for (Value& value : values.list) {
      if (value.file == &file) value.env = in == nullptr ? value.env : in->env;
    }
    join(values, given_as_this(file, AtomIndex{atom}, depth + 1));
    if (a.member_of != kNone<ShapeIndex>) add_mixed_into(file, a.member_of, values, depth + 1);
  }
  for (Value& value : values.list) value.through_this = true;
  return values;
}

/// `Object.assign(C.prototype, object)`: what `this` may be in the object's methods too.
void Evaluator::add_mixed_into(const LinkFile& file, ShapeIndex object, Values& values, int depth) {
  const auto holders = file.index->mixed_into(object);
  for (const auto& row : holders.first(std::min<std::size_t>(holders.size(), 8))) {
    for (Value value : eval_holder(file, row.holder, depth + 1).list) {
      value.confidence = Confidence::inferred;
      join(values, Values::one(value));
    }
  }
}

/// What an object literal has as its prototype: `{__proto__: base}`,
/// `Object.setPrototypeOf(object, base)`.
Values Evaluator::prototype_of(const LinkFile& file, ShapeIndex object, int depth) {
  Values values;
  for (const auto& row : rows(file.index->spreads, raw(object))) {
    const Member& member = file.facts->members[row.value];
    if (raw(member.name) == 0 || file.facts->name(member.name) != "__proto__") continue;
    join(values, eval(file, member.value, nullptr, depth + 1));
  }
  for (const auto& row : rows(file.index->shape_binding, raw(object))) {
    read_binding(file, BindingIndex{row.value});
    join(values, added_member(file, {HolderKind::variable, row.value}, "<proto>", depth + 1));
  }
  return values;
}

/// `super.m` in a method: a member of the parent's prototype, or of the parent itself in a static
/// method.
Values Evaluator::eval_super(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  if (e.b == kNoIndex || e.a == kNoIndex) return Values::unknown();
  const Shape& shape = file.facts->shapes[e.b];
  if (!shape.is_class) {
    Values values = prototype_of(file, ShapeIndex{e.b}, depth + 1);
    for (Value& value : values.list) value.through_super = true;
    return values.list.empty() ? Values::unknown() : values;
  }
  if (shape.atom == kNone<AtomIndex>) return Values::unknown();
  read_atom(file, e.a);
  Values values = parent_of(file, shape.atom, in == nullptr ? 0 : in->env, depth + 1);
  const Atom& method = file.facts->atoms[e.a];
  const bool is_static = method.is_static && method.kind != AtomKind::class_;
  for (Value& value : values.list) {
    if (!is_static && value.kind == ValueKind::atom) value.kind = ValueKind::instance;
    value.through_super = true;
  }
  return values;
}

Values Evaluator::eval_member(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  const std::string_view name = file.facts->name(NameId{e.b});
  const Expr& object = file.facts->exprs[e.a];
  if (is_global_object(*file.facts, object)) {
    const Values given = given_to_global(name, depth + 1);
    if (!given.list.empty()) return given;
  }
  // What the code adds to an otherwise unknown value (`app.init = function () {}`) is known of it.
  // What a function's own variable holds nobody else adds to meanwhile.
  Holder holder;
  if (object.kind == ExprKind::name) holder = {HolderKind::variable, object.a};
  if (object.kind == ExprKind::this_ && object.a != kNoIndex) {
    holder = file.index->holder_of_this(*file.facts, AtomIndex{object.a});
  }
  if (holder.kind == HolderKind::variable && holder.index != kNoIndex) {
    if (!rows(file.index->holder_assignments, FileIndex::holder_row(holder)).empty()) {
      read_binding(file, BindingIndex{holder.index});
      Values values = added_member(file, holder, name, depth + 1);
      add_member_elements(file, holder, name, values, depth);
      if (!values.list.empty()) {
        if (raw(file.facts->bindings[holder.index].scope) != 0) return values;
        const Values receivers = eval(file, ExprIndex{e.a}, in, depth + 1);
        if (receivers.list.empty()) return values;
        for (const Value& value : member(receivers, name, in, depth + 1).list) {
          join(values, Values::one(value));
        }
        settle(values);
        return values;
      }
    }
  }
  const Values receivers = eval(file, ExprIndex{e.a}, in, depth + 1);
  Values values = member(receivers, name, in, depth + 1);
  const bool unknown_key = values.list.empty() && name.starts_with('[');
  return unknown_key ? eval_element(file, e, in, depth) : values;
}

/// The alternatives of `a ? b : c ? d : …` and of a union, however many.
Values Evaluator::eval_choice(const LinkFile& file, const Expr& e, const Context* in, bool types,
                              int depth) {
  Values values;
  boost::container::small_vector<std::uint32_t, 16> open{e.b, e.a};
  while (!open.empty() && step(depth)) {
    const std::uint32_t next = open.back();
    open.pop_back();
    const Expr& part = file.facts->exprs[next];
    if (part.kind == ExprKind::choice) {
      open.push_back(part.b);
      open.push_back(part.a);
    } else {
      join(values, types ? eval_type(file, ExprIndex{next}, in, depth + 1)
                         : eval(file, ExprIndex{next}, in, depth + 1));
    }
  }
  settle(values);
  return values;
}

Declaration Evaluator::declaration(const LinkFile& file, ExprIndex expr) {
  const Expr& e = file.facts->exprs[raw(expr)];
  if (e.kind == ExprKind::member) {
    const Values receivers = eval(file, ExprIndex{e.a});
    if (receivers.list.size() != 1 || receivers.list[0].kind != ValueKind::module) return {};
    const std::string_view name = file.facts->name(NameId{e.b});
    Declaration found;
    Visited visited;
    exported(*receivers.list[0].file, name, &found, visited, 1);
    return found;
  }
  if (e.kind != ExprKind::name || e.a == kNoIndex) return {};
  const Binding& b = file.facts->bindings[e.a];
  if (b.import != kNone<ImportIndex>) {
    Declaration found;
    imported(file, b.import, &found, 1);
    return found;
  }
  if (b.atom == kNone<AtomIndex>) return {};
  return {&file, b.atom};
}

}  // namespace dg
