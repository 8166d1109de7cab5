#include "daemon/replay.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "daemon/replay_tables.h"
#include "events/digest.h"
#include "events/json_text.h"
#include "events/replay.h"
#include "storage/history/history.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

/// Ends the walk without being a failure of the world: what is wrong is in the report.
Error parted() {
  return {ErrorKind::conflict, "log", "parts from the state", ""};
}

class Replay {
 public:
  Replay(const std::filesystem::path& database, bool verify,
         const std::function<void(std::size_t, std::size_t)>& progress)
      : database_(database), verify_(verify), progress_(progress) {}

  Result<ReplayReport> run() {
    const auto begun = Clock::now();
    Result<std::unique_ptr<Reader>> reader = open_reader(database_);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    const Result<History::Extent> extent = reader_->history().extent();
    if (!extent) return extent.error();
    report_.first = extent->first;
    Result<std::vector<LogLoss>> known = reader_->history().losses();
    if (!known) return known.error();
    known_ = *std::move(known);
    if (extent->compacted) {
      if (Result<> based = begin_at(extent->first); !based) return based.error();
    }
    if (Result<> folded = fold(extent->last); !folded) return folded.error();
    if (verify_ && !report_.broken) {
      if (Result<> linked = check_chain(); !linked) return linked.error();
    }
    if (verify_ && !report_.broken) {
      if (Result<> compared = compare(); !compared) return compared.error();
    }
    report_.fold_ms = ms_since(begun) - report_.verify_ms;
    return std::move(report_);
  }

 private:
  /// The rows are those that were committed: an edit may leave a log that folds as well.
  Result<> check_chain() {
    const auto begun = Clock::now();
    const Result<ChainCheck> chain = reader_->verify_chain();
    if (!chain) return chain.error();
    for (const ChainBreak& each : chain->breaks) {
      if (is_known(each.sequence)) continue;
      report_.broken = each.sequence;
      report_.reason = each.reason;
      break;
    }
    report_.verify_ms += ms_since(begun);
    return Ok{};
  }

  /// What a compacted log begins with: checkpoints of all files at its first commit.
  Result<> begin_at(Sequence first) {
    History& history = reader_->history();
    const Result<std::vector<FileId>> files = history.files_changed(Sequence{0}, first);
    if (!files) return files.error();
    Result<std::vector<FileState>> states = history.files_at(first, *files);
    if (!states) return states.error();
    const Result<std::vector<History::Transaction>> commit =
        history.transactions(first, first, false, 1);
    if (!commit) return commit.error();
    folded_.begins_later();
    for (FileState& state : *states) {
      touched_.push_back({state.id, state.path});
      folded_.add(std::move(state));
    }
    report_.last = first;
    return check_commit(commit->front());
  }

  Result<> fold(Sequence last) {
    History::Walk walk;
    walk.event = [this](const Event& event) -> Result<> {
      ++report_.events;
      return apply(event);
    };
    walk.hole = [this](const History::Hole& hole) -> Result<> {
      if (!is_known(hole.sequence)) return broken(hole.sequence, "the log lacks " + hole.what);
      unsure_ = true;
      if (hole.atom != kNoAtom) contradictory_.insert(raw(hole.atom));
      if (hole.file != kNoFile) folded_.remove_file(hole.file);
      return Ok{};
    };
    walk.file = [this](const History::FileRow& row) -> Result<> {
      take(row);
      return Ok{};
    };
    walk.transaction = [this, last](const History::Transaction& commit) -> Result<> {
      ++report_.commits;
      report_.last = commit.sequence;
      if (progress_) progress_(raw(commit.sequence), raw(last));
      return check_commit(commit);
    };
    Result<> walked = reader_->history().walk(report_.last, last, walk);
    return report_.broken ? Result<>(Ok{}) : walked;
  }

  /// An atom whose events contradict each other is left alone until the log says all of it again.
  Result<> apply(const Event& event) {
    if (is_known(event.sequence)) unsure_ = true;
    if (event.operation == Operation::reconcile) contradictory_.erase(raw(event.atom));
    if (contradictory_.contains(raw(event.atom))) return Ok{};
    const auto wrong = folded_.apply(event);
    if (!wrong) return Ok{};
    if (!unsure_) return broken(event.sequence, *wrong);
    contradictory_.insert(raw(event.atom));
    return Ok{};
  }

