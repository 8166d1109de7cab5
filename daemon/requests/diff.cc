/// \file
/// `diff`: what became of the call graph between two points.
///
///     params  {"since", "until", "limit"}
///     answer  kAnswer, below
///
/// A point is a commit or a time of the log, or a revision of git (point.h). A revision's tree is
/// read from git's objects, an earlier commit's sources come from the facts cache; either is linked
/// as a variant of the live project. Neither the work tree nor the database is touched, and nothing
/// of it is kept. package.json and tsconfig.json count as the revision has them; the log does not
/// keep them, so that an earlier commit is linked with those of now.

#include <chrono>
#include <map>
#include <thread>

#include "daemon/extractor_options.h"
#include "daemon/git_tree.h"
#include "daemon/requests/answer.h"
#include "daemon/requests/diff_json.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/point.h"
#include "graph/compare.h"
#include "storage/event_log.h"

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

Error not_kept(const std::string& path, Sequence sequence) {
  return {ErrorKind::not_found, path,
          "its version of commit #" + std::to_string(raw(sequence)) + " is no longer kept",
          "Give a later point, or a revision of git"};
}

/// What turns `base` into a tree of these sources, with the configuration of `live`.
ChangeSet changes_to(std::map<std::string, SourceChange> tree, const Snapshot& live,
                     const Snapshot& base) {
  ChangeSet changes;
  for (const FileVersionPtr& file : base.files()) {
    const auto wanted = tree.find(file->path);
    if (wanted == tree.end()) {
      changes.sources.push_back({file->path, {}, 0, 0, nullptr});
    } else if (wanted->second.hash == file->hash) {
      tree.erase(wanted);
    }
  }
  for (auto& [path, source] : tree) changes.sources.push_back(std::move(source));
  for (ConfigFile config : base.configs()) {
    config.removed = true;
    changes.configs.push_back(std::move(config));
  }
  // Of two changes of one path the last counts; what is the same is left out.
  for (ConfigFile& config : live.configs()) changes.configs.push_back(std::move(config));
  return changes;
}

/// The live project with the sources of an earlier commit, whose facts are kept for a while.
Result<End> at_sequence(const RequestContext& context, const Point& point,
                        const SnapshotPtr& base) {
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  const Result<Sequence> sequence = sequence_at(point, context.reader->history());
  if (!sequence) return sequence.error();
  EventLog& log = context.reader->log();
  const auto then = log.files_before_changes_since(*sequence);
  if (!then) return then.error();
  std::map<std::string, SourceChange> tree;
  for (const FileVersionPtr& file : context.snapshot->files()) {
    tree[file->path] = {file->path, file->hash, file->mtime_ns, file->size, file->facts};
  }
  End end;
  for (const EventLog::FileThen& file : *then) {
    if (!file.hash) {
      tree.erase(file.path);
    } else if (SourceChange& source = tree[file.path];
               source.facts == nullptr || source.hash != *file.hash) {
      const auto facts = log.facts(*file.hash, *language_of(file.path));
      if (!facts) return facts.error();
      if (*facts == nullptr) return not_kept(file.path, *sequence);
      source = {file.path, *file.hash, 0, (*facts)->bytes, *facts};
      ++end.from_cache;
    }
  }
  end.described = {{"kind", "sequence"},
                   {"text", point.text},
                   {"sequence", raw(*sequence)},
                   {"time_ms", time_of(log, *sequence)}};
  end.snapshot =
      advance(base, changes_to(std::move(tree), *context.snapshot, *base), thread_count()).next;
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
  using namespace std::chrono;
  const std::int64_t now_ms =
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const Result<Point> point = parse_point(text, now_ms);
  if (!point) return point.error();
  if (const auto* revision = std::get_if<Revision>(&point->meaning)) {
    return at_revision(context, revision->name, base);
  }
  return at_sequence(context, *point, base);
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("diff", parameters(), given);
  if (!params) return params.error();
  const std::string since = params->has("since") ? params->text("since") : "HEAD";
  const Result<End> from = end_at(context, since, context.snapshot);
  if (!from) return from.error();
  // Two variants of one base would give new atoms the same ids: the second is one of the first.
  const Result<End> to = params->has("until")
                             ? end_at(context, params->text("until"), from->snapshot)
                             : Result<End>(now(context));
  if (!to) return to.error();

  const GraphDifference difference = compare(from->snapshot, to->snapshot);
  const auto limit = static_cast<std::size_t>(params->integer("limit", 200));
  Json result{{"since", from->described}, {"until", to->described}};
  result["total"] = difference.files.size() + difference.atoms.size() + difference.gained.size() +
                    difference.lost.size() + difference.broken.size() + difference.fixed.size();
  result.update(difference_json(*from->snapshot, *to->snapshot, difference, limit));
  Json skipped = Json::array();
  for (const End* end : {&*from, &*to}) {
    for (const Listing::Trouble& each : end->skipped) {
      skipped.push_back({{"path", each.path}, {"reason", each.reason}});
    }
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
