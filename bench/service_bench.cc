#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/live_service.h"
#include "bench/measure.h"

namespace dg::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two saves, so that each is alone, as a person's are.
constexpr std::chrono::milliseconds kPause{25};
constexpr std::size_t kImpactDepth = 5;

std::optional<double> budget_for(const Corpus& corpus, double budget) {
  if (corpus.ten_thousand_files) return budget;
  return {};
}

void report_percentiles(const Corpus& corpus, const std::string& what, const Samples& samples,
                        std::optional<double> p50, std::optional<double> p99, Report& report) {
  report.add({corpus.name, what + ", p50", samples.percentile(50), "ms", p50});
  report.add({corpus.name, what + ", p99", samples.percentile(99), "ms", p99});
}

/// Each save adds a function to another file. It counts as visible when a snapshot with it is
/// published, and as answered when a client that asks then has the answer.
void bench_saves(LiveService& service, const Corpus& corpus, const Options& options,
                 Report& report) {
  Samples visible, answered;
  for (int i = 0; i < options.saves; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * 7919 % corpus.sources.size();
    const SourceText& source = corpus.sources[at];
    const std::string name = "benchSave" + std::to_string(i);
    const Sequence base = service.snapshot()->sequence();
    save(corpus.root / source.path,
         source.bytes + "\nfunction " + name + "(list) {\n  return list.length;\n}\n");
    const auto closed = Clock::now();
    const auto published = service.wait_after(base);
    const Json shown = service.ask("show", {{"atom", source.path + "::" + name}});
    const auto shown_at = Clock::now();
    require(shown.at("sequence").get<std::uint64_t>() > raw(base),
            "the answer after a save is older than the save");
    using Milliseconds = std::chrono::duration<double, std::milli>;
    visible.add(std::max(0.0, Milliseconds(published - closed).count()));
    answered.add(Milliseconds(shown_at - closed).count());
    std::this_thread::sleep_for(kPause);
  }
  report_percentiles(corpus, "save to visible", visible, budget_for(corpus, 5),
                     budget_for(corpus, 20), report);
  report_percentiles(corpus, "save to answer on the socket", answered, {}, {}, report);
}

/// An atom to ask for, and what the snapshot says of it without edges by name, which no answer has
/// unless they are asked for.
struct Question {
  std::string atom;
  std::string name;
  std::size_t callers = 0;
  std::size_t others = 0;  ///< Callers without itself: what `impact` must at least reach.
};

/// So many atoms that have callers, evenly over the project.
std::vector<Question> questions_of(const Snapshot& snapshot, std::size_t wanted) {
  std::vector<Question> all;
  for (std::uint32_t id = 1; id < snapshot.atom_id_bound(); ++id) {
    const AtomRef atom = snapshot.atom(AtomId{id});
    if (!atom) continue;
    Question question{atom_id_text(*atom.file, atom.index), std::string(atom.name()), 0, 0};
    for (const InEdge& edge : snapshot.incoming(AtomId{id})) {
      if (edge.relation != Relation::calls || edge.confidence == Confidence::name) continue;
      ++question.callers;
      if (edge.source != AtomId{id}) ++question.others;
    }
    if (question.callers > 0) all.push_back(std::move(question));
  }
  require(!all.empty(), "no atom of the project is called");
  std::vector<Question> chosen;
  for (std::size_t i = 0; i < std::min(wanted, all.size()); ++i)
    chosen.push_back(all[i * all.size() / std::min(wanted, all.size())]);
  return chosen;
}

/// Times one kind of question; `check` looks at each answer after its time is taken.
template <typename Ask, typename Check>
Samples timed_questions(const std::vector<Question>& questions, const Ask& ask,
                        const Check& check) {
  Samples samples;
  for (const Question& question : questions) {
    const Stopwatch watch;
    const Json answer = ask(question);
    samples.add(watch.ms());
    require(check(question, answer), question.atom + ": wrong answer: " + answer.dump());
  }
  return samples;
}

void bench_questions(LiveService& service, const Corpus& corpus, const Options& options,
                     Report& report) {
  const std::vector<Question> questions =
      questions_of(*service.snapshot(), static_cast<std::size_t>(options.queries));
  const Samples show = timed_questions(
      questions,
      [&](const Question& q) {
        return service.ask("show", {{"atom", q.atom}});
      },
      [](const Question& q, const Json& answer) { return answer.at("atom").at("id") == q.atom; });
  const Samples callers = timed_questions(
      questions,
      [&](const Question& q) {
        return service.ask("callers", {{"atom", q.atom}, {"relations", "calls"}});
      },
      [](const Question& q, const Json& answer) {
        return answer.at("total").get<std::size_t>() == q.callers;
      });
  const Samples impact = timed_questions(
      questions,
      [&](const Question& q) {
        return service.ask("impact", {{"atom", q.atom}, {"depth", kImpactDepth}});
      },
      [](const Question& q, const Json& answer) {
        return answer.at("total").get<std::size_t>() >= q.others;
      });
  const Samples find = timed_questions(
      questions,
      [&](const Question& q) {
        return service.ask("find", {{"text", q.name}});
      },
      [](const Question& q, const Json& answer) {
        return answer.at("items").at(0).at("atom").at("name") == q.name;
      });
  report_percentiles(corpus, "show on the socket", show, {}, 1, report);
  report_percentiles(corpus, "callers on the socket", callers, {}, 1, report);
  report_percentiles(corpus, "impact, 5 levels", impact, {}, 10, report);
  report_percentiles(corpus, "find by name or text", find, {}, 5, report);
}

}  // namespace

void bench_service(const Corpus& corpus, const Options& options, Report& report) {
  LiveService service(corpus.root, options.threads);
  bench_questions(service, corpus, options, report);
  bench_saves(service, corpus, options, report);
}

}  // namespace dg::bench
