#pragma once
/// \file
/// Reading a stored project back. Internal to storage/; throws Failure.

#include <filesystem>
#include <functional>

#include "storage/logged_project.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// Makes one more connection to the same database, for reading.
using Connect = std::function<Connection()>;

/// Everything at one sequence. A file whose facts or links cannot be decoded comes as the log tells
/// it, with content hash, size and time 0, and not at all where the log does not know it. Facts are
/// decoded by several threads, each with a connection of its own that is checked to stand at the
/// same sequence.
StoredProject read_project(const Connect& connect);
LoggedProject read_project_by_log(const Connect& connect);

/// Thrown where a stored value is none that this program can have written.
struct Damage {
  std::string what;
};

}  // namespace dg
