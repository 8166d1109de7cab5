/// \file
/// `diff`: what became of the call graph between two points.
///
///     params  {"since", "until", "limit"}
///     answer  kAnswer, below
///
/// A point is a commit or a time of the log, or a revision of git (point.h). An earlier commit is
/// folded out of the log. A revision's tree is read from git's objects, package.json and
/// tsconfig.json with it, and linked as a variant of the live project; neither the work tree nor
/// the database is touched, and nothing of it is kept.

#include <thread>

#include "daemon/extractor_options.h"
#include "daemon/git/tree.h"
#include "daemon/requests/answer.h"
#include "daemon/requests/diff_json.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/point.h"
#include "daemon/requests/time_travel.h"
#include "graph/compare.h"
#include "storage/clock.h"
#include "storage/history/event_log.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"since": POINT, "until": POINT, "total": entries of all lists, "summary": {"text", "files",
   "created", "updated", "deleted", "renamed", "moved", "edges_gained", "edges_lost", "broken",
   "fixed", "new_cycles", "gone_cycles"},
   "files": [{"path", "change", "created", "updated", "deleted", "edges_gained", "edges_lost"}],
   "atoms": [{"operation", "id", "kind", "place", "fields", "was": id before or null}],
   "edges": [{"change": "gained|lost", "relation", "source", "target", "confidence"}],
   "broken", "fixed": [{"source", "relation", "text", "reason", "place", "target"}],
   "cycles": [{"change": "new|gone", "over": "calls|imports", "members"}],
   "skipped": [{"path", "reason"}], "work": {"parsed", "from_cache"}, "truncated"}
  POINT is {"kind": "sequence|git|now", "text", "sequence", "revision", "subject", "time_ms"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"since", "text", "from where: a sequence, a time, or a revision of git (HEAD)"},
      {"until", "text", "to where (now)"},
      {"limit", "integer", "most entries of each list (200)", false, "", 1, kMostLimit}};
  return all;
}

/// One end of the comparison.
struct End {
  SnapshotPtr snapshot;
  Json described;
  std::vector<Listing::Trouble> skipped;
  std::vector<std::string> notes;
  std::uint32_t parsed = 0, from_cache = 0;
};

unsigned thread_count() {
  return std::max(1u, std::thread::hardware_concurrency());
}

End now(const RequestContext& context) {
  return {context.snapshot,
          {{"kind", "now"},
           {"text", "now"},
           {"sequence", raw(context.snapshot->sequence())},
           {"time_ms", context.freshness.committed_ms}},
          {},
          {},
          0,
          0};
}

Json time_of(EventLog& log, Sequence sequence) {
  EventLog::Filter only;
  only.first = only.last = sequence;
  const auto found = log.transactions(only);
  if (!found || found->entries.empty()) return nullptr;
  return found->entries.front().committed_ms;
}

/// The state after a commit of the log. Its files can be asked, but nothing can be derived from it.
Result<End> at_sequence(const RequestContext& context, const Point& point) {
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  End end;
  const Result<Sequence> sequence = sequence_at(point, context.reader->history(), end.notes);
  if (!sequence) return sequence.error();
  if (*sequence != context.snapshot->sequence()) {
    const Result<> told = check_told(point, *sequence, context.reader->history(), end.notes);
    if (!told) return told.error();
  }
  end.described = {{"kind", "sequence"},
                   {"text", point.text},
                   {"sequence", raw(*sequence)},
                   {"time_ms", time_of(context.reader->log(), *sequence)}};
  PastSnapshots past;
  Result<SnapshotPtr> snapshot =
      past.at(*sequence, *context.snapshot, context.reader->history(), 0);
  if (!snapshot) return snapshot.error();
  end.snapshot = std::move(*snapshot);
  return end;
}

