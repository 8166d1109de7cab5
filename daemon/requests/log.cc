/// \file
/// `log`: what happened to the project, a file or an atom, newest first.
///
///     params  {"atom", "since", "until", "source", "patch", "limit", "cursor"}
///     answer  kAnswer, below
///
/// `atom` is an atom as elsewhere, one that is gone (by id, qualified or bare name), an id that an
/// atom had before it was renamed or moved, or the path of a file, there or gone. Without it the
/// items are transactions. `since` and `until` are points (point.h): commits after the one, up to
/// the other. The cursor is a sequence: older entries follow.

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/event_json.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/point.h"
#include "storage/history/event_log.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"of": {"kind": "project|file|atom", "id", "removed"}, "items": […], PAGE,
   "compacted": null or {"first", "first_ms", "at_ms", "commits", "events"}: older history, all
     that came before commit "first", was taken away by 'db compact' then}
  an item is {"sequence", "time_ms", "cause", "git_head", "impact": how many atoms reached the
  changed one, of several the most; null: not computed (many changed at once)} and
    of the project  "files": [{"path", "change"}], "files_truncated", "counts": {"files",
                    "created", "updated", "deleted", "renamed", "moved", "relations_gained",
                    "relations_lost"}, with --patch "atoms": [EVENT]
    of a file       "change": "added|changed|removed|none", "counts": {"created", "updated",
                    "deleted", "renamed", "moved"} of its atoms, with --patch "atoms": [EVENT]
    of an atom      EVENT
  The first 20 files and 500 events of a commit are listed, with --all every one; "counts",
  "files_truncated", "atoms_total" and "atoms_truncated" say what is left out.
  EVENT is {"operation", "id", "previous_version", "version", "fields", "impact"}, with --patch also
    "changes": [{"field", "old", "new"}], "gained", "lost": [{"relation", "target", "confidence"}],
    "opened", "closed": [{"relation", "text", "reason", "detail"}]
)";

// Of one transaction, unless all are wanted.
constexpr std::size_t kMostFiles = 20;
constexpr std::size_t kMostEvents = 500;
constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"atom", "text", "an atom, also one that is gone, or a file; without it all transactions"},
      {"since", "text", "only what came after this point: a sequence, a time or an age"},
      {"until", "text", "only what came up to this point"},
      {"source", "text", "only transactions of this cause", false,
       "initial-scan|file-watcher|atomic-edit|overlay|cli|mcp|reconcile|migration"},
      {"patch", "boolean", "show old and new values, and edges gained and lost"},
      {"all", "boolean", "list every file and event of a commit, however many"},
      kLimitParameter,
      {"cursor", "text", "next_cursor of the page before"}};
  return all;
}

/// What the log is asked about.
struct Subject {
  enum class Kind { project, file, atom } kind = Kind::project;
  AtomId atom{};
  std::string id;  ///< Path or id text.
  bool removed = false;
};

Result<Subject> subject_of(const RequestContext& context, EventLog& log, std::string spec) {
  if (spec.empty()) return Subject{};
  while (spec.starts_with("./")) spec.erase(0, 2);
  if (spec.find("::") == std::string::npos) {
    const Result<bool> file = log.knows_file(spec);
    if (!file) return file.error();
    if (*file) {
      return Subject{Subject::Kind::file, kNoAtom, spec,
                     context.snapshot->file_at(spec) == nullptr};
    }
  }
  const Result<AtomRef> live = find_atom(*context.snapshot, spec);
  if (live) {
    return Subject{Subject::Kind::atom, live->id(), atom_id_text(*live->file, live->index), false};
  }
  if (live.error().kind != ErrorKind::not_found) return live.error();
  const Result<std::vector<EventLog::AtomRow>> known = log.find_atoms(spec);
  if (!known) return known.error();
  if (known->empty()) return live.error();
  if (known->size() == 1) {
    const EventLog::AtomRow& atom = known->front();
    return Subject{Subject::Kind::atom, atom.id, atom.id_text, atom.removed};
  }
  Error error{ErrorKind::ambiguous, "'" + spec + "'",
              std::to_string(known->size()) + " atoms that are gone had this name", "Give an id."};
  for (const EventLog::AtomRow& atom : *known) {
    if (error.candidates.size() < 20)
      error.candidates.push_back({atom.id_text, atom.kind, atom.file});
  }
  return error;
}

