#pragma once
/// \file
/// Asks a project a question: its running service, one started for the purpose, or, with
/// --no-start, the database as it was left.

#include <filesystem>
#include <memory>
#include <string>

#include "daemon/cli/session.h"

namespace dg {

class Answerer {
 public:
  static Result<std::unique_ptr<Answerer>> open(Session& session,
                                                const std::filesystem::path& project);
  virtual ~Answerer() = default;
  virtual Result<Json> ask(const std::string& method, const Json& params) = 0;
};

/// The project as its database has it, read-only. Never creates or changes a file.
struct StoredState {
  SnapshotPtr snapshot;
  std::unique_ptr<Reader> reader;
  Freshness freshness;
};
Result<StoredState> read_stored(const std::filesystem::path& project);

}  // namespace dg
