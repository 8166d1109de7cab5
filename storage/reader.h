#pragma once
/// \file
/// Makes the Reader of a database file. Internal to storage/; throws Failure.

#include <filesystem>
#include <memory>
#include <string>

#include "storage/store.h"

namespace dg {

std::unique_ptr<Reader> make_reader(const std::filesystem::path& database, const std::string& vfs);

}  // namespace dg
