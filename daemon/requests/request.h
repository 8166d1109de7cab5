#pragma once
/// \file
/// Requests: the questions that can be asked of a project, one small file each. Every protocol
/// (socket, command line, later LSP and MCP) serves these same answers.

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "graph/snapshot.h"
#include "storage/store.h"

namespace dg {

using Json = nlohmann::ordered_json;

/// How current the snapshot is; part of every answer.
struct Freshness {
  std::int64_t committed_ms = 0;   ///< Unix time of the snapshot's commit; 0: nothing committed.
  std::size_t pending = 0;         ///< Changes seen and not yet in the snapshot.
  bool live = false;               ///< A service is watching; else the database as it was left.
  bool as_of = false;              ///< The snapshot is that of a point that was asked for.
  std::vector<std::string> notes;  ///< What a person should know of the point.
};

/// What a handler may use. Handlers run on any thread, side by side, and never wait for the writer.
struct RequestContext {
  SnapshotPtr snapshot;
  Reader* reader = nullptr;  ///< Null where there is no database connection.
  Freshness freshness;
  std::string root;  ///< Absolute path of the project, for messages.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

using Handler = Result<Json> (*)(const RequestContext& context, const Json& params);

/// One named parameter of a question. A value of another type, beyond the limits, or outside
/// `choices` is a usage error that names the parameter, the reason and the cure (params.h).
struct Parameter {
  const char* name;
  const char* type;  ///< `text`, `integer`, `boolean`, or `list`: an array of texts or `a,b`.
  const char* description;
  bool required = false;
  const char* choices = "";  ///< `exact|inferred|name`: what a text, or each of a list, may be.
  std::int64_t least = 0;    ///< Limits of an integer.
  std::int64_t most = 1'000'000;
};

/// One question: `callers`, `impact` …; the name is both the socket's method and the command.
struct Method {
  const char* name;
  const char* summary;  ///< One line, for help and documentation.
  std::vector<Parameter> parameters;
  Handler handler;
  const char* answer = "";  ///< The shape of its JSON, for `help`.
  bool has_past = false;    ///< Takes `at` (time_travel.h): its answer is about a snapshot alone.
};

/// All questions, sorted by name.
const std::vector<Method>& methods();

/// Adds what every answer carries: {"sequence", "age_ms", "behind", "pending", "live"}, where files
/// were skipped their number, since nothing is known of what is in them, {"files_skipped"}, and
/// where a past point was asked for {"as_of": time of its commit, or null for the empty project}. A
/// service that has set a damaged database aside says so in its next answer, as {"notices":
/// [text]}; `status` has it until the service ends. The same list says where a time could mean two
/// things.
Json with_freshness(Json answer, const RequestContext& context);
/// Adds to the answer's notices.
void add_notices(Json& answer, const std::vector<std::string>& notices);

}  // namespace dg
