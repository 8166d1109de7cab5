#include "daemon/cli/ask.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/cli/launch.h"
#include "daemon/cli/project.h"
#include "daemon/requests/time_travel.h"
#include "storage/clock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class ServiceAnswerer final : public Answerer {
 public:
  ServiceAnswerer(std::unique_ptr<Client> client, bool sync)
      : client_(std::move(client)), sync_(sync) {}

  Result<Json> ask(const std::string& method, const Json& params) override {
    Json complete = params;
    make_points_absolute(complete, unix_ms());
    if (std::exchange(sync_, false)) complete["sync"] = true;
    return client_->call(method, complete, std::chrono::minutes(2));
  }

 private:
  std::unique_ptr<Client> client_;
  bool sync_;  ///< For the first question; later ones of the same command see at least that state.
};

class StoredAnswerer final : public Answerer {
 public:
  StoredAnswerer(StoredState state, std::string root)
      : state_(std::move(state)), root_(std::move(root)) {}

  Result<Json> ask(const std::string& name, const Json& params) override {
    const std::vector<Method>& all = methods();
    const auto method =
        std::find_if(all.begin(), all.end(), [&](const Method& each) { return name == each.name; });
    if (method == all.end()) {
      return Error{ErrorKind::usage, name, "only a running service answers this",
                   "Leave --no-start out."};
    }
    Json questions = params;
    const Result<std::string> point = take_point(*method, questions);
    if (!point) return point.error();
    RequestContext context;
    context.snapshot = state_.snapshot;
    context.reader = state_.reader.get();
    context.freshness = state_.freshness;
    context.root = root_;
    if (!point->empty()) {
      if (Result<> there = travel(context, *point, past_, 0); !there) return there.error();
    }
    return method->handler(context, questions);
  }

 private:
  StoredState state_;
  std::string root_;
  PastSnapshots past_;
};

}  // namespace

Result<StoredState> read_stored(const fs::path& project) {
  const fs::path database = database_path(project);
  std::error_code error;
  if (!fs::exists(database, error)) {
    return Error{ErrorKind::not_found, project.string(), "is not indexed",
                 "Run 'deltagraph index " + project.string() + "'."};
  }
  // A first index that was ended before its commit leaves an empty file.
  if (fs::file_size(database, error) == 0 && !error) {
    return Error{ErrorKind::not_found, database.string(), "is empty: no index has come to its end",
                 "Run 'deltagraph index " + project.string() + "'."};
  }
  Result<StoredProject> stored = load_project(database);
  if (!stored) return stored.error();
  Result<std::unique_ptr<Reader>> reader = open_reader(database);
  if (!reader) return reader.error();
  StoredState state;
  std::vector<RetiredAtom> retired;
  retired.reserve(stored->retired.size());
  for (StoredProject::Retired& atom : stored->retired) {
    retired.push_back({std::move(atom.id_text), atom.id, atom.version});
  }
  state.snapshot =
      load_snapshot(stored->sequence, std::move(stored->files), std::move(stored->configs),
                    std::move(retired), stored->next_atom, stored->next_file);
  state.reader = std::move(*reader);
  state.freshness.committed_ms = stored->committed_ms;
  return state;
}

Result<std::unique_ptr<Answerer>> Answerer::open(Session& session, const fs::path& project) {
  const Settings& settings = session.settings;
  Result<std::unique_ptr<Client>> client = ready_service(session, project, !settings.no_start);
  if (client) {
    return std::unique_ptr<Answerer>(
        std::make_unique<ServiceAnswerer>(std::move(*client), settings.sync));
  }
  if (!settings.no_start) return client.error();
  if (settings.sync) {
    return Error{ErrorKind::usage, "--sync", "needs a running service",
                 "Leave --no-start out, or run 'deltagraph index' first."};
  }
  Result<StoredState> state = read_stored(project);
  if (!state) return state.error();
  return std::unique_ptr<Answerer>(
      std::make_unique<StoredAnswerer>(std::move(*state), project.string()));
}

}  // namespace dg
