#include "daemon/validator/repair.h"

#include <algorithm>
#include <unordered_map>

#include "events/digest.h"
#include "storage/audit/audit.h"

namespace dg {
namespace {

bool is_what_was_committed(const StoredProject& stored) {
  std::uint64_t sum = 0;
  for (const FileVersionPtr& file : stored.files) sum += file_digest(*file);
  return sum == stored.graph_digest;
}

class Planner {
 public:
  Planner(const Pipeline& pipeline, const Evidence& evidence)
      : pipeline_(pipeline), evidence_(evidence) {}

  Result<Repair> plan() {
    if (evidence_.unreadable) {
      repair_.new_database = true;
      return std::move(repair_);
    }
    if (evidence_.lost_until > evidence_.snapshot->sequence()) {
      const Result<> numbered = number_behind(evidence_.lost_until);
      if (!numbered) return numbered.error();
      return std::move(repair_);
    }
    if (evidence_.memory_differs) {
      const Result<bool> reloaded = reload();
      if (!reloaded) return reloaded.error();
      if (*reloaded) return std::move(repair_);  // All else was compared with the wrong memory.
    }
    collect();
    if (const Result<> versions = follow_the_log(); !versions) return versions.error();
    return std::move(repair_);
  }

 private:
  /// No number that was given away is used again: the next commit is the one after `last`.
  Result<> number_behind(Sequence last) {
    Result<StoredProject> stored = pipeline_.stored();
    if (!stored) return stored.error();
    repair_.derived.lost_until = last;
    repair_.derived.losses = evidence_.losses;
    stored->sequence = last;
    repair_.base = snapshot_of(*std::move(stored));
    return Ok{};
  }

  /// What is stored in place of memory, where it can be believed more.
  Result<bool> reload() {
    Result<StoredProject> stored = pipeline_.stored();
    if (!stored) return stored.error();
    // A log that has lost its last commits, and whatever else told of them.
    if (stored->sequence < evidence_.snapshot->sequence()) {
      const Result<> numbered = number_behind(evidence_.snapshot->sequence());
      return numbered ? Result<bool>(true) : numbered.error();
    }
    if (!is_what_was_committed(*stored)) return reload_by_log();
    repair_.base = snapshot_of(*std::move(stored));
    return true;
  }

  Result<bool> reload_by_log() {
    Result<LoggedProject> logged = pipeline_.stored_by_log();
    if (!logged) return logged.error();
    if (logged->from_log.empty() && logged->stray_files.empty()) return false;
    repair_.derived.stray_files = logged->stray_files;
    for (const FileVersionPtr& file : logged->project.files) {
      if (known_by_log_alone(*file)) take_from_log(*file);
    }
    repair_.base = snapshot_of(std::move(logged->project));
    return true;
  }

  /// It is read and linked anew, and its rows are written whatever they hold.
  void take_from_log(const FileVersion& file) {
    repair_.distrusted.push_back(file.path);
    repair_.record.files.push_back(file.id);
    repair_.record.whole.push_back(file.id);
  }

