#pragma once
/// \file
/// The options that facts depend on, as a database keeps them: facts made with others are not its.

#include <string>
#include <string_view>

#include "parser/parse.h"

namespace dg {

std::string extractor_options_text(const ParseOptions& options);

/// The inverse. What is missing or no number has its default.
ParseOptions parse_options_of(std::string_view text);

}  // namespace dg
