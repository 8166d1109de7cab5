// Types: what a value of an annotated type can be. Declared types of the project are followed with
// their arguments; of the standard library's only containers and wrappers are known.

#include <algorithm>
#include <array>
#include <utility>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

constexpr std::size_t kMaxArguments = 8;

struct StandardType {
  std::string_view name;
  Container kind;
  bool awaited = false;  ///< What it yields is a promise.
};

constexpr std::array kContainers = {
    StandardType{"Array", Container::array},
    StandardType{"ReadonlyArray", Container::array},
    StandardType{"ArrayLike", Container::array},
    StandardType{"ConcatArray", Container::array},
    StandardType{"Set", Container::set},
    StandardType{"ReadonlySet", Container::set},
    StandardType{"WeakSet", Container::set},
    StandardType{"Map", Container::map},
    StandardType{"ReadonlyMap", Container::map},
    StandardType{"WeakMap", Container::map},
    StandardType{"Iterable", Container::iterator},
    StandardType{"Iterator", Container::iterator},
    StandardType{"IterableIterator", Container::iterator},
    StandardType{"IteratorObject", Container::iterator},
    StandardType{"ArrayIterator", Container::iterator},
    StandardType{"SetIterator", Container::iterator},
    StandardType{"MapIterator", Container::iterator},
    StandardType{"Generator", Container::iterator},
    StandardType{"AsyncIterable", Container::iterator, true},
    StandardType{"AsyncIterator", Container::iterator, true},
    StandardType{"AsyncIterableIterator", Container::iterator, true},
    StandardType{"AsyncGenerator", Container::iterator, true},
    StandardType{"IteratorResult", Container::step},
    StandardType{"WeakRef", Container::reference},
};

