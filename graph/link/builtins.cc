// The standard library, as far as values of the project pass through it (ECMA-262): containers,
// promises, iterators, and what their methods hand to the functions that they are given.

#include <algorithm>
#include <array>
#include <utility>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"

namespace dg {
namespace {

template <std::size_t N>
bool among(std::string_view name, const std::array<std::string_view, N>& names) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 6> kGiveElement = {"pop",      "shift", "find",
                                                          "findLast", "at",    "next"};
constexpr std::array<std::string_view, 14> kGiveAlike = {
    "filter",    "slice", "reverse", "sort", "splice", "toSorted",   "toReversed",
    "toSpliced", "with",  "fill",    "take", "drop",   "copyWithin", "toArray"};
constexpr std::array<std::string_view, 11> kCallWithElement = {
    "map",           "forEach", "filter", "find",    "findIndex", "findLast",
    "findLastIndex", "some",    "every",  "flatMap", "partition"};

std::uint64_t digits(std::string_view name) noexcept {
  std::uint64_t value = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return kNoIndex;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > 1000) return kNoIndex;
  }
  return name.empty() ? kNoIndex : value;
}

/// Functions of the global object that give their first argument back.
bool gives_first_argument(std::string_view object, std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> kMethods = {
      "freeze",           "seal",          "preventExtensions", "defineProperty",
      "defineProperties", "setPrototypeOf"};
  return object == "Object" && among(method, kMethods);
}

/// A member of a generic type of which the project has no source: of a package, or of the language.
Values of_elsewhere(const Value& generic) {
  if (generic.origin == 0) return Values::unknown();
  if (generic.origin == kNoIndex) return Values::unknown(OpenReason::builtin);
  return Values::unknown(OpenReason::external, generic.origin);
}

}  // namespace

Values Evaluator::builtin_member(const Value& receiver, std::string_view name, int depth) {
  static_cast<void>(depth);
  switch (Container{receiver.index}) {
    case Container::tuple:
      if (const std::uint64_t at = digits(name); at != kNoIndex) {
        const Values* const found = envs_[receiver.env].find(at);
        return found == nullptr ? Values{} : *found;
      }
      return Values::unknown(OpenReason::builtin, detail("Array"));
    case Container::array:
      if (digits(name) != kNoIndex) return held(receiver, 0);
      return Values::unknown(OpenReason::builtin, detail("Array"));
    case Container::record:
      return held(receiver, 0);
    case Container::step:
      if (name == "value") return held(receiver, 0);
      return Values::unknown(OpenReason::builtin, detail("Iterator"));
    case Container::set:
      return Values::unknown(OpenReason::builtin, detail("Set"));
    case Container::map:
      return Values::unknown(OpenReason::builtin, detail("Map"));
    case Container::iterator:
      if (digits(name) != kNoIndex) return held(receiver, 0);
      return Values::unknown(OpenReason::builtin, detail("Iterator"));
    case Container::reference:
      return Values::unknown(OpenReason::builtin, detail("WeakRef"));
    case Container::generic:
      return of_elsewhere(receiver);
  }
  return Values::unknown();
}

/// What the function that a built-in is given returns.
Values Evaluator::called_back(const CallSite& site, std::uint32_t ordinal, int depth) {
  const Values functions = callable(argument_value(site, ordinal, depth), depth);
  Values values;
  if (functions.open) values = Values::unknown();
  for (const Value& function : functions.list) {
    join(values, returned(function, nullptr, nullptr, depth + 1));
  }
  return values;
}

