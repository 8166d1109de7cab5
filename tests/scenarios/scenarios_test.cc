// Runs every tests/scenarios/*.scn (format: tests/support/scenario.h) on a real folder with a real
// database, in several ways. After each step it checks the invariants of DESIGN §3, unasked.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/protocol/client.h"
#include "daemon/requests/time_travel.h"
#include "daemon/service.h"
#include "daemon/validator/run.h"
#include "tests/support/invariants.h"
#include "tests/support/past.h"
#include "tests/support/scenario.h"
#include "tests/support/scenario_edits.h"
#include "tests/support/scenario_questions.h"

namespace dg {
namespace {

enum class Mode { plain, restart, threads, crash, socket };

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::plain:
      return "plain";
    case Mode::restart:
      return "restart";
    case Mode::threads:
      return "threads";
    case Mode::crash:
      return "crash";
    case Mode::socket:
      return "socket";
  }
  return "";
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  const std::filesystem::path folder =
      std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "tests/scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".scn") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

/// What the run modes share: the scenario, its folder, comparing answers.
class ScenarioRun {
 public:
  explicit ScenarioRun(const std::string& name)
      : scenario_(read_scenario(std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "tests/scenarios" /
                                (name + ".scn"))) {}

  const std::vector<Step>& steps() const { return scenario_.steps; }

  PipelineOptions options(unsigned threads) const {
    PipelineOptions options;
    options.root = project_.root();
    options.threads = threads;
    return options;
  }

  /// Makes the step's edits on disk.
  SettledChange edit(const Step& step) {
    SettledChange change;
    if (&step == &scenario_.steps.front()) {
      change.rescan = true;
      change.cause = Cause::initial_scan;
    }
    for (const Command& edit : step.edits) make_edit(project_, edit, change);
    settle(change);
    return change;
  }

  /// Notes the state after a step, asks the step's questions.
  void ask(const Step& step, Asked asked) {
    const SnapshotPtr snapshot = asked.pipeline.snapshot();
    witness_.note(*snapshot);
    step_ends_.push_back(snapshot->sequence());
    asked.step_ends = step_ends_;
    for (const Command& question : step.questions) {
      if (asked.outcome == nullptr && needs_outcome(question.verb)) continue;
      const std::vector<std::string> lines = answer(asked, question);
      if (lines == question.body) continue;
      if (update_) {
        answers_.emplace_back(question.line, lines);
      } else {
        ADD_FAILURE_AT(scenario_.path.c_str(), static_cast<int>(question.line))
            << "step '" << step.name << "': " << question.verb << " " << question.rest
            << "\nexpected\n"
            << text_of(question.body) << "is\n"
            << text_of(lines);
      }
    }
  }

  /// After the last step: history gives every state that was noted, byte for byte.
  void check_past(const Pipeline& pipeline) const { EXPECT_EQ(witness_.difference(pipeline), ""); }

  void allow_update() { update_ = std::getenv("UPDATE_EXPECT") != nullptr; }
  void write_updates() const {
    if (!answers_.empty()) rewrite_answers(scenario_, answers_);
  }

 private:
  TempProject project_;
  Scenario scenario_;
  PastWitness witness_;
  std::vector<Sequence> step_ends_;
  bool update_ = false;
  std::vector<std::pair<std::size_t, std::vector<std::string>>> answers_;
};

/// Answers requests in this process, as the command line does without a service.
Result<Json> request_of(const Pipeline& pipeline, const std::string& name, Json params) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) return reader.error();
  RequestContext context;
  context.snapshot = pipeline.snapshot();
  context.reader = reader->get();
  context.root = pipeline.options().root.string();
  for (const Method& method : methods()) {
    if (name != method.name) continue;
    const Result<std::string> point = take_point(method, params);
    if (!point) return point.error();
    PastSnapshots past;
    if (!point->empty()) {
      if (const Result<> there = travel(context, *point, past, 0); !there) return there.error();
    }
    return method.handler(context, params);
  }
  return Error{ErrorKind::usage, name, "no such request", ""};
}

Asked asked_of(const Pipeline& pipeline, const Outcome* outcome) {
  return {pipeline,
          outcome,
          [&pipeline](const std::string& method, const Json& params) {
            return request_of(pipeline, method, params);
          },
          {}};
}

/// The checks of a mode that does not index the folder anew.
std::string light_violation(const Pipeline& pipeline) {
  const SnapshotPtr snapshot = pipeline.snapshot();
  for (const std::string& finding :
       {order_violation(*snapshot), graph_violation(*snapshot), log_difference(pipeline),
        table_difference(pipeline), relink_difference(*snapshot)}) {
    if (!finding.empty()) return finding;
  }
  return {};
}

std::unique_ptr<Pipeline> open(const PipelineOptions& options) {
  Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  if (!pipeline) throw std::runtime_error(pipeline.error().message());
  return std::move(*pipeline);
}

