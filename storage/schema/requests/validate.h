#pragma once
/// \file
/// What is wrong with a request, and what could be better. Internal to storage/ for its trial in
/// memory; throws nothing.

#include <string>
#include <vector>

#include "storage/schema/live/model.h"
#include "storage/schema/requests/request.h"

namespace dg::schema {

struct RequestFinding {
  std::string code;   ///< `E1` … block, `W1` … do not.
  std::string place;  ///< `columns[2].type`, `indexes[0]`, `tableName`.
  std::string message;
  std::string suggestion;
  bool blocks() const noexcept { return code.starts_with('E'); }
};

/// Codes: E1 no primary key · E2 more than one key column without a list · E3 table name, E4 column
/// or index name not snake_case · E5 a word of danger in the table's name · E6 unknown type, no
/// column, malformed · E7 the table is there, registered or requested already · E8 the two table
/// names differ · E9 a name twice · E10 a column that does not exist · E11 a foreign key without a
/// fitting target · E12 too large · E13 a default that is no value of the type · E14 what SQLite
/// cannot add or take back later · W1 no created_at · W2 no updated_at · W3 VARCHAR · W4 BIGINT ·
/// W5 a column that is often asked for without index · W6 JSONB without index · W7 a time that is
/// no TIMESTAMPTZ · W8 key neither UUID nor SERIAL · W9 UUID key without generator · W10 names that
/// do not follow the custom.
///
/// `existing` is the database of requested tables, `requested` the names that open requests have.
/// Sorted by place in the request. A request without errors has been tried: its SQL makes the table
/// in memory, and up, down, up gives the same. O(request), bounded by E12.
std::vector<RequestFinding> validate(const SchemaRequest& request, const LiveSchema& existing,
                                     const std::vector<std::string>& requested);

bool has_errors(const std::vector<RequestFinding>& findings) noexcept;

}  // namespace dg::schema
