// Log and tables: every event folded, against the state that the tables were found to hold.

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>

#include "daemon/validator/validator.h"
#include "events/replay.h"
#include "storage/history/history.h"

namespace dg {
namespace {

class LogCheck final : public Check {
 public:
  LogCheck(const Pipeline& pipeline, Audit& audit, Evidence& evidence, Pace& pace)
      : pipeline_(pipeline), audit_(audit), evidence_(evidence), pace_(pace) {}

  bool step() override {
    switch (phase_) {
      case Phase::begin:
        return begin();
      case Phase::checkpoint:
        return checkpoint();
      case Phase::events:
        return events();
      case Phase::commits:
        return commits();
      case Phase::chain:
        return chain();
      case Phase::files:
        return files();
      case Phase::compare:
        if (in_steps(pace_, next_, evidence_.files.size(), [&](std::size_t i) { compare(i); }))
          return true;
        return go_on(Phase::rest);
      case Phase::rest:
        rest();
        return go_on(Phase::removed);
      case Phase::removed:
        return removed();
    }
    return false;
  }

 private:
  enum class Phase {
    begin,
    checkpoint,
    events,
    commits,
    chain,
    files,
    compare,
    rest,
    removed
  } phase_ = Phase::begin;
  static constexpr std::size_t kRowsAtOnce = Pace::kMostUnits;
  static constexpr std::size_t kEventsAtOnce = 32;  ///< Each is decoded and folded.

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

  bool begin() {
    const Result<std::vector<LogLoss>> known = audit_.losses();
    if (!readable(known)) return false;
    evidence_.known_losses = *known;
    Result<std::unique_ptr<Reader>> reader = pipeline_.reader();
    if (!readable(reader)) return false;
    reader_ = *std::move(reader);
    History& history = reader_->history();
    const Result<History::Extent> extent = history.extent();
    if (!readable(extent)) return false;
    if (!extent->compacted) return go_on(Phase::commits);
    base_ = raw(extent->first);
    Result<std::vector<FileId>> ids = history.files_changed(Sequence{0}, extent->first);
    if (!readable(ids)) return false;
    checkpoint_ = *std::move(ids);
    state_.begins_later();
    return go_on(Phase::checkpoint);
  }

  /// What a compacted log begins with: checkpoints of all files at its first commit.
  bool checkpoint() {
    bool fine = true;
    const bool more = in_steps(pace_, next_, checkpoint_.size(), [&](std::size_t i) {
      Result<std::vector<FileState>> files =
          reader_->history().files_at(Sequence{base_}, std::span(&checkpoint_[i], 1));
      if (!fine || !readable(files)) return void(fine = false);
      for (FileState& file : *files) state_.add(std::move(file));
    });
    if (!fine || more) return fine;
    next_ = 0;
    return go_on(Phase::commits);
  }

  /// What was written later than its commit, whether or not it changes what the log comes to.
  bool chain() {
    ChainCheck found;
    const Result<bool> more = audit_.walk_chain(kRowsAtOnce, found);
    pace_.count(kRowsAtOnce);
    if (!readable(more)) return false;
    for (const ChainBreak& each : found.breaks) {
      lose(each.sequence, "the true rows of commit " + std::to_string(raw(each.sequence)) + " (" +
                              each.reason + ")");
    }
    if (*more) return true;
    note_contradictions();
    return go_on(Phase::files);
  }

  /// Events that contradict those before them, though nothing before them is lost: folding the log
  /// ends there, unless it is known.
  void note_contradictions() {
    for (const auto& [sequence, wrong] : contradictions_) {
      const auto before = [at = sequence](const LogLoss& loss) { return raw(loss.sequence) <= at; };
      const auto any = [&](const std::vector<LogLoss>& losses) {
        return std::any_of(losses.begin(), losses.end(), before);
      };
      if (any(evidence_.known_losses) || any(evidence_.losses)) continue;
      lose(Sequence{sequence},
           "what commit " + std::to_string(sequence) + " really changed (" + wrong + ")");
    }
  }

  /// Each commit must be there.
  bool commits() {
    const Result<std::vector<LoggedTransaction>> some =
        audit_.transactions(last_commit_, kRowsAtOnce);
    if (!readable(some)) return false;
    for (const LoggedTransaction& commit : *some) {
      const std::uint64_t sequence = raw(commit.sequence);
      const std::uint64_t expected = std::max<std::uint64_t>({base_, raw(last_commit_) + 1, 1});
      if (sequence != expected) lose(Sequence{expected}, commits_text(expected, sequence - 1));
      last_commit_ = commit.sequence;
      commits_.push_back(commit);
    }
    pace_.count(some->size());
    if (some->size() == kRowsAtOnce) return true;
    return look_beyond() && go_on(Phase::events);
  }

  static std::string commits_text(std::uint64_t first, std::uint64_t last) {
    if (first == last) return "commit " + std::to_string(first);
    return "commits " + std::to_string(first) + " to " + std::to_string(last);
  }

