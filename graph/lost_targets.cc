#include "graph/lost_targets.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace dg {
namespace {

bool may_mean_the_project(OpenReason reason) {
  switch (reason) {
    case OpenReason::global:
    case OpenReason::not_found:
    case OpenReason::no_module:
    case OpenReason::unknown_receiver:
    case OpenReason::no_member:
      return true;
    case OpenReason::external:
    case OpenReason::no_source:
    case OpenReason::dynamic:
    case OpenReason::parameter:
    case OpenReason::builtin:
      return false;
  }
  return false;
}

/// A linked reference: where and to what.
struct Linked {
  Position at;
  Relation relation = Relation::calls;
  AtomId target{};
};

std::span<const Site> sites_of(const AtomRef& atom, Range range) {
  return {atom.file->links->sites.data() + range.begin, range.count};
}

const Reference* reference_of(const AtomRef& atom, const Site& site) {
  if (site.ordinal == kNoOrdinal) return nullptr;
  return &atom.file->facts->references[atom.atom().references.begin + site.ordinal];
}

std::string_view last_name(std::string_view text) {
  const std::size_t dot = text.find_last_of('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

/// The linked references of an atom by their text; by the name of their target where the text is
/// not known, as in a state that was folded out of the log.
struct LinkedReferences {
  std::multimap<std::string_view, Linked> by_text, by_name;

  LinkedReferences() = default;
  LinkedReferences(const Snapshot& snapshot, const AtomRef& atom) {
    for (const Edge& edge : snapshot.edges(atom.id())) {
      if (edge.relation == Relation::contains) continue;
      for (const Site& site : sites_of(atom, edge.sites)) {
        const Reference* reference = reference_of(atom, site);
        if (reference == nullptr) continue;
        const Linked linked{reference->at, edge.relation, edge.target};
        if (const std::string_view text = atom.text(reference->text); !text.empty()) {
          by_text.emplace(text, linked);
        } else if (const AtomRef target = snapshot.atom(edge.target)) {
          by_name.emplace(target.name(), linked);
        }
      }
    }
  }
  auto named(std::string_view text) const {
    const auto found = by_text.equal_range(text);
    return found.first != found.second ? found : by_name.equal_range(last_name(text));
  }
};

class Finder {
 public:
  Finder(const Snapshot& with, const Snapshot& without, AtomId id, Side at)
      : with_(with),
        without_(without),
        id_(id),
        at_(at),
        had_(with.atom(id)),
        has_(without.atom(id)) {}

  std::vector<ReferenceDifference> run() {
    for (const OpenReference& open : without_.open(id_)) {
      const bool outside = open.reason == OpenReason::external;
      if ((!outside && !may_mean_the_project(open.reason)) || was_open(open)) continue;
      const bool placed = sites_of(has_, open.sites).front().ordinal != kNoOrdinal;
      if (placed) {
        take_placed(open);
      } else if (!outside) {
        take_module(open);
      }
    }
    return std::move(found_);
  }

 private:
  bool was_open(const OpenReference& open) const {
    const auto all = with_.open(id_);
    return std::any_of(all.begin(), all.end(), [&](const OpenReference& each) {
      return each.relation == open.relation && had_.text(each.text) == has_.text(open.text);
    });
  }

  void take_placed(const OpenReference& open) {
    if (!have_linked_) {
      linked_ = LinkedReferences(with_, had_);
      have_linked_ = true;
    }
    const auto [begin, end] = linked_.named(has_.text(open.text));
    if (begin == end) return;
    if (open.reason == OpenReason::external &&
        !lost_its_member(with_, without_, begin->second.target)) {
      return;
    }
    if (at_ == Side::without) {
      for (const Site& site : sites_of(has_, open.sites)) {
        add(open, reference_of(has_, site)->at, begin->second.target);
      }
    } else {
      for (auto each = begin; each != end; ++each) add(open, each->second.at, each->second.target);
    }
  }

  /// `import './gone.js'`: no reference stands for it and edges keep no specifier, so that all that
  /// can be said is that an edge of that relation went away at the same time.
  void take_module(const OpenReference& open) {
    const auto now = without_.edges(id_);
    AtomId target = kNoAtom;
    std::size_t lost = 0;
    for (const Edge& edge : with_.edges(id_)) {
      if (edge.relation != open.relation) continue;
      const bool kept = std::any_of(now.begin(), now.end(), [&](const Edge& each) {
        return each.relation == edge.relation && each.target == edge.target;
      });
      if (kept) continue;
      target = edge.target;
      ++lost;
    }
    if (lost == 0) return;
    add(open, (at_ == Side::without ? has_ : had_).atom().name_at, lost == 1 ? target : kNoAtom);
  }

  void add(const OpenReference& open, Position at, AtomId target) {
    found_.push_back({id_, open.relation, std::string(has_.text(open.text)), open.reason,
                      has_.file->links->details[open.detail], at, target});
  }

  const Snapshot& with_;
  const Snapshot& without_;
  AtomId id_;
  Side at_;
  AtomRef had_, has_;
  bool have_linked_ = false;
  LinkedReferences linked_;
  std::vector<ReferenceDifference> found_;
};

}  // namespace

bool lost_its_member(const Snapshot& before, const Snapshot& after, AtomId target) {
  const AtomRef was = before.atom(target);
  if (!was || was.atom().parent == kNone<AtomIndex>) return false;
  const AtomRef owner = AtomRef{was.file, was.atom().parent};
  if (owner.atom().kind == AtomKind::module || !after.atom(owner.id())) return false;
  const AtomRef is = after.atom(target);
  return !is || is.name() != was.name();
}

std::vector<ReferenceDifference> lost_targets(const Snapshot& with, const Snapshot& without,
                                              AtomId id, Side at) {
  return Finder(with, without, id, at).run();
}

}  // namespace dg
