#pragma once
/// \file
/// UUID version 7 (RFC 9562 §5.7): sortable by time, unique without agreement.

#include <cstdint>
#include <string>

namespace dg {

/// Of two made in the same millisecond, the one with the next `counter` (modulo 4096) sorts behind
/// (§6.2, method 1).
std::string make_uuid_v7(std::int64_t unix_ms, std::uint64_t counter = 0);

}  // namespace dg
