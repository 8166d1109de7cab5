#pragma once
/// \file
/// Makes the Reader of a database file. Internal to storage/; throws Failure.

#include <filesystem>
#include <memory>
#include <string>

#include "storage/statement_log.h"
#include "storage/store.h"

namespace dg {

/// `log`: where its statements are counted; null: nowhere.
std::unique_ptr<Reader> make_reader(const std::filesystem::path& database, const std::string& vfs,
                                    const std::shared_ptr<StatementLog>& log);

}  // namespace dg
