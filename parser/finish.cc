/// \file
/// The last pass: order, positions, exported flags, texts, problems; and the facts as a packed
/// value.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parser/work.h"

namespace dg {
namespace {

constexpr std::size_t kMaxProblems = 100;

void place_atoms(Work& w) {
  for (std::size_t a = 0; a < w.atoms.size(); ++a) {
    const AtomWork& work = w.atoms[a];
    Atom& atom = w.facts.atoms[a];
    NodeId last = work.extent_begin;
    while (w.tree[last].next < work.extent_end) last = w.tree[last].next;
    atom.byte_begin = a == 0 ? 0 : w.tree[work.extent_begin].begin;
    atom.byte_end = a == 0 ? static_cast<std::uint32_t>(w.bytes.size()) : w.tree[last].end;
    atom.end = w.lines.position(atom.byte_end);
    if (a == 0) continue;
    atom.doc = doc_of(w, work.doc_before);
    atom.signature = signature_of(w, AtomIndex{static_cast<std::uint32_t>(a)});
  }
}

/// Sorts by owner, then place, and turns byte offsets into positions and call nodes into indexes.
void order_references(Work& w) {
  auto& references = w.facts.references;
  struct Key {
    std::uint64_t place;
    std::uint32_t index;
  };
  std::vector<Key> keys(references.size());
  for (std::uint32_t r = 0; r < keys.size(); ++r) {
    keys[r] = {std::uint64_t{raw(references[r].owner)} << 32 | references[r].at.line, r};
  }
  std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    return a.place != b.place ? a.place < b.place : a.index < b.index;
  });
  std::vector<Reference> sorted;
  sorted.reserve(references.size());
  std::vector<std::uint32_t> moved(references.size());
  for (const Key& key : keys) {
    moved[key.index] = static_cast<std::uint32_t>(sorted.size());
    Reference r = references[key.index];
    r.at = w.lines.position(r.at.line);
    sorted.push_back(r);
  }
  references.swap(sorted);
  for (std::uint32_t r = 0; r < references.size(); ++r) {
    Range& own = w.facts.atoms[raw(references[r].owner)].references;
    if (own.count++ == 0) own.begin = r;
  }
  for (Expr& e : w.facts.exprs) {
    if (e.kind != ExprKind::call && e.kind != ExprKind::construct) continue;
    if (e.b == kNoIndex) continue;  // No call of the source: what a function gives.
    const std::uint32_t recorded = w.aux[e.b];
    e.b = recorded == 0 ? kNoIndex : moved[recorded - 1];
  }
}

/// Top-level `this` is the exports object in CommonJS, and nothing in a module.
void settle_top_level_this(Work& w) {
  for (Expr& e : w.facts.exprs) {
    if (e.kind != ExprKind::this_ || e.a != 0) continue;
    if (w.facts.is_module) {
      e = Expr{};
    } else if (w.facts.is_commonjs) {
      e = Expr{ExprKind::module_exports, kNoIndex, kNoIndex};
    }
  }
}

class ExportMarker {
 public:
  explicit ExportMarker(Work& work) : w_(work) {}

  void run() {
    for (const Export& e : w_.facts.exports) {
      if (e.binding != kNone<BindingIndex>) mark_binding(raw(e.binding));
      if (raw(e.value) != 0)
        mark_value(e.value, e.kind == ExportKind::cjs_value || e.kind == ExportKind::cjs_all);
    }
    for (std::size_t a = 1; a < w_.atoms.size(); ++a) mark_overload(a);
  }

 private:
  void mark_binding(std::uint32_t b) {
    const AtomIndex atom = w_.facts.bindings[b].atom;
    if (atom != kNone<AtomIndex>) w_.facts.atoms[raw(atom)].exported = true;
  }

  void mark_value(ExprIndex value, bool members) {
    const Expr& e = w_.facts.exprs[raw(value)];
    if (e.kind == ExprKind::name && e.a != kNoIndex) mark_binding(e.a);
    if (e.kind == ExprKind::atom) w_.facts.atoms[e.a].exported = true;
    if (e.kind == ExprKind::object && members) mark_members(w_.facts.shapes[e.a]);
  }

  void mark_members(const Shape& shape) {
    for (std::uint32_t m = 0; m < shape.members.count; ++m) {
      const Member& member = w_.facts.members[shape.members.begin + m];
      if (member.atom != kNone<AtomIndex>) w_.facts.atoms[raw(member.atom)].exported = true;
      if (raw(member.value) != 0) mark_value(member.value, false);
    }
  }

  /// Overloads are exported with their implementation.
  void mark_overload(std::size_t a) {
    Atom& atom = w_.facts.atoms[a];
    if (!atom.ambient || raw(atom.parent) != 0) return;
    if (w_.tree[w_.atoms[a].extent_begin].kind == Kind::export_statement) atom.exported = true;
  }

  Work& w_;
};

void note_problems(Work& w) {
  struct Found {
    std::uint32_t byte;
    ProblemKind kind;
  };
  std::vector<Found> found;
  for (const NodeId n : w.tree.errors) {
    const NodeId parent = w.tree[n].parent;
    // An error inside an error is the same one.
    if (parent != kNoNode && w.tree[parent].kind == Kind::error) continue;
    found.push_back({w.tree[n].begin,
                     w.tree[n].missing ? ProblemKind::missing_token : ProblemKind::syntax_error});
  }
  for (const NodeId n : w.tree.too_deep) found.push_back({w.tree[n].begin, ProblemKind::too_deep});
  std::size_t bad = 0;
  if (!valid_utf8(w.bytes, &bad)) {
    found.push_back({static_cast<std::uint32_t>(bad), ProblemKind::invalid_utf8});
  }
  const std::size_t nul = w.bytes.find('\0');
  if (nul != std::string_view::npos) {
    found.push_back({static_cast<std::uint32_t>(nul), ProblemKind::nul_byte});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.byte < b.byte; });
  w.facts.problem_count = static_cast<std::uint32_t>(found.size());
  if (found.size() > kMaxProblems) found.resize(kMaxProblems);
  for (const Found& f : found) w.facts.problems.push_back({f.kind, w.lines.position(f.byte)});
}

}  // namespace

void finish(Work& w) {
  place_atoms(w);
  order_references(w);
  settle_top_level_this(w);
  ExportMarker(w).run();
  std::stable_sort(w.facts.exports.begin(), w.facts.exports.end(),
                   [](const Export& a, const Export& b) { return a.at < b.at; });
  note_problems(w);
}

void declare_results(Work& work) {
  for (std::size_t a = 1; a < work.atoms.size(); ++a) {
    const AtomWork& known = work.atoms[a];
    ExprIndex result = work.facts.atoms[a].returns;
    if (raw(known.yields) != 0) result = work.make_expr(ExprKind::array, raw(known.yields), 0);
    work.facts.atoms[a].returns = work.typed(result, known.declared);
  }
}

}  // namespace dg
