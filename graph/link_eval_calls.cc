// What calls and constructions give: results of known functions, wrappers, and interop helpers.

#include <algorithm>
#include <functional>

#include "graph/link_eval.h"
#include "graph/link_keys.h"

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

/// The helper's name in `__importStar(x)`, `tslib.__importStar(x)`,
/// `_interop_require_wildcard._(x)` and `_interopRequireDefault2.default(x)`; else empty.
std::string_view interop_helper(const FileFacts& facts, const Expr& callee) noexcept {
  std::string_view name;
  if (callee.kind == ExprKind::name || callee.kind == ExprKind::member) {
    name = facts.name(NameId{callee.b});
  }
  if (callee.kind == ExprKind::member && (name == "_" || name == "default")) {
    const Expr& object = facts.exprs[callee.a];
    name = object.kind == ExprKind::name ? facts.name(NameId{object.b}) : std::string_view();
    if (name.ends_with('2')) name.remove_suffix(1);
  }
  return is_interop_helper(name) ? name : std::string_view();
}

/// Calls of the global object's functions that give their first argument back.
bool returns_first_argument(std::string_view object, std::string_view method) noexcept {
  return object == "Object" &&
         (method == "freeze" || method == "seal" || method == "preventExtensions" ||
          method == "defineProperty" || method == "defineProperties" || method == "setPrototypeOf");
}

/// Whether a callee may give back a wrapper of the function that it is given: a name, a member of a
/// module, or a call of these (`memo`, `React.memo`, `connect(…)`). Methods of other values
/// (`list.find(f)`) give something else.
bool may_wrap(const FileFacts& facts, ExprIndex callee) noexcept {
  const Expr* e = &facts.exprs[raw(callee)];
  if (e->kind == ExprKind::call) e = &facts.exprs[e->a];
  if (e->kind == ExprKind::name) return true;
  if (e->kind != ExprKind::member) return false;
  const Expr& object = facts.exprs[e->a];
  if (object.kind != ExprKind::name || object.a == kNoIndex) return false;
  const Binding& b = facts.bindings[object.a];
  return b.import != kNone<ImportIndex> || facts.exprs[raw(b.init)].kind == ExprKind::module;
}

void relabel(Values& values, LinkRule rule) {
  for (Value& value : values.list) value.rule = rule;
}

}  // namespace

Values Evaluator::eval_construct(const LinkFile& file, const Expr& e, const Receiver* self,
                                 int depth) {
  const Values callees = callable(eval(file, ExprIndex{e.a}, self, depth + 1), depth + 1);
  Values values;
  values.open = callees.open;
  values.why = callees.why;
  values.detail = callees.detail;
  if (values.open && values.why == OpenReason::global) values.why = OpenReason::builtin;
  for (const Value& callee : callees.list) {
    if (callee.kind != ValueKind::atom) continue;
    Value value = callee;
    value.kind = ValueKind::instance;
    value.through_this = value.through_super = false;
    value.via = Via::none;
    value.rule = LinkRule::constructed_receiver;
    join(values, Values::one(value));
  }
  if (values.list.empty() && !values.open) return Values::unknown();
  return values;
}

/// `return` of each function that may be called, with `this` bound to what it was called on.
Values Evaluator::eval_call(const LinkFile& file, const Expr& e, const Receiver* self, int depth) {
  const Expr& callee = file.facts->exprs[e.a];
  if (const std::string_view helper = interop_helper(*file.facts, callee); !helper.empty()) {
    return interop(file, e, helper, depth + 1);
  }
  if (callee.kind == ExprKind::member && file.facts->exprs[callee.a].kind == ExprKind::name &&
      file.facts->exprs[callee.a].a == kNoIndex) {
    const std::string_view object = file.facts->name(NameId{file.facts->exprs[callee.a].b});
    const std::string_view method = file.facts->name(NameId{callee.b});
    if (object == "Object" && method == "assign") return merged(file, e, depth + 1);
    if (returns_first_argument(object, method)) return interop(file, e, method, depth + 1);
  }
  const Values functions = callable(eval(file, ExprIndex{e.a}, self, depth + 1), depth + 1);
  Values receiver;
  if (callee.kind == ExprKind::member) {
    receiver = eval(file, ExprIndex{callee.a}, self, depth + 1);
  }
  Values values;
  values.open = functions.open;
  values.why = functions.why;
  values.detail = functions.detail;
  if (values.open && values.why == OpenReason::global) values.why = OpenReason::builtin;
  for (const Value& function : functions.list) {
    if (function.kind != ValueKind::atom) continue;
    if (function.via == Via::bind) {
      Value bound = function;
      bound.via = Via::none;
      join(values, Values::one(bound));
      continue;
    }
    const bool called_on_object = callee.kind == ExprKind::member && function.via == Via::none;
    Values result = returned(function, called_on_object ? &receiver : nullptr, depth + 1);
    for (Value& value : result.list) {
      value.confidence = std::max(value.confidence, function.confidence);
    }
    join(values, result);
  }
  if (values.list.empty() && !values.open) return Values::unknown();
  if (functions.list.empty()) join(values, wrapped(file, e, depth + 1));
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
Values Evaluator::merged(const LinkFile& file, const Expr& call, int depth) {
  if (call.b == kNoIndex) return Values::unknown();
  const Range args = file.facts->references[call.b].args;
  if (args.count == 0) return Values::unknown();
  Values values;
  for (std::uint32_t a = 0; a < std::min<std::uint32_t>(args.count, kMaxAlternatives); ++a) {
    join(values, eval(file, file.facts->expr_lists[args.begin + a], nullptr, depth + 1));
  }
  return values;
}

Values Evaluator::returned(const Value& function, const Values* receiver, int depth) {
  return traced({TraceStep::Kind::returned, function.file, function.index, {}, {}, {}},
                [&] { return returned_value(function, receiver, depth); });
}

Values Evaluator::returned_value(const Value& function, const Values* receiver, int depth) {
  const LinkFile& file = *function.file;
  read_atom(file, function.index);
  const Atom& atom = file.facts->atoms[function.index];
  if (atom.kind == AtomKind::class_ || atom.kind == AtomKind::generator || raw(atom.returns) == 0) {
    return Values::unknown();
  }
  const Receiver self{&file, function.index, receiver};
  Values values = eval(file, atom.returns, receiver != nullptr ? &self : nullptr, depth + 1);
  for (Value& value : values.list) {
    value.promise = value.promise || atom.is_async;
    value.through_this = value.through_super = false;
    if (value.rule == LinkRule::lexical) value.rule = LinkRule::alias;
  }
  return values;
}

/// `helper(x, …)` gives x: compilers' interop helpers and Object.freeze and the like.
Values Evaluator::interop(const LinkFile& file, const Expr& call, std::string_view callee,
                          int depth) {
  static_cast<void>(callee);
  if (call.b == kNoIndex) return Values::unknown();
  const Range args = file.facts->references[call.b].args;
  if (args.count == 0) return Values::unknown();
  return eval(file, file.facts->expr_lists[args.begin], nullptr, depth + 1);
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
