#include "storage/history/logged_files.h"

#include <map>
#include <set>
#include <utility>

#include "events/digest.h"
#include "storage/load.h"

namespace dg {

LoggedFiles::LoggedFiles(const Connection& connection, LoggedProject& read)
    : connection_(connection), read_(read), project_(read.project), history_(connection) {}

void LoggedFiles::add(FileState state) {
  const FileVersionPtr known = file_version_of(state);
  const FileId id = state.id;
  state.hash = {};
  FileVersionPtr file = file_version_of(state);
  if (known == nullptr || file == nullptr) throw Damage{"the history of " + state.path};
  read_.from_log_digest += file_digest(*known) - file_digest(*file);
  read_.from_log.push_back(id);
  project_.files.push_back(std::move(file));
}

void LoggedFiles::restore(FileId id, const std::string& path) {
  std::optional<FileState> state = history_.at(id, project_.sequence);
  if (!state) return read_.stray_files.push_back(id);
  if (file_version_of(*state) == nullptr) throw Damage{"the stored facts of " + path};
  add(*std::move(state));
}

/// Nothing also where the log contradicts itself.
std::optional<FileState> LoggedFiles::state_of(FileId id) {
  try {
    std::optional<FileState> state = history_.at(id, project_.sequence);
    if (state && file_version_of(*state) == nullptr) state.reset();
    return state;
  } catch (const Damage&) {
    return std::nullopt;
  }
}

bool LoggedFiles::ends_where_the_tables_do() const {
  const std::int64_t last = connection_.integer("SELECT max(sequence) FROM transactions");
  return static_cast<Sequence>(last) == project_.sequence;
}

void LoggedFiles::compare() {
  std::map<FileId, FileState> logged;
  std::map<FileId, std::uint64_t> digests;
  std::uint64_t sum = 0;
  bool whole = ends_where_the_tables_do();
  for (const FileId id : files_in_log(connection_, project_.sequence)) {
    std::optional<FileState> state = state_of(id);
    whole = whole && state;
    if (!state) continue;
    sum += digests[id] = file_digest(*file_version_of(*state));
    logged.emplace(id, *std::move(state));
  }
  whole = whole && sum == project_.graph_digest;

  std::set<FileId> kept(read_.from_log.begin(), read_.from_log.end());
  std::set<std::string> paths;
  std::erase_if(project_.files, [&](const FileVersionPtr& file) {
    const bool from_log = kept.contains(file->id);
    const auto known = digests.find(file->id);
    const bool keep =
        from_log || !whole || (known != digests.end() && known->second == file_digest(*file));
    if (keep) kept.insert(file->id), paths.insert(file->path);
    if (!keep && known == digests.end()) read_.stray_files.push_back(file->id);
    return !keep;
  });
  for (auto& [id, state] : logged) {
    // Of two files with one path, that of the tables counts where the log is not whole.
    if (!kept.contains(id) && !paths.contains(state.path)) add(std::move(state));
  }
  std::set<AtomId> live;
  for (const FileVersionPtr& file : project_.files)
    live.insert(file->atoms.begin(), file->atoms.end());
  std::erase_if(project_.retired,
                [&](const StoredProject::Retired& atom) { return live.contains(atom.id); });
}

}  // namespace dg
