#pragma once
/// \file
/// What is allowed and most likely not meant: W1 to W12 (check.h). Pure; any thread.

#include "storage/requests/change.h"

namespace dg::requests {

/// Of the parts that the document defines.
void warn(const PlacedChange& placed, Findings& findings);

}  // namespace dg::requests
