#include "daemon/ingest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>
#include <unordered_set>

#include "daemon/parse_source.h"

namespace dg {
namespace {

using Clock = std::chrono::steady_clock;

/// Bytes over this are not even read; below it the parser decides what is too large.
constexpr std::uint64_t kReadLimit = std::uint64_t{64} << 20;
/// A file whose mtime is not older than this before the stat may have been written again within the
/// same clock tick (git's "racily clean" rule): its bytes are compared.
constexpr std::int64_t kRacyNs = 2'000'000'000;

constexpr int kLooksAtEmptied = 5;
constexpr std::chrono::milliseconds kPauseAtEmptied{10};

bool emptied(const Result<std::optional<FileBytes>>& read, const FileVersionPtr& known) {
  return read && read->has_value() && (*read)->stat.size == 0 && known != nullptr &&
         known->size != 0;
}

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool below(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace

struct Ingest::Slot {
  enum class Kind { unchanged, touched, changed, removed, trouble } kind = Kind::unchanged;
  SourceChange source;
  FileStat stat;
  std::string reason;
  bool read = false, parsed = false, from_cache = false;
  double read_ms = 0, parse_ms = 0;
};

Ingest::Ingest(std::filesystem::path root, ParseOptions options, unsigned threads,
               std::function<bool()> stopping)
    : root_(std::move(root)), options_(options), stopping_(std::move(stopping)) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) parsers_.emplace_back(options);
}

bool Ingest::unchanged_by_stat(const Candidate& candidate) const {
  if (candidate.known == nullptr || candidate.seen != Candidate::Seen::listed) return false;
  std::int64_t mtime = candidate.known->mtime_ns;
  std::uint64_t size = candidate.known->size;
  if (const auto it = touched_.find(candidate.path); it != touched_.end()) {
    mtime = it->second.mtime_ns;
    size = it->second.size;
  }
  const bool racy = candidate.stat.mtime_ns > wall_ns() - kRacyNs;
  return !racy && mtime == candidate.stat.mtime_ns && size == candidate.stat.size;
}

std::vector<Ingest::Candidate> Ingest::candidates(const SnapshotPtr& base, const Listing& listing,
                                                  const Distrust& distrust,
                                                  std::vector<std::string>& configs) {
  std::vector<Candidate> list;
  std::unordered_set<std::string_view> listed;
  listed.reserve(listing.sources.size());
  for (const FileStat& stat : listing.sources) {
    listed.insert(stat.path);
    Candidate candidate{stat.path, base->file_at(stat.path), Candidate::Seen::listed, stat};
    if (distrust.of(stat.path) || !unchanged_by_stat(candidate))
      list.push_back(std::move(candidate));
  }
  // A file below a folder that could not be listed is not known to be gone.
  const auto hidden = [&](std::string_view path) {
    return std::any_of(listing.troubles.begin(), listing.troubles.end(),
                       [&](const Listing::Trouble& trouble) {
                         return path == trouble.path || below(path, trouble.path);
                       });
  };
  for (const FileVersionPtr& file : base->files()) {
    if (!listed.contains(file->path) && !hidden(file->path))
      list.push_back({file->path, file, Candidate::Seen::not_listed, {}});
  }
  for (const FileStat& stat : listing.configs) configs.push_back(stat.path);
  for (const ConfigFile& config : base->configs()) configs.push_back(config.path);
  return list;
}

void Ingest::collect_folder(const SnapshotPtr& base, const std::string& folder, Ingested& result,
                            std::vector<Candidate>& list, std::vector<std::string>& configs) {
  if (!have_rules_) {
    rules_ = IgnoreRules::load(root_);
    have_rules_ = true;
  }
  const Listing listing = crawl_folder(root_, folder, rules_);
  for (const FileStat& stat : listing.sources)
    list.push_back({stat.path, base->file_at(stat.path), Candidate::Seen::listed, stat});
  for (const FileStat& stat : listing.configs) configs.push_back(stat.path);
  result.troubles.insert(result.troubles.end(), listing.troubles.begin(), listing.troubles.end());
  for (const FileVersionPtr& file : base->files()) {
    if (below(file->path, folder))
      list.push_back({file->path, file, Candidate::Seen::not_listed, {}});
  }
  for (const ConfigFile& config : base->configs()) {
    if (below(config.path, folder)) configs.push_back(config.path);
  }
}

Ingest::Slot Ingest::ingest_one(const Candidate& candidate, Parser& parser, Store& store,
                                bool distrust, bool use_cache) {
  Slot slot;
  if (candidate.seen == Candidate::Seen::not_listed) {
    // Gone, or ignored now: what is on disk at that path is none of the project's.
    slot.kind = Slot::Kind::removed;
    slot.source.path = candidate.path;
    return slot;
  }
  const auto read_start = Clock::now();
  Result<std::optional<FileBytes>> read = read_file(root_, candidate.path, kReadLimit);
  // The next save may just have truncated the file: an emptied one has to stay so for a while
  // before all its atoms count as gone (RELIABILITY R-14).
  for (int looks = 0; looks < kLooksAtEmptied && emptied(read, candidate.known); ++looks) {
    std::this_thread::sleep_for(kPauseAtEmptied);
    read = read_file(root_, candidate.path, kReadLimit);
  }
  slot.read = true;
  slot.read_ms = since_ms(read_start);
  if (!read) {
    slot.kind = Slot::Kind::trouble;
    slot.reason = read.error().reason;
    return slot;
  }
  if (!read->has_value()) {
    slot.kind = candidate.known == nullptr ? Slot::Kind::unchanged : Slot::Kind::removed;
    slot.source.path = candidate.path;
    return slot;
  }
  FileBytes& file = **read;
  slot.stat = file.stat;
  slot.stat.path = candidate.path;
  if (candidate.known != nullptr && candidate.known->hash == file.hash && !distrust) {
    slot.kind = Slot::Kind::touched;
    return slot;
  }
  slot.kind = Slot::Kind::changed;
  slot.source = {candidate.path, file.hash, file.stat.mtime_ns, file.stat.size, nullptr};
  const auto parse_start = Clock::now();
  if (use_cache && !distrust) {
    const std::lock_guard guard(store_mutex_);
    slot.source.facts = store.cached_facts(file.hash, *language_of(candidate.path));
    slot.from_cache = slot.source.facts != nullptr;
  }
  if (slot.source.facts == nullptr) {
    slot.source.facts = parse_source(parser, candidate.path, file);
    slot.parsed = true;
  }
  slot.parse_ms = since_ms(parse_start);
  return slot;
}

void Ingest::read_configs(const SnapshotPtr& base, const std::vector<std::string>& paths,
                          Ingested& result) const {
  std::vector<std::string> sorted = paths;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (sorted.empty()) return;
  const std::vector<ConfigFile> known = base->configs();
  for (const std::string& path : sorted) {
    const auto old = std::find_if(known.begin(), known.end(),
                                  [&](const ConfigFile& c) { return c.path == path; });
    Result<std::optional<FileBytes>> read = read_file(root_, path, kReadLimit);
    if (!read) {
      result.troubles.push_back({path, read.error().reason});
    } else if (!read->has_value()) {
      if (old != known.end()) result.changes.configs.push_back({path, {}, true});
    } else if (old == known.end() || old->content != (*read)->bytes) {
      result.changes.configs.push_back({path, std::move((*read)->bytes), false});
    }
  }
}

bool Ingest::collect(const SnapshotPtr& base, const SettledChange& change, const Listing* listing,
                     const Distrust& distrust, Ingested& result, std::vector<Candidate>& list,
                     std::vector<std::string>& configs) {
  if (change.rescan) {
    Result<Listing> crawled = listing != nullptr ? Result<Listing>(*listing) : crawl(root_);
    if (!crawled) {
      result.troubles.push_back({"", crawled.error().reason});
      return false;
    }
    rules_ = crawled->rules;
    have_rules_ = true;
    result.troubles = crawled->troubles;
    result.ignored = crawled->ignored;
    list = candidates(base, *crawled, distrust, configs);
  }
  // A crawl of the whole tree is later than the events that named paths, and knows the rules.
  const std::vector<std::string> none;
  for (const std::string& path : change.rescan ? none : change.paths) {
    if (path.ends_with('/')) {
      collect_folder(base, path.substr(0, path.size() - 1), result, list, configs);
    } else if (is_config_name(path)) {
      configs.push_back(path);
    } else if (language_of(path)) {
      list.push_back({path, base->file_at(path), Candidate::Seen::unknown, {}});
    } else if (const char* unfit = unfit_path(path)) {
      result.troubles.push_back({path, unfit});
    }
  }
  // Of several opinions about one path, that of a crawl counts.
  const auto rank = [](const Candidate& c) {
    return c.seen == Candidate::Seen::listed ? 0 : c.seen == Candidate::Seen::not_listed ? 1 : 2;
  };
  std::sort(list.begin(), list.end(), [&](const Candidate& a, const Candidate& b) {
    return a.path != b.path ? a.path < b.path : rank(a) < rank(b);
  });
  list.erase(std::unique(list.begin(), list.end(),
                         [](const Candidate& a, const Candidate& b) { return a.path == b.path; }),
             list.end());
  return true;
}

std::vector<Ingest::Slot> Ingest::ingest_all(const std::vector<Candidate>& list, Store& store,
                                             const Distrust& distrust, bool use_cache,
                                             const std::function<void(const Progress&)>& progress) {
  std::vector<Slot> slots(list.size());
  const std::size_t threads = std::min(parsers_.size(), (list.size() + 3) / 4);
  if (threads <= 1) {
    for (std::size_t i = 0; i < list.size() && !stopping(); ++i)
      slots[i] = ingest_one(list[i], parsers_[0], store, distrust.of(list[i].path), use_cache);
    return slots;
  }
  std::atomic<std::size_t> next{0}, done{0};
  std::mutex mutex;
  std::condition_variable finished;
  std::size_t running = threads;
  std::vector<std::jthread> pool;
  for (std::size_t t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (std::size_t i = next++; i < list.size() && !stopping(); i = next++) {
        slots[i] = ingest_one(list[i], parsers_[t], store, distrust.of(list[i].path), use_cache);
        ++done;
      }
      const std::lock_guard guard(mutex);
      --running;
      finished.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  while (!finished.wait_for(lock, std::chrono::milliseconds(100), [&] { return running == 0; })) {
    if (progress) progress({"parse", done.load(), list.size()});
  }
  if (progress) progress({"parse", list.size(), list.size()});
  return slots;
}

void Ingest::take(const Candidate& candidate, Slot& slot, Ingested& result) {
  result.read += slot.read;
  result.parsed += slot.parsed;
  result.from_cache += slot.from_cache;
  result.read_ms += slot.read_ms;
  result.parse_ms += slot.parse_ms;
  switch (slot.kind) {
    case Slot::Kind::unchanged:
      break;
    case Slot::Kind::touched:
      if (candidate.known->mtime_ns != slot.stat.mtime_ns ||
          candidate.known->size != slot.stat.size) {
        touched_[candidate.path] = slot.stat;
        result.touched.push_back(candidate.path);
      }
      break;
    case Slot::Kind::changed:
    case Slot::Kind::removed:
      touched_.erase(candidate.path);
      result.changes.sources.push_back(std::move(slot.source));
      break;
    case Slot::Kind::trouble:
      result.troubles.push_back({candidate.path, slot.reason});
      break;
  }
}

Ingested Ingest::run(const SnapshotPtr& base, const SettledChange& change, Store& store,
                     const Listing* listing, const Distrust& distrust,
                     const std::function<void(const Progress&)>& progress) {
  Ingested result;
  std::vector<Candidate> list;
  std::vector<std::string> configs;
  if (!collect(base, change, listing, distrust, result, list, configs)) return result;
  const bool use_cache = raw(base->sequence()) != 0;
  std::vector<Slot> slots = ingest_all(list, store, distrust, use_cache, progress);
  result.given_up = stopping();
  if (result.given_up) return result;
  for (std::size_t i = 0; i < slots.size(); ++i) take(list[i], slots[i], result);
  for (const std::string& path : result.touched) {
    const FileStat& stat = touched_[path];
    // A failed touch costs one more comparison by content at the next start, nothing else.
    static_cast<void>(store.touch(base->file_at(path)->id, stat.mtime_ns, stat.size));
  }
  read_configs(base, configs, result);
  return result;
}

}  // namespace dg
