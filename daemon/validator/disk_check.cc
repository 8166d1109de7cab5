// Tables and disk: what is listed, then size and time, then the bytes themselves.

#include <algorithm>
#include <map>

#include "daemon/validator/validator.h"
#include "daemon/watch/crawl.h"

namespace dg {
namespace {

constexpr std::uint64_t kReadLimit = std::uint64_t{64} << 20;  ///< As the pipeline reads.

class DiskCheck final : public Check {
 public:
  DiskCheck(const Pipeline& pipeline, bool all_bytes, std::function<void()> settle,
            Evidence& evidence, Pace& pace)
      : pipeline_(pipeline),
        all_bytes_(all_bytes),
        settle_(std::move(settle)),
        evidence_(evidence),
        pace_(pace) {}

  bool step() override {
    switch (phase_) {
      case Phase::list:
        return list();
      case Phase::look:
        if (in_steps(pace_, next_, paths_.size(), [&](std::size_t i) { look(paths_[i]); }))
          return true;
        if (differing_.empty()) return false;
        next_ = 0;
        phase_ = Phase::settle;
        return true;
      case Phase::settle:
        // What differs may be a change on its way; it is looked at again when that has arrived.
        if (settle_) settle_();
        pace_.waited();
        snapshot_ = pipeline_.snapshot();
        phase_ = Phase::look_again;
        return true;
      case Phase::look_again:
        return in_steps(pace_, next_, differing_.size(),
                        [&](std::size_t i) { report(differing_[i]); });
    }
    return false;
  }

 private:
  enum class Phase { list, look, settle, look_again } phase_ = Phase::list;

  /// What is on disk for a path, as far as it was read; empty side: there is none.
  struct Sides {
    std::string disk, tables;
    const char* thing = "file";
    bool differ() const { return disk != tables; }
  };

  bool list() {
    snapshot_ = pipeline_.snapshot();
    // Folder by folder, with a mark before each.
    const Result<Listing> listing =
        crawl(pipeline_.options().root, [this](const std::string&, std::uint64_t) {
          static_cast<void>(pace_.mark_where_full(Stage::disk));
        });
    // A root that cannot be listed now says nothing about its files.
    if (!listing) return false;
    for (const FileStat& stat : listing->sources) stats_.emplace(stat.path, stat);
    const auto hidden = [&](const std::string& path) {
      return std::any_of(
          listing->troubles.begin(), listing->troubles.end(),
          [&](const Listing::Trouble& trouble) { return path.starts_with(trouble.path); });
    };
    for (const auto& [path, stat] : stats_) paths_.push_back(path);
    for (const FileVersionPtr& file : snapshot_->files()) {
      if (!stats_.contains(file->path) && !hidden(file->path)) paths_.push_back(file->path);
    }
    for (const FileStat& stat : listing->configs) paths_.push_back(stat.path);
    for (const ConfigFile& config : snapshot_->configs()) paths_.push_back(config.path);
    std::sort(paths_.begin(), paths_.end());
    paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
    phase_ = Phase::look;
    return true;
  }

  void look(const std::string& path) {
    const FileVersionPtr known = snapshot_->file_at(path);
    if (known != nullptr && known_by_log_alone(*known)) return;  // It is read anew anyway.
    const auto stat = stats_.find(path);
    const bool same = known != nullptr && stat != stats_.end() &&
                      stat->second.size == known->size && stat->second.mtime_ns == known->mtime_ns;
    if (same && !all_bytes_) return;
    if (sides_of(path).differ()) differing_.push_back(path);
  }

  Sides sides_of(const std::string& path) {
    Sides sides;
    const bool listed = stats_.contains(path) || is_config_name(path);
    Result<std::optional<FileBytes>> read = std::optional<FileBytes>();
    if (listed) read = read_file(pipeline_.options().root, path, kReadLimit);
    if (!read) return sides;  // There and unreadable: it keeps its last known state.
    ++pace_.work().read;
    if (is_config_name(path)) {
      sides.thing = "configuration file";
      if (*read) sides.disk = "there\n" + (*read)->bytes;
      for (const ConfigFile& config : snapshot_->configs()) {
        if (config.path == path) sides.tables = "there\n" + config.content;
      }
      return sides;
    }
    sides.thing = "content hash";
    if (*read) sides.disk = text_of((*read)->hash);
    if (const FileVersionPtr known = snapshot_->file_at(path)) sides.tables = text_of(known->hash);
    return sides;
  }

  static std::string text_of(const ContentHash& hash) {
    char text[40];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high),
                  static_cast<unsigned long long>(hash.low));
    return text;
  }

  void report(const std::string& path) {
    const Sides sides = sides_of(path);
    if (!sides.differ()) return;
    const auto shown = [&](const std::string& side) {
      if (side.empty()) return std::string("none");
      return is_config_name(path) ? std::to_string(side.size() - 6) + " bytes" : side;
    };
    evidence_.disk_paths.insert(path);
    evidence_.add({Stage::disk, path, "", sides.thing, "disk", shown(sides.disk), "tables",
                   shown(sides.tables)});
  }

  const Pipeline& pipeline_;
  bool all_bytes_;
  std::function<void()> settle_;
  Evidence& evidence_;
  Pace& pace_;
  SnapshotPtr snapshot_;
  std::map<std::string, FileStat> stats_;
  std::vector<std::string> paths_, differing_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Check> disk_check(const Pipeline& pipeline, bool all_bytes,
                                  const std::function<void()>& settle, Evidence& evidence,
                                  Pace& pace) {
  return std::make_unique<DiskCheck>(pipeline, all_bytes, settle, evidence, pace);
}

}  // namespace dg
