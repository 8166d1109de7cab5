#pragma once
/// \file
/// The statements of a valid request (validate.h). Pure; any thread.

#include <string>

#include "storage/schema/requests/request.h"

namespace dg::schema {

struct RequestSql {
  std::string up, down;
  bool destructive_down = false;  ///< It drops a table or columns, with what is in them by then.
};

/// The request must have no errors.
RequestSql sql_of(const SchemaRequest& request);

}  // namespace dg::schema
