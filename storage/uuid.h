#pragma once
/// \file
/// UUID version 7 (RFC 9562 §5.7): sortable by time, unique without agreement.

#include <cstdint>
#include <string>
#include <string_view>

namespace dg {

/// Of two made in the same millisecond, the one with the next `counter` (modulo 4096) sorts behind
/// (§6.2, method 1).
std::string make_uuid_v7(std::int64_t unix_ms, std::uint64_t counter = 0);

/// The time in one; 0 where the text is none.
std::int64_t uuid_v7_ms(std::string_view uuid) noexcept;

}  // namespace dg
