#include "graph/link/same_links.h"

#include <algorithm>

namespace dg {
namespace {

bool same_edge(const Edge& a, const Edge& b) noexcept {
  return a.source == b.source && a.relation == b.relation && a.confidence == b.confidence &&
         a.target == b.target && a.sites == b.sites;
}

bool same_open(const OpenReference& a, const OpenReference& b) noexcept {
  return a.source == b.source && a.relation == b.relation && a.reason == b.reason &&
         a.text == b.text && a.detail == b.detail && a.sites == b.sites;
}

}  // namespace

bool same_links(const FileLinks& a, const FileLinks& b) noexcept {
  return a.sites == b.sites && a.details == b.details && a.depends_on == b.depends_on &&
         std::equal(a.edges.begin(), a.edges.end(), b.edges.begin(), b.edges.end(), same_edge) &&
         std::equal(a.open.begin(), a.open.end(), b.open.begin(), b.open.end(), same_open);
}

bool same_texts(const FileFacts& a, const FileFacts& b, const FileLinks& links) noexcept {
  return std::all_of(links.open.begin(), links.open.end(), [&](const OpenReference& open) {
    return raw(open.text) < a.name_ends.size() && raw(open.text) < b.name_ends.size() &&
           a.name(open.text) == b.name(open.text);
  });
}

bool changes_links(const FileDelta& delta) noexcept {
  constexpr auto kRelations = static_cast<FieldSet>(Field::relations);
  return !delta.gained.empty() || !delta.lost.empty() || !delta.opened.empty() ||
         !delta.closed.empty() ||
         std::any_of(delta.atoms.begin(), delta.atoms.end(), [](const AtomChange& change) {
           return change.operation == Operation::update && (change.changed & kRelations) != 0;
         });
}

}  // namespace dg
