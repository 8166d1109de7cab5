#pragma once
/// \file
/// The parts that answers share: atoms, places, pages.

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/requests/params.h"
#include "daemon/requests/request.h"

namespace dg {

std::string place_text(std::string_view path, Position at);  ///< `src/a.js:12:3`.

/// {"id", "kind", "file", "name", "qualified_name", "line", "col", "end_line", "exported"}; line
/// and col are where the name stands.
Json atom_json(const AtomRef& atom);

/// As a Candidate of an error.
Candidate candidate_of(const AtomRef& atom);

/// Incoming edges that are calls or constructions.
std::size_t caller_count(const Snapshot& snapshot, AtomId id);

/// A window of a long list. The cursor is `<offset>@<sequence>`: where the next page begins, and of
/// which state the pages before were.
struct Page {
  std::size_t offset = 0;
  std::size_t limit = 0;
  bool moved = false;  ///< The project has changed since the page before.
};
inline constexpr std::int64_t kDefaultLimit = 100;
inline constexpr std::int64_t kMostLimit = 10'000;
extern const Parameter kLimitParameter;
extern const Parameter kCursorParameter;

/// Reads `limit` and `cursor`.
Result<Page> page_of(std::string_view method, const Params& params, const Snapshot& snapshot,
                     std::int64_t default_limit = kDefaultLimit);

/// Adds {"total", "truncated", "next_cursor", "changed_since_cursor"} for a list of `total` entries
/// of which the page shows its part; the last two only where they apply.
void add_page(Json& answer, const Page& page, std::size_t total, const Snapshot& snapshot);

}  // namespace dg
