// Arguments and parameters: what type parameters stand for at a call, what a callee expects of an
// argument, and what the parameters of a function literal are given.

#include <algorithm>
#include <utility>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

constexpr std::uint32_t kMaxArguments = 8;
constexpr std::size_t kMaxCalls = 8;

const Expr& unapplied(const LinkFile& file, std::uint32_t callee) noexcept {
  const Expr& e = file.facts->exprs[callee];
  return e.kind == ExprKind::apply ? file.facts->exprs[e.a] : e;
}

}  // namespace

Range Evaluator::arguments_of(const CallSite& site) noexcept {
  return site.call->b == kNoIndex ? Range{} : site.file->facts->references[site.call->b].args;
}

Values Evaluator::argument_value(const CallSite& site, std::uint32_t ordinal, int depth) {
  return argument_at(*site.file, arguments_of(site), ordinal, site.context, depth);
}

/// What the parameters and type parameters of a function stand for in one call of it. The argument
/// `except` is left out: it is what is being asked for.
std::uint32_t Evaluator::bind_call(const Value& function, const CallSite& site, std::uint32_t env,
                                   std::uint32_t except, int depth) {
  const LinkFile& file = *function.file;
  const Atom& atom = file.facts->atoms[function.index];
  const Range args = arguments_of(site);
  Environment out = envs_[env];
  const std::uint32_t count = std::min({atom.params.count, args.count, kMaxArguments});
  for (std::uint32_t i = 0; i < count && step(depth); ++i) {
    const Param& param = file.facts->params[atom.params.begin + i];
    if (param.binding == kNone<BindingIndex> || i == except) continue;
    const Binding& b = file.facts->bindings[raw(param.binding)];
    const Expr& init = file.facts->exprs[raw(b.init)];
    if (init.kind == ExprKind::typed) {
      if (!file.index->depends[init.b]) continue;
      Environment inferred;
      Values values = argument_value(site, i, depth);
      if (param.form == ParamForm::rest) {
        for (std::uint32_t more = i + 1; more < std::min(args.count, i + kMaxArguments); ++more) {
          join(values, argument_value(site, more, depth));
        }
        values = Values::one(list_of(Container::array, values));
      }
      unify(file, ExprIndex{init.b}, values, inferred, depth + 1);
      for (const auto& slot : inferred.slots) out.add(slot.key, slot.values);
    } else if (param.form != ParamForm::destructured && !b.reassigned) {
      const Values values = param.form == ParamForm::rest
                                ? arguments_from(*site.file, args, i, site.context, depth)
                                : argument_value(site, i, depth);
      if (!values.list.empty()) out.set(binding_slot(file, param.binding), values);
    }
  }
  const Expr& returned = file.facts->exprs[raw(atom.returns)];
  if (raw(site.result) != 0 && returned.kind == ExprKind::typed &&
      file.index->depends[returned.b] && step(depth)) {
    Environment inferred;
    const Values wanted = eval_type(*site.file, site.result, site.context, depth + 1);
    unify(file, ExprIndex{returned.b}, wanted, inferred, depth + 1);
    for (const auto& slot : inferred.slots) out.add(slot.key, slot.values);
  }
  return envs_.intern(std::move(out));
}

/// Matches a declared type with values of it: what its type parameters must stand for.
void Evaluator::unify(const LinkFile& file, ExprIndex type, const Values& given, Environment& out,
                      int depth) {
  if (raw(type) == 0 || given.list.empty() || !file.index->depends[raw(type)] || !step(depth)) {
    return;
  }
  const Expr& e = file.facts->exprs[raw(type)];
  switch (e.kind) {
    case ExprKind::name:
      if (e.a != kNoIndex && is_type_parameter(file, e.a)) {
        out.add(binding_slot(file, BindingIndex{e.a}), given);
      }
      break;
    case ExprKind::choice:
    case ExprKind::intersection:
      unify(file, ExprIndex{e.a}, given, out, depth + 1);
      unify(file, ExprIndex{e.b}, given, out, depth + 1);
      break;
    case ExprKind::typed:
      unify(file, ExprIndex{e.b}, given, out, depth + 1);
      break;
    case ExprKind::spread:
      unify(file, ExprIndex{e.a}, given, out, depth + 1);
      break;
    case ExprKind::function_type: {
      Values results;
      for (const Value& function : given.list) {
        if (function.kind != ValueKind::atom && function.kind != ValueKind::signature) continue;
        join(results, returned(function, nullptr, nullptr, depth + 1));
      }
      unify(file, ExprIndex{e.b}, results, out, depth + 1);
      break;
    }
    case ExprKind::construct_type: {
      Values made;
      for (Value value : given.list) {
        if (value.kind != ValueKind::atom) continue;
        value.kind = ValueKind::instance;
        join(made, Values::one(value));
      }
      unify(file, ExprIndex{e.b}, made, out, depth + 1);
      break;
    }
    case ExprKind::object: {
      const Range range = file.facts->shapes[e.a].members;
      for (std::uint32_t m = range.begin; m < range.begin + std::min(range.count, kMaxArguments);
           ++m) {
        const Member& wanted = file.facts->members[m];
        const Values values = member(given, file.facts->name(wanted.name), nullptr, depth + 1);
        unify(file, wanted.value, values, out, depth + 1);
      }
      break;
    }
    case ExprKind::apply:
      unify_applied(file, e, given, out, depth);
      break;
    default:
      break;
  }
}

