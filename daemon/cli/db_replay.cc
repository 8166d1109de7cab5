#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/replay.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

double per_second(std::uint64_t count, double ms) {
  return ms > 0 ? static_cast<double>(count) * 1000 / ms : 0;
}

Json report_json(const ReplayReport& report, bool verify) {
  Json json{{"first", raw(report.first)},
            {"last", raw(report.last)},
            {"commits", report.commits},
            {"events", report.events},
            {"fold_ms", report.fold_ms},
            {"events_per_second", per_second(report.events, report.fold_ms)}};
  if (verify) {
    json["verify_ms"] = report.verify_ms;
    json["digests"] = report.digests;
    json["unsure"] = report.unsure;
    json["rows"] = report.rows;
  }
  json["broken"] = report.broken ? Json(raw(*report.broken)) : Json(nullptr);
  json["reason"] = report.reason;
  json["lost_history"] = Json::array();
  for (const LogLoss& loss : report.lost)
    json["lost_history"].push_back({{"sequence", raw(loss.sequence)}, {"what", loss.what}});
  return json;
}

void print_report(Session& session, const ReplayReport& report, bool verify) {
  Terminal& out = session.out;
  out.line(counted(report.commits, "commit") + ", " + counted(report.events, "event") + " in " +
           duration_text(report.fold_ms) + ": " +
           grouped(static_cast<std::uint64_t>(per_second(report.events, report.fold_ms))) +
           " events/s");
  if (raw(report.first) > 1) {
    out.line("Begun at the checkpoint #" + std::to_string(raw(report.first)) +
             ": what was before is compacted.");
  }
  for (const LogLoss& loss : report.lost) {
    out.line(out.paint(Style::yellow, "Gone on past what is known to be lost at #" +
                                          std::to_string(raw(loss.sequence)) + ": " +
                                          printable(loss.what)));
  }
  if (report.broken) {
    out.line(out.paint(Style::red, "Broken at #" + std::to_string(raw(*report.broken)) + ": " +
                                       printable(report.reason)));
  } else if (verify) {
    out.line(counted(report.digests, "graph digest") + " and " + counted(report.rows, "row") +
             " as the log gives them, in " + duration_text(report.verify_ms));
    if (report.unsure != 0) {
      out.line(counted(report.unsure, "graph digest") +
               " could not be compared, because of what is lost.");
    }
    if (!report.reason.empty()) out.line(out.paint(Style::yellow, report.reason + "."));
  }
}

int replay(Session& session, bool verify) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const Result<ReplayReport> report =
      replay_log(database_path(*project), verify, [&](std::size_t done, std::size_t total) {
        if (done % 512 == 0) {
          session.err.progress("folding " + grouped(done) + " of " + grouped(total));
        }
      });
  session.err.clear_progress();
  if (!report) return session.fail(report.error());
  if (session.settings.json) {
    session.out.line(json_text(report_json(*report, verify)));
  } else {
    print_report(session, *report, verify);
  }
  return session.finish(report->broken ? Exit::no_result : Exit::done);
}

}  // namespace

void add_db_replay(CLI::App& db, Invocation& invocation) {
  const auto verify = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(db, "replay", "Fold the whole log of events from nothing", invocation,
                  [verify](Session& session) { return replay(session, *verify); });
  command->add_flag("--verify", *verify,
                    "Compare with every commit's graph digest, and at the end with all tables");
}

}  // namespace dg
