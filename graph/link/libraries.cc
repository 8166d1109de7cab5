// Libraries whose functions hand values of the project through: React's hooks, which Preact exports
// as well (react.dev/reference/react/hooks).

#include <algorithm>
#include <array>
#include <utility>

#include "graph/link/eval.h"

namespace dg {
namespace {

enum class Gives : std::uint8_t {
  argument,  ///< What it is given.
  result,    ///< What the function that it is given returns.
  holder,    ///< `{current: x}` of what it is given.
  state,     ///< `[x, set]`, x as given or as the function that is given returns it.
  context,   ///< Something that holds what it is given,
  held,      ///< and what such a thing holds.
};

struct LibraryFunction {
  std::string_view name;
  Gives gives;
};

constexpr std::array kHooks = {
    LibraryFunction{"useCallback", Gives::argument},   LibraryFunction{"useMemo", Gives::result},
    LibraryFunction{"useRef", Gives::holder},          LibraryFunction{"createRef", Gives::holder},
    LibraryFunction{"useState", Gives::state},         LibraryFunction{"useContext", Gives::held},
    LibraryFunction{"createContext", Gives::context},  LibraryFunction{"use", Gives::held},
    LibraryFunction{"useEffectEvent", Gives::argument}};

bool has_hooks(std::string_view package) noexcept {
  return package == "react" || package == "preact";
}

bool has_functions(const Values& values) noexcept {
  return std::any_of(values.list.begin(), values.list.end(),
                     [](const Value& v) { return v.kind == ValueKind::atom && !v.promise; });
}

}  // namespace

/// Whether the callees are a function of such a library; then `result` is what calling it gives.
bool Evaluator::library_call(const Values& callees, const CallSite& site, Values& result,
                             int depth) {
  if (callees.why != OpenReason::external || !has_hooks(details_[callees.detail])) return false;
  const FileFacts& facts = *site.file->facts;
  const Expr& written = facts.exprs[site.call->a];
  const bool applied = written.kind == ExprKind::apply;
  const Expr& callee = applied ? facts.exprs[written.a] : written;
  if (callee.kind != ExprKind::name && callee.kind != ExprKind::member) return false;
  const std::string_view name = facts.name(NameId{callee.b});
  const auto known = std::find_if(kHooks.begin(), kHooks.end(),
                                  [&](const LibraryFunction& f) { return f.name == name; });
  if (known == kHooks.end()) return false;
  Values given;
  if (applied) {
    const std::vector<Values> types =
        type_arguments(*site.file, ExprIndex{written.b}, site.context, depth + 1);
    if (!types.empty()) given = types[0];
  }
  const bool declared = !given.list.empty();
  if (!declared) given = argument_value(site, 0, depth);
  switch (known->gives) {
    case Gives::argument:
      result = std::move(given);
      break;
    case Gives::result:
      result = declared ? std::move(given) : called_back(site, 0, depth);
      break;
    case Gives::holder:
      result = Values::one(list_of(Container::record, given));
      break;
    case Gives::context:
      result = Values::one(list_of(Container::generic, given));
      result.list.front().origin = callees.detail;
      break;
    case Gives::state: {
      if (!declared && has_functions(given)) given = called_back(site, 0, depth);
      Environment pair;
      pair.add(0, given);
      pair.add(1, Values::unknown(OpenReason::external, callees.detail));
      result = Values::one(container(Container::tuple, std::move(pair)));
      break;
    }
    case Gives::held: {
      Values held_values;
      for (const Value& context : given.list) {
        const bool is_context =
            context.kind == ValueKind::builtin && Container{context.index} == Container::generic;
        if (is_context) join(held_values, held(context, 0));
      }
      if (held_values.list.empty()) return false;
      result = std::move(held_values);
      break;
    }
  }
  for (Value& value : result.list) {
    value.confidence = std::max(value.confidence, Confidence::inferred);
  }
  return true;
}

}  // namespace dg
