#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>
#include <optional>

#include "daemon/cli/commands.h"
#include "daemon/cli/delta_lines.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/project.h"
#include "daemon/cli/signals.h"
#include "daemon/cli/summary.h"
#include "daemon/requests/delta_json.h"
#include "daemon/service.h"
#include "storage/clock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct ServeOptions {
  std::string folder;
  bool force = false;
  int report_fd = -1;  ///< Of `start`: run in the background and tell this descriptor.
  unsigned threads = 0;
  std::optional<unsigned> idle_minutes;
  unsigned validate_seconds = 60;
  std::optional<std::uint16_t> http_port;
};

/// Writes what happens in a service on the terminal it runs in. Called from the service's threads.
class ForegroundView {
 public:
  ForegroundView(Session& session, std::string project)
      : session_(session), project_(std::move(project)), progress_(session.err) {}

  ServiceEvents events() {
    ServiceEvents events;
    events.progress = [this](const Progress& progress) {
      const std::lock_guard guard(mutex_);
      progress_.show(progress.stage, progress.done, progress.total);
    };
    events.indexed = [this](const Outcome& outcome) { indexed(outcome); };
    events.delta = [this](const Outcome& outcome) { delta(outcome); };
    events.notice = [this](const std::string& text) {
      const std::lock_guard guard(mutex_);
      session_.err.clear_progress();
      session_.notice(text);
      session_.err.finish();
    };
    return events;
  }

 private:
  void indexed(const Outcome& outcome) {
    const std::lock_guard guard(mutex_);
    session_.err.clear_progress();
    const Json summary = summary_json(project_, outcome, database_bytes(project_), {});
    if (session_.settings.json) {
      session_.out.line(json_text({{"event", "indexed"}, {"summary", summary}}));
    } else {
      print_summary(session_, summary);
      session_.out.line(session_.out.paint(Style::green, "serving ") + printable(project_) +
                        session_.out.paint(Style::dim, " (Ctrl-C to stop)"));
    }
    session_.out.finish();
  }
  void delta(const Outcome& outcome) {
    const Json json = delta_to_json(outcome, unix_ms());
    const std::lock_guard guard(mutex_);
    if (session_.settings.json) {
      session_.out.line(json_text({{"event", "delta"}, {"delta", json}}));
    } else {
      print_delta(session_.out, json);
    }
    session_.out.finish();
  }

  Session& session_;
  std::string project_;
  std::mutex mutex_;  ///< Guards the session's streams and progress_.
  ProgressLine progress_;
};

/// The same for the log of a background service.
ServiceEvents log_events(const std::shared_ptr<spdlog::logger>& log) {
  ServiceEvents events;
  events.indexed = [log](const Outcome& outcome) {
    const Totals& totals = outcome.after->totals();
    log->info("ready: sequence {}, {} files, {} atoms, {:.0f} ms", raw(outcome.sequence),
              totals.files, totals.atoms, outcome.timings.total_ms);
  };
  events.delta = [log](const Outcome& outcome) {
    const DeltaCounts counts = count(outcome.delta);
    log->info("sequence {}: {} files, atoms +{} ~{} -{}, {:.1f} ms", raw(outcome.sequence),
              counts.files, counts.created, counts.updated, counts.deleted,
              outcome.timings.total_ms);
  };
  events.notice = [log](const std::string& text) { log->warn("{}", text); };
  return events;
}

/// From start to the end of the service; `started` hears once how the start went.
Result<> run_service(const ServiceOptions& options, ServiceEvents events,
                     const std::function<void(const Result<>&)>& started,
                     const std::function<void()>& on_stop) {
  std::mutex mutex;
  Service* running = nullptr;  // Guarded by mutex.
  bool stop = false;           // Guarded by mutex.
  const StopSignals signals([&] {
    on_stop();
    const std::lock_guard guard(mutex);
    stop = true;
    if (running != nullptr) running->request_stop();
  });
  Result<std::unique_ptr<Service>> service = Service::start(options, std::move(events));
  if (!service) {
    started(service.error());
    return service.error();
  }
  started(Ok{});
  {
    const std::lock_guard guard(mutex);
    running = service->get();
    if (stop) running->request_stop();
  }
  (*service)->wait();
  {
    const std::lock_guard guard(mutex);
    running = nullptr;
  }
  return Ok{};
}

int serve_in_background(Session& session, const ServiceOptions& options, int report_fd) {
  const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  const auto log = std::make_shared<spdlog::logger>("deltagraph", sink);
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  log->flush_on(spdlog::level::info);
  log->info("deltagraph {} starts on {}", DELTAGRAPH_VERSION, options.pipeline.root.string());
  const Result<> served = run_service(
      options, log_events(log), [&](const Result<>& started) { report_start(report_fd, started); },
      [&] { log->info("asked to stop"); });
  if (!served) {
    log->error("{}", served.error().message());
    return static_cast<int>(exit_of(served.error().kind));
  }
  log->info("stopped");
  return session.finish(Exit::done);
}

int serve(Session& session, const ServeOptions& chosen) {
  const std::string typed = !chosen.folder.empty() ? chosen.folder : session.settings.project;
  const Result<fs::path> folder =
      check_folder(typed.empty() ? session.cwd : fs::path(typed), chosen.force);
  if (!folder) {
    if (chosen.report_fd >= 0) report_start(chosen.report_fd, folder.error());
    return session.fail(folder.error());
  }
  const Result<ParseOptions> parse = parse_options();
  if (!parse) {
    if (chosen.report_fd >= 0) report_start(chosen.report_fd, parse.error());
    return session.fail(parse.error());
  }
  ServiceOptions options;
  options.pipeline.root = *folder;
  options.pipeline.state_folder = state_folder(*folder);
  options.pipeline.parse = *parse;
  options.pipeline.threads = chosen.threads;
  if (chosen.idle_minutes) options.idle_exit = std::chrono::minutes(*chosen.idle_minutes);
  options.validate_every = std::chrono::seconds(chosen.validate_seconds);
  options.http_port = chosen.http_port;
  if (chosen.report_fd >= 0) return serve_in_background(session, options, chosen.report_fd);
  // In the foreground somebody looks at it.
  if (!options.idle_exit) options.idle_exit = std::chrono::minutes(0);
  ForegroundView view(session, folder->string());
  const Result<> served = run_service(
      options, view.events(), [](const Result<>&) {},
      [&] { session.notice("stopping (once more to stop at once)"); });
  if (!served) return session.fail(served.error());
  return session.finish(Exit::done);
}

}  // namespace

void add_serve(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command =
      add_command(app, "serve", "Index, watch and answer in the foreground, until Ctrl-C",
                  invocation, [options](Session& session) { return serve(session, *options); });
  command->add_option("DIR", options->folder, "The project's folder (default: the current one)");
  command->add_flag("--force", options->force, "Even for / or a home folder");
  command->add_option("--threads", options->threads,
                      "Threads that parse (default: one a processor)");
  command
      ->add_option("--idle-exit", options->idle_minutes,
                   "Stop after so many minutes in which nobody asked and nothing changed")
      ->type_name("MINUTES");
  command
      ->add_option("--validate-every", options->validate_seconds,
                   "Seconds between validations while there is change (60); 0: never")
      ->type_name("S");
  command
      ->add_option_function<std::uint16_t>(
          "--http", [options](std::uint16_t port) { options->http_port = port; },
          "Schema requests over HTTP on this port of loopback; 0: any free one ('status' shows it)")
      ->type_name("PORT");
  command->add_option("--background", options->report_fd, "")->group("");
}

}  // namespace dg
