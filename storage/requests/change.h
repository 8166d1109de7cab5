#pragma once
/// \file
/// The change that a request asks for, as definitions before and after it. Any thread.

#include <map>
#include <optional>
#include <string>

#include "storage/requests/definition.h"
#include "storage/requests/finding.h"
#include "storage/requests/request.h"

namespace dg::requests {

/// A change, and where in the document its new parts stand.
struct PlacedChange {
  Change change;
  std::map<std::string, std::string> columns, indexes;  ///< New or redefined: name -> pointer.
  std::string table;                                    ///< Pointer of the definition.
  bool whole = false;  ///< The document defines the whole table: create or rebuild.
};

std::optional<PlacedChange> create_change(const SchemaRequest& request, Findings& findings);
/// `before`: the table as it is. What cannot be done is E9, E10 or E14.
std::optional<PlacedChange> alter_change(const SchemaRequest& request, const Definition& before,
                                         Findings& findings);

}  // namespace dg::requests
