#include "graph/queries/why_not.h"

#include <algorithm>
#include <deque>
#include <set>

#include "events/names.h"
#include "graph/queries/path.h"
#include "graph/queries/why_steps.h"
#include "graph/state_link_source.h"

namespace dg {
namespace {

class Absence {
 public:
  Absence(const Snapshot& snapshot, const AtomRef& from, const AtomRef& to)
      : snapshot_(snapshot), source_(state_of(snapshot)), from_(from), to_(to) {
    names_.insert(to.name());
    if (to.atom().kind == AtomKind::constructor && to.atom().parent != kNone<AtomIndex>) {
      names_.insert(AtomRef{to.file, to.atom().parent}.name());
    }
  }

  std::vector<WhyStep> run() {
    const bool same_file = from_.file == to_.file;
    if (!same_file) importing();
    sites();
    nested();
    if (!same_file && !to_.atom().exported && !is_member()) {
      add("not_exported", in_backquotes(to_.qualified_name()) + " is not exported", to_.file,
          to_.atom().name_at);
    }
    if (!same_file && !imports_) {
      add("not_imported",
          from_.file->path + " does not import " + to_.file->path + ", not even through re-exports",
          from_.file, Position{});
    }
    for (const Edge& edge : snapshot_.edges(to_.id())) {
      if (edge.target != from_.id() || edge.relation == Relation::contains) continue;
      add("reverse", "it is the other way round: " + std::string(to_string(edge.relation)),
          to_.file, placed_sites(to_, edge.sites).front().at);
    }
    longer_way();
    if (!mentioned_) {
      add("no_mention",
          in_backquotes(from_.qualified_name()) + " does not mention " + in_backquotes(to_.name()),
          from_.file, from_.atom().name_at);
    }
    return std::move(out_);
  }

 private:
  const FileFacts& facts() const { return *from_.file->facts; }
  void add(const char* kind, std::string text, const FileVersion* file, Position at) {
    out_.push_back({kind, std::move(text), file->path, at});
  }
  bool is_member() const { return to_.atom().member_of != kNone<ShapeIndex>; }

  /// Whether the file reaches that of the target by imports and re-exports, and under what names it
  /// knows what the target's file exports.
  void importing() {
    Evaluator evaluator(source_, *from_.file, *source_.file_at(from_.file->path).index);
    for (std::uint32_t i = 0; i < facts().imports.size(); ++i) {
      const Import& import = facts().imports[i];
      const LinkFile* file = evaluator.resolve(evaluator.own(), ImportIndex{i}).file;
      if (file == nullptr || !leads_to_target(evaluator, *file)) continue;
      imports_ = true;
      const std::string_view imported = facts().name(import.imported);
      const bool renamed = imported == to_.name() || imported == "default";
      if (renamed && import.local != kNone<BindingIndex>) {
        names_.insert(facts().name(facts().bindings[raw(import.local)].name));
      }
    }
  }
  bool leads_to_target(Evaluator& evaluator, const LinkFile& first) const {
    std::set<const FileVersion*> seen;
    std::deque<const LinkFile*> queue{&first};
    while (!queue.empty()) {
      const LinkFile& file = *queue.front();
      queue.pop_front();
      if (file.version->path == to_.file->path) return true;
      if (!seen.insert(file.version).second || seen.size() > 1000) continue;
      for (std::uint32_t i = 0; i < file.facts->imports.size(); ++i) {
        const ImportKind kind = file.facts->imports[i].kind;
        if (kind != ImportKind::reexport && kind != ImportKind::require) continue;
        const LinkFile* next = evaluator.resolve(file, ImportIndex{i}).file;
        if (next != nullptr) queue.push_back(next);
      }
    }
    return false;
  }

  std::string_view last_name(const Reference& reference) const {
    const Expr& target = facts().exprs[raw(reference.target)];
    const bool named = target.kind == ExprKind::name || target.kind == ExprKind::member;
    return named ? facts().name(NameId{target.b}) : std::string_view();
  }

  void sites() {
    const Range own = from_.atom().references;
    for (std::uint32_t ordinal = 0; ordinal < own.count; ++ordinal) {
      const Reference& reference = facts().references[own.begin + ordinal];
      if (!names_.contains(last_name(reference))) continue;
      if (reference.kind == ReferenceKind::emit || reference.kind == ReferenceKind::listen)
        continue;
      mentioned_ = true;
      if (!shadowed(reference)) outcome(reference, ordinal);
    }
  }

