#pragma once
/// \file
/// The version of what the extractor and the linker make of a source. Apart from facts.h, so that
/// raising it compiles three files anew.

#include <cstdint>

namespace dg {

/// Raised when the same bytes may give other facts, or the same facts other links, than before: what
/// is stored is then made anew.
inline constexpr std::uint32_t kExtractorVersion = 6;

}  // namespace dg