/// Types that have the members of their first argument.
bool is_transparent(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 11> kNames = {
      "Partial", "Required", "Readonly", "NonNullable", "Exclude",     "Extract",
      "Pick",    "Omit",     "NoInfer",  "ThisType",    "Uncapitalize"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// A type parameter of a type that a comment names, as a binding.
std::uint32_t alias_parameter(const LinkFile& file, const Binding& b, std::size_t ordinal) {
  const Expr& init = file.facts->exprs[raw(b.init)];
  if (init.kind != ExprKind::typed) return kNoIndex;
  std::uint32_t at = init.a;
  for (; at != 0 && file.facts->exprs[at].kind == ExprKind::list; --ordinal) {
    const Expr& cell = file.facts->exprs[at];
    const Expr& name = file.facts->exprs[cell.a];
    if (ordinal == 0) return name.kind == ExprKind::name ? name.a : kNoIndex;
    at = cell.b;
  }
  return kNoIndex;
}

}  // namespace

Value Evaluator::container(Container kind, Environment held) {
  Value value;
  value.kind = ValueKind::builtin;
  value.file = &own_;
  value.index = static_cast<std::uint32_t>(kind);
  value.env = envs_.intern(std::move(held));
  return value;
}

Value Evaluator::list_of(Container kind, const Values& elements) {
  Environment environment;
  environment.add(0, elements);
  return container(kind, std::move(environment));
}

Values Evaluator::held(const Value& value, std::uint64_t key) const {
  const Values* const found = envs_[value.env].find(key);
  return found == nullptr ? Values::unknown() : *found;
}

/// What an iterator that is no generator yields: the `value` of what its `next()` returns.
Values Evaluator::iterated_by_hand(const Values& makers, int depth) {
  Values yielded;
  for (const Value& maker : makers.list) {
    const Values iterators = returned(maker, nullptr, nullptr, depth + 1);
    for (const Value& next : member(iterators, "next", nullptr, depth + 1).list) {
      const Values steps = returned(next, nullptr, nullptr, depth + 1);
      for (const Value& value : member(steps, "value", nullptr, depth + 1).list) {
        join(yielded, Values::one(value));
      }
    }
  }
  if (yielded.list.empty()) return yielded;
  return Values::one(list_of(Container::iterator, yielded));
}

/// What `for (x of v)` gives x.
Values Evaluator::iterate(const Values& values, int depth) {
  Values out;
  if (values.open) out = Values::unknown(values.why, values.detail);
  if (!step(depth)) return Values::unknown();
  for (const Value& value : values.list) {
    if (value.kind != ValueKind::builtin || value.promise) {
      Values iterator;
      if (!value.promise) iterator = member_of(value, "[Symbol.iterator]", depth + 1);
      if (!value.promise && iterator.list.empty()) {
        iterator = member_of(value, "[Symbol.asyncIterator]", depth + 1);
      }
      Values made;
      for (const Value& function : iterator.list) {
        for (const Value& v : returned(function, nullptr, nullptr, depth + 1).list) {
          if (v.kind == ValueKind::builtin) join(made, Values::one(v));
        }
      }
      if (made.list.empty()) join(made, iterated_by_hand(iterator, depth + 1));
      if (made.list.empty()) join(made, container_of(value, "[Symbol.iterator]", depth + 1));
      join(out, made.list.empty() ? Values::unknown() : iterate(made, depth + 1));
      continue;
    }
    switch (Container{value.index}) {
      case Container::array:
      case Container::set:
      case Container::iterator:
        join(out, held(value, 0));
        break;
      case Container::tuple:
        for (const auto& slot : envs_[value.env].slots) join(out, slot.values);
        break;
      case Container::map: {
        const Environment pair = envs_[value.env];
        join(out, Values::one(container(Container::tuple, pair)));
        break;
      }
      default:
        join(out, Values::unknown());
        break;
    }
  }
  if (values.list.empty() && !values.open) return Values::unknown();
  return out;
}

Values Evaluator::eval_type(const LinkFile& file, ExprIndex type, const Context* in, int depth) {
  if (raw(type) == 0 || !step(depth)) return Values::unknown();
  const Context* const context = file.index->depends[raw(type)] ? in : nullptr;
  const Naming values_only(naming_type_, false);
  return memo_.answered(slot_of(file, type, true, context),
                        [&] { return compute_type(file, type, context, depth); });
}

Values Evaluator::compute_type(const LinkFile& file, ExprIndex type, const Context* in, int depth) {
  const Expr& e = file.facts->exprs[raw(type)];
  switch (e.kind) {
    case ExprKind::name:
      return type_named(file, e, in, depth);
    case ExprKind::member:
    case ExprKind::module: {
      Values names = callable(type_names(file, type, in, depth + 1), depth + 1);
      for (Value& value : names.list) value.promise = false;
      return instantiate(names, {}, depth + 1);
    }
    case ExprKind::apply:
      return applied(file, e, in, depth);
    case ExprKind::choice:
      return eval_choice(file, e, in, true, depth);
    case ExprKind::intersection: {
      Values values = eval_type(file, ExprIndex{e.a}, in, depth + 1);
      const Values more = eval_type(file, ExprIndex{e.b}, in, depth + 1);
      if (values.list.empty()) return more;
      for (const Value& value : more.list) join(values, Values::one(value));
      return values;
    }
    case ExprKind::function_type:
    case ExprKind::construct_type:
    case ExprKind::object: {
      Value value;
      value.kind = e.kind == ExprKind::object ? ValueKind::object : ValueKind::signature;
      value.file = &file;
      value.index = e.kind == ExprKind::object ? e.a : raw(type);
      if (in != nullptr) value.env = in->env;
      return Values::one(value);
    }
    case ExprKind::type_query: {
      Values values = callable(eval(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
      for (Value& value : values.list) {
        if (value.kind == ValueKind::module) value.promise = false;
      }
      return values;
    }
    case ExprKind::lookup:
      return member(eval_type(file, ExprIndex{e.a}, in, depth + 1), file.facts->name(NameId{e.b}),
                    in, depth + 1);
    case ExprKind::iterated:
      return iterate(eval_type(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
    case ExprKind::tuple:
      return tuple_type(file, e, in, depth);
    case ExprKind::spread:
      return eval_type(file, ExprIndex{e.a}, in, depth + 1);
    case ExprKind::typed:
      return eval_type(file, ExprIndex{e.b}, in, depth + 1);
    default:
      return eval(file, type, in, depth + 1);
  }
}

Values Evaluator::type_named(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  if (e.a == kNoIndex) return undeclared_type(file, file.facts->name(NameId{e.b}), {}, depth + 1);
  const Binding& b = file.facts->bindings[e.a];
  if (is_type_parameter(file, e.a)) {
    if (in != nullptr && in->env != 0) {
      const Values* const bound = envs_[in->env].find(binding_slot(file, BindingIndex{e.a}));
      if (bound != nullptr) return *bound;
    }
    read_binding(file, BindingIndex{e.a});
    return eval_type(file, b.init, in, depth + 1);  // At least what its constraint says.
  }
  const Naming types(naming_type_, true);
  const Values names = eval_binding(file, BindingIndex{e.a}, in, depth + 1);
  const Naming values_only(naming_type_, false);
  return instantiate(callable(names, depth + 1), {}, depth + 1);
}

/// What a name or `ns.Name` in a type names.
Values Evaluator::type_names(const LinkFile& file, ExprIndex expr, const Context* in, int depth) {
  const Expr& e = file.facts->exprs[raw(expr)];
  if (e.kind == ExprKind::name && e.a != kNoIndex) {
    const Naming types(naming_type_, true);
    return eval_binding(file, BindingIndex{e.a}, in, depth + 1);
  }
  if (e.kind != ExprKind::member) return eval(file, expr, in, depth + 1);
  Values holders = type_names(file, ExprIndex{e.a}, in, depth + 1);
  for (Value& value : holders.list) value.promise = false;
  const Naming types(naming_type_, true);
  return member(holders, file.facts->name(NameId{e.b}), in, depth + 1);
}

std::vector<Values> Evaluator::type_arguments(const LinkFile& file, ExprIndex list,
                                              const Context* in, int depth) {
  std::vector<Values> arguments;
  for (std::uint32_t at = raw(list); at != 0 && arguments.size() < kMaxArguments;) {
    const Expr& cell = file.facts->exprs[at];
    if (cell.kind != ExprKind::list) break;
    arguments.push_back(eval_type(file, ExprIndex{cell.a}, in, depth + 1));
    at = cell.b;
  }
  return arguments;
}

Values Evaluator::tuple_type(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  Environment elements;
  std::uint64_t ordinal = 0;
  for (std::uint32_t at = e.a; at != 0; ++ordinal) {
    const Expr& cell = file.facts->exprs[at];
    if (cell.kind != ExprKind::list) break;
    Values element = eval_type(file, ExprIndex{cell.a}, in, depth + 1);
    if (file.facts->exprs[cell.a].kind == ExprKind::spread) {
      element = iterate(element, depth + 1);
    }
    elements.add(ordinal, element);
    at = cell.b;
  }
  return Values::one(container(Container::tuple, std::move(elements)));
}

Values Evaluator::applied(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  const Expr& generic = file.facts->exprs[e.a];
  const std::vector<Values> arguments = type_arguments(file, ExprIndex{e.b}, in, depth + 1);
  if (generic.kind == ExprKind::name && generic.a == kNoIndex) {
    return undeclared_type(file, file.facts->name(NameId{generic.b}), arguments, depth + 1);
  }
  if (generic.kind == ExprKind::type_query) {
    return eval_type(file, ExprIndex{e.a}, in, depth + 1);
  }
  const Values names = callable(type_names(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
  return instantiate(names, arguments, depth + 1);
}

std::uint32_t Evaluator::bind(const LinkFile& file, AtomIndex atom,
                              const std::vector<Values>& arguments, std::uint32_t env) {
  if (arguments.empty()) return env;
  const auto parameters = rows(file.index->type_parameters, raw(atom));
  if (parameters.empty()) return env;
  Environment environment = envs_[env];
  for (std::size_t i = 0; i < std::min(parameters.size(), arguments.size()); ++i) {
    environment.set(binding_slot(file, BindingIndex{parameters[i].value}), arguments[i]);
  }
  return envs_.intern(std::move(environment));
}

/// `interface Box<T extends A = B>`: T is B where a use of Box does not say.
std::uint32_t Evaluator::bind_omitted(const LinkFile& file, AtomIndex atom, std::uint32_t env,
                                      int depth) {
  for (const auto& row : rows(file.index->type_parameters, raw(atom))) {
    const BindingIndex parameter{row.value};
    const std::uint64_t slot = binding_slot(file, parameter);
    const ExprIndex init = file.facts->bindings[row.value].init;
    const Expr& e = file.facts->exprs[raw(init)];
    if (e.kind != ExprKind::typed || e.a == 0 || envs_[env].find(slot) != nullptr) continue;
    read_binding(file, parameter);
    const Context in = context_with(env);
    Environment more = envs_[env];
    more.set(slot, eval_type(file, ExprIndex{e.a}, &in, depth + 1));
    env = envs_.intern(std::move(more));
  }
  return env;
}

/// From what names a type to the values of that type.
Values Evaluator::instantiate(const Values& names, const std::vector<Values>& arguments,
                              int depth) {
  Values values = outcome_of_unknown(names);
  if (!step(depth)) return Values::unknown();
  if (names.list.empty() && names.open && names.why == OpenReason::external && !arguments.empty()) {
    Value generic = opaque_generic(arguments);
    generic.origin = names.detail;
    return Values::one(generic);
  }
  for (Value value : names.list) {
    const LinkFile& file = *value.file;
    Context in;
    if (value.kind == ValueKind::alias) {
      read_binding(file, BindingIndex{value.index});
      const Binding& b = file.facts->bindings[value.index];
      Environment bound = envs_[value.env];
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::uint32_t parameter = alias_parameter(file, b, i);
        if (parameter == kNoIndex) break;
        bound.set(binding_slot(file, BindingIndex{parameter}), arguments[i]);
      }
      in = context_with(envs_.intern(std::move(bound)));
      join(values, eval_type(file, b.init, &in, depth + 1));
      continue;
    }
    if (value.kind != ValueKind::atom) {
      join(values, Values::one(value));
      continue;
    }
    const AtomIndex atom{value.index};
    const std::uint32_t bound = bind(file, atom, arguments, value.env);
    const std::uint32_t env = bind_omitted(file, atom, bound, depth);
    switch (file.facts->atoms[value.index].kind) {
      case AtomKind::type_alias:
        read_atom(file, value.index);
        in = context_with(env);
        join(values, eval_type(file, file.facts->atoms[value.index].returns, &in, depth + 1));
        break;
      case AtomKind::enum_:
        join(values, Values::unknown(OpenReason::builtin, detail("Number")));
        break;
      case AtomKind::namespace_:
        join(values, Values::unknown());
        break;
      default:
        value.kind = ValueKind::instance;
        value.env = env;
        value.via = Via::none;
        value.through_this = value.through_super = false;
        value.rule = LinkRule::declared_type;
        join(values, Values::one(value));
        break;
    }
  }
  return values;
}

Values Evaluator::standard_type(std::string_view name, const std::vector<Values>& arguments,
                                int depth) {
  const Values first = arguments.empty() ? Values::unknown() : arguments[0];
  const auto known = std::find_if(kContainers.begin(), kContainers.end(),
                                  [&](const StandardType& t) { return t.name == name; });
  if (known != kContainers.end()) {
    Environment held;
    for (std::size_t i = 0; i < std::min<std::size_t>(arguments.size(), 2); ++i) {
      Values values = arguments[i];
      if (known->awaited) {
        for (Value& value : values.list) value.promise = true;
      }
      held.add(i, values);
    }
    return Values::one(container(known->kind, std::move(held)));
  }
  if (is_transparent(name)) return first;
  if (name == "Promise" || name == "PromiseLike" || name == "Awaited") {
    Values values = first;
    for (Value& value : values.list) value.promise = name != "Awaited";
    if (values.list.empty() && name != "Awaited") {
      return Values::unknown(OpenReason::builtin, detail("Promise"));
    }
    return values;
  }
  if (name == "Record") {
    Environment held;
    if (arguments.size() > 1) held.add(0, arguments[1]);
    return Values::one(container(Container::record, std::move(held)));
  }
  Values values;
  if (name == "ReturnType") {
    for (const Value& function : first.list) {
      join(values, returned(function, nullptr, nullptr, depth + 1));
    }
    return values.list.empty() ? Values::unknown() : values;
  }
  if (name == "InstanceType") return instantiate(first, {}, depth + 1);
  if (!arguments.empty()) return Values::one(opaque_generic(arguments));
  return Values::unknown(OpenReason::builtin, detail(name));
}

/// A type that nothing visible declares: of the language, or named in a comment without an import.
Values Evaluator::undeclared_type(const LinkFile& file, std::string_view name,
                                  const std::vector<Values>& arguments, int depth) {
  if (is_standard_type(name)) return standard_type(name, arguments, depth + 1);
  if (file.facts->language == Language::javascript) {
    Values named = nearest_class(file, name);
    if (!named.list.empty()) return instantiate(named, arguments, depth + 1);
  }
  if (arguments.empty()) return Values::unknown(OpenReason::unknown_receiver, detail(name));
  Value generic = opaque_generic(arguments);
  generic.origin = 0;
  return Values::one(generic);
}

/// Comments of plain JavaScript name the classes of other files without importing them. Of several
/// of that name the one is meant with which the file shares most folders; two of these, none.
Values Evaluator::nearest_class(const LinkFile& file, std::string_view name) {
  const std::uint64_t hash = hash_text(name);
  const std::uint64_t topic = class_topic(hash);
  note(topic);
  const std::string_view here = file.version->path;
  Value nearest;
  std::ptrdiff_t most_shared = -1;
  bool several = false;
  for (const LinkSource::File& about : source_.files_about(topic)) {
    const std::string_view path = about.version->path;
    const auto apart = std::mismatch(here.begin(), here.end(), path.begin(), path.end()).first;
    const std::ptrdiff_t shared = std::count(here.begin(), apart, '/');
    if (shared < most_shared) continue;
    several = shared == most_shared;
    most_shared = shared;
    const LinkFile* const there = file_at(path);
    const auto classes = rows(there->index->classes, hash);
    several = several || classes.size() > 1;
    nearest.file = there;
    nearest.index = classes.front().value;
  }
  if (most_shared < 0 || several) return Values::unknown();
  read_atom(*nearest.file, nearest.index);
  nearest.confidence = Confidence::inferred;
  return Values::one(nearest);
}

/// A generic type of elsewhere (`SyncHook<[A, B]>`, `Emitter<E>`): only its arguments are known,
/// and as its origin the package where it is from, 0 where that is not known.
Value Evaluator::opaque_generic(const std::vector<Values>& arguments) {
  Environment held;
  for (std::size_t i = 0; i < arguments.size(); ++i) held.add(i, arguments[i]);
  return container(Container::generic, std::move(held));
}

Evaluator::Context Evaluator::context_with(std::uint32_t env) const noexcept {
  Context in;
  in.env = env;
  in.id = mix(0x7e57, env);
  return in;
}

}  // namespace dg
