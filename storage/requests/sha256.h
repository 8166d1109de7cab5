#pragma once
/// \file
/// SHA-256 (FIPS 180-4). What people compare when they approve SQL must not be forgeable, so that
/// the hashes that the rest of the program uses against accidents do not do. Pure; any thread.

#include <string>
#include <string_view>

namespace dg::requests {

/// 64 hexadecimal digits. O(bytes).
std::string sha256(std::string_view bytes);

}  // namespace dg::requests
