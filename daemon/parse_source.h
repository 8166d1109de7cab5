#pragma once
/// \file
/// From the bytes of one source file, wherever they were read, to its facts.

#include <memory>
#include <string>

#include "daemon/watch/crawl.h"
#include "parser/parse.h"

namespace dg {

/// Never fails; a file that was too large to be read gives facts that say so. `path` must have a
/// language. O(bytes).
std::shared_ptr<const FileFacts> parse_source(Parser& parser, const std::string& path,
                                              const FileBytes& file);

}  // namespace dg
