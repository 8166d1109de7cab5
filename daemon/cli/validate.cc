#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/cli/table.h"
#include "daemon/validator/run.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

struct ValidateChoice {
  bool deep = false;
  bool repair = false;
};

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void print_findings(Terminal& out, const Json& findings) {
  Table table({{"stage"},
               {"thing", false, Style::bold, true},
               {"one side", false, Style::plain, true},
               {"the other", false, Style::plain, true}});
  for (const Json& finding : findings) {
    std::string thing = text_of(finding, "atom");
    if (thing.empty()) thing = text_of(finding, "file");
    thing += (thing.empty() ? "" : "  ") + text_of(finding, "thing");
    const auto side = [&](const char* name) {
      return text_of(finding[name], "side") + ": " + text_of(finding[name], "says");
    };
    table.row({text_of(finding, "stage"), thing, side("a"), side("b")});
  }
  table.print(out);
}

void print_validation(Session& session, const Json& answer) {
  Terminal& out = session.out;
  const Json& work = answer["work"];
  const std::string looked_at = counted(work["files"].get<std::uint64_t>(), "file") + ", " +
                                counted(work["atoms"].get<std::uint64_t>(), "atom") + ", " +
                                counted(work["events"].get<std::uint64_t>(), "event") + ", " +
                                counted(work["parsed"].get<std::uint64_t>(), "file") + " parsed, " +
                                duration_text(work["ms"].get<double>());
  const std::uint64_t found = answer["found"].get<std::uint64_t>();
  if (found == 0) {
    out.line(out.paint(Style::green, "Consistent") + " at sequence " +
             std::to_string(answer["sequence"].get<std::uint64_t>()) + ": " + looked_at);
  } else {
    print_findings(out, answer["findings"]);
    const std::size_t shown = answer["findings"].size();
    if (shown < found) out.line(std::to_string(shown) + " of " + grouped(found) + " shown");
    out.line(counted(found, "difference") + " at sequence " +
             std::to_string(answer["sequence"].get<std::uint64_t>()) + ": " + looked_at);
  }
  for (const Json& loss : answer["lost_history"]) {
    out.line("Lost from the history: " + printable(text_of(loss, "what")));
  }
  const Json& repaired = answer["repaired"];
  if (found == 0) return;
  if (!repaired.is_boolean()) {
    out.line("Nothing was changed. 'deltagraph validate --repair' mends it.");
  } else if (repaired.get<bool>()) {
    std::string commits;
    for (const Json& sequence : answer["reconciled"])
      commits += (commits.empty() ? ", as sequence " : ", ") + sequence.dump();
    out.line("All of it is repaired" + commits + ".");
  } else {
    out.line("Not all of it could be repaired. Left:");
    print_findings(out, answer["left"]);
  }
}

int show(Session& session, const Json& answer) {
  if (session.settings.json) {
    session.out.line(json_text(answer));
  } else {
    print_validation(session, answer);
  }
  if (!text_of(answer, "failure").empty()) {
    return session.fail(
        {ErrorKind::io, "repair", text_of(answer, "failure"), "What differs is as it was"});
  }
  return session.finish(answer["consistent"].get<bool>() ? Exit::done : Exit::no_result);
}

/// Without a service: first what changed on disk is indexed, as a service does when it starts.
int validate_here(Session& session, const fs::path& project, const ValidateChoice& choice) {
  PipelineOptions options;
  options.root = project;
  options.state_folder = state_folder(project);
  const Result<ParseOptions> parse = parse_options();
  if (!parse) return session.fail(parse.error());
  options.parse = *parse;
  const Result<std::unique_ptr<Pipeline>> pipeline = Pipeline::open(options);
  if (!pipeline) return session.fail(pipeline.error());
  for (const std::string& notice : (*pipeline)->notices()) session.notice(notice);
  if ((*pipeline)->doubted()) {
    // Nothing is committed on top of it; what changed on disk is found with the rest.
    if (const Result<> trusted = (*pipeline)->trust_log(); !trusted)
      return session.fail(trusted.error());
  } else {
    SettledChange all;
    all.rescan = true;
    all.cause = Cause::reconcile;
    const Result<Outcome> outcome = (*pipeline)->apply(all);
    // Rows that are not as they were committed stand in the way: that is what is looked for.
    if (!outcome && outcome.error().kind != ErrorKind::conflict)
      return session.fail(outcome.error());
  }
  ValidateOptions wishes;
  wishes.depth = choice.deep ? Depth::deep : Depth::full;
  wishes.repair = choice.repair;
  const int code = show(session, to_json(validate(**pipeline, wishes)));
  // What was validated is not what was there before.
  const bool well = code == static_cast<int>(Exit::done);
  return well && (*pipeline)->began_anew() ? static_cast<int>(Exit::no_result) : code;
}

int run_validate(Session& session, const ValidateChoice& choice) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const Result<std::unique_ptr<Client>> client = ready_service(session, *project, false);
  if (client) {
    const Result<Json> answer = (*client)->call(
        "validate", {{"deep", choice.deep}, {"repair", choice.repair}}, std::chrono::hours(1));
    return answer ? show(session, *answer) : session.fail(answer.error());
  }
  if (client.error().kind != ErrorKind::not_found) return session.fail(client.error());
  if (!fs::exists(database_path(*project))) {
    return session.fail({ErrorKind::not_found, project->string(), "it is not indexed",
                         "Run 'deltagraph index' first."});
  }
  return validate_here(session, *project, choice);
}

}  // namespace

void add_validate(CLI::App& app, Invocation& invocation) {
  const auto choice = std::make_shared<ValidateChoice>();
  CLI::App* command = add_command(
      app, "validate", "Compare graph, tables, log and sources, and say where they differ",
      invocation, [choice](Session& session) { return run_validate(session, *choice); });
  command->add_flag("--deep", choice->deep,
                    "Every file's bytes, a parse of each, and a fresh index to compare with");
  command->add_flag("--repair", choice->repair,
                    "Mend what differs, from the side that is trusted more");
}

}  // namespace dg
