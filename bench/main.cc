/// \file
/// deltagraph_bench: measures the whole product against the budgets of DESIGN §7 (`./dev bench`).

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/corpus.h"
#include "bench/generate.h"
#include "bench/measure.h"

namespace {

namespace fs = std::filesystem;
using namespace dg::bench;  // NOLINT(google-build-using-namespace): this file is nothing but their
                            // caller.

struct Arguments {
  bool quick = false;
  std::string corpus;   ///< Only this folder; a child's project.
  std::string corpora;  ///< Folder with the pinned packages.
  std::string json;
  std::string only;  ///< One group of measurements; empty: all.
  std::string child, atom;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
};

void measure(const Corpus& corpus, const Options& options, Report& report,
             const std::string& only) {
  std::fprintf(stderr, "%s\n", corpus.name.c_str());
  if (only == "history") return bench_history(corpus, options, report);
  const ParseResult parsed = bench_parse(corpus, options, report);
  bench_index(corpus, parsed, options, report);
  bench_diff(corpus, options, report);
  bench_storage(corpus, options, report);
  bench_service(corpus, options, report);
  bench_history(corpus, options, report);
}

Corpus generated(const fs::path& root, bool quick) {
  ProjectShape shape;
  if (quick) shape.files = 1000;
  generate_project(root, shape);
  Corpus corpus = read_corpus("generated " + std::to_string(shape.files), root);
  corpus.ten_thousand_files = shape.files == 10'000;
  return corpus;
}

void run(const Arguments& arguments) {
  Options options;
  options.threads = arguments.threads;
  if (arguments.quick) {
    options.cold_runs = 1;
    options.saves = 50;
    options.queries = 200;
    options.history_commits = 500;
  }
  const WorkFolder work;
  Report report;
  if (!arguments.corpus.empty()) {
    const fs::path from = fs::canonical(arguments.corpus);
    measure(copy_corpus(from.filename().string(), from, work.path() / "corpus"), options, report,
            arguments.only);
  } else if (arguments.only == "schema") {
    bench_schema(work.path() / "schema", options, report);
  } else {
    for (const char* name : {"eslint", "webpack"}) {
      const fs::path from = fs::path(arguments.corpora) / name;
      measure(copy_corpus(name, from, work.path() / name), options, report, arguments.only);
    }
    measure(generated(work.path() / "generated", arguments.quick), options, report, arguments.only);
    if (arguments.only.empty()) bench_schema(work.path() / "schema", options, report);
  }
  report.print_table(stdout);
  if (!arguments.json.empty()) save(arguments.json, report.to_json().dump(2) + "\n");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Measures deltagraph against its budgets"};
  app.add_flag("--quick", arguments.quick,
               "Fewer repetitions and a tenth of the generated project");
  app.add_option("--corpus", arguments.corpus, "Measure a copy of this folder only");
  app.add_option("--only", arguments.only, "Only this group of measurements: history or schema")
      ->check(CLI::IsMember({"history", "schema"}));
  app.add_option("--json", arguments.json, "Also write the figures to this file");
  app.add_option("--threads", arguments.threads, "Threads for parsing and linking");
  app.add_option("--corpora", arguments.corpora, "Where the pinned packages are")->group("");
  app.add_option("--child", arguments.child)->group("");
  app.add_option("--atom", arguments.atom)->group("");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!arguments.child.empty())
      return child_main({arguments.child, arguments.corpus, arguments.threads, arguments.atom});
    run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "deltagraph_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
