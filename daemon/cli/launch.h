#pragma once
/// \file
/// Finding a project's service, and starting it in the background.

#include <chrono>
#include <filesystem>
#include <memory>

#include "daemon/cli/session.h"
#include "daemon/protocol/client.h"

namespace dg {

/// How long `status`, `stop` and the start of a question wait for a word of a service that listens.
/// It answers these at once, whatever else it does.
inline constexpr std::chrono::seconds kServicePatience{5};

/// A connection to the running service; not_found where none runs. Where nobody listens on the
/// usual socket, the one that the holder of the write lock names is tried: of a service that was
/// started under another XDG_RUNTIME_DIR.
Result<std::unique_ptr<Client>> connect_service(const std::filesystem::path& project);

/// A connection to the project's service once it has its first consistent state, with a progress
/// line on a terminal. Where none runs and `may_start`, it is started in the background: this same
/// program as `serve --background`, in a session of its own, its messages in
/// `.deltagraph/service.log`. When several start at once, one gets the project and all connect to
/// it.
Result<std::unique_ptr<Client>> ready_service(Session& session,
                                              const std::filesystem::path& project, bool may_start);

/// Asks for its status. A service that does not answer within kServicePatience (suspended, or
/// stuck) is named with its pid.
Result<Json> ask_status(const std::filesystem::path& project, Client& client);

/// True when it had run. Returns when it has let go of the project. One that cannot be reached or
/// does not answer is sent SIGTERM, if the kernel confirms that it holds the project's write lock.
Result<bool> stop_service(const std::filesystem::path& project);

/// What `serve --background` tells its starter on `fd`, once, when it listens or could not.
void report_start(int fd, const Result<>& started);

}  // namespace dg