  void collect() {
    const Snapshot& graph = *evidence_.snapshot;
    for (const std::set<AtomId>* atoms : {&evidence_.row_atoms, &evidence_.log_atoms})
      repair_.record.atoms.insert(repair_.record.atoms.end(), atoms->begin(), atoms->end());
    for (const std::set<FileId>* files : {&evidence_.row_files, &evidence_.log_files})
      repair_.record.files.insert(repair_.record.files.end(), files->begin(), files->end());
    for (const auto& [atom, version] : evidence_.log_gone)
      repair_.record.gone.push_back({atom, version});
    for (const auto& [file, path] : evidence_.log_gone_files)
      repair_.record.gone_files.push_back({file, path});
    for (const FileId file : evidence_.derived) {
      if (FileVersionPtr version = graph.file(file)) repair_.derived.files.push_back(version);
    }
    repair_.derived.stray_files.assign(evidence_.stray_files.begin(), evidence_.stray_files.end());
    repair_.derived.stray_atoms.assign(evidence_.stray_atoms.begin(), evidence_.stray_atoms.end());
    repair_.derived.losses = evidence_.losses;
    repair_.derived.notes = evidence_.notes;
    repair_.derived.configs_differ = evidence_.configs;
    if (evidence_.configs) repair_.derived.configs = graph.configs();
    // The digest that the last commit noted is not that of anything: the next one notes it rightly.
    if (evidence_.memory_differs && repair_.record.empty() && !evidence_.files.empty())
      repair_.record.files.push_back(evidence_.files.front()->id);
    repair_.distrusted.assign(evidence_.distrusted.begin(), evidence_.distrusted.end());
    for (const std::string& path : evidence_.disk_paths) {
      if (!evidence_.distrusted.contains(path)) repair_.changed.push_back(path);
    }
    // Where rows or log do not agree with the graph either, the change from what the graph holds to
    // what the disk gives is none that happened.
    for (const std::string& path : repair_.distrusted) {
      const FileVersionPtr file = graph.file_at(path);
      if (file != nullptr && doubted(*file)) repair_.record.whole.push_back(file->id);
    }
  }

  bool doubted(const FileVersion& file) const {
    return evidence_.row_files.contains(file.id) || evidence_.log_files.contains(file.id) ||
           std::any_of(file.atoms.begin(), file.atoms.end(), [&](AtomId atom) {
             return evidence_.row_atoms.contains(atom) || evidence_.log_atoms.contains(atom);
           });
  }

  /// An atom that is told anew gets the version after the log's newest. Where the graph has another
  /// one, it starts from a graph that is corrected.
  Result<> follow_the_log() {
    std::vector<AtomId> atoms = repair_.record.atoms;
    for (const FileId id : repair_.record.whole) {
      const FileVersionPtr file = evidence_.snapshot->file(id);
      atoms.insert(atoms.end(), file->atoms.begin(), file->atoms.end());
    }
    if (atoms.empty()) return Ok{};
    const Result<std::unique_ptr<Audit>> audit = pipeline_.audit();
    if (!audit) return audit.error();
    std::unordered_map<std::uint32_t, std::shared_ptr<FileVersion>> corrected;
    for (const AtomId atom : atoms) {
      const Result<std::uint32_t> logged = (*audit)->logged_version(atom);
      if (!logged) return logged.error();
      const AtomRef at = evidence_.snapshot->atom(atom);
      if (!at) continue;
      const std::uint32_t known = at.file->versions[raw(at.index)];
      // A log that has lost its end knows too little; one that is whole knows best.
      const bool trusted = evidence_.log_whole && *logged != 0;
      const std::uint32_t version = trusted ? *logged : std::max(*logged, known);
      if (version == known) continue;
      auto& file = corrected[raw(at.file->id)];
      if (file == nullptr) file = std::make_shared<FileVersion>(*at.file);
      file->versions[raw(at.index)] = version;
      repair_.record.atoms.push_back(atom);
    }
    return corrected.empty() ? Result<>(Ok{}) : correct(corrected);
  }

  Result<> correct(
      const std::unordered_map<std::uint32_t, std::shared_ptr<FileVersion>>& corrected) {
    Result<StoredProject> stored = pipeline_.stored();
    if (!stored) return stored.error();
    std::vector<FileVersionPtr> files = evidence_.files;
    for (FileVersionPtr& file : files) {
      const auto at = corrected.find(raw(file->id));
      if (at != corrected.end()) file = at->second;
    }
    stored->sequence = evidence_.snapshot->sequence();
    stored->files = std::move(files);
    repair_.base = snapshot_of(*std::move(stored));
    return Ok{};
  }

  const Pipeline& pipeline_;
  const Evidence& evidence_;
  Repair repair_;
};

}  // namespace

Result<Repair> plan_repair(const Pipeline& pipeline, const Evidence& evidence) {
  Result<Repair> repair = Planner(pipeline, evidence).plan();
  if (repair) repair->sequence = evidence.snapshot->sequence();
  return repair;
}

}  // namespace dg
