// The texts that a computed key can be: `o[key]` where key is a literal, one of a list of literals,
// or what calls in its own file hand over.

#include <algorithm>

#include "graph/link/eval.h"

namespace dg {
namespace {

constexpr std::size_t kMaxTexts = 16;
constexpr std::size_t kMaxCalls = 16;
constexpr int kMaxDepth = 12;

/// Whether other files may call a function: they may hand over other texts.
bool is_reachable(const FileFacts& facts, const Atom& atom) noexcept {
  if (atom.exported) return true;
  if (atom.member_of == kNone<ShapeIndex>) return false;
  const AtomIndex owner = facts.shapes[raw(atom.member_of)].atom;
  return owner != kNone<AtomIndex> && facts.atoms[raw(owner)].exported;
}

}  // namespace

void Evaluator::Texts::add(std::string_view text) {
  if (std::find(list.begin(), list.end(), text) != list.end()) return;
  if (list.size() == kMaxTexts) {
    open = true;
  } else {
    list.push_back(text);
  }
}

void Evaluator::add_texts(const LinkFile& file, ExprIndex key, Texts& out, int depth) {
  if (raw(key) == 0 || raw(key) == kNoIndex || depth > kMaxDepth) {
    out.open = true;
    return;
  }
  const Expr& e = file.facts->exprs[raw(key)];
  switch (e.kind) {
    case ExprKind::string:
      if (e.b == kNoIndex) break;
      return out.add(file.facts->name(NameId{e.b}));
    case ExprKind::typed:
      return add_texts(file, ExprIndex{e.a}, out, depth + 1);
    case ExprKind::choice:
      add_texts(file, ExprIndex{e.a}, out, depth + 1);
      return add_texts(file, ExprIndex{e.b}, out, depth + 1);
    case ExprKind::iterated:
      return add_listed_texts(file, ExprIndex{e.a}, out, depth + 1);
    case ExprKind::name: {
      if (e.a == kNoIndex) break;
      const Binding& b = file.facts->bindings[e.a];
      if (b.kind == BindingKind::param) {
        add_passed_texts(file, BindingIndex{e.a}, out, depth + 1);
        if (raw(b.init) != 0) add_texts(file, b.init, out, depth + 1);
        return;
      }
      out.open = out.open || b.reassigned;
      return add_texts(file, b.init, out, depth + 1);
    }
    default:
      break;
  }
  out.open = true;
}

/// The texts of a list that is written where it stands, or where the name was declared.
void Evaluator::add_listed_texts(const LinkFile& file, ExprIndex list, Texts& out, int depth) {
  const Expr& e = file.facts->exprs[raw(list)];
  if (depth > kMaxDepth) {
    out.open = true;
  } else if (e.kind == ExprKind::typed && e.a != 0) {
    add_listed_texts(file, ExprIndex{e.a}, out, depth + 1);
  } else if (e.kind == ExprKind::name && e.a != kNoIndex &&
             file.facts->bindings[e.a].kind != BindingKind::param) {
    const Binding& b = file.facts->bindings[e.a];
    out.open = out.open || b.reassigned;
    add_listed_texts(file, b.init, out, depth + 1);
  } else if (e.kind == ExprKind::array) {
    for (std::uint32_t at = e.a; at != 0 && at != kNoIndex; at = file.facts->exprs[at].b) {
      add_texts(file, ExprIndex{file.facts->exprs[at].a}, out, depth + 1);
    }
  } else {
    out.open = true;
  }
}

/// The literals that the calls in its own file hand over to a parameter.
void Evaluator::add_passed_texts(const LinkFile& file, BindingIndex binding, Texts& out,
                                 int depth) {
  out.sure = false;
  const FileFacts& facts = *file.facts;
  const AtomIndex owner = facts.scopes[raw(facts.bindings[raw(binding)].scope)].owner;
  const Atom& atom = facts.atoms[raw(owner)];
  std::uint32_t ordinal = 0;
  while (ordinal < atom.params.count &&
         facts.params[atom.params.begin + ordinal].binding != binding) {
    ++ordinal;
  }
  const bool known = file.own && raw(atom.name) != 0 && ordinal < atom.params.count &&
                     facts.params[atom.params.begin + ordinal].form == ParamForm::plain;
  out.open = out.open || !known || is_reachable(facts, atom);
  if (!known) return;
  const auto calls = rows(file.index->text_calls, hash_text(facts.name(atom.name)));
  for (const auto& row : calls.first(std::min(calls.size(), kMaxCalls))) {
    const Reference& call = facts.references[row.value];
    if (!step(depth)) return;
    const Values callees = callable(eval(file, call.target, nullptr, depth + 1), depth + 1);
    for (const Value& callee : callees.list) {
      const bool same = callee.kind == ValueKind::atom && callee.file == &file &&
                        callee.index == raw(owner) && callee.via == Via::none;
      if (!same || ordinal >= call.args.count) continue;
      add_texts(file, facts.expr_lists[call.args.begin + ordinal], out, depth + 1);
    }
  }
  // Nobody here calls it by name: somebody else does.
  if (out.list.empty()) out.open = true;
}

}  // namespace dg
