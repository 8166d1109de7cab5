// Calls that hand values over or are given functions by name, assignments by property, and on what
// of these a file has something to say to others.

#include <algorithm>

#include "graph/link/builtin_members.h"
#include "graph/link/file_index_parts.h"
#include "graph/link/keys.h"

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

/// Whether a call hands over a text that may be the name of a member.
bool hands_over_text(const FileFacts& facts, Range args) noexcept {
  for (std::uint32_t i = args.begin; i < args.begin + args.count; ++i) {
    const Expr& e = facts.exprs[raw(facts.expr_lists[i])];
    if (e.kind == ExprKind::string && e.b != kNoIndex) return true;
  }
  return false;
}

/// Of `f.call(…)`, `f.apply(…)` and `f.bind(…)` f.
const Expr& called(const FileFacts& facts, const Expr& callee) noexcept {
  if (callee.kind != ExprKind::member) return callee;
  const std::string_view name = facts.name(NameId{callee.b});
  if (name != "call" && name != "apply" && name != "bind") return callee;
  const Expr& function = facts.exprs[callee.a];
  const bool named = function.kind == ExprKind::name || function.kind == ExprKind::member;
  return named ? function : callee;
}

/// The last name of what is called; of `f()(…)` the name `()`, which no source has.
std::string_view called_name(const FileFacts& facts, const Expr& callee) noexcept {
  if (callee.kind == ExprKind::super_) return "super";
  if (callee.kind == ExprKind::call) return "()";
  if (callee.kind != ExprKind::name && callee.kind != ExprKind::member) return {};
  return facts.name(NameId{callee.b});
}

bool names_function(const FileFacts& facts, const Expr& name) noexcept {
  if (name.a == kNoIndex) return false;
  const AtomIndex atom = facts.bindings[name.a].atom;
  return atom != kNone<AtomIndex> && is_function(facts.atoms[raw(atom)].kind);
}

/// Whether an expression is code or an object with code, as far as its own file shows. Names lead
/// there through what they were declared with.
bool is_evident(const FileFacts& facts, ExprIndex index, int depth) {
  const Expr& e = untyped(facts, index);
  switch (e.kind) {
    case ExprKind::atom:
    case ExprKind::object:
    case ExprKind::construct:
      return true;
    case ExprKind::name: {
      if (e.a == kNoIndex || depth > 3) return false;
      const Binding& b = facts.bindings[e.a];
      if (b.import != kNone<ImportIndex>) return true;
      if (b.atom != kNone<AtomIndex> && facts.atoms[raw(b.atom)].kind != AtomKind::variable) {
        return true;
      }
      return raw(b.init) != 0 && is_evident(facts, b.init, depth + 1);
    }
    case ExprKind::call: {  // f.bind(this)
      const Expr& callee = facts.exprs[e.a];
      return callee.kind == ExprKind::member && facts.name(NameId{callee.b}) == "bind";
    }
    default:
      return false;
  }
}

/// The name under which another file may know what is called here; empty where none can.
std::string_view outward_name(const FileFacts& facts, const Expr& callee) {
  if (callee.kind != ExprKind::member && callee.kind != ExprKind::name) return {};
  const std::string_view written = facts.name(NameId{callee.b});
  if (callee.kind == ExprKind::member) {
    return is_builtin_member(written) ? std::string_view() : written;
  }
  if (callee.a == kNoIndex) return {};
  const Binding& b = facts.bindings[callee.a];
  const Expr& init = untyped(facts, b.init);
  if (init.kind == ExprKind::member) return facts.name(NameId{init.b});  // {f: g} = require('x')
  if (b.import == kNone<ImportIndex>) {
    return init.kind == ExprKind::module ? written : std::string_view();
  }
  const std::string_view imported = facts.name(facts.imports[raw(b.import)].imported);
  const bool whole = imported.empty() || imported == "*" || imported == "default";
  return whole ? written : imported;
}

