#pragma once
/// \file
/// A schema request: what somebody asks for, before anybody has agreed. Values: any thread.
///
/// Requested tables live in a database of their own (`.deltagraph/tables.db`), so that no request
/// touches the graph's. Nothing of a request is pasted into SQL: identifiers are checked and
/// quoted, types come from a table (types.h), defaults are read as values (types.h) and written
/// anew.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dg::schema {

struct RequestReference {
  std::string table, column;
  std::string on_delete, on_update;  ///< CASCADE, SET NULL, RESTRICT, NO ACTION; empty: NO ACTION.
};

struct RequestColumn {
  std::string name, type;
  bool nullable = true, primary_key = false, unique = false;
  std::optional<std::string> default_value;
  std::optional<RequestReference> references;
  std::string comment;
};

struct RequestIndex {
  std::string name;
  std::vector<std::string> columns;
  bool unique = false;
  std::string type = "BTREE";
};

struct RequestRename {
  std::string from, to;
};

enum class RequestKind : std::uint8_t { create, alter };

struct SchemaRequest {
  RequestKind kind = RequestKind::create;
  std::string table_name;        ///< Outside of the definition.
  std::string inner_table_name;  ///< Inside it; must be the same.
  std::string owner, comment;
  std::vector<RequestColumn> columns;    ///< create: all; alter: those to add.
  std::vector<RequestIndex> indexes;     ///< create: all; alter: those to add.
  std::vector<std::string> primary_key;  ///< An explicit list; empty: the columns say.
  std::vector<RequestRename> renames;    ///< alter: columns.
  std::string rename_to;                 ///< alter: the table; empty: it keeps its name.
  std::string requested_by, justification, related_issue;
  std::int64_t requested_at = 0;  ///< Unix seconds, as given.
};

/// The columns of the primary key, in order.
std::vector<std::string> key_of(const SchemaRequest& request);

}  // namespace dg::schema
