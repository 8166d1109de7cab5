#pragma once
/// \file
/// The log half of an Audit: stored events, file rows and transactions, decoded. Internal to
/// storage/; throws Failure.

#include <vector>

#include "storage/audit/audit.h"
#include "storage/sqlite/connection.h"

namespace dg {

std::vector<LoggedTransaction> logged_transactions(const Connection& connection, Sequence after,
                                                   std::size_t limit);
std::vector<LoggedEvent> logged_events(const Connection& connection, Sequence commit,
                                       std::size_t limit, std::int64_t* last);
Audit::Beyond beyond_the_log(const Connection& connection);
std::vector<LoggedFile> logged_files(const Connection& connection, Sequence after,
                                     FileId after_file, std::size_t limit);
std::uint32_t logged_version(const Connection& connection, AtomId atom);
std::vector<RemovedAtom> removed_atoms(const Connection& connection, AtomId after,
                                       std::size_t limit);

}  // namespace dg