Result<EventLog::Filter> filter_of(const RequestContext& context, const Params& params,
                                   std::vector<std::string>& notes) {
  EventLog::Filter filter;
  filter.last = context.snapshot->sequence();
  filter.cause = params.text("source");
  filter.limit = static_cast<std::size_t>(params.integer("limit", 100));
  History& history = context.reader->history();
  if (params.has("since")) {
    const Result<Sequence> since = sequence_at(params.text("since"), history, notes);
    if (!since) return since.error();
    filter.first = Sequence{raw(*since) + 1};
  }
  if (params.has("until")) {
    const Result<Sequence> until = sequence_at(params.text("until"), history, notes);
    if (!until) return until.error();
    filter.last = std::min(filter.last, *until);
  }
  return filter;
}

Result<std::optional<Sequence>> cursor_of(const Params& params) {
  const std::string text = params.text("cursor");
  if (text.empty()) return std::optional<Sequence>();
  std::uint64_t sequence = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || sequence == 0 ||
      sequence > std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorKind::usage, "log cursor", "'" + text.substr(0, 80) + "' is no cursor",
                 "Give next_cursor of the page before."};
  }
  return std::optional(Sequence{sequence});
}

Json item_of(const History::Transaction& transaction) {
  return {{"sequence", raw(transaction.sequence)},
          {"time_ms", transaction.committed_ms},
          {"cause", transaction.cause},
          {"git_head", transaction.git_head.empty() ? Json(nullptr) : Json(transaction.git_head)}};
}

Json impact_json(const std::optional<std::uint32_t>& impact) {
  return impact ? Json(*impact) : Json(nullptr);
}

/// The entries of one page as JSON, with the total and the sequence of the last.
struct Listed {
  Json items = Json::array();
  std::uint64_t matching = 0;
  Sequence last{};
};

class Lister {
 public:
  Lister(EventLog& log, bool patch, bool all)
      : log_(log), patch_(patch), all_(all), describe_(log, patch) {}

  Result<Listed> list(const Subject& subject, const EventLog::Filter& filter) {
    switch (subject.kind) {
      case Subject::Kind::project:
        return transactions(filter);
      case Subject::Kind::file:
        return file(subject.id, filter);
      case Subject::Kind::atom:
        return atom(subject.atom, filter);
    }
    return Listed{};
  }

 private:
  Result<Listed> transactions(const EventLog::Filter& filter) {
    const auto page = log_.transactions(filter);
    if (!page) return page.error();
    Listed listed;
    listed.matching = page->total;
    if (page->entries.empty()) return listed;
    auto renames = log_.renames(page->entries.back().sequence, page->entries.front().sequence);
    if (!renames) return renames.error();
    const auto impacts =
        log_.impacts(page->entries.back().sequence, page->entries.front().sequence);
    if (!impacts) return impacts.error();
    for (const History::Transaction& each : page->entries) {
      const EventLog::Renames moves = (*renames)[each.sequence];
      Json item = item_of(each);
      const auto files = log_.files_in(each.sequence, all_ ? kAll : kMostFiles);
      if (!files) return files.error();
      Json paths = Json::array();
      for (const EventLog::TouchedFile& file : *files) {
        const char* change = file.removed ? "removed" : file.existed ? "changed" : "added";
        paths.push_back({{"path", file.path}, {"change", change}});
      }
      item["files_truncated"] = paths.size() < each.files;
      item["files"] = std::move(paths);
      item["counts"] = {{"files", each.files},
                        {"created", each.atoms_created},
                        {"updated", each.atoms_updated - moves.renamed - moves.moved},
                        {"deleted", each.atoms_deleted},
                        {"renamed", moves.renamed},
                        {"moved", moves.moved},
                        {"relations_gained", each.relations_gained},
                        {"relations_lost", each.relations_lost}};
      const auto impact = impacts->find(each.sequence);
      item["impact"] = impact == impacts->end() ? Json(nullptr) : Json(impact->second);
      Result<> described = add_atoms(item, each, "");
      if (!described) return described.error();
      listed.items.push_back(std::move(item));
      listed.last = each.sequence;
    }
    return listed;
  }

  Result<Listed> file(const std::string& path, const EventLog::Filter& filter) {
    const auto page = log_.events_at(path, filter);
    if (!page) return page.error();
    Listed listed;
    listed.matching = page->total;
    for (const EventLog::FileEntry& each : page->entries) {
      Json item = item_of(each.transaction);
      item["change"] = !each.written  ? "none"
                       : each.removed ? "removed"
                       : each.existed ? "changed"
                                      : "added";
      item["counts"] = {{"created", each.created},
                        {"updated", each.updated},
                        {"deleted", each.deleted},
                        {"renamed", each.renamed},
                        {"moved", each.moved}};
      item["impact"] = impact_json(each.impact);
      Result<> described = add_atoms(item, each.transaction, path + "::");
      if (!described) return described.error();
      listed.items.push_back(std::move(item));
      listed.last = each.transaction.sequence;
    }
    return listed;
  }

