#pragma once
/// \file
/// Schema requests as methods of the socket: `schema-request/create` and its like. They answer
/// without an index and without waiting for one. What they answer is in desk.h.

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/requests/request.h"

namespace dg {

class Params;
class SchemaDesk;

struct SchemaMethod {
  const char* name;
  std::vector<Parameter> parameters;
  Result<Json> (*handler)(SchemaDesk& desk, const Params& params);
};

/// Sorted by name.
const std::vector<SchemaMethod>& schema_methods();

/// Null: there is no such method.
const SchemaMethod* find_schema_method(const std::string& name);

/// Checks the parameters, opens a desk for this one question, answers.
Result<Json> run_schema_method(const SchemaMethod& method,
                               const std::filesystem::path& state_folder, const Json& params,
                               const std::filesystem::path& project = {});

}  // namespace dg
