#pragma once
/// \file
/// A stored request as JSON: REQUEST of desk.h. Pure; any thread.

#include <string>

#include "daemon/requests/request.h"
#include "storage/requests/store.h"

namespace dg {

Json text_or_null(const std::string& text);  ///< Null for an empty one.
Json request_json(const requests::RequestRow& row);

}  // namespace dg
