#pragma once
/// \file
/// JSON columns that are made from facts: signature_json of an atom, imports_json and exports_json
/// of a file. Internal to storage/.

#include <string>

#include "parser/facts.h"

namespace dg {

/// Replaces `out`; leaves it empty (NULL) for an atom without a signature. O(parameters).
void signature_json(const FileFacts& facts, const Atom& atom, std::string& out);
void imports_json(const FileFacts& facts, std::string& out);
void exports_json(const FileFacts& facts, std::string& out);

}  // namespace dg
