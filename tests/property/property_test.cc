// Invariant 2 under random edits: after every edit the incremental state equals that of a fresh
// index, byte for byte. Seeds are printed; a failure prints the shortest list of edits found that
// still fails. DELTAGRAPH_SEED and DELTAGRAPH_EDITS repeat or prolong a run.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>

#include "daemon/pipeline.h"
#include "tests/support/invariants.h"
#include "tests/support/random_edits.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

/// What is compared after each edit: from disk (slow, parses anew) or from the same facts.
using Check = std::function<std::string(const Pipeline&)>;

void write_touched(const TempProject& project, const Sources& sources,
                   const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const auto file = sources.files().find(path);
    if (file == sources.files().end()) {
      project.remove(path);
    } else {
      project.write(path, file->second);
    }
  }
}

/// Runs the edits on a real folder. Answers the first difference, with the edits up to it. What the
/// edits did to the graph is added to `work`.
std::string run(Sources sources, const std::vector<Edit>& edits, const Check& check,
                DeltaCounts& work) {
  const TempProject project;
  std::vector<std::string> all;
  for (const auto& [path, text] : sources.files()) all.push_back(path);
  write_touched(project, sources, all);
  PipelineOptions options;
  options.root = project.root();
  options.threads = 2;
  Result<std::unique_ptr<Pipeline>> opened = Pipeline::open(options);
  if (!opened) return opened.error().message();
  Pipeline& pipeline = **opened;
  SettledChange first;
  first.rescan = true;
  if (const auto outcome = pipeline.apply(first); !outcome) return outcome.error().message();
  std::string story;
  for (const Edit& edit : edits) {
    const Sources::Done done = sources.apply(edit);
    story += "  " + done.what + "\n";
    write_touched(project, sources, done.touched);
    SettledChange change;
    change.paths = done.touched;
    const Result<Outcome> outcome = pipeline.apply(change);
    if (!outcome) return story + outcome.error().message();
    const DeltaCounts counts = count(outcome->delta);
    work.relations_gained += counts.relations_gained;
    work.relations_lost += counts.relations_lost;
    work.files += counts.files;
    for (const std::string& finding : {check(pipeline), order_violation(outcome->delta),
                                       graph_violation(*pipeline.snapshot())}) {
      if (!finding.empty()) return story + finding;
    }
  }
  const std::string end = first_violation(pipeline);
  return end.empty() ? end : story + end;
}

/// Leaves out what is not needed for a failure, larger parts first (delta debugging; Zeller &
/// Hildebrandt 2002), in at most `runs` runs.
std::vector<Edit> shortened(const Sources& sources, std::vector<Edit> edits, const Check& check,
                            int runs) {
  for (std::size_t part = edits.size() / 2; part > 0; part /= 2) {
    for (std::size_t at = 0; at + part <= edits.size() && runs > 0; --runs) {
      std::vector<Edit> fewer = edits;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                  fewer.begin() + static_cast<std::ptrdiff_t>(at + part));
      DeltaCounts ignored;
      if (run(sources, fewer, check, ignored).empty()) {
        at += part;
      } else {
        edits = std::move(fewer);
      }
    }
  }
  return edits;
}

std::size_t number_of(const char* variable, std::size_t otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

void check_edits(const Sources& sources, std::uint64_t seed, std::size_t count, const Check& check,
                 int shortening_runs) {
  const std::vector<Edit> edits = random_edits(seed, number_of("DELTAGRAPH_EDITS", count));
  DeltaCounts work;
  const std::string finding = run(sources, edits, check, work);
  std::cout << "seed " << seed << ", " << edits.size() << " edits of " << sources.files().size()
            << " files: " << work.files << " file changes, +" << work.relations_gained << " -"
            << work.relations_lost << " relations\n";
  EXPECT_GT(work.relations_gained + work.relations_lost, edits.size())
      << "the edits hardly touch the graph";
  if (finding.empty()) return;
  const std::vector<Edit> few = shortened(sources, edits, check, shortening_runs);
  ADD_FAILURE() << "seed " << seed << ": " << few.size() << " of " << edits.size()
                << " edits still fail:\n"
                << run(sources, few, check, work);
}

/// Files of a published package, so that edits meet real code.
Sources package(const std::string& folder, std::size_t limit, std::size_t max_bytes) {
  const std::filesystem::path root =
      std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "bench/corpora/node_modules" / folder;
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, error)) {
    const std::string name = entry.path().extension().string();
    const bool source = name == ".js" || name == ".ts";
    if (entry.is_regular_file() && source && entry.file_size() <= max_bytes) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  if (paths.size() > limit) paths.resize(limit);
  Sources sources;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    sources.set(path.lexically_relative(root).generic_string(),
                {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  }
  return sources;
}

std::string relinked(const Pipeline& pipeline) {
  return relink_difference(*pipeline.snapshot());
}

class GeneratedSources : public testing::TestWithParam<std::uint64_t> {};

TEST_P(GeneratedSources, Invariant2_EqualARebuildAfterEveryEdit) {
  check_edits(small_project(), GetParam(), 40, rebuild_difference, 60);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GeneratedSources, testing::Values(1, 2, 3, 4));

class TypedSources : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TypedSources, EqualARebuildAfterEveryEdit) {
  check_edits(typed_project(), GetParam(), 40, rebuild_difference, 60);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TypedSources, testing::Values(21, 22, 23, 24));

TEST(TypedSourcesOfANewSeed, EqualAFreshLinkAfterEveryEdit) {
  const std::uint64_t seed = number_of("DELTAGRAPH_SEED", std::random_device()());
  check_edits(typed_project(), seed, 160, relinked, 100);
}

TEST(GeneratedSourcesOfANewSeed, EqualAFreshLinkAfterEveryEdit) {
  const std::uint64_t seed = number_of("DELTAGRAPH_SEED", std::random_device()());
  check_edits(small_project(), seed, 120, relinked, 100);
}

TEST(RealPackage, Invariant2_CommonJsEqualsAFreshLinkAfterEveryEdit) {
  const Sources sources = package("eslint/lib", 80, 24'000);
  ASSERT_GE(sources.files().size(), 60u) << "bench/corpora is not installed: run ./dev test";
  check_edits(sources, number_of("DELTAGRAPH_SEED", 7), 30, relinked, 20);
}

TEST(RealPackage, Invariant2_TypeScriptEqualsAFreshLinkAfterEveryEdit) {
  const Sources sources = package("rxjs/src/internal", 120, 16'000);
  ASSERT_GE(sources.files().size(), 100u) << "bench/corpora is not installed: run ./dev test";
  check_edits(sources, number_of("DELTAGRAPH_SEED", 11), 30, relinked, 20);
}

}  // namespace
}  // namespace dg
