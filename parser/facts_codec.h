#pragma once
/// \file
/// FileFacts to and from a compact, self-checking byte string: the stored facts and the facts
/// cache. Little-endian varints (LEB128), a format version and an XXH3-64 checksum. decode()
/// accepts any bytes: it answers nothing for a wrong version, a failed checksum or an index out of
/// range.

#include <optional>
#include <string>
#include <string_view>

#include "parser/facts.h"

namespace dg {

std::string encode_facts(const FileFacts& facts);               ///< O(size).
std::optional<FileFacts> decode_facts(std::string_view bytes);  ///< O(size).

}  // namespace dg
