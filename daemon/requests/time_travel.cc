#include "daemon/requests/time_travel.h"

#include <algorithm>

#include "daemon/requests/point.h"
#include "storage/clock.h"

namespace dg {
namespace {

Error damaged(FileId file) {
  return {ErrorKind::corrupt, "file " + std::to_string(raw(file)),
          "its history does not make a whole file",
          "'deltagraph db replay --verify' tells where it breaks"};
}

/// The files of the live snapshot that no commit between it and the other sequence wrote.
std::vector<FileVersionPtr> untouched(const Snapshot& live, const std::vector<FileId>& changed) {
  std::vector<FileVersionPtr> files = live.files();
  std::erase_if(files, [&](const FileVersionPtr& file) {
    return std::binary_search(changed.begin(), changed.end(), file->id);
  });
  return files;
}

/// Whether every edge leads to an atom of one of the files: a snapshot can be made of them.
bool is_closed(const std::vector<FileVersionPtr>& files, std::uint32_t next_atom) {
  std::vector<bool> there(next_atom, false);
  for (const FileVersionPtr& file : files) {
    for (const AtomId atom : file->atoms) there[raw(atom)] = true;
  }
  return std::all_of(files.begin(), files.end(), [&](const FileVersionPtr& file) {
    return std::all_of(file->links->edges.begin(), file->links->edges.end(), [&](const Edge& edge) {
      return raw(edge.target) < next_atom && there[raw(edge.target)];
    });
  });
}

Result<SnapshotPtr> make_past(Sequence at, const Snapshot& live, History& history) {
  // A commit may be in the database and not yet published: then `at` is the later one.
  const Result<std::vector<FileId>> changed =
      history.files_changed(std::min(at, live.sequence()), std::max(at, live.sequence()));
  if (!changed) return changed.error();
  const Result<std::vector<FileState>> states = history.files_at(at, *changed);
  if (!states) return states.error();
  std::vector<FileVersionPtr> files = untouched(live, *changed);
  std::uint32_t next_atom = live.atom_id_bound();
  std::uint32_t next_file = 1;
  for (const FileState& state : *states) {
    FileVersionPtr file = file_version_of(state);
    if (file == nullptr) return damaged(state.id);
    for (const AtomId atom : file->atoms) next_atom = std::max(next_atom, raw(atom) + 1);
    files.push_back(std::move(file));
  }
  for (const FileVersionPtr& file : files) next_file = std::max(next_file, raw(file->id) + 1);
  std::sort(files.begin(), files.end(),
            [](const FileVersionPtr& a, const FileVersionPtr& b) { return a->path < b->path; });
  if (!is_closed(files, next_atom)) {
    return Error{ErrorKind::corrupt, "#" + std::to_string(raw(at)),
                 "an edge of its history leads nowhere",
                 "'deltagraph db replay --verify' tells where it breaks"};
  }
  // Configuration files and retired atoms matter to linking alone, which the past is not subject
  // to.
  return load_snapshot(at, std::move(files), {}, {}, AtomId{next_atom}, FileId{next_file});
}

}  // namespace

Result<SnapshotPtr> PastSnapshots::at(Sequence at, const Snapshot& live, History& history,
                                      std::uint64_t generation) {
  {
    const std::lock_guard guard(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return kept.generation == generation && kept.snapshot->sequence() == at;
    });
    if (found != kept_.end()) {
      std::rotate(kept_.begin(), found, found + 1);
      return kept_.front().snapshot;
    }
  }
  Result<SnapshotPtr> made = make_past(at, live, history);
  if (!made) return made;
  const std::lock_guard guard(mutex_);
  kept_.insert(kept_.begin(), Kept{generation, *made});
  if (kept_.size() > kMost) kept_.pop_back();
  return made;
}

Result<std::string> take_point(const Method& method, Json& params) {
  const auto given = params.find("at");
  if (given == params.end() || given->is_null()) return std::string();
  const std::string thing = std::string(method.name) + " at";
  if (!method.has_past) {
    return Error{ErrorKind::usage, thing, "this is answered for the present alone",
                 "Leave it out; 'deltagraph help' lists what can be asked of the past."};
  }
  std::string point;
  if (given->is_string()) {
    point = given->get<std::string>();
  } else if (given->is_number_integer() && given->get<std::int64_t>() >= 0) {
    point = std::to_string(given->get<std::int64_t>());
  }
  if (point.empty()) {
    return Error{ErrorKind::usage, thing, "is no point in time",
                 std::string("Give ") + kPointForms + "."};
  }
  params.erase("at");
  return point;
}

void make_points_absolute(Json& params, std::int64_t now_ms) {
  for (const char* name : {"at", "since", "until"}) {
    if (const auto given = params.find(name); given != params.end() && given->is_string())
      *given = absolute_point(given->get_ref<const std::string&>(), now_ms);
  }
}

Result<> travel(RequestContext& context, const std::string& point, PastSnapshots& past,
                std::uint64_t generation) {
  if (context.reader == nullptr) {
    return Error{ErrorKind::io, "history", "cannot be read at the moment",
                 "'deltagraph status' tells what is wrong."};
  }
  History& history = context.reader->history();
  const Result<Point> meant = parse_point(point, unix_ms());
  if (!meant) return meant.error();
  const Result<Sequence> at = sequence_at(*meant, history, context.freshness.notes);
  if (!at) return at.error();
  const Result<std::vector<History::Transaction>> commit = history.transactions(*at, *at, false, 1);
  if (!commit) return commit.error();
  if (*at != context.snapshot->sequence()) {
    const Result<> told = check_told(*meant, *at, history, context.freshness.notes);
    if (!told) return told.error();
    Result<SnapshotPtr> snapshot = past.at(*at, *context.snapshot, history, generation);
    if (!snapshot) return snapshot.error();
    context.snapshot = std::move(*snapshot);
  }
  context.freshness.pending = 0;
  context.freshness.committed_ms = commit->empty() ? 0 : commit->front().committed_ms;
  context.freshness.as_of = true;
  context.reader = nullptr;
  return Ok{};
}

}  // namespace dg
