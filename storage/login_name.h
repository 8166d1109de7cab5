#pragma once
/// \file
/// Who runs this process.

#include <string>

namespace dg {

/// The login name of the effective user; `uid 1000` where the system knows none. Any thread.
std::string login_name();

}  // namespace dg
