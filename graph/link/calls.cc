// What calls and constructions give: results of known functions, wrappers, and interop helpers.

#include <algorithm>
#include <functional>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

/// Helpers that compilers put around `require`: the module goes in and comes out
/// (babeljs.io/docs/babel-helpers, TypeScript's tslib).
bool is_interop_helper(std::string_view name) noexcept {
  return name == "_interopRequireDefault" || name == "_interopRequireWildcard" ||
         name == "_interopNamespace" || name == "_interopDefault" ||
         name == "_interopDefaultLegacy" || name == "__importDefault" || name == "__importStar" ||
         name == "__toESM" || name == "__toCommonJS" || name == "_interop_require_default" ||
         name == "_interop_require_wildcard";
}

/// Whether the callee is such a helper: `__importStar`, `tslib.__importStar`,
/// `_interop_require_wildcard._` and `_interopRequireDefault2.default`.
bool names_interop_helper(const FileFacts& facts, const Expr& callee) noexcept {
  std::string_view name;
  if (callee.kind == ExprKind::name || callee.kind == ExprKind::member) {
    name = facts.name(NameId{callee.b});
  }
  if (callee.kind == ExprKind::member && (name == "_" || name == "default")) {
    const Expr& object = facts.exprs[callee.a];
    name = object.kind == ExprKind::name ? facts.name(NameId{object.b}) : std::string_view();
    if (name.ends_with('2')) name.remove_suffix(1);
  }
  return is_interop_helper(name);
}

/// Calls followed with their arguments: deeper ones are answered alike for all callers.
constexpr int kMaxLevel = 3;

const Expr& unapplied(const LinkFile& file, std::uint32_t callee) noexcept {
  const Expr& e = file.facts->exprs[callee];
  return e.kind == ExprKind::apply ? file.facts->exprs[e.a] : e;
}

std::uint64_t identity_of(const Values& values) noexcept {
  std::uint64_t hash = values.open ? 2 : 1;
  for (const Value& v : values.list) {
    const std::uint64_t what = static_cast<std::uint64_t>(v.kind) << 8 | (v.promise ? 1U : 0U);
    hash = mix(mix(hash, what << 32 | v.file->ordinal), std::uint64_t{v.index} << 32 | v.env);
  }
  return hash;
}

/// Whether a callee may give back a wrapper of the function that it is given: a name, a member of a
/// module, or a call of these (`memo`, `React.memo`, `connect(…)`). Methods of other values
/// (`list.find(f)`) give something else.
bool may_wrap(const FileFacts& facts, ExprIndex callee) noexcept {
  const Expr* e = &facts.exprs[raw(callee)];
  if (e->kind == ExprKind::apply) e = &facts.exprs[e->a];
  if (e->kind == ExprKind::call) e = &facts.exprs[e->a];
  if (e->kind == ExprKind::name) return true;
  if (e->kind != ExprKind::member) return false;
  const Expr& object = facts.exprs[e->a];
  if (object.kind != ExprKind::name || object.a == kNoIndex) return false;
  const Binding& b = facts.bindings[object.a];
  return b.import != kNone<ImportIndex> || facts.exprs[raw(b.init)].kind == ExprKind::module;
}

/// Whether an argument may be of a type, as its text and the argument's literal show.
bool may_be(std::string_view type, ExprKind given) noexcept {
  while (!type.empty() && (type[0] == ':' || type[0] == ' ')) type.remove_prefix(1);
  const bool text = type == "string" || type.starts_with('\'') || type.starts_with('"');
  switch (given) {
    case ExprKind::string:
    case ExprKind::template_:
      return text || (type != "number" && type != "boolean");
    case ExprKind::number:
      return !text && type != "boolean";
    case ExprKind::boolean:
      return !text && type != "number";
    case ExprKind::atom:
    case ExprKind::object:
    case ExprKind::array:
      return !text && type != "number" && type != "boolean";
    default:
      return true;
  }
}

/// Whether a signature may take a call with these arguments.
bool accepts(const FileFacts& facts, const Atom& signature, const FileFacts& caller,
             Range args) noexcept {
  std::uint32_t needed = 0;
  bool rest = false;
  for (std::uint32_t p = 0; p < signature.params.count; ++p) {
    const Param& param = facts.params[signature.params.begin + p];
    rest = rest || param.form == ParamForm::rest;
    if (!param.optional && param.form != ParamForm::rest) needed = p + 1;
    if (p >= args.count || param.form == ParamForm::rest) continue;
    const Expr& given = caller.exprs[raw(caller.expr_lists[args.begin + p])];
    if (given.kind == ExprKind::spread) return true;
    if (!may_be(facts.name(param.type_text), given.kind)) return false;
  }
  return args.count >= needed && (rest || args.count <= signature.params.count);
}