void Evaluator::unify_applied(const LinkFile& file, const Expr& e, const Values& given,
                              Environment& out, int depth) {
  const Expr& generic = file.facts->exprs[e.a];
  const auto argument = [&](std::uint32_t ordinal) {
    std::uint32_t at = e.b;
    for (; ordinal > 0 && at != 0; --ordinal) at = file.facts->exprs[at].b;
    return at == 0 ? ExprIndex{0} : ExprIndex{file.facts->exprs[at].a};
  };
  if (generic.kind == ExprKind::name && generic.a == kNoIndex) {
    const std::string_view name = file.facts->name(NameId{generic.b});
    Values values;
    for (Value value : given.list) {
      if (name == "Promise" || name == "PromiseLike") {
        value.promise = false;
        join(values, Values::one(value));
      } else if (value.kind == ValueKind::builtin && name.ends_with("Map")) {
        unify(file, argument(0), held(value, 0), out, depth + 1);
        unify(file, argument(1), held(value, 1), out, depth + 1);
      } else if (value.kind == ValueKind::builtin && name != "Record") {
        join(values, iterate(Values::one(value), depth + 1));
      } else if (value.kind != ValueKind::builtin && !name.ends_with("Array")) {
        join(values, Values::one(value));
      }
    }
    unify(file, argument(name == "Record" ? 1 : 0), values, out, depth + 1);
    return;
  }
  unify_alias(file, e, given, out, depth);
  // An instance of a class of the project: by its own type parameters.
  for (const Value& value : given.list) {
    if (value.kind != ValueKind::instance || value.env == 0) continue;
    const auto parameters = rows(value.file->index->type_parameters, value.index);
    for (std::uint32_t i = 0; i < parameters.size(); ++i) {
      const Values* const bound =
          envs_[value.env].find(binding_slot(*value.file, BindingIndex{parameters[i].value}));
      if (bound != nullptr) {
        const Values copy = *bound;
        unify(file, argument(i), copy, out, depth + 1);
      }
    }
  }
}

/// `Alias<T>`: what the alias' own parameters must stand for, and through them T.
void Evaluator::unify_alias(const LinkFile& file, const Expr& e, const Values& given,
                            Environment& out, int depth) {
  const Values names = type_names(file, ExprIndex{e.a}, nullptr, depth + 1);
  if (names.list.size() != 1 || !step(depth)) return;
  const Value& alias = names.list[0];
  const FileFacts& facts = *alias.file->facts;
  ExprIndex type{0};
  std::uint32_t list = 0;
  if (alias.kind == ValueKind::alias) {
    read_binding(*alias.file, BindingIndex{alias.index});
    const Expr& init = facts.exprs[raw(facts.bindings[alias.index].init)];
    if (init.kind != ExprKind::typed) return;
    list = init.a;
    type = ExprIndex{init.b};
  } else if (alias.kind == ValueKind::atom &&
             facts.atoms[alias.index].kind == AtomKind::type_alias) {
    read_atom(*alias.file, alias.index);
    type = facts.atoms[alias.index].returns;
  } else {
    return;
  }
  Environment inner;
  unify(*alias.file, type, given, inner, depth + 1);
  const auto parameters = rows(alias.file->index->type_parameters, alias.index);
  std::uint32_t at = e.b;
  for (std::size_t i = 0; at != 0; ++i, at = file.facts->exprs[at].b) {
    std::uint32_t parameter = kNoIndex;
    if (alias.kind == ValueKind::atom) {
      if (i >= parameters.size()) break;
      parameter = parameters[i].value;
    } else {
      if (list == 0 || facts.exprs[list].kind != ExprKind::list) break;
      const Expr& name = facts.exprs[facts.exprs[list].a];
      if (name.kind != ExprKind::name || name.a == kNoIndex) break;
      parameter = name.a;
      list = facts.exprs[list].b;
    }
    const Values* const found = inner.find(binding_slot(*alias.file, BindingIndex{parameter}));
    if (found != nullptr) {
      unify(file, ExprIndex{file.facts->exprs[at].a}, *found, out, depth + 1);
    }
  }
}