  /// Whether something of this commit is noted as lost; then it is told in the report.
  bool is_known(Sequence sequence) {
    const auto of = [sequence](const LogLoss& loss) { return loss.sequence == sequence; };
    const auto known = std::find_if(known_.begin(), known_.end(), of);
    if (known == known_.end()) return false;
    if (std::none_of(report_.lost.begin(), report_.lost.end(), of)) report_.lost.push_back(*known);
    return true;
  }

  void take(const History::FileRow& row) {
    touched_.push_back({row.id, row.path});
    if (row.removed) return folded_.remove_file(row.id);
    std::string path;
    append_utf8(path, row.path);
    folded_.set_file(row.id, {std::move(path), row.hash, row.places});
  }

  Result<> broken(Sequence at, std::string reason) {
    report_.broken = at;
    report_.reason = std::move(reason);
    return parted();
  }

  /// The digest after a commit follows from that before it and the files that the commit wrote.
  Result<> check_commit(const History::Transaction& commit) {
    if (!verify_) {
      touched_.clear();
      return Ok{};
    }
    const auto begun = Clock::now();
    for (const auto& [id, path] : touched_) {
      std::uint64_t& digest = digests_[raw(id)];
      digest_ -= digest;
      digest = 0;
      if (folded_.file(id) == nullptr) continue;
      const std::optional<FileState> state = folded_.file_state(id, path);
      const FileVersionPtr file = state ? file_version_of(*state) : nullptr;
      if (file == nullptr && unsure_) continue;
      if (file == nullptr) return broken(commit.sequence, path + " is not whole in the log");
      digest = file_digest(*file);
      digest_ += digest;
    }
    touched_.clear();
    report_.verify_ms += ms_since(begun);
    if (digest_ == commit.graph_digest) {
      ++report_.digests;
      unsure_ = unsure_ && !contradictory_.empty();
      return Ok{};
    }
    if (unsure_ || is_known(commit.sequence)) {
      unsure_ = true;
      ++report_.unsure;
      return Ok{};
    }
    return broken(commit.sequence, "the graph that the log gives has another digest");
  }

  /// The stored project may have gone on meanwhile: the fold follows it.
  Result<> compare() {
    const auto begun = Clock::now();
    const double before = report_.verify_ms;
    const Result<StoredProject> stored = load_project(database_);
    if (!stored) return stored.error();
    if (stored->sequence > report_.last) {
      if (Result<> folded = fold(stored->sequence); !folded) return folded;
      if (report_.broken) return Ok{};
    }
    report_.reason = folded_.difference(FoldedState::of(stored->files));
    if (report_.reason.empty()) {
      Result<std::string> tables =
          tables_difference(*reader_, folded_, raw(stored->next_atom), report_.rows);
      if (!tables) return tables.error();
      report_.reason = std::move(*tables);
    }
    if (!report_.reason.empty() && !moved_on()) report_.broken = report_.last;
    report_.verify_ms = before + ms_since(begun);
    return Ok{};
  }

  /// Whether a service committed while the tables were read: then their rows are later ones.
  bool moved_on() {
    const Result<History::Extent> extent = reader_->history().extent();
    if (!extent || extent->last == report_.last) return false;
    report_.reason = "the tables were not compared: the service committed meanwhile";
    return true;
  }

  const std::filesystem::path& database_;
  const bool verify_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  std::unique_ptr<Reader> reader_;
  FoldedState folded_;
  std::vector<LogLoss> known_;  ///< What the log has lost.
  bool unsure_ = false;         ///< Since one of these, and until it is made up for.
  std::unordered_set<std::uint32_t> contradictory_;           ///< Atoms that are left alone.
  std::vector<std::pair<FileId, std::string>> touched_;       ///< By the commit under way.
  std::unordered_map<std::uint32_t, std::uint64_t> digests_;  ///< By FileId.
  std::uint64_t digest_ = 0;
  ReplayReport report_;
};

}  // namespace

Result<ReplayReport> replay_log(const std::filesystem::path& database, bool verify,
                                const std::function<void(std::size_t, std::size_t)>& progress) {
  return Replay(database, verify, progress).run();
}

}  // namespace dg
