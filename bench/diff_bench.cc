#include <algorithm>
#include <cstdlib>
#include <string>

#include "bench/benchmarks.h"
#include "bench/live_service.h"
#include "bench/measure.h"

namespace dg::bench {
namespace {

constexpr std::size_t kFiles = 50;
constexpr int kRuns = 7;

void git(const std::filesystem::path& root, const std::string& command) {
  const std::string line = "git -C '" + root.string() +
                           "' -c user.name=bench -c user.email=bench@example.org " + command +
                           " >/dev/null 2>&1";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before the service's threads are there
  require(std::system(line.c_str()) == 0, "git " + command + " failed");
}

/// HEAD~1 has a function more in each of some files than HEAD and the disk.
std::size_t make_history(const Corpus& corpus) {
  const std::size_t files = std::min(kFiles, corpus.sources.size());
  const auto source = [&](std::size_t i) -> const SourceText& {
    return corpus.sources[i * corpus.sources.size() / files];
  };
  git(corpus.root, "init -q");
  for (std::size_t i = 0; i < files; ++i) {
    save(corpus.root / source(i).path,
         source(i).bytes + "\nfunction benchGone" + std::to_string(i) + "() {\n  return 1;\n}\n");
  }
  git(corpus.root, "add -A");
  git(corpus.root, "commit -q -m before");
  for (std::size_t i = 0; i < files; ++i) save(corpus.root / source(i).path, source(i).bytes);
  git(corpus.root, "commit -q -a -m after");
  return files;
}

}  // namespace

void bench_diff(const Corpus& corpus, const Options& options, Report& report) {
  const std::size_t files = make_history(corpus);
  LiveService service(corpus.root, options.threads);
  Samples differing, same;
  for (int i = 0; i < kRuns; ++i) {
    const Stopwatch watch;
    const Json answer = service.ask("diff", {{"since", "HEAD~1"}});
    differing.add(watch.ms());
    require(answer.at("summary").at("deleted") == files && answer.at("work").at("parsed") == files,
            "diff finds what the revision has more: " + answer.at("summary").dump());
  }
  for (int i = 0; i < kRuns; ++i) {
    const Stopwatch watch;
    const Json answer = service.ask("diff", {{"since", "HEAD"}});
    same.add(watch.ms());
    require(answer.at("total") == 0, "diff finds nothing where nothing differs");
  }
  report.add({corpus.name, "diff by git: files parsed", static_cast<double>(files), "", {}});
  report.add({corpus.name, "diff by git: those files differ", differing.median(), "ms", {}});
  report.add({corpus.name, "diff by git: nothing differs", same.median(), "ms", {}});
  std::filesystem::remove_all(corpus.root / ".git");
}

}  // namespace dg::bench