Values Evaluator::builtin_call(const Value& receiver, std::string_view name, const CallSite& site,
                               int depth) {
  if (!step(depth)) return Values::unknown();
  if (receiver.promise) return promise_call(receiver, name, site, depth);
  const auto kind = Container{receiver.index};
  switch (kind) {
    case Container::array:
    case Container::tuple:
      return array_call(receiver, name, site, depth);
    case Container::map:
      if (name == "get") return held(receiver, 1);
      if (name == "values") return Values::one(list_of(Container::iterator, held(receiver, 1)));
      if (name == "keys") return Values::one(list_of(Container::iterator, held(receiver, 0)));
      if (name == "set") return Values::one(receiver);
      break;
    case Container::set:
      if (name == "add" || name == "union" || name == "difference") return Values::one(receiver);
      if (name == "values" || name == "keys") {
        return Values::one(list_of(Container::iterator, held(receiver, 0)));
      }
      break;
    case Container::reference:
      if (name == "deref") return held(receiver, 0);
      break;
    case Container::iterator: {
      const bool gives_step = name == "next" || name == "return" || name == "throw";
      if (gives_step) return Values::one(step_of(receiver));
      if (name == "[Symbol.iterator]") return Values::one(receiver);
      return array_call(receiver, name, site, depth);
    }
    case Container::record: {
      const Values functions = held(receiver, 0);
      return functions.list.empty() ? Values::unknown() : results(functions, nullptr, site, depth);
    }
    case Container::step:
      break;
    case Container::generic:
      // `hooks.for(key)` of a map of hooks gives one of them.
      if (name == "for" || name == "get") return held(receiver, 0);
      return of_elsewhere(receiver);
  }
  if (name == "entries" || name == "[Symbol.iterator]") {
    return Values::one(list_of(Container::iterator, iterate(Values::one(receiver), depth + 1)));
  }
  return Values::unknown(OpenReason::builtin, detail("Object"));
}

Values Evaluator::array_call(const Value& receiver, std::string_view name, const CallSite& site,
                             int depth) {
  const Values elements = iterate(Values::one(receiver), depth + 1);
  const bool lazy = Container{receiver.index} == Container::iterator;
  const Container kind = lazy && name != "toArray" ? Container::iterator : Container::array;
  if (among(name, kGiveElement)) return elements;
  if (among(name, kGiveAlike)) return Values::one(list_of(kind, elements));
  if (name == "values") return Values::one(list_of(Container::iterator, elements));
  if (name == "map") {
    return Values::one(list_of(kind, called_back(site, 0, depth)));
  }
  if (name == "flatMap") {
    Values inner = called_back(site, 0, depth);
    Values flat;
    for (const Value& value : inner.list) {
      join(flat, value.kind == ValueKind::builtin ? iterate(Values::one(value), depth + 1)
                                                  : Values::one(value));
    }
    return Values::one(list_of(kind, flat));
  }
  if (name == "flat") {
    Values flat;
    for (const Value& value : elements.list) {
      join(flat, value.kind == ValueKind::builtin ? iterate(Values::one(value), depth + 1)
                                                  : Values::one(value));
    }
    return Values::one(list_of(kind, flat));
  }
  if (name == "concat") {
    Values all = elements;
    for (const Value& value : argument_value(site, 0, depth).list) {
      join(all, value.kind == ValueKind::builtin ? iterate(Values::one(value), depth + 1)
                                                 : Values::one(value));
    }
    return Values::one(list_of(kind, all));
  }
  if (name == "entries") {
    Environment pair;
    pair.add(0, Values::unknown(OpenReason::builtin, detail("Number")));
    pair.add(1, elements);
    return Values::one(
        list_of(Container::iterator, Values::one(container(Container::tuple, std::move(pair)))));
  }
  if (name == "reduce" || name == "reduceRight") {
    Values values = arguments_of(site).count > 1 ? argument_value(site, 1, depth) : elements;
    if (values.list.empty()) values = {};
    join(values, called_back(site, 0, depth));
    return values;
  }
  return Values::unknown(OpenReason::builtin, detail("Array"));
}