Result<End> at_revision(const RequestContext& context, const std::string& name,
                        const SnapshotPtr& base) {
  GitTreeOptions options;
  if (context.reader != nullptr) {
    EventLog& log = context.reader->log();
    const Result<std::string> made_with = log.extractor_options();
    if (!made_with) return made_with.error();
    options.parse = parse_options_of(*made_with);
    options.cached = [&log](const ContentHash& hash, Language language) {
      const auto facts = log.facts(hash, language);
      return facts ? *facts : nullptr;
    };
  }
  Result<GitTree> tree = read_git_tree(context.root, name, *base, options);
  if (!tree) return tree.error();
  End end;
  end.described = {{"kind", "git"},
                   {"text", name},
                   {"revision", tree->id},
                   {"subject", tree->subject},
                   {"time_ms", tree->time_ms == 0 ? Json(nullptr) : Json(tree->time_ms)}};
  end.skipped = std::move(tree->skipped);
  end.parsed = tree->parsed;
  end.from_cache = tree->from_cache;
  end.snapshot = advance(base, std::move(tree->changes), thread_count()).next;
  return end;
}

/// `base`: where a revision's snapshot is derived from, so that ids mean the same on both ends.
Result<End> end_at(const RequestContext& context, const std::string& text,
                   const SnapshotPtr& base) {
  const Result<Point> point = parse_point(text, unix_ms());
  if (!point) {
    if (text.find("..") != std::string::npos) {
      return Error{ErrorKind::usage, "'" + text.substr(0, 200) + "'", "is a range, not a point",
                   "Give its ends as --since A --until B"};
    }
    // Git allows names for revisions that no other form of a point has: let it decide.
    Result<End> end = at_revision(context, text, base);
    if (!end && end.error().kind == ErrorKind::not_found) return point.error();
    return end;
  }
  if (const auto* revision = std::get_if<Revision>(&point->meaning)) {
    return at_revision(context, revision->name, base);
  }
  return at_sequence(context, *point);
}

/// Whether a point is a commit or a time of the log: its atoms have the ids that they had then.
bool is_of_log(const std::string& text) {
  const Result<Point> point = parse_point(text, unix_ms());
  return point && !std::holds_alternative<Revision>(point->meaning);
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("diff", parameters(), given);
  if (!params) return params.error();
  const std::string since = params->has("since") ? params->text("since") : "HEAD";
  const bool by_log =
      is_of_log(since) || (params->has("until") && is_of_log(params->text("until")));
  const auto as_base = [&](const SnapshotPtr& snapshot) {
    return by_log ? snapshot : without_history(*snapshot);
  };
  const Result<End> from = end_at(context, since, as_base(context.snapshot));
  if (!from) return from.error();
  // Two variants of one base would give new atoms the same ids: the second is one of the first.
  const bool variant = from->described.at("kind") == "git";
  const Result<End> to = params->has("until")
                             ? end_at(context, params->text("until"),
                                      as_base(variant ? from->snapshot : context.snapshot))
                             : Result<End>(now(context));
  if (!to) return to.error();

  const GraphDifference difference = compare(from->snapshot, to->snapshot);
  const auto limit = static_cast<std::size_t>(params->integer("limit", 200));
  Json result{{"since", from->described}, {"until", to->described}};
  result["total"] = difference.files.size() + difference.atoms.size() + difference.gained.size() +
                    difference.lost.size() + difference.broken.size() + difference.fixed.size() +
                    difference.new_call_cycles.size() + difference.gone_call_cycles.size() +
                    difference.new_import_cycles.size() + difference.gone_import_cycles.size();
  result.update(difference_json(*difference.before, *to->snapshot, difference, limit));
  Json skipped = Json::array();
  for (const End* end : {&*from, &*to}) {
    for (const Listing::Trouble& each : end->skipped) {
      skipped.push_back({{"path", each.path}, {"reason", each.reason}});
    }
    add_notices(result, end->notes);
  }
  result["skipped"] = std::move(skipped);
  result["work"] = {{"parsed", from->parsed + to->parsed},
                    {"from_cache", from->from_cache + to->from_cache}};
  return with_freshness(std::move(result), context);
}

}  // namespace

Method diff_method() {
  return {"diff", "what became of the call graph since a commit, a time or a git revision",
          parameters(), answer, kAnswer};
}

}  // namespace dg
