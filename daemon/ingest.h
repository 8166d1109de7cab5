#pragma once
/// \file
/// Ingest: the first half of the pipeline. From paths that may have changed to the sources and
/// configuration files that really did, parsed.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/watch/crawl.h"
#include "graph/snapshot.h"
#include "parser/parse.h"
#include "storage/store.h"

namespace dg {

/// What reading and parsing gave.
struct Ingested {
  ChangeSet changes;
  std::vector<std::string> touched;  ///< Same bytes, other mtime.
  std::vector<Listing::Trouble> troubles;
  Listing::Ignored ignored;  ///< Of a crawl of the whole tree.
  bool given_up = false;     ///< `stopping` said so: it is not all, and nothing may be made of it.
  std::uint32_t read = 0, parsed = 0, from_cache = 0;
  double read_ms = 0, parse_ms = 0;  ///< Summed over threads, as CPU-bound stages are compared.
};

/// What is parsed and linked anew though its bytes are known.
struct Distrust {
  bool all = false;  ///< The extractor changed.
  const std::set<std::string, std::less<>>& paths;
  bool of(const std::string& path) const { return all || paths.contains(path); }
};

/// Owns one Parser per thread. One thread calls run() at a time; it uses the others itself.
class Ingest {
 public:
  /// `stopping`: see PipelineOptions.
  Ingest(std::filesystem::path root, ParseOptions options, unsigned threads,
         std::function<bool()> stopping);

  /// Compares with `base` by size and mtime, then by content hash; where facts are distrusted,
  /// neither counts. Files that cannot be read become troubles and keep their last known state.
  Ingested run(const SnapshotPtr& base, const SettledChange& change, Store& store,
               const Listing* listing, const Distrust& distrust,
               const std::function<void(const Progress&)>& progress);

 private:
  struct Candidate {
    std::string path;
    FileVersionPtr known;  ///< In `base`; null: new.
    enum class Seen : std::uint8_t {
      unknown,
      listed,
      not_listed
    } seen = Seen::unknown;  ///< By a crawl.
    FileStat stat;           ///< Valid where listed.
  };
  struct Slot;

  std::vector<Candidate> candidates(const SnapshotPtr& base, const Listing& listing,
                                    const Distrust& distrust, std::vector<std::string>& configs);
  void collect_folder(const SnapshotPtr& base, const std::string& folder, Ingested& result,
                      std::vector<Candidate>& list, std::vector<std::string>& configs);
  /// What the change is about: each path once, in order. False: the root itself cannot be listed
  /// now (unmounted, permissions), so that nothing is known to be gone.
  bool collect(const SnapshotPtr& base, const SettledChange& change, const Listing* listing,
               const Distrust& distrust, Ingested& result, std::vector<Candidate>& list,
               std::vector<std::string>& configs);
  bool unchanged_by_stat(const Candidate& candidate) const;
  Slot ingest_one(const Candidate& candidate, Parser& parser, Store& store, bool distrust,
                  bool use_cache);
  /// A slot for each candidate, by as many threads as there are parsers and work for them.
  std::vector<Slot> ingest_all(const std::vector<Candidate>& list, Store& store,
                               const Distrust& distrust, bool use_cache,
                               const std::function<void(const Progress&)>& progress);
  void take(const Candidate& candidate, Slot& slot, Ingested& result);
  void read_configs(const SnapshotPtr& base, const std::vector<std::string>& paths,
                    Ingested& result) const;

  bool stopping() const { return stopping_ && stopping_(); }

  std::filesystem::path root_;
  ParseOptions options_;
  std::function<bool()> stopping_;
  std::vector<Parser> parsers_;
  std::mutex store_mutex_;  ///< Guards the store while several threads ingest.
  /// Size and mtime seen last for files whose bytes did not change; the snapshot keeps the older
  /// ones.
  std::map<std::string, FileStat, std::less<>> touched_;
  IgnoreRules rules_;
  bool have_rules_ = false;
};

}  // namespace dg
