#include "daemon/cli/schema_request_family.h"

#include "daemon/cli/project.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// 1 where a request is refused for what it is or where it stands: that is no trouble of ours.
int refuse(Session& session, const Error& error) {
  const int code = session.fail(error);
  return error.kind == ErrorKind::conflict ? static_cast<int>(Exit::no_result) : code;
}

/// 1 where the answer says that something is wrong with the request, or shows nothing.
Exit exit_of(const Json& answer) {
  const bool wrong = !answer.value("valid", true) || !answer.value("accepted", true) ||
                     (answer.contains("failure") && answer["failure"].is_string());
  const bool failed = answer.value("failed", 0) > 0;
  const bool empty = answer.contains("total") && answer["total"] == 0;
  return wrong || failed || empty ? Exit::no_result : Exit::done;
}

}  // namespace

int ask_desk(Session& session, const std::function<Result<Json>(SchemaDesk&)>& answer,
             void (*render)(Session&, const Json&)) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  Result<SchemaDesk> desk = SchemaDesk::open(state_folder(*project), *project);
  if (!desk) return session.fail(desk.error());
  const Result<Json> answered = answer(*desk);
  if (!answered) return refuse(session, answered.error());
  if (session.settings.json) {
    session.out.line(json_text(*answered));
  } else {
    render(session, *answered);
  }
  return session.finish(exit_of(*answered));
}

}  // namespace dg
