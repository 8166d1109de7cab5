// Log and tables: every event folded, against the state that the tables were found to hold.

#include <algorithm>
#include <unordered_map>

#include "daemon/validator/validator.h"
#include "events/replay.h"
#include "storage/history/history.h"

namespace dg {
namespace {

class LogCheck final : public Check {
 public:
  LogCheck(const Pipeline& pipeline, Audit& audit, Evidence& evidence, ValidationWork& work)
      : pipeline_(pipeline), audit_(audit), evidence_(evidence), work_(work) {}

  bool step() override {
    switch (phase_) {
      case Phase::commits:
        return begin() && commits() && chain() && go_on(Phase::events);
      case Phase::events:
        return events();
      case Phase::files:
        return files();
      case Phase::compare:
        if (in_slices(next_, evidence_.files.size(), [&](std::size_t i) { compare(i); }))
          return true;
        rest();
        return removed();
    }
    return false;
  }

 private:
  enum class Phase { commits, events, files, compare } phase_ = Phase::commits;
  static constexpr std::size_t kEventsPerSlice = 200;
  static constexpr std::uint64_t kCommitsPerSlice = 8;

  bool go_on(Phase phase) {
    phase_ = phase;
    return true;
  }
  template <typename T>
  bool readable(const Result<T>& result) {
    if (result) return true;
    evidence_.unreadable = true;
    evidence_.add({Stage::database, "", "", result.error().thing, "SQLite", result.error().reason,
                   "expected", "readable"});
    return false;
  }
  void report(std::string file, std::string atom, std::string thing, std::string log,
              std::string tables) {
    evidence_.add({Stage::log, std::move(file), std::move(atom), std::move(thing), "log",
                   std::move(log), "tables", std::move(tables)});
  }

  /// What a compacted log begins with: checkpoints of all files at its first commit.
  bool begin() {
    const Result<std::unique_ptr<Reader>> reader = pipeline_.reader();
    if (!readable(reader)) return false;
    History& history = (*reader)->history();
    const Result<History::Extent> extent = history.extent();
    if (!readable(extent)) return false;
    if (!extent->compacted) return true;
    base_ = raw(extent->first);
    const Result<std::vector<FileId>> ids = history.files_changed(Sequence{0}, extent->first);
    if (!readable(ids)) return false;
    Result<std::vector<FileState>> files = history.files_at(extent->first, *ids);
    if (!readable(files)) return false;
    state_.begins_later();
    for (FileState& file : *files) state_.add(std::move(file));
    return true;
  }

  /// What was written later than its commit, whether or not it changes what the log comes to.
  bool chain() {
    const Result<ChainCheck> chain = audit_.chain();
    if (!readable(chain)) return false;
    if (chain->broken)
      lose(*chain->broken, "the true rows of commit " + std::to_string(raw(*chain->broken)) + " (" +
                               chain->reason + ")");
    return true;
  }

  /// Each commit must be there, with as many events as it says.
  bool commits() {
    const Result<std::vector<LogLoss>> known = audit_.losses();
    const Result<std::vector<LoggedTransaction>> all = audit_.transactions();
    if (!readable(known) || !readable(all)) return false;
    evidence_.known_losses = *known;
    std::uint64_t expected = std::max<std::uint64_t>(base_, 1);
    for (const LoggedTransaction& commit : *all) {
      const std::uint64_t sequence = raw(commit.sequence);
      if (sequence != expected) {
        lose(commit.sequence,
             "commits " + std::to_string(expected) + " to " + std::to_string(sequence - 1));
      }
      expected = sequence + 1;
      if (commit.found == commit.events) continue;
      lose(commit.sequence, std::to_string(commit.events - commit.found) + " of " +
                                std::to_string(commit.events) + " events of commit " +
                                std::to_string(sequence));
    }
    last_ = expected - 1;
    next_commit_ = base_ + 1;
    return true;
  }

  void lose(Sequence sequence, const std::string& what) {
    evidence_.log_whole = false;
    const bool known = std::any_of(evidence_.known_losses.begin(), evidence_.known_losses.end(),
                                   [&](const LogLoss& loss) { return loss.sequence == sequence; });
    if (known) return;
    const bool again = std::any_of(evidence_.losses.begin(), evidence_.losses.end(),
                                   [&](const LogLoss& loss) { return loss.sequence == sequence; });
    if (again) return;
    evidence_.losses.push_back({sequence, what});
    report("", "", "history", "lacks " + what, "");
  }

  bool events() {
    const Result<std::vector<LoggedEvent>> slice =
        audit_.events(next_event_, kEventsPerSlice, &next_event_);
    if (!readable(slice)) return false;
    for (const LoggedEvent& logged : *slice) fold(logged);
    work_.events += slice->size();
    return slice->size() == kEventsPerSlice || go_on(Phase::files);
  }