void relabel(Values& values, LinkRule rule) {
  for (Value& value : values.list) value.rule = rule;
}

}  // namespace

Values Evaluator::eval_construct(const LinkFile& file, const Expr& e, const Context* in,
                                 int depth) {
  const Expr& named = unapplied(file, e.a);
  if (named.kind == ExprKind::name && named.a == kNoIndex) {
    return construct_global(file, e, file.facts->name(NameId{named.b}), in, depth + 1);
  }
  const Values callees = callable(eval(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
  Values values = outcome_of_unknown(callees);
  const CallSite site{&file, &e, in, {}};
  for (const Value& callee : callees.list) {
    if (callee.kind == ValueKind::signature || callee.kind == ValueKind::instance ||
        callee.kind == ValueKind::object) {
      join(values, constructed_by_type(callee, site, depth + 1));
      continue;
    }
    if (callee.kind != ValueKind::atom) continue;
    Value value = callee;
    value.kind = ValueKind::instance;
    value.through_this = value.through_super = false;
    value.via = Via::none;
    value.rule = LinkRule::constructed_receiver;
    value.env = constructed_env(callee, site, depth + 1);
    join(values, Values::one(value));
  }
  if (values.list.empty() && !values.open) return Values::unknown();
  return values;
}

/// `new C()` of a C that is known by its type: `new () => T`, `{new (): T}`.
Values Evaluator::constructed_by_type(const Value& callee, const CallSite& site, int depth) {
  const LinkFile& file = *callee.file;
  if (callee.kind == ValueKind::signature) {
    const Expr& e = file.facts->exprs[callee.index];
    if (e.kind != ExprKind::construct_type) return Values::unknown();
    const Context in = context_with(callee.env);
    return eval_type(file, ExprIndex{e.b}, &in, depth + 1);
  }
  Values values;
  if (!step(depth)) return Values::unknown();
  for (const Value& value : member_of(callee, "<new>", depth + 1).list) {
    if (value.kind == ValueKind::signature) {
      join(values, constructed_by_type(value, site, depth + 1));
    }
  }
  return values.list.empty() ? Values::unknown() : values;
}

/// What the type parameters of a class stand for in `new C(…)`: as written, else as the
/// constructor's arguments tell.
std::uint32_t Evaluator::constructed_env(const Value& callee, const CallSite& site, int depth) {
  const LinkFile& file = *callee.file;
  const auto parameters = rows(file.index->type_parameters, callee.index);
  if (parameters.empty() || !step(depth)) return callee.env;
  const std::uint64_t first = binding_slot(file, BindingIndex{parameters[0].value});
  if (envs_[callee.env].find(first) != nullptr) return callee.env;
  const Values functions = own_method(file, AtomIndex{callee.index}, "constructor", false);
  std::uint32_t env = callee.env;
  for (const Value& function : functions.list) {
    env = bind_call(function, site, callee.env, kNoIndex, depth + 1);
  }
  Environment kept = envs_[callee.env];
  for (const auto& row : parameters) {
    const std::uint64_t slot = binding_slot(file, BindingIndex{row.value});
    if (const Values* const bound = envs_[env].find(slot)) kept.set(slot, *bound);
  }
  return envs_.intern(std::move(kept));
}

/// `return` of each function that may be called, with `this` bound to what it was called on.
Values Evaluator::eval_call(const LinkFile& file, const Expr& e, const Context* in, int depth) {
  const CallSite site{&file, &e, in, {}};
  const Expr& callee = unapplied(file, e.a);
  if (names_interop_helper(*file.facts, callee)) return first_argument(file, e, in, depth + 1);
  if (callee.kind != ExprKind::member) {
    const Values functions = callable(eval(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
    return results(functions, nullptr, site, depth);
  }
  const std::string_view method = file.facts->name(NameId{callee.b});
  const Expr& object = file.facts->exprs[callee.a];
  if (object.kind == ExprKind::name && object.a == kNoIndex) {
    Values values;
    const std::string_view name = file.facts->name(NameId{object.b});
    if (global_call(site, name, method, values, depth + 1)) return values;
  }
  const Values receivers = eval(file, ExprIndex{callee.a}, in, depth + 1);
  Values values, others;
  for (const Value& receiver : receivers.list) {
    if (receiver.kind == ValueKind::builtin || receiver.promise) {
      join(values, builtin_call(receiver, method, site, depth + 1));
      continue;
    }
    Values of_container;
    if (is_builtin_member(method)) {
      for (const Value& container : container_of(receiver, method, depth + 1).list) {
        join(of_container, builtin_call(container, method, site, depth + 1));
      }
    }
    if (of_container.list.empty()) {
      others.list.push_back(receiver);
    } else {
      join(values, of_container);
    }
  }
  if (values.list.empty() && !values.open) {
    const Values functions = callable(eval(file, ExprIndex{e.a}, in, depth + 1), depth + 1);
    return results(functions, &receivers, site, depth);
  }
  if (!others.list.empty()) {
    const Values functions = callable(member(others, method, in, depth + 1), depth + 1);
    join(values, results(functions, &others, site, depth));
  }
  settle(values);
  return values;
}

Values Evaluator::outcome_of_unknown(const Values& callees) const noexcept {
  if (!callees.open) return {};
  const bool standard =
      callees.why == OpenReason::global && is_standard_global(details_[callees.detail]);
  return Values::unknown(standard ? OpenReason::builtin : callees.why, callees.detail);
}

/// What calling any of these functions gives.
Values Evaluator::results(const Values& functions, const Values* receiver, const CallSite& site,
                          int depth) {
  if (functions.list.empty()) {
    Values handed;
    if (library_call(functions, site, handed, depth + 1)) return handed;
  }
  Values values = outcome_of_unknown(functions);
  for (const Value& function : functions.list) {
    if (function.via == Via::bind) {
      Value bound = function;
      bound.via = Via::none;
      join(values, Values::one(bound));
      continue;
    }
    const bool plain = function.via == Via::none;
    Values result =
        returned(function, plain ? receiver : nullptr, plain ? &site : nullptr, depth + 1);
    for (Value& value : result.list) {
      value.confidence = std::max(value.confidence, function.confidence);
    }
    join(values, result);
  }
  if (values.list.empty() && !values.open) return Values::unknown();
  if (functions.list.empty()) join(values, wrapped(*site.file, *site.call, depth + 1));
  settle(values);
  return values;
}

/// The function that an unknown function is given to wrap, as its first or its last argument.
Values Evaluator::wrapped(const LinkFile& file, const Expr& call, int depth) {
  Values values;
  if (call.b == kNoIndex || !may_wrap(*file.facts, ExprIndex{call.a})) return values;
  const Range args = file.facts->references[call.b].args;
  if (args.count == 0) return values;
  for (const std::uint32_t at : {args.begin, args.begin + args.count - 1}) {
    const Values given = eval(file, file.facts->expr_lists[at], nullptr, depth + 1);
    for (Value value : given.list) {
      if (value.kind != ValueKind::atom || value.promise) continue;
      value.via = Via::wrap;
      value.confidence = std::max(value.confidence, Confidence::inferred);
      value.rule = LinkRule::alias;
      join(values, Values::one(value));
    }
    if (!values.list.empty()) break;
  }
  return values;
}

/// `Object.assign(a, b, …)`: a, with the members of the others.
Values Evaluator::merged(const LinkFile& file, const Expr& call, const Context* in, int depth) {
  const CallSite site{&file, &call, in, {}};
  const std::uint32_t count = arguments_of(site).count;
  if (count == 0) return Values::unknown();
  Values values;
  for (std::uint32_t a = 0; a < std::min<std::uint32_t>(count, kMaxAlternatives); ++a) {
    join(values, argument_value(site, a, depth));
  }
  return values;
}

Values Evaluator::returned(const Value& function, const Values* receiver, const CallSite* site,
                           int depth) {
  return traced({TraceStep::Kind::returned, function.file, function.index, {}, {}, {}},
                [&] { return returned_value(function, receiver, site, depth); });
}

Values Evaluator::returned_value(const Value& function, const Values* receiver,
                                 const CallSite* site, int depth) {
  const LinkFile& file = *function.file;
  if (!step(depth)) return Values::unknown();
  if (function.kind == ValueKind::signature) {
    const Context in = context_with(function.env);
    return eval_type(file, ExprIndex{file.facts->exprs[function.index].b}, &in, depth + 1);
  }
  if (function.kind == ValueKind::instance || function.kind == ValueKind::object) {
    Values values;
    for (const Value& value : member_of(function, "<call>", depth + 1).list) {
      if (value.kind == ValueKind::signature) {
        join(values, returned(value, receiver, site, depth + 1));
      }
    }
    return values.list.empty() && !values.open ? Values::unknown() : values;
  }
  if (function.kind != ValueKind::atom) return Values::unknown();
  read_atom(file, function.index);
  const Atom& atom = file.facts->atoms[function.index];
  if (site != nullptr && !rows(file.index->overloads, function.index).empty()) {
    const Values overloaded = overload_result(function, *site, depth + 1);
    if (!overloaded.list.empty()) return overloaded;
  }
  if (atom.kind == AtomKind::class_ || raw(atom.returns) == 0) return Values::unknown();
  Context in;
  in.file = &file;
  in.atom = function.index;
  in.self = receiver;
  in.env = function.env;
  if (site != nullptr) {
    in.level = site->context == nullptr ? 1 : site->context->level + 1;
    const Expr& callee = site->file->facts->exprs[site->call->a];
    if (callee.kind == ExprKind::apply) {
      const std::vector<Values> types =
          type_arguments(*site->file, ExprIndex{callee.b}, site->context, depth + 1);
      in.env = bind(file, AtomIndex{function.index}, types, in.env);
    }
    if (in.level <= kMaxLevel && file.index->depends[raw(atom.returns)]) {
      in.env = bind_call(function, *site, in.env, kNoIndex, depth + 1);
    }
  }
  in.id = mix(mix(std::uint64_t{file.ordinal} << 32 | function.index, in.env),
              receiver == nullptr ? 0 : identity_of(*receiver));
  Values values = eval(file, atom.returns, &in, depth + 1);
  if (atom.kind == AtomKind::generator) return generated(values, atom.is_async, depth);
  for (Value& value : values.list) {
    value.promise = value.promise || atom.is_async;
    value.through_this = value.through_super = false;
    if (value.rule == LinkRule::lexical) value.rule = LinkRule::alias;
  }
  return values;
}

/// What the signatures beside an implementation say of a call that they accept.
Values Evaluator::overload_result(const Value& function, const CallSite& site, int depth) {
  const LinkFile& file = *function.file;
  Values values;
  for (const auto& row : rows(file.index->overloads, function.index)) {
    if (!step(depth)) break;
    read_atom(file, row.value);
    const Atom& signature = file.facts->atoms[row.value];
    if (!accepts(*file.facts, signature, *site.file->facts, arguments_of(site))) continue;
    const Context in = context_with(function.env);
    for (Value value : eval(file, signature.returns, &in, depth + 1).list) {
      value.promise = value.promise || signature.is_async;
      join(values, Values::one(value));
    }
  }
  settle(values);
  return values;
}

/// What a generator gives: something that yields what the body does.
Values Evaluator::generated(const Values& body, bool is_async, int depth) {
  const auto is_iterator = [](const Value& v) {
    return v.kind == ValueKind::builtin &&
           v.index == static_cast<std::uint32_t>(Container::iterator);
  };
  if (std::any_of(body.list.begin(), body.list.end(), is_iterator)) return body;  // As declared.
  Values elements = iterate(body, depth + 1);
  for (Value& value : elements.list) value.promise = value.promise || is_async;
  return Values::one(list_of(Container::iterator, elements));
}

/// `helper(x, …)` gives x: compilers' interop helpers and Object.freeze and the like.
Values Evaluator::first_argument(const LinkFile& file, const Expr& call, const Context* in,
                                 int depth) {
  return argument_value({&file, &call, in, {}}, 0, depth);
}

Values Evaluator::callable(const Values& values, int depth) {
  const auto is_module = [](const Value& v) { return v.kind == ValueKind::module && !v.promise; };
  if (std::none_of(values.list.begin(), values.list.end(), is_module)) return values;
  Values out;
  out.open = values.open;
  out.why = values.why;
  out.detail = values.detail;
  for (const Value& value : values.list) {
    if (!is_module(value)) {
      join(out, Values::one(value));
      continue;
    }
    Values whole = whole_value(*value.file, depth + 1);
    relabel(whole, value.rule);
    join(out, callable(whole, depth + 1));
  }
  return out;
}

}  // namespace dg
