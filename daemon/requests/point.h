#pragma once
/// \file
/// Points in time, as every command and protocol takes them (`--at`, `--since`, `--until`).
///
///     12  #12                      the state after that commit of the log; 0 is the empty project
///     12@0192f3c4-…                the same, of the database that wrote that commit (the `point`
///     of a
///                                  delta): refused by one that was restored or begun anew since
///     2026-11-21T12:00[:05[.25]]   a time, with `Z` or `+02:00`, else of the local zone; a space
///                                  may stand for the T
///     2026-11-21  today  yesterday a day means its first moment in the local zone
///     2h ago  30m  1h30m  3 days   before now; units s, m, h, d, w and their names
///     now
///     main  HEAD~3  9f8e7d6        anything else that git could take is left as a Revision
///
/// A time means the last commit up to it (History::at_time; where the clock was set back meanwhile
/// this is said), one that has not come yet the last commit of all. What could mean two things is
/// refused: a local time that the clock shows twice or never, `1234d`. Digits alone are a sequence.
///
/// parse_point is pure but for the local time zone; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/history/history.h"
#include "storage/result.h"

namespace dg {

struct Instant {
  std::int64_t ms = 0;  ///< Unix time, UTC.
  friend bool operator==(const Instant&, const Instant&) = default;
};
struct Revision {
  std::string name;  ///< As git takes it; nobody has asked git yet.
  friend bool operator==(const Revision&, const Revision&) = default;
};

struct Point {
  std::string text;  ///< As typed, for messages.
  std::variant<Sequence, Instant, Revision> meaning;
  std::string replica;  ///< Of the commit, where the point names it.
};

/// The forms above in one line, for help and for the cure of errors.
extern const char* const kPointForms;

/// Usage error for what has none of the forms. `now_ms`: Unix time that relative ones count from.
Result<Point> parse_point(std::string_view text, std::int64_t now_ms);

/// The same point for whoever may live in another zone or answer later: times and ages become UTC.
/// What is no time stays as it is, also what is no point at all.
std::string absolute_point(std::string_view text, std::int64_t now_ms);

/// The commit that a point means in this history. Before the first, beyond the last and compacted
/// away are not_found, and say what there is; so is a Revision, which only git can tell.
/// `notes` gets what is to be said of it, if anything.
Result<Sequence> sequence_at(const Point& point, History& history, std::vector<std::string>& notes);

/// Both, for now.
Result<Sequence> sequence_at(std::string_view text, History& history,
                             std::vector<std::string>& notes);

/// Whether the log still tells the state after a commit. A commit that the log lost (a repair noted
/// it) is not_found, unless a time led to the one before it; what is lost otherwise of that state
/// is added to `notes`. O(1) where nothing is lost, else O(commits since).
Result<> check_told(const Point& point, Sequence sequence, History& history,
                    std::vector<std::string>& notes);

/// `2026-11-21T12:00:05Z`.
std::string utc_text(std::int64_t unix_ms);

}  // namespace dg