void index_outward_calls(const FileFacts& facts, FileIndex& index) {
  for (const FileIndex::Row& row : index.calls) {
    const Reference& call = facts.references[row.value];
    const std::string_view name = outward_name(facts, called(facts, facts.exprs[raw(call.target)]));
    if (name.empty()) continue;
    bool evident = false;
    for (std::uint32_t i = call.args.begin; i < call.args.begin + call.args.count; ++i) {
      evident = evident || is_evident(facts, facts.expr_lists[i], 0);
    }
    if (evident) index.outward_calls.push_back({hash_text(name), row.value});
  }
  std::sort(index.outward_calls.begin(), index.outward_calls.end());
}

/// Which functions a call is given by their names.
void index_handed(const FileFacts& facts, Range args, std::uint32_t call, FileIndex& index) {
  for (std::uint32_t i = args.begin; i < args.begin + args.count; ++i) {
    const Expr& given = facts.exprs[raw(facts.expr_lists[i])];
    const bool named = given.kind == ExprKind::name ? names_function(facts, given)
                                                    : given.kind == ExprKind::member;
    if (named) index.handed.push_back({hash_text(facts.name(NameId{given.b})), call});
  }
}

void index_assigned(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t i = 0; i < facts.assignments.size(); ++i) {
    const Assignment& assignment = facts.assignments[i];
    const std::string_view property = facts.name(assignment.property);
    if (property.starts_with('<') || is_element(property)) continue;
    switch (facts.exprs[raw(assignment.object)].kind) {
      case ExprKind::name:
      case ExprKind::member:
      case ExprKind::typed:
      case ExprKind::call:
        index.assigned.push_back({hash_text(property), i});
        break;
      default:
        break;
    }
  }
  std::sort(index.assigned.begin(), index.assigned.end());
}

/// Classes of the module itself, and functions whose prototype is given members.
void index_classes(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t a = 0; a < facts.atoms.size(); ++a) {
    const Atom& atom = facts.atoms[a];
    if (raw(atom.parent) != 0 || atom.ambient) continue;
    const Holder instances{HolderKind::instance, a};
    const bool constructs =
        is_function(atom.kind) &&
        !rows(index.holder_assignments, FileIndex::holder_row(instances)).empty();
    if (atom.kind != AtomKind::class_ && !constructs) continue;
    index.classes.push_back({hash_text(facts.name(atom.name)), a});
  }
  std::sort(index.classes.begin(), index.classes.end());
}

}  // namespace

void index_calls(const FileFacts& facts, FileIndex& index) {
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    const Reference& reference = facts.references[r];
    if (reference.kind != ReferenceKind::call && reference.kind != ReferenceKind::construct &&
        reference.kind != ReferenceKind::decorator) {
      continue;
    }
    index_handed(facts, reference.args, r, index);
    if (hands_over_text(facts, reference.args)) {
      const std::string_view name = called_name(facts, facts.exprs[raw(reference.target)]);
      if (!name.empty()) index.text_calls.push_back({hash_text(name), r});
    }
    if (!hands_over(facts, reference.args)) continue;
    const Expr& callee = called(facts, facts.exprs[raw(reference.target)]);
    const std::string_view name = called_name(facts, callee);
    if (!name.empty()) index.calls.push_back({hash_text(name), r});
  }
  std::sort(index.calls.begin(), index.calls.end());
  std::sort(index.text_calls.begin(), index.text_calls.end());
  std::sort(index.handed.begin(), index.handed.end());
  index.handed.erase(std::unique(index.handed.begin(), index.handed.end()), index.handed.end());
  index_outward_calls(facts, index);
}

void index_topics(const FileFacts& facts, FileIndex& index) {
  index_assigned(facts, index);
  for (const FileIndex::Row& row : index.assigned) {
    index.topics.push_back(property_topic(row.key));
  }
  for (const std::uint32_t s : index.implementing) {
    const Range range = facts.shapes[s].members;
    for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
      const Member& member = facts.members[m];
      if (member.atom == kNone<AtomIndex>) continue;
      index.topics.push_back(property_topic(hash_text(facts.name(member.name))));
    }
  }
  for (const FileIndex::Row& row : index.outward_calls) {
    index.topics.push_back(call_topic(row.key));
  }
  index_classes(facts, index);
  for (const FileIndex::Row& row : index.classes) index.topics.push_back(class_topic(row.key));
  std::sort(index.topics.begin(), index.topics.end());
  index.topics.erase(std::unique(index.topics.begin(), index.topics.end()), index.topics.end());
}

}  // namespace dg
