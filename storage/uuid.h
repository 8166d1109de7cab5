#pragma once
/// \file
/// UUID version 7 (RFC 9562 §5.7): sortable by time, unique without agreement.

#include <cstdint>
#include <string>

namespace dg {

std::string make_uuid_v7(std::int64_t unix_ms);

}  // namespace dg