/// What the callee of a call expects as one of its arguments: functions, or types of functions.
Values Evaluator::eval_argument(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  const Expr& asked = file.facts->exprs[e.a];
  const Expr& call = asked.kind == ExprKind::typed ? file.facts->exprs[asked.a] : asked;
  const ExprIndex result{asked.kind == ExprKind::typed ? asked.b : 0};
  if (call.kind != ExprKind::call && call.kind != ExprKind::construct) return Values::unknown();
  return expected_by_callee({&file, &call, in, result}, e.b, depth);
}

Values Evaluator::expected_by_callee(const CallSite& site, std::uint32_t ordinal, int depth) {
  const LinkFile& file = *site.file;
  const Expr& call = *site.call;
  const Context* const in = site.context;
  const Expr& callee = unapplied(file, call.a);
  Values functions;
  Values values;
  if (call.kind == ExprKind::construct) {
    functions = constructors(eval(file, ExprIndex{call.a}, in, depth + 1), depth + 1);
  } else if (callee.kind == ExprKind::member) {
    const std::string_view name = file.facts->name(NameId{callee.b});
    const Values receivers = eval(file, ExprIndex{callee.a}, in, depth + 1);
    for (const Value& receiver : receivers.list) {
      if (receiver.kind == ValueKind::builtin || receiver.promise) {
        join(values, builtin_callback(receiver, name, ordinal, site, depth + 1));
      } else if (is_builtin_member(name)) {
        for (const Value& container : container_of(receiver, name, depth + 1).list) {
          join(values, builtin_callback(container, name, ordinal, site, depth + 1));
        }
      }
    }
    if (receivers.list.empty() || values.list.empty()) {
      functions = callable(eval(file, ExprIndex{call.a}, in, depth + 1), depth + 1);
    }
  } else {
    functions = callable(eval(file, ExprIndex{call.a}, in, depth + 1), depth + 1);
  }
  if (functions.list.empty() && values.list.empty()) {
    join(values, global_callback(site, ordinal, depth + 1));
  }
  for (const Value& function : functions.list) {
    join(values, expected(function, site, ordinal, depth + 1));
  }
  if (functions.open || values.list.empty()) join(values, Values::unknown(OpenReason::parameter));
  return values;
}

/// The functions that constructing these classes runs.
Values Evaluator::constructors(const Values& classes, int depth) {
  Values functions;
  functions.open = classes.open;
  for (const Value& value : callable(classes, depth).list) {
    if (value.kind != ValueKind::atom) continue;
    Value at = value;
    for (int hops = 0; hops < 16; ++hops) {
      const Values own = own_method(*at.file, AtomIndex{at.index}, "constructor", false);
      for (Value constructor : own.list) {
        constructor.env = at.env;
        join(functions, Values::one(constructor));
      }
      if (!own.list.empty()) break;
      if (at.file->facts->atoms[at.index].kind != AtomKind::class_) {
        join(functions, Values::one(at));
        break;
      }
      const Values up = parent_of(*at.file, AtomIndex{at.index}, at.env, depth + 1);
      if (up.list.empty() || up.list[0].kind != ValueKind::atom) break;
      at = up.list[0];
    }
  }
  return functions;
}

Values Evaluator::expected(const Value& function, const CallSite& site, std::uint32_t ordinal,
                           int depth) {
  const LinkFile& file = *function.file;
  if (function.kind == ValueKind::signature) {
    const Context in = context_with(function.env);
    return type_at(file, ExprIndex{file.facts->exprs[function.index].a}, ordinal, &in, depth + 1);
  }
  if (function.kind != ValueKind::atom || function.via != Via::none) return Values::unknown();
  read_atom(file, function.index);
  const Atom& atom = file.facts->atoms[function.index];
  if (atom.params.count == 0) return Values::unknown();
  const std::uint32_t at = std::min(ordinal, atom.params.count - 1);
  const Param& param = file.facts->params[atom.params.begin + at];
  if (param.binding == kNone<BindingIndex>) return Values::unknown();
  if (at < ordinal && param.form != ParamForm::rest) return Values::unknown();
  const Binding& b = file.facts->bindings[raw(param.binding)];
  read_binding(file, param.binding);
  const Expr& init = file.facts->exprs[raw(b.init)];
  if (init.kind != ExprKind::typed) {
    Value value;
    value.kind = ValueKind::parameter;
    value.file = &file;
    value.index = raw(param.binding);
    value.confidence = Confidence::inferred;
    return Values::one(value);
  }
  const std::uint32_t env =
      file.index->depends[init.b] ? bind_call(function, site, function.env, ordinal, depth + 1) : 0;
  const Context in = context_with(env);
  const Values values = eval_type(file, ExprIndex{init.b}, &in, depth + 1);
  return param.form == ParamForm::rest ? iterate(values, depth + 1) : values;
}