  /// An atom whose events contradict each other is left alone until the log says all of it again.
  void fold(const LoggedEvent& logged) {
    if (raw(logged.header.sequence) <= base_) return;  // In the checkpoint.
    const std::uint32_t atom = raw(logged.header.atom);
    const std::string at = " at commit " + std::to_string(raw(logged.header.sequence));
    if (!logged.event) {
      broken_.emplace(atom, "an event that cannot be read" + at);
      return;
    }
    if (logged.event->operation == Operation::reconcile) broken_.erase(atom);
    if (broken_.contains(atom)) return;
    if (const auto wrong = state_.apply(*logged.event)) broken_.emplace(atom, *wrong);
  }

  bool files() {
    const Sequence from{next_commit_};
    const Sequence to{next_commit_ + kCommitsPerSlice - 1};
    const Result<std::vector<LoggedFile>> rows = audit_.files(from, to);
    if (!readable(rows)) return false;
    for (const LoggedFile& row : *rows) {
      if (row.removed) {
        state_.remove_file(row.id);
      } else if (row.places) {
        state_.set_file(row.id, {row.path, row.hash, *row.places});
      } else {
        // Left as it was before: it differs, unless a later commit wrote the file again.
        state_.remove_file(row.id);
      }
    }
    next_commit_ += kCommitsPerSlice;
    return next_commit_ <= last_ || go_on(Phase::compare);
  }

  void compare(std::size_t i) {
    const FileVersionPtr& file = evidence_.files[i];
    const FoldedState part = FoldedState::of({file});
    for (const Difference& difference : state_.take_out(part)) take(difference, file->path);
    for (std::uint32_t atom = 0; atom < file->atoms.size(); ++atom) {
      const auto wrong = broken_.find(raw(file->atoms[atom]));
      if (wrong == broken_.end()) continue;
      if (evidence_.log_atoms.insert(file->atoms[atom]).second) {
        report(file->path, atom_id_text(*file, AtomIndex{atom}), "events", wrong->second,
               "version " + std::to_string(file->versions[atom]));
      }
      broken_.erase(wrong);
    }
  }

  void take(const Difference& difference, const std::string& path) {
    if (difference.atom != kNoAtom) {
      evidence_.log_atoms.insert(difference.atom);
      report(path, difference.thing, "atom", difference.here, difference.there);
    } else {
      evidence_.log_files.insert(difference.file);
      report(path, "", difference.thing, difference.here, difference.there);
    }
  }

  /// What only the log has.
  void rest() {
    for (const Difference& difference : state_.rest()) {
      if (difference.atom == kNoAtom) {
        report("", "", difference.thing, difference.here, difference.there);
        continue;
      }
      end(difference.atom);
      report("", difference.thing, "atom", difference.here, difference.there);
    }
    for (const auto& [atom, wrong] : broken_) {
      if (evidence_.log_gone.contains(AtomId{atom})) continue;
      end(AtomId{atom});
      report("", "", "events of atom " + std::to_string(atom), wrong, "no such atom");
    }
  }

  void end(AtomId atom) {
    const Result<std::uint32_t> version = audit_.logged_version(atom);
    evidence_.log_gone.emplace(atom, version ? *version : 0);
  }

  bool removed() {
    const Result<std::vector<RemovedAtom>> rows = audit_.removed();
    if (!readable(rows)) return false;
    for (const RemovedAtom& row : *rows) {
      const std::uint32_t logged = state_.ended(row.id);
      if (logged == 0 && base_ != 0) continue;  // Its end was before the checkpoint.
      if (logged == row.version || evidence_.log_gone.contains(row.id)) continue;
      evidence_.log_gone.emplace(row.id, std::max(logged, evidence_.log_whole ? 0 : row.version));
      report("", row.id_text, "version of a removed atom", std::to_string(logged),
             std::to_string(row.version));
    }
    return false;
  }

  const Pipeline& pipeline_;
  Audit& audit_;
  Evidence& evidence_;
  ValidationWork& work_;
  FoldedState state_;
  std::unordered_map<std::uint32_t, std::string> broken_;  ///< By AtomId: why.
  std::int64_t next_event_ = 1;
  std::uint64_t base_ = 0;  ///< The first commit of a compacted log; 0: of one that is whole.
  std::uint64_t next_commit_ = 1, last_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Check> log_check(const Pipeline& pipeline, Audit& audit, Evidence& evidence,
                                 ValidationWork& work) {
  return std::make_unique<LogCheck>(pipeline, audit, evidence, work);
}

}  // namespace dg
