#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>

#include "daemon/cli/ask.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/cli/render.h"
#include "daemon/requests/export_format.h"
#include "daemon/requests/point.h"
#include "daemon/requests/time_travel.h"
#include "events/names.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  std::string format = "jsonl";
  std::string output;
  std::string confidence = "inferred";
  std::optional<std::string> at;
};

Error write_failure(const std::string& where) {
  const int reason = errno;
  return {reason == ENOSPC ? ErrorKind::disk_full : ErrorKind::io, where,
          std::string("could not be written: ") + std::strerror(reason),
          "Free some space, or write elsewhere with --output."};
}

/// Into `path`, which is there complete or not at all.
Result<> write_file(const Snapshot& snapshot, ExportFormat format, Confidence worst,
                    const std::string& path) {
  const std::string partial = path + ".partial";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(partial.c_str(), "wbe"),
                                                             std::fclose);
  if (file == nullptr) return write_failure(path);
  bool complete = true;
  write_export(snapshot, format, worst, [&](std::string_view text) {
    complete = complete && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  });
  complete = complete && std::fflush(file.get()) == 0;
  if (!complete || std::rename(partial.c_str(), path.c_str()) != 0) {
    const Error failure = write_failure(path);
    std::remove(partial.c_str());
    return failure;
  }
  return Ok{};
}

/// Reads the database at one sequence: a service may go on writing meanwhile.
int run_export(Session& session, const ExportOptions& options) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  Freshness freshness;
  if (!session.settings.no_start || session.settings.sync) {
    const Result<std::unique_ptr<Answerer>> answerer = Answerer::open(session, *project);
    if (!answerer) return session.fail(answerer.error());
    const Result<Json> now = (*answerer)->ask("stats", {{"limit", 0}});
    if (!now) return session.fail(now.error());
    freshness.pending = now->value("pending", std::size_t{0});
    freshness.live = now->value("live", false);
  }
  Result<StoredState> state = read_stored(*project);
  if (!state) return session.fail(state.error());
  RequestContext context;
  context.snapshot = state->snapshot;
  context.reader = state->reader.get();
  context.freshness = freshness;
  context.freshness.committed_ms = state->freshness.committed_ms;
  if (options.at) {
    PastSnapshots past;
    if (Result<> there = travel(context, *options.at, past, 0); !there)
      return session.fail(there.error());
  }
  const Snapshot& snapshot = *context.snapshot;
  const ExportFormat format = *export_format_named(options.format);
  const Confidence worst = *confidence_named(options.confidence);
  if (options.output.empty()) {
    write_export(snapshot, format, worst, [&](std::string_view text) { session.out.write(text); });
  } else {
    const Result<> written = write_file(snapshot, format, worst, options.output);
    if (!written) return session.fail(written.error());
  }
  const int code = session.finish(Exit::done);
  if (session.err.is_terminal()) {
    render_freshness(session.err, with_freshness(Json::object(), context));
    session.err.finish();
  }
  return code;
}

}  // namespace

void add_export(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command =
      add_command(app, "export", "Write the graph as jsonl, dot, graphml or sql", invocation,
                  [options](Session& session) { return run_export(session, *options); });
  command->add_option("--format", options->format, "jsonl (default), dot, graphml or sql")
      ->check(CLI::IsMember({"jsonl", "dot", "graphml", "sql"}));
  command
      ->add_option("--confidence,--min-confidence", options->confidence,
                   "the least sure edges that are written (inferred); others are unresolved")
      ->check(CLI::IsMember({"exact", "inferred", "name"}));
  command->add_option("-o,--output", options->output, "Write to a file, whole or not at all")
      ->type_name("FILE");
  command->add_option("--at", options->at, std::string("As it was at ") + kPointForms)
      ->type_name("POINT");
}

}  // namespace dg
