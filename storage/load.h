#pragma once
/// \file
/// Reading a stored project back. Internal to storage/; throws Failure.

#include <filesystem>
#include <functional>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace dg {

/// Makes one more connection to the same database, for reading.
using Connect = std::function<Connection()>;

/// Whose word counts for a file that both tell of.
enum class Trust { tables, log };

/// Everything at one sequence. A file whose facts or links cannot be decoded comes as the log tells
/// it, with content hash, size and time 0. Facts are decoded by several threads, each with a
/// connection of its own that is checked to stand at the same sequence. With Trust::log, as
/// load_project_by_log() says.
StoredProject read_project(const Connect& connect, Trust trust = Trust::tables);

/// Thrown where a stored value is none that this program can have written.
struct Damage {
  std::string what;
};

}  // namespace dg