  Result<Listed> atom(AtomId id, const EventLog::Filter& filter) {
    const auto page = log_.events_of(id, filter);
    if (!page) return page.error();
    Listed listed;
    listed.matching = page->total;
    for (const EventLog::AtomEntry& each : page->entries) {
      Json item{{"sequence", raw(each.event.sequence)},
                {"time_ms", each.committed_ms},
                {"cause", each.cause},
                {"git_head", each.git_head.empty() ? Json(nullptr) : Json(each.git_head)}};
      item.update(describe_(each.event));
      item["impact"] = impact_json(each.impact);
      listed.items.push_back(std::move(item));
      listed.last = each.event.sequence;
    }
    return listed;
  }

  /// With --patch: the events whose atom's id begins so.
  Result<> add_atoms(Json& item, const History::Transaction& transaction,
                     const std::string& prefix) {
    if (!patch_) return Ok{};
    const auto events = log_.events_in(transaction.sequence, kAll);
    if (!events) return events.error();
    const auto impacts = log_.impacts_in(transaction.sequence);
    if (!impacts) return impacts.error();
    Json atoms = Json::array();
    std::size_t matching = 0;
    for (const Event& event : *events) {
      const std::string& id = describe_.name(event.atom, event.sequence).id_text;
      if (!id.starts_with(prefix) && !event.was.id_text.starts_with(prefix)) continue;
      if (++matching > kMostEvents && !all_) continue;
      const auto impact = impacts->find(event.atom);
      atoms.push_back(describe_(event));
      atoms.back()["impact"] = impact == impacts->end() ? Json(nullptr) : Json(impact->second);
    }
    item["atoms_truncated"] = atoms.size() < matching;
    item["atoms"] = std::move(atoms);
    item["atoms_total"] = matching;
    return Ok{};
  }

  EventLog& log_;
  bool patch_, all_;
  EventDescriber describe_;
};

Result<Json> compacted_json(History& history) {
  const Result<std::optional<History::Compacted>> compacted = history.compacted();
  if (!compacted) return compacted.error();
  if (!*compacted) return Json(nullptr);
  const History::Compacted& last = **compacted;
  return Json{{"first", raw(last.first)},
              {"first_ms", last.first_ms},
              {"at_ms", last.at_ms},
              {"commits", last.commits},
              {"events", last.events}};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("log", parameters(), given);
  if (!params) return params.error();
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "database", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  EventLog& log = context.reader->log();
  const Result<Subject> subject = subject_of(context, log, params->text("atom"));
  if (!subject) return subject.error();
  std::vector<std::string> notes;
  Result<EventLog::Filter> filter = filter_of(context, *params, notes);
  if (!filter) return filter.error();
  const Result<std::optional<Sequence>> cursor = cursor_of(*params);
  if (!cursor) return cursor.error();

  Lister lister(log, params->flag("patch"), params->flag("all"));
  EventLog::Filter page = *filter;
  if (*cursor) page.last = std::min(page.last, Sequence{raw(**cursor) - 1});
  const Result<Listed> listed = lister.list(*subject, page);
  if (!listed) return listed.error();
  std::uint64_t total = listed->matching;
  if (*cursor) {
    filter->limit = 0;
    const Result<Listed> all = lister.list(*subject, *filter);
    if (!all) return all.error();
    total = all->matching;
  }

  constexpr const char* kKinds[] = {"project", "file", "atom"};
  Json result{{"of",
               {{"kind", kKinds[static_cast<int>(subject->kind)]},
                {"id", subject->id},
                {"removed", subject->removed}}},
              {"items", listed->items}};
  result["total"] = total;
  const bool more = listed->items.size() < listed->matching;
  result["truncated"] = more;
  if (more) result["next_cursor"] = std::to_string(raw(listed->last));
  const Result<Json> compacted = compacted_json(context.reader->history());
  if (!compacted) return compacted.error();
  result["compacted"] = *compacted;
  add_notices(result, notes);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method log_method() {
  return {"log", "what happened to the project, a file or an atom, newest first", parameters(),
          answer, kAnswer};
}

}  // namespace dg
