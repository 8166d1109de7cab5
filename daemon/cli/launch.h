#pragma once
/// \file
/// Finding a project's service, and starting it in the background.

#include <filesystem>
#include <memory>

#include "daemon/cli/session.h"
#include "daemon/protocol/client.h"

namespace dg {

/// A connection to the running service; not_found where none runs.
Result<std::unique_ptr<Client>> connect_service(const std::filesystem::path& project);

/// A connection to the project's service once it has its first consistent state, with a progress
/// line on a terminal. Where none runs and `may_start`, it is started in the background: this same
/// program as `serve --background`, in a session of its own, its messages in
/// `.deltagraph/service.log`. When several start at once, one gets the project and all connect to
/// it.
Result<std::unique_ptr<Client>> ready_service(Session& session,
                                              const std::filesystem::path& project, bool may_start);

/// True when it had run. Returns when it has let go of the project.
Result<bool> stop_service(const std::filesystem::path& project);

/// What `serve --background` tells its starter on `fd`, once, when it listens or could not.
void report_start(int fd, const Result<>& started);

}  // namespace dg