Values Evaluator::promise_call(const Value& receiver, std::string_view name, const CallSite& site,
                               int depth) {
  Values values;
  if (name == "then" || name == "catch") {
    const std::uint32_t count = arguments_of(site).count;
    if (name == "catch") values = Values::one(receiver);
    for (std::uint32_t i = 0; i < std::min(count, 2U); ++i) {
      join(values, called_back(site, i, depth));
    }
    for (Value& value : values.list) value.promise = true;
    if (values.list.empty()) return Values::unknown(OpenReason::builtin, detail("Promise"));
    return values;
  }
  if (name == "finally") return Values::one(receiver);
  return Values::unknown(OpenReason::builtin, detail("Promise"));
}

/// What a method of a built-in hands to the function that it is given.
Values Evaluator::builtin_callback(const Value& receiver, std::string_view name,
                                   std::uint32_t ordinal, const CallSite& site, int depth) {
  Environment given;
  if (receiver.promise) {
    if (name != "then" || ordinal != 0) return Values::unknown(OpenReason::builtin);
    Value value = receiver;
    value.promise = false;
    given.add(0, Values::one(value));
  } else if (receiver.kind == ValueKind::builtin &&
             Container{receiver.index} == Container::generic) {
    // Listeners of a hook whose type argument is the tuple of what it hands over.
    for (const Value& value : held(receiver, 0).list) {
      if (value.kind != ValueKind::builtin || Container{value.index} != Container::tuple) continue;
      given = envs_[value.env];
    }
    for (auto& slot : given.slots) {
      for (Value& value : slot.values.list) value.confidence = Confidence::inferred;
    }
  } else if (receiver.kind == ValueKind::builtin && ordinal == 0) {
    const auto kind = Container{receiver.index};
    const Values self = Values::one(receiver);
    if (kind == Container::record) return held(receiver, 0);
    if (kind == Container::map) {
      if (name != "forEach") return Values::unknown(OpenReason::builtin);
      given.add(0, held(receiver, 1));
      given.add(1, held(receiver, 0));
    } else {
      const Values elements = iterate(self, depth + 1);
      if (among(name, kCallWithElement)) {
        given.add(0, elements);
        if (kind == Container::set) given.add(1, elements);
        given.add(2, self);
      } else if (name == "sort" || name == "toSorted") {
        given.add(0, elements);
        given.add(1, elements);
      } else if (name == "reduce" || name == "reduceRight") {
        given.add(0, arguments_of(site).count > 1 ? argument_value(site, 1, depth) : elements);
        given.add(1, elements);
      }
    }
  }
  Value value = container(Container::array, std::move(given));
  value.kind = ValueKind::callback;
  return Values::one(value);
}