/// The type at a place of a list; the last one of `...T[]` stands for all that follow.
Values Evaluator::type_at(const LinkFile& file, ExprIndex list, std::uint32_t ordinal,
                          const Context* in, int depth) {
  for (std::uint32_t at = raw(list); at != 0;) {
    const Expr& cell = file.facts->exprs[at];
    if (cell.kind != ExprKind::list) break;
    const Expr& type = file.facts->exprs[cell.a];
    if (type.kind == ExprKind::spread) {
      const Values rest = eval_type(file, ExprIndex{type.a}, in, depth + 1);
      if (rest.list.size() == 1 && rest.list[0].kind == ValueKind::builtin &&
          rest.list[0].index == static_cast<std::uint32_t>(Container::tuple)) {
        return held(rest.list[0], ordinal);
      }
      return iterate(rest, depth + 1);
    }
    if (ordinal == 0) return eval_type(file, ExprIndex{cell.a}, in, depth + 1);
    --ordinal;
    at = cell.b;
  }
  return Values::unknown(OpenReason::parameter);
}

/// What a function that stands where `a` is expected gets as one of its parameters.
Values Evaluator::eval_parameter(const LinkFile& file, const Expr& e, const Context* in,
                                 int depth) {
  const Values functions = eval(file, ExprIndex{e.a}, in, depth + 1);
  Values values;
  for (const Value& function : functions.list) {
    if (function.promise) continue;
    Values given = parameter_of(function, e.b, depth + 1);
    for (Value& value : given.list) {
      value.confidence = std::max(value.confidence, function.confidence);
    }
    join(values, given);
  }
  if (values.list.empty() && !values.open) return Values::unknown(OpenReason::parameter);
  return values;
}

Values Evaluator::parameter_of(const Value& function, std::uint32_t ordinal, int depth) {
  const LinkFile& file = *function.file;
  switch (function.kind) {
    case ValueKind::signature: {
      const Context in = context_with(function.env);
      return type_at(file, ExprIndex{file.facts->exprs[function.index].a}, ordinal, &in, depth + 1);
    }
    case ValueKind::callback: {
      const Values* const given = envs_[function.env].find(ordinal);
      return given == nullptr ? Values::unknown(OpenReason::parameter) : *given;
    }
    case ValueKind::parameter:
      return handed_over(file, BindingIndex{function.index}, ordinal, depth + 1);
    case ValueKind::instance:
    case ValueKind::object: {
      Values values;
      if (!step(depth)) return Values::unknown();
      for (const Value& value : member_of(function, "<call>", depth + 1).list) {
        join(values, parameter_of(value, ordinal, depth + 1));
      }
      return values;
    }
    case ValueKind::atom: {
      read_atom(file, function.index);
      const Atom& atom = file.facts->atoms[function.index];
      if (ordinal >= atom.params.count) return {};
      const Param& param = file.facts->params[atom.params.begin + ordinal];
      if (param.form == ParamForm::destructured) {
        return passed_to(file, AtomIndex{function.index}, ordinal, false, depth + 1);
      }
      if (param.binding == kNone<BindingIndex> || param.form != ParamForm::plain) return {};
      const Context in = context_with(function.env);
      Values values = eval_binding(file, param.binding, &in, depth + 1);
      values.open = values.open || values.list.empty();
      return values;
    }
    default:
      return {};
  }
}

/// `function each(f) { f(x); }`: what calls of a parameter hand over.
Values Evaluator::handed_over(const LinkFile& file, BindingIndex binding, std::uint32_t ordinal,
                              int depth) {
  read_binding(file, binding);
  Values values;
  const auto calls = rows(file.index->parameter_calls, raw(binding));
  for (const auto& row : calls.first(std::min(calls.size(), kMaxCalls))) {
    const Range args = file.facts->references[row.value].args;
    if (ordinal >= args.count) continue;
    const Values given =
        eval(file, file.facts->expr_lists[args.begin + ordinal], nullptr, depth + 1);
    for (Value value : given.list) {
      value.confidence = std::max(value.confidence, Confidence::inferred);
      join(values, Values::one(value));
    }
  }
  join(values, Values::unknown(OpenReason::parameter));
  return values;
}

}  // namespace dg