  /// The site's name is declared locally, and is not the target.
  bool shadowed(const Reference& reference) {
    const Expr& target = facts().exprs[raw(reference.target)];
    if (target.kind != ExprKind::name || target.a == kNoIndex) return false;
    const Binding& b = facts().bindings[target.a];
    if (b.import != kNone<ImportIndex>) return false;
    if (from_.file == to_.file && b.atom == to_.index) return false;
    add("shadowed",
        in_backquotes(facts().name(b.name)) + " at " + std::to_string(reference.at.line) + ":" +
            std::to_string(reference.at.col) + " means the " + kind_of(b) + " declared here",
        from_.file, b.at);
    return true;
  }
  std::string kind_of(const Binding& b) const {
    if (b.kind == BindingKind::param) return "parameter";
    if (b.kind == BindingKind::catch_) return "caught error";
    if (b.atom == kNone<AtomIndex>) return "local variable";
    return std::string(to_string(facts().atoms[raw(b.atom)].kind));
  }

  /// What became of a site: edges, or the reason of an open reference.
  void outcome(const Reference& reference, std::uint32_t ordinal) {
    const FileLinks& links = *from_.file->links;
    const std::string site = in_backquotes(facts().name(reference.text));
    const auto holds = [&](Range sites) {
      for (std::uint32_t s = sites.begin; s < sites.begin + sites.count; ++s) {
        if (links.sites[s].ordinal == ordinal) return true;
      }
      return false;
    };
    for (const Edge& edge : snapshot_.edges(from_.id())) {
      if (!holds(edge.sites)) continue;
      const AtomRef other = snapshot_.atom(edge.target);
      add(edge.confidence == Confidence::name ? "by_name" : "site",
          site + " " + std::string(to_string(edge.relation)) + " " +
              atom_id_text(*other.file, other.index) +
              (edge.confidence == Confidence::name ? ", by its name alone" : ""),
          from_.file, reference.at);
    }
    for (const OpenReference& open : snapshot_.open(from_.id())) {
      if (!holds(open.sites)) continue;
      add("site", site + " has no target: " + reason_text(open.reason, links.details[open.detail]),
          from_.file, reference.at);
    }
  }

  void nested() {
    for (const InEdge& in : snapshot_.incoming(to_.id())) {
      if (in.relation == Relation::contains) continue;
      const AtomRef user = snapshot_.atom(in.source);
      if (user.file != from_.file || user.index == from_.index) continue;
      AtomIndex parent = user.atom().parent;
      while (parent != kNone<AtomIndex> && parent != from_.index) {
        parent = facts().atoms[raw(parent)].parent;
      }
      if (parent != from_.index || raw(parent) == 0) continue;
      mentioned_ = true;
      add("nested",
          in_backquotes(user.qualified_name()) + ", which is written inside, " +
              std::string(to_string(in.relation)) + " it",
          from_.file, user.atom().name_at);
    }
  }

  void longer_way() {
    EdgeFilter filter;
    filter.worst = Confidence::inferred;
    const std::vector<Neighbour> way = shortest_path(snapshot_, from_.id(), to_.id(), filter);
    if (way.size() < 2) return;
    const AtomRef over = snapshot_.atom(way.front().target);
    add("path",
        "it is reached in " + std::to_string(way.size()) + " calls, first over " +
            atom_id_text(*over.file, over.index),
        from_.file, way.front().sites.empty() ? Position{} : way.front().sites.front().at);
  }

  const Snapshot& snapshot_;
  StateLinkSource source_;
  AtomRef from_, to_;
  std::set<std::string_view> names_;
  bool imports_ = false, mentioned_ = false;
  std::vector<WhyStep> out_;
};

}  // namespace

std::vector<WhyStep> why_not(const Snapshot& snapshot, AtomId from, AtomId to) {
  return Absence(snapshot, snapshot.atom(from), snapshot.atom(to)).run();
}

std::string reason_text(OpenReason reason, std::string_view detail) {
  const std::string of(detail.empty() ? std::string() : " " + in_backquotes(detail));
  switch (reason) {
    case OpenReason::external:
      return "it goes to the package or Node module" + of;
    case OpenReason::global:
      return "no declaration of" + (of.empty() ? " the name" : of) +
             " is visible there: a global of the platform, or a typing error";
    case OpenReason::not_found:
      return "the module is known and does not export the name";
    case OpenReason::no_module:
      return "its import leads to no file of the project";
    case OpenReason::no_source:
      return "its import leads to a file that is not analysed";
    case OpenReason::unknown_receiver:
      return of.empty() ? "nothing is known of the object that it is called on"
                        : "it is called on a" + of + ", a type that is declared nowhere visible";
    case OpenReason::no_member:
      return "the object is known and has no such member";
    case OpenReason::dynamic:
      return "the name is computed at run time";
    case OpenReason::parameter:
      return "it is, or is taken out of, a parameter: its callers decide";
    case OpenReason::builtin:
      return "it is a member of the built-in" + (of.empty() ? " objects" : of);
  }
  return {};
}

}  // namespace dg