Outcome apply(Pipeline& pipeline, const SettledChange& change) {
  Result<Outcome> outcome = pipeline.apply(change);
  if (!outcome) throw std::runtime_error(outcome.error().message());
  return std::move(*outcome);
}

void check_store(const PipelineOptions& options) {
  const std::filesystem::path folder = options.root / ".deltagraph";
  const auto lock = WriteLock::acquire(folder, "test");
  ASSERT_TRUE(lock) << lock.error().message();
  Store::Options store_options;
  store_options.database = folder / "deltagraph.db";
  Result<std::unique_ptr<Store>> store = Store::open(store_options);
  ASSERT_TRUE(store) << store.error().message();
  const Result<std::string> finding = (*store)->integrity();
  ASSERT_TRUE(finding) << finding.error().message();
  EXPECT_EQ(*finding, "ok");
}

void run_in_process(ScenarioRun& run, Mode mode) {
  const PipelineOptions options = run.options(mode == Mode::threads ? 4 : 1);
  std::unique_ptr<Pipeline> pipeline = open(options);
  if (mode == Mode::plain) run.allow_update();
  for (const Step& step : run.steps()) {
    SCOPED_TRACE("step '" + step.name + "'");
    const Outcome outcome = apply(*pipeline, run.edit(step));
    EXPECT_EQ(order_violation(outcome.delta), "");
    if (mode == Mode::restart) {
      pipeline.reset();
      pipeline = open(options);
    }
    run.ask(step, asked_of(*pipeline, &outcome));
    EXPECT_EQ(mode == Mode::plain ? first_violation(*pipeline) : light_violation(*pipeline), "");
    if (mode == Mode::plain) {
      SettledChange again;
      again.rescan = true;
      const Outcome nothing = apply(*pipeline, again);
      EXPECT_TRUE(nothing.delta.empty()) << "a rescan of an unchanged tree finds a change";
      EXPECT_EQ(nothing.work.parsed, 0u);
    }
  }
  ValidateOptions wishes;
  wishes.depth = Depth::deep;
  const Validation validation = validate(*pipeline, wishes);
  EXPECT_TRUE(validation.consistent()) << to_json(validation).dump(1);
  run.check_past(*pipeline);
  pipeline.reset();
  check_store(options);
  run.write_updates();
}

/// Each step is applied by a process that ends without closing anything.
void run_with_crashes(ScenarioRun& run) {
  const PipelineOptions options = run.options(1);
  for (const Step& step : run.steps()) {
    SCOPED_TRACE("step '" + step.name + "'");
    const SettledChange change = run.edit(step);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
      const bool done = pipeline && (*pipeline)->apply(change);
      ::_exit(done ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
    const std::unique_ptr<Pipeline> pipeline = open(options);
    run.ask(step, asked_of(*pipeline, nullptr));
    EXPECT_EQ(light_violation(*pipeline), "");
  }
  run.check_past(*open(options));
}

/// A real service that watches the folder, asked through its socket.
void run_through_socket(ScenarioRun& run) {
  std::unique_ptr<Service> service;
  std::unique_ptr<Client> client;
  for (const Step& step : run.steps()) {
    SCOPED_TRACE("step '" + step.name + "'");
    run.edit(step);
    if (service == nullptr) {
      ServiceOptions options;
      options.pipeline = run.options(2);
      Result<std::unique_ptr<Service>> started = Service::start(options, {});
      ASSERT_TRUE(started) << started.error().message();
      service = std::move(*started);
      Result<std::unique_ptr<Client>> connected = Client::connect(service->socket());
      ASSERT_TRUE(connected) << connected.error().message();
      client = std::move(*connected);
    }
    const auto call = [&](const std::string& method, const Json& params) {
      return client->call(method, params, std::chrono::minutes(2));
    };
    const Result<Json> synced = call("sync", Json::object());
    ASSERT_TRUE(synced) << synced.error().message();
    run.ask(step, {service->pipeline(), nullptr, call, {}});
    EXPECT_EQ(light_violation(service->pipeline()), "");
  }
  run.check_past(service->pipeline());
}

class Scenarios : public testing::TestWithParam<std::tuple<std::string, Mode>> {};

TEST_P(Scenarios, Hold) {
  const auto& [name, mode] = GetParam();
  ScenarioRun run(name);
  if (mode == Mode::crash) {
    run_with_crashes(run);
  } else if (mode == Mode::socket) {
    run_through_socket(run);
  } else {
    run_in_process(run, mode);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios,
                         testing::Combine(testing::ValuesIn(scenario_names()),
                                          testing::Values(Mode::plain, Mode::restart, Mode::threads,
                                                          Mode::crash, Mode::socket)),
                         [](const auto& param) {
                           std::string name =
                               std::get<0>(param.param) + "_" + name_of(std::get<1>(param.param));
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(ScenarioFolder, HoldsEnoughOfThem) {
  EXPECT_GE(scenario_names().size(), 60u);
}

}  // namespace
}  // namespace dg
