#pragma once
/// \file
/// Whether bytes are source that a person wrote: the reasons for which a file is skipped.

#include <string_view>

#include "parser/parse.h"

namespace dg {

/// In this order: too_large, binary (a UTF-16 byte order mark, or many NULs or ill-formed bytes in
/// the first 8 KB), minified (over half of the bytes in lines longer than max_line_bytes, encoded
/// data in them not counted), generated (an `@generated` mark in a comment in the first 1 KB, or
/// the banner of a webpack bundle). O(bytes).
SkipReason skip_reason(std::string_view bytes, const ParseOptions& options);

}  // namespace dg
