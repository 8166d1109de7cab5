#include "events/link_view.h"

#include <algorithm>

#include "parser/check.h"

namespace dg {
namespace {

/// Where each atom's entries begin in a list that is sorted by source.
template <typename Entry>
std::vector<std::uint32_t> begins(const std::vector<Entry>& entries, std::size_t atoms) {
  std::vector<std::uint32_t> begin(atoms + 1, 0);
  std::uint32_t at = 0;
  for (std::size_t atom = 0; atom < atoms; ++atom) {
    begin[atom] = at;
    while (at < entries.size() && raw(entries[at].source) == atom) ++at;
  }
  begin[atoms] = at;
  DG_ENFORCE(at == entries.size(), "links are sorted by source and name atoms of their file only");
  return begin;
}

}  // namespace

std::strong_ordering OpenView::order(const OpenView& other) const noexcept {
  if (const auto by = relation <=> other.relation; by != 0) return by;
  if (const auto by = text <=> other.text; by != 0) return by;
  if (const auto by = reason <=> other.reason; by != 0) return by;
  return detail <=> other.detail;
}

LinkView::LinkView(const FileVersion* file) : file_(file) {
  if (file == nullptr || file->links == nullptr) return;
  links_ = file->links.get();
  edge_begin_ = begins(links_->edges, file->atoms.size());
  open_begin_ = begins(links_->open, file->atoms.size());
}

std::span<const Edge> LinkView::edges(AtomIndex atom) const noexcept {
  if (links_ == nullptr) return {};
  const std::uint32_t begin = edge_begin_[raw(atom)];
  return {links_->edges.data() + begin, edge_begin_[raw(atom) + 1] - begin};
}

std::span<const OpenView> LinkView::open(AtomIndex atom) {
  scratch_.clear();
  if (links_ == nullptr) return scratch_;
  for (std::uint32_t i = open_begin_[raw(atom)]; i < open_begin_[raw(atom) + 1]; ++i) {
    const OpenReference& reference = links_->open[i];
    scratch_.push_back({reference.relation, file_->facts->name(reference.text), reference.reason,
                        links_->details[reference.detail], sites(reference.sites)});
  }
  std::sort(scratch_.begin(), scratch_.end(),
            [](const OpenView& a, const OpenView& b) { return a.order(b) < 0; });
  return scratch_;
}

std::span<const Site> LinkView::sites(Range range) const noexcept {
  return {links_->sites.data() + range.begin, range.count};
}

}  // namespace dg
