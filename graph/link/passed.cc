// Arguments: which stands at a place, what calls pass to a parameter, and what
// they name as `this`.

#include <algorithm>
#include <utility>

#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

constexpr std::uint32_t kMaxArguments = 8;
constexpr std::size_t kMaxCalls = 8;

/// Whether an argument is written as that name: `f`, `this.f`, `f.bind(this)`.
bool is_named(const FileFacts& facts, ExprIndex given, std::string_view name) noexcept {
  const Expr& e = facts.exprs[raw(given)];
  return (e.kind == ExprKind::name || e.kind == ExprKind::member) &&
         facts.name(NameId{e.b}) == name;
}

}  // namespace

/// The argument at a place; `...list` takes all places from its own on.
Values Evaluator::argument_at(const LinkFile& file, Range args, std::uint32_t ordinal,
                              const Context* in, int depth) {
  for (std::uint32_t i = 0; i < std::min(ordinal + 1, args.count); ++i) {
    const ExprIndex given = file.facts->expr_lists[args.begin + i];
    const Expr& e = file.facts->exprs[raw(given)];
    if (e.kind != ExprKind::spread) {
      if (i == ordinal) return eval(file, given, in, depth + 1);
      continue;
    }
    Values values;
    for (const Value& list : eval(file, ExprIndex{e.a}, in, depth + 1).list) {
      const bool tuple = list.kind == ValueKind::builtin && !list.promise &&
                         list.index == static_cast<std::uint32_t>(Container::tuple);
      join(values, tuple ? held(list, ordinal - i) : iterate(Values::one(list), depth + 1));
    }
    return values.list.empty() ? Values::unknown() : values;
  }
  return Values::unknown();
}

/// The arguments from a place on, as the array that a rest parameter is.
Values Evaluator::arguments_from(const LinkFile& file, Range args, std::uint32_t first,
                                 const Context* in, int depth) {
  Environment elements;
  for (std::uint32_t i = first; i < std::min(args.count, first + kMaxArguments); ++i) {
    const ExprIndex given = file.facts->expr_lists[args.begin + i];
    if (file.facts->exprs[raw(given)].kind == ExprKind::spread) {
      return Values::one(
          list_of(Container::array, iterate(eval(file, given, in, depth + 1), depth + 1)));
    }
    elements.add(i - first, eval(file, given, in, depth + 1));
  }
  if (args.count <= first) return Values::unknown();
  return Values::one(container(Container::tuple, std::move(elements)));
}

/// What the calls in the project hand over to a parameter of which nothing is declared. There may
/// be others.
Values Evaluator::passed(const LinkFile& file, BindingIndex binding, int depth) {
  Values values = Values::unknown(OpenReason::parameter);
  if (!file.own) return values;  // Who calls a function says nothing to those who read it.
  const Binding& b = file.facts->bindings[raw(binding)];
  const AtomIndex owner = file.facts->scopes[raw(b.scope)].owner;
  const Atom& atom = file.facts->atoms[raw(owner)];
  for (std::uint32_t ordinal = 0; ordinal < atom.params.count; ++ordinal) {
    const Param& param = file.facts->params[atom.params.begin + ordinal];
    if (param.binding == binding && param.form != ParamForm::destructured) {
      return passed_to(file, owner, ordinal, param.form == ParamForm::rest, depth);
    }
  }
  const bool all = b.kind == BindingKind::param && file.facts->name(b.name) == "arguments";
  return all ? passed_to(file, owner, 0, true, depth) : values;
}

Values Evaluator::passed_to(const LinkFile& file, AtomIndex owner, std::uint32_t ordinal, bool rest,
                            int depth) {
  Values values = Values::unknown(OpenReason::parameter);
  const Atom& atom = file.facts->atoms[raw(owner)];
  if (!file.own) return values;
  std::string_view name = file.facts->name(atom.name);
  const bool constructs = atom.kind == AtomKind::constructor;
  if (constructs) name = file.facts->name(file.facts->atoms[raw(atom.parent)].name);
  Value function;
  function.file = &file;
  function.index = raw(owner);
  // What a function returns is called as `f()(…)`.
  const bool nested = atom.parent != kNone<AtomIndex> && raw(atom.parent) != 0;
  const std::string_view other = constructs ? "super" : nested ? "()" : "";
  for (const std::string_view called : {name, other}) {
    if (called.empty()) continue;
    add_passed(file, rows(file.index->calls, hash_text(called)), function, ordinal, rest, values,
               depth);
  }
  if (name.empty() || name.starts_with('<')) return values;
  if (!rest && !constructs) add_called_back(file, owner, name, ordinal, values, depth);
  const std::uint64_t hash = hash_text(name);
  const std::uint64_t topic = call_topic(hash);
  note(topic);
  for (const LinkSource::File& about : source_.files_about(topic)) {
    const LinkFile* const caller = file_at(about.version->path);
    if (caller == nullptr || caller->own) continue;
    add_passed(*caller, rows(caller->index->outward_calls, hash), function, ordinal, rest, values,
               depth);
  }
  return values;
}

void Evaluator::add_passed(const LinkFile& caller, std::span<const FileIndex::Row> calls,
                           const Value& function, std::uint32_t ordinal, bool rest, Values& values,
                           int depth) {
  for (const auto& row : calls.first(std::min(calls.size(), kMaxCalls))) {
    const Reference& call = caller.facts->references[row.value];
    add_passed_by(caller, call, function, ordinal, rest, values, depth);
  }
}