  /// The end of the log may be gone, and known from elsewhere.
  bool look_beyond() {
    const Result<Audit::Beyond> beyond = audit_.beyond();
    if (!readable(beyond)) return false;
    if (raw(beyond->upto) == 0) return true;
    std::string what = commits_text(raw(beyond->last) + 1, raw(beyond->upto));
    if (beyond->atoms != 0) {
      what += ", which wrote at least " + std::to_string(beyond->atoms) + " atoms of ";
      for (const std::string& file : beyond->files)
        what += (&file == &beyond->files.front() ? "" : ", ") + file;
    }
    lose(Sequence{raw(beyond->last) + 1}, what);
    evidence_.lost_until = beyond->upto;
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

  /// Events of commits that are there, with as many as each says: a replay folds the same.
  bool events() {
    while (next_ < commits_.size()) {
      const LoggedTransaction& commit = commits_[next_];
      const Result<std::vector<LoggedEvent>> slice =
          audit_.events(commit.sequence, kEventsAtOnce, &last_event_);
      if (!readable(slice)) return false;
      for (const LoggedEvent& logged : *slice) fold(logged);
      found_ += static_cast<std::int64_t>(slice->size());
      pace_.work().events += slice->size();
      pace_.count(slice->size() + 1);
      if (slice->size() < kEventsAtOnce) end_commit(commit);
      if (pace_.is_full()) return true;
    }
    next_ = 0;
    return go_on(Phase::chain);
  }

  void end_commit(const LoggedTransaction& commit) {
    if (found_ < commit.events) {
      lose(commit.sequence, std::to_string(commit.events - found_) + " of " +
                                std::to_string(commit.events) + " events of commit " +
                                std::to_string(raw(commit.sequence)));
    } else if (found_ > commit.events) {
      lose(commit.sequence,
           "the true number of events of commit " + std::to_string(raw(commit.sequence)));
    }
    ++next_;
    last_event_ = found_ = 0;
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
    if (const auto wrong = state_.apply(*logged.event)) {
      broken_.emplace(atom, *wrong);
      contradictions_.emplace(raw(logged.header.sequence), *wrong);
    }
  }

  bool files() {
    const Result<std::vector<LoggedFile>> rows =
        audit_.files(after_commit_, after_file_, kRowsAtOnce);
    if (!readable(rows)) return false;
    for (const LoggedFile& row : *rows) {
      after_commit_ = row.sequence;
      after_file_ = row.id;
      if (raw(row.sequence) <= base_) continue;  // In the checkpoint.
      if (!is_there(row.sequence)) continue;     // A replay does not see it either.
      if (row.removed) {
        state_.remove_file(row.id);
      } else if (row.places) {
        state_.set_file(row.id, {row.path, row.hash, *row.places});
      } else {
        // Left as it was before: it differs, unless a later commit wrote the file again.
        state_.remove_file(row.id);
      }
    }
    pace_.count(rows->size());
    return rows->size() == kRowsAtOnce || go_on(Phase::compare);
  }

  bool is_there(Sequence commit) const {
    const auto at = std::lower_bound(
        commits_.begin(), commits_.end(), commit,
        [](const LoggedTransaction& each, Sequence wanted) { return each.sequence < wanted; });
    return at != commits_.end() && at->sequence == commit;
  }

  void compare(std::size_t i) {
    const FileVersionPtr& file = evidence_.files[i];
    const FoldedState part = FoldedState::of({file});
    const bool from_here = known_by_log_alone(*file);
    for (const Difference& difference : state_.take_out(part)) {
      if (!from_here) take(difference, file->path);
    }
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
        const std::string& path = state_.file(difference.file)->path;
        evidence_.log_gone_files.emplace(difference.file, path);
        report(path, "", "file", "there", "none");
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
    const Result<std::vector<RemovedAtom>> rows = audit_.removed(last_removed_, kRowsAtOnce);
    if (!readable(rows)) return false;
    pace_.count(rows->size());
    for (const RemovedAtom& row : *rows) {
      last_removed_ = row.id;
      const std::uint32_t logged = state_.ended(row.id);
      if (logged == 0 && base_ != 0) continue;  // Its end was before the checkpoint.
      if (logged == row.version || evidence_.log_gone.contains(row.id)) continue;
      evidence_.log_gone.emplace(row.id, std::max(logged, evidence_.log_whole ? 0 : row.version));
      report("", row.id_text, "version of a removed atom", std::to_string(logged),
             std::to_string(row.version));
    }
    return rows->size() == kRowsAtOnce;
  }

  const Pipeline& pipeline_;
  Audit& audit_;
  Evidence& evidence_;
  Pace& pace_;
  std::unique_ptr<Reader> reader_;
  std::vector<FileId> checkpoint_;  ///< Files of it.
  FoldedState state_;
  std::unordered_map<std::uint32_t, std::string> broken_;  ///< By AtomId: why.
  std::map<std::uint64_t, std::string> contradictions_;    ///< By sequence: the first of it.
  std::vector<LoggedTransaction> commits_;
  std::uint64_t base_ = 0;  ///< The first commit of a compacted log; 0: of one that is whole.
  // Where each phase stands.
  std::int64_t last_event_ = 0, found_ = 0;  ///< Of the commit under way.
  Sequence last_commit_{}, after_commit_{};
  FileId after_file_{};
  AtomId last_removed_{};
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Check> log_check(const Pipeline& pipeline, Audit& audit, Evidence& evidence,
                                 Pace& pace) {
  return std::make_unique<LogCheck>(pipeline, audit, evidence, pace);
}

}  // namespace dg
