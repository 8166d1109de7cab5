// No call site is silently missing: on real packages each is an edge or has a reason.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "graph/queries/stats.h"
#include "graph/snapshot.h"
#include "parser/parse.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

SnapshotPtr snapshot_of(const fs::path& root) {
  ChangeSet changes;
  Parser parser;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    if (!entry.is_regular_file() || !language_of(path)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    SourceChange source;
    source.path = path;
    source.hash = {0, changes.sources.size() + 1};
    source.facts = std::make_shared<const FileFacts>(parser.parse(path, bytes));
    changes.sources.push_back(std::move(source));
  }
  return advance(empty_snapshot(), std::move(changes)).next;
}

bool is_call(ReferenceKind kind) {
  return kind == ReferenceKind::call || kind == ReferenceKind::construct ||
         kind == ReferenceKind::tagged || kind == ReferenceKind::jsx ||
         kind == ReferenceKind::decorator;
}

/// Positions of call sites that neither an edge nor an open reference stands for, seen from the
/// links and not by way of call_sites_of.
std::string unaccounted(const FileVersion& file) {
  const FileFacts& facts = *file.facts;
  std::set<std::uint32_t> known;
  const auto add = [&](AtomIndex source, Range sites) {
    const Range own = facts.atoms[raw(source)].references;
    for (std::uint32_t s = sites.begin; s < sites.begin + sites.count; ++s) {
      if (file.links->sites[s].ordinal < own.count) {
        known.insert(own.begin + file.links->sites[s].ordinal);
      }
    }
  };
  for (const Edge& edge : file.links->edges) add(edge.source, edge.sites);
  for (const OpenReference& open : file.links->open) add(open.source, open.sites);
  std::string places;
  for (std::uint32_t r = 0; r < facts.references.size(); ++r) {
    if (!is_call(facts.references[r].kind) || known.contains(r)) continue;
    places += " " + file.path + ":" + std::to_string(facts.references[r].at.line);
  }
  return places;
}

class CallSitesTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CallSitesTest, EachIsAnEdgeOrHasAReason) {
  const fs::path root = fs::path(DELTAGRAPH_SOURCE_DIR) / "bench/corpora/node_modules" / GetParam();
  ASSERT_TRUE(fs::exists(root)) << "bench/corpora is not installed: run ./dev test";
  const SnapshotPtr snapshot = snapshot_of(root);
  std::uint64_t in_facts = 0;
  std::string missing;
  for (const FileVersionPtr& file : snapshot->files()) {
    for (const Reference& reference : file->facts->references) in_facts += is_call(reference.kind);
    missing += unaccounted(*file);
  }
  EXPECT_EQ(missing, "");
  const CallSites sites = call_sites_of(*snapshot);
  EXPECT_GT(in_facts, 1000u);
  EXPECT_EQ(sites.total, in_facts);
  EXPECT_EQ(sites.missing, 0u);
  const std::uint64_t edges =
      std::accumulate(sites.edges.begin(), sites.edges.end(), std::uint64_t{0});
  const std::uint64_t open =
      std::accumulate(sites.open.begin(), sites.open.end(), std::uint64_t{0});
  EXPECT_EQ(edges + open, in_facts);
  const std::uint64_t external =
      std::accumulate(sites.packages.begin(), sites.packages.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& package) { return sum + package.second; });
  EXPECT_EQ(external, sites.open[static_cast<std::size_t>(OpenReason::external)]);
  EXPECT_FALSE(sites.packages.contains("")) << "an external site names its package";
}

INSTANTIATE_TEST_SUITE_P(Packages, CallSitesTest, ::testing::Values("eslint/lib", "rxjs/src"));

}  // namespace
}  // namespace dg
