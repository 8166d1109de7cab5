#pragma once
/// \file
/// `get_schema`: what the database is declared to be, what it is, and what its atoms look like.

#include "daemon/requests/request.h"

namespace dg {

Method get_schema_method();

}  // namespace dg
