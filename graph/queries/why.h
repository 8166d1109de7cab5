#pragma once
/// \file
/// why: how an edge came about. The linker is asked once more about the one site, and says what it
/// followed; nothing of this is stored.

#include <string>
#include <vector>

#include "graph/link/linker.h"
#include "graph/queries/options.h"
#include "graph/snapshot.h"

namespace dg {

/// A sentence about a place.
struct WhyStep {
  std::string kind;  ///< binding, import, export, member, class, return, declaration.
  std::string text;  ///< Without a full stop; names in backquotes.
  std::string path;
  Position at;
};

struct WhySite {
  Position at;  ///< In the file of the source.
  Confidence confidence = Confidence::exact;
  LinkRule rule = LinkRule::none;
  std::string text;            ///< As written: `cart.pay`.
  std::vector<WhyStep> steps;  ///< From the name at the site to the target's declaration.
};

struct WhyEdge {
  Relation relation = Relation::calls;
  Confidence confidence = Confidence::exact;
  std::vector<WhySite> sites;  ///< Sorted by place.
};

/// All edges from one atom to another, sorted by relation. O(their sites × what each follows).
std::vector<WhyEdge> why(const Snapshot& snapshot, AtomId from, AtomId to);

/// What a rule is, as a clause.
std::string_view rule_text(LinkRule rule) noexcept;

}  // namespace dg
