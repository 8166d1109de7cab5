#pragma once
/// \file
/// Merely parsing: what the benchmarks measure extraction and indexing against.

#include <cstdint>
#include <string_view>

#include "parser/facts.h"

namespace dg {

/// Parses and drops the tree. The number of nodes, so that nothing is optimised away. Thread-safe.
std::uint32_t parse_only(Language language, std::string_view bytes);

}  // namespace dg
