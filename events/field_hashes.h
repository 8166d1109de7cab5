#pragma once
/// \file
/// Hashes of what an atom's source says, field by field (REFERENCE §1.8): two versions are compared
/// without either being at hand, and what an atom does not have is told from what changed.
///
/// The fields are those of a delta (delta.h), so far as an atom's own source gives them: name
/// (qualified, which tells the owner too), kind, signature, body, doc, exported, async. No place,
/// no path, no time and no id is among them: the same source has the same hashes wherever and
/// whenever it was read. Pure; any thread.

#include <cstdint>
#include <string>

#include "parser/facts.h"

namespace dg {

/// Replaces `json` with an object: 32 bits in hexadecimal for each field of text, 1 for each flag
/// that is set; fields that the atom does not have are left out.
/// \returns 64 bits (XXH3; github.com/Cyan4973/xxHash) over all of it. O(text).
std::uint64_t field_hashes(const FileFacts& facts, const Atom& atom, std::string& json);

}  // namespace dg
