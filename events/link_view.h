#pragma once
/// \file
/// The links of one file version, looked at atom by atom. Internal to events/: diff, events, dumps
/// and folds all read links through it, so that they cannot disagree on what a link is.
/// Views borrow from the FileVersion. Single-threaded value.

#include <compare>
#include <span>
#include <string_view>
#include <vector>

#include "events/file_version.h"

namespace dg {

/// An open reference with its texts; sorts by text, since NameIds of two versions do not compare.
struct OpenView {
  Relation relation = Relation::calls;
  std::string_view text;
  OpenReason reason = OpenReason::global;
  std::string_view detail;
  std::span<const Site> sites;

  std::strong_ordering order(const OpenView& other) const noexcept;
};

class LinkView {
 public:
  /// `file` may be null: no atom, no link. O(atoms + links).
  explicit LinkView(const FileVersion* file);

  /// Sorted by (relation, target). O(1).
  std::span<const Edge> edges(AtomIndex atom) const noexcept;
  /// Sorted by OpenView::order; valid until the next call. O(own open references).
  std::span<const OpenView> open(AtomIndex atom);
  std::span<const Site> sites(const Edge& edge) const noexcept { return sites(edge.sites); }

 private:
  std::span<const Site> sites(Range range) const noexcept;

  const FileVersion* file_;
  const FileLinks* links_ = nullptr;
  std::vector<std::uint32_t> edge_begin_, open_begin_;  ///< By AtomIndex, one more at the end.
  std::vector<OpenView> scratch_;
};

}  // namespace dg
