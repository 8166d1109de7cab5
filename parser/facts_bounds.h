#pragma once
/// \file
/// Whether decoded facts are whole: what every reader of facts may rely on.

#include "parser/facts.h"

namespace dg {

/// Every index names something, parents and parts come before what they belong to (so that each
/// walk ends), and names are well-formed UTF-8. O(facts).
bool indexes_hold(const FileFacts& facts);

}  // namespace dg