/// `Array.from(x)`, `Promise.all(x)`, `Object.values(x)` …; false where it is none of these.
bool Evaluator::global_call(const CallSite& site, std::string_view object, std::string_view method,
                            Values& result, int depth) {
  const auto first = [&] { return argument_value(site, 0, depth); };
  if (object == "Object") {
    if (gives_first_argument(object, method)) {
      result = first();
    } else if (method == "assign") {
      result = merged(*site.file, *site.call, site.context, depth + 1);
    } else if (method == "create" || method == "getPrototypeOf") {
      result = first();
    } else if (method == "fromEntries") {
      Values members;
      for (const Value& pair : iterate(first(), depth + 1).list) {
        if (pair.kind == ValueKind::builtin) join(members, held(pair, 1));
      }
      result = Values::one(list_of(Container::record, members));
    } else if (method == "values" || method == "entries") {
      Values members;
      for (const Value& value : first().list) {
        if (value.promise) continue;
        join(members,
             value.kind == ValueKind::builtin ? held(value, 0) : any_member(value, depth + 1));
      }
      if (method == "entries") {
        Environment pair;
        pair.add(0, Values::unknown(OpenReason::builtin, detail("String")));
        pair.add(1, members);
        members = Values::one(container(Container::tuple, std::move(pair)));
      }
      result = Values::one(list_of(Container::array, members));
    } else {
      return false;
    }
    return true;
  }
  if (object == "Array" && (method == "from" || method == "of")) {
    Values elements;
    if (method == "of") {
      elements = merged(*site.file, *site.call, site.context, depth + 1);
    } else if (arguments_of(site).count > 1) {
      elements = called_back(site, 1, depth);
    } else {
      elements = iterate(first(), depth + 1);
    }
    result = Values::one(list_of(Container::array, elements));
    return true;
  }
  if (object == "Reflect" && method == "get") {
    Texts keys;
    const Range args = arguments_of(site);
    if (args.count > 1)
      add_texts(*site.file, site.file->facts->expr_lists[args.begin + 1], keys, 0);
    for (const Value& receiver : first().list) {
      join(result, named_members(receiver, keys, site.context, depth + 1));
    }
    if (keys.open || result.list.empty()) join(result, Values::unknown(OpenReason::dynamic));
    return true;
  }
  if (object == "Reflect" && method == "construct") {
    for (Value value : callable(first(), depth + 1).list) {
      if (value.kind != ValueKind::atom) continue;
      value.kind = ValueKind::instance;
      join(result, Values::one(value));
    }
    return true;
  }
  if (object == "Reflect" && method == "apply") {
    for (const Value& function : callable(first(), depth + 1).list) {
      join(result, returned(function, nullptr, nullptr, depth + 1));
    }
    return true;
  }
  if (object == "Promise") {
    if (method == "allSettled") {
      result = Values::one(list_of(Container::array, settled(iterate(first(), depth + 1))));
      for (Value& value : result.list) value.promise = true;
    } else if (method == "resolve") {
      result = first();
    } else if (method == "all") {
      const Values lists = first();
      for (const Value& list : lists.list) {
        if (list.kind != ValueKind::builtin || list.promise) continue;
        Environment awaited = envs_[list.env];
        for (auto& slot : awaited.slots) {
          for (Value& value : slot.values.list) value.promise = false;
        }
        const bool tuple = Container{list.index} == Container::tuple;
        join(result, Values::one(container(tuple ? Container::tuple : Container::array, awaited)));
      }
      if (lists.open) join(result, Values::unknown());
    } else if (method == "race" || method == "any") {
      result = iterate(first(), depth + 1);
    } else {
      return false;
    }
    for (Value& value : result.list) value.promise = true;
    if (result.list.empty()) result = Values::unknown(OpenReason::builtin, detail("Promise"));
    return true;
  }
  return false;
}

/// `new Map(pairs)`, `new Set(list)`, `new Array<T>()` ….
Values Evaluator::construct_global(const LinkFile& file, const Expr& e, std::string_view name,
                                   const Context* in, int depth) {
  const CallSite site{&file, &e, in, {}};
  const Expr& callee = file.facts->exprs[e.a];
  std::vector<Values> types;
  if (callee.kind == ExprKind::apply) {
    types = type_arguments(file, ExprIndex{callee.b}, in, depth + 1);
  } else if (name == "Set" || name == "WeakSet" || name == "WeakRef" || name == "Map") {
    Values given = argument_value(site, 0, depth);
    if (name != "WeakRef") given = iterate(given, depth + 1);
    if (name == "Map") {
      types.resize(2);
      for (const Value& pair : given.list) {
        if (pair.kind != ValueKind::builtin) continue;
        join(types[0], held(pair, 0));
        join(types[1], held(pair, 1));
      }
    } else {
      types.push_back(given);
    }
  } else if (name == "Promise") {
    const Values given = promised(site, depth + 1);
    if (!given.list.empty()) types.push_back(given);
  } else if (name == "Array" && arguments_of(site).count > 1) {
    return arguments_from(file, arguments_of(site), 0, in, depth + 1);
  }
  if (name == "Object" || name == "Function" || name == "Proxy") {
    return name == "Proxy" ? argument_value(site, 0, depth)
                           : Values::unknown(OpenReason::builtin, detail(name));
  }
  if (!is_standard_type(name)) return Values::unknown(OpenReason::global, detail(name));
  return standard_type(name, types, depth + 1);
}

}  // namespace dg
