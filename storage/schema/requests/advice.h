#pragma once
/// \file
/// The warnings of a request: what experience advises, and does not forbid. Pure; any thread.

#include <vector>

#include "storage/schema/requests/validate.h"

namespace dg::schema {

/// Adds W1 to W10 (validate.h).
void advise(const SchemaRequest& request, std::vector<RequestFinding>& findings);

}  // namespace dg::schema