/// What one call hands over to a parameter of a function, if that is what it calls: in `f(a)`,
/// `f.call(this, a)`, `f.apply(this, [a])`, `f.bind(this, a)` and `super(a)`.
void Evaluator::add_passed_by(const LinkFile& caller, const Reference& call, const Value& function,
                              std::uint32_t ordinal, bool rest, Values& values, int depth) {
  if (call.args.count == 0 || !step(depth)) return;
  const Expr& target = caller.facts->exprs[raw(call.target)];
  Values callees;
  if (target.kind == ExprKind::super_) {
    if (target.b == kNoIndex || caller.facts->shapes[target.b].atom == kNone<AtomIndex>) return;
    callees = constructors(parent_of(caller, caller.facts->shapes[target.b].atom, 0, depth + 1),
                           depth + 1);
  } else {
    callees = callable(eval(caller, call.target, nullptr, depth + 1), depth + 1);
    if (call.kind == ReferenceKind::construct) callees = constructors(callees, depth + 1);
  }
  const auto found = std::find_if(callees.list.begin(), callees.list.end(), [&](const Value& v) {
    return v.kind == ValueKind::atom && v.file == function.file && v.index == function.index;
  });
  if (found == callees.list.end()) return;
  const bool through = found->via == Via::call || found->via == Via::bind;
  Values given;
  if (through && caller.facts->name(NameId{target.b}) == "apply") {
    const Values list = argument_at(caller, call.args, 1, nullptr, depth);
    for (const Value& v : list.list) {
      const bool tuple =
          v.kind == ValueKind::builtin && v.index == static_cast<std::uint32_t>(Container::tuple);
      join(given, rest    ? Values::one(v)
                  : tuple ? held(v, ordinal)
                          : iterate(Values::one(v), depth + 1));
    }
  } else {
    const std::uint32_t at = ordinal + (through ? 1 : 0);
    given = rest ? arguments_from(caller, call.args, at, nullptr, depth)
                 : argument_at(caller, call.args, at, nullptr, depth);
  }
  for (Value value : given.list) {
    value.confidence = Confidence::inferred;
    join(values, Values::one(value));
  }
}

/// What the calls in its own file name as `this` of a function: `f.call(x)`, `f.apply(x)`,
/// `f.bind(x)`.
Values Evaluator::given_as_this(const LinkFile& file, AtomIndex function, int depth) {
  Values values;
  const Atom& atom = file.facts->atoms[raw(function)];
  if (!file.own || atom.kind != AtomKind::function || raw(atom.name) == 0) return values;
  const auto calls = rows(file.index->calls, hash_text(file.facts->name(atom.name)));
  for (const auto& row : calls.first(std::min(calls.size(), kMaxCalls))) {
    const Reference& call = file.facts->references[row.value];
    const Expr& target = file.facts->exprs[raw(call.target)];
    if (target.kind != ExprKind::member || !step(depth)) continue;
    const std::string_view method = file.facts->name(NameId{target.b});
    if (method != "call" && method != "apply" && method != "bind") continue;
    const Values callees = eval(file, call.target, nullptr, depth + 1);
    const bool through = std::any_of(callees.list.begin(), callees.list.end(), [&](const Value& v) {
      return v.kind == ValueKind::atom && v.file == &file && v.index == raw(function) &&
             (v.via == Via::call || v.via == Via::bind);
    });
    if (!through) continue;
    for (Value value : argument_at(file, call.args, 0, nullptr, depth).list) {
      value.confidence = Confidence::inferred;
      join(values, Values::one(value));
    }
  }
  return values;
}

/// What those hand over that are given the function by name: `list.forEach(f)`, `each(list, f)`.
void Evaluator::add_called_back(const LinkFile& file, AtomIndex owner, std::string_view name,
                                std::uint32_t ordinal, Values& values, int depth) {
  const auto uses = rows(file.index->handed, hash_text(name));
  for (const auto& row : uses.first(std::min(uses.size(), kMaxCalls))) {
    const Reference& reference = file.facts->references[row.value];
    const Range args = reference.args;
    const Expr call{
        reference.kind == ReferenceKind::construct ? ExprKind::construct : ExprKind::call,
        raw(reference.target), row.value};
    for (std::uint32_t i = 0; i < std::min(args.count, kMaxArguments) && step(depth); ++i) {
      const ExprIndex given = file.facts->expr_lists[args.begin + i];
      if (!is_named(*file.facts, given, name)) continue;
      const Values functions = eval(file, given, nullptr, depth + 1);
      const bool is_it =
          std::any_of(functions.list.begin(), functions.list.end(), [&](const Value& v) {
            return v.kind == ValueKind::atom && v.file == &file && v.index == raw(owner);
          });
      if (!is_it) continue;
      const CallSite site{&file, &call, nullptr, {}};
      for (const Value& as : expected_by_callee(site, i, depth + 1).list) {
        if (as.promise) continue;
        for (Value value : parameter_of(as, ordinal, depth + 1).list) {
          value.confidence = Confidence::inferred;
          join(values, Values::one(value));
        }
      }
    }
  }
}

}  // namespace dg
