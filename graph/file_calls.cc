#include "graph/file_calls.h"

#include <algorithm>

#include "graph/stable_hash.h"

namespace dg {
namespace {

/// Whether a call hands over something that can be called or has members.
bool hands_over(const FileFacts& facts, Range args) noexcept {
  for (std::uint32_t i = args.begin; i < args.begin + args.count; ++i) {
    switch (facts.exprs[raw(facts.expr_lists[i])].kind) {
      case ExprKind::name:
      case ExprKind::this_:
      case ExprKind::member:
      case ExprKind::call:
      case ExprKind::construct:
      case ExprKind::atom:
      case ExprKind::object:
      case ExprKind::choice:
      case ExprKind::array:
      case ExprKind::spread:
        return true;
      default:
        break;
    }
  }
  return false;
}

/// The last name of a callee; of `f.call(…)`, `f.apply(…)` and `f.bind(…)` that of f; of `f()(…)`
/// the name `()`, which no source has.
std::string_view called_name(const FileFacts& facts, const Expr& callee) noexcept {
  if (callee.kind == ExprKind::super_) return "super";
  if (callee.kind == ExprKind::call) return "()";
  if (callee.kind != ExprKind::name && callee.kind != ExprKind::member) return {};
  const std::string_view name = facts.name(NameId{callee.b});
  if (callee.kind != ExprKind::member) return name;
  if (name != "call" && name != "apply" && name != "bind") return name;
  const Expr& function = facts.exprs[callee.a];
  const bool named = function.kind == ExprKind::name || function.kind == ExprKind::member;
  return named ? facts.name(NameId{function.b}) : name;
}

bool names_function(const FileFacts& facts, const Expr& name) noexcept {
  if (name.a == kNoIndex) return false;
  const AtomIndex atom = facts.bindings[name.a].atom;
  if (atom == kNone<AtomIndex>) return false;
  const AtomKind kind = facts.atoms[raw(atom)].kind;
  return kind == AtomKind::function || kind == AtomKind::arrow || kind == AtomKind::method ||
         kind == AtomKind::generator;
}

void index_called(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    const Reference& reference = facts.references[r];
    if (reference.kind != ReferenceKind::call && reference.kind != ReferenceKind::construct) {
      continue;
    }
    if (!hands_over(facts, reference.args)) continue;
    const std::string_view name = called_name(facts, facts.exprs[raw(reference.target)]);
    if (!name.empty()) index.calls.push_back({hash_text(name), r});
  }
  std::sort(index.calls.begin(), index.calls.end());
}

/// Which calls are given a function by its name.
void index_handed(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    const Reference& reference = facts.references[r];
    if (reference.kind != ReferenceKind::call && reference.kind != ReferenceKind::construct) {
      continue;
    }
    const Range args = reference.args;
    for (std::uint32_t i = args.begin; i < args.begin + args.count; ++i) {
      const Expr& given = facts.exprs[raw(facts.expr_lists[i])];
      if (given.kind == ExprKind::name ? !names_function(facts, given)
                                       : given.kind != ExprKind::member) {
        continue;
      }
      index.handed.push_back({hash_text(facts.name(NameId{given.b})), r});
    }
  }
  std::sort(index.handed.begin(), index.handed.end());
  index.handed.erase(std::unique(index.handed.begin(), index.handed.end()), index.handed.end());
}

}  // namespace

void index_calls(const FileFacts& facts, FileIndex& index) {
  index_called(facts, index);
  index_handed(facts, index);
}

}  // namespace dg
