#pragma once
/// \file
/// A schema request as its author wrote it: every name, type and default is still text that nobody
/// has looked at. parse.h turns it into definitions; nothing else may reach SQL. Values: any
/// thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dg::requests {

struct ReferenceSpec {
  std::string table, column;
  std::string on_delete, on_update;  ///< `CASCADE`, `SET NULL` …; empty: NO ACTION.
};

struct ColumnSpec {
  std::string name, type;
  bool primary_key = false;
  std::optional<bool> nullable;  ///< Not said: true, but for a key.
  bool unique = false;
  std::optional<std::string> default_value;
  std::optional<ReferenceSpec> references;
  std::string comment;
  std::string from;  ///< Of a rebuild: the column whose values it takes; empty: that of its name.
};

struct IndexSpec {
  std::string name;
  std::vector<std::string> columns;  ///< `status`, or `payload->user.name`: a value within JSON.
  bool unique = false;
  std::string type;  ///< BTREE, GIN, GIST, HASH; empty: BTREE.
};

struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;
  std::vector<std::string> primary_key;  ///< An explicit list; empty: by the columns' flags.
  std::vector<IndexSpec> indexes;
  std::string comment;
};

/// One change of an ALTER request.
struct ChangeSpec {
  enum class Kind : std::uint8_t { add_column, add_index, rename_table, rename_column, rebuild };
  Kind kind = Kind::add_column;
  ColumnSpec column;     ///< add_column.
  IndexSpec index;       ///< add_index.
  std::string from, to;  ///< Renames; a table's needs no `from`.
  TableSpec table;       ///< rebuild: what it shall be.
};

enum class RequestKind : std::uint8_t { create, alter };

struct SchemaRequest {
  std::string table_name, owner;
  RequestKind operation = RequestKind::create;
  TableSpec table;                  ///< create.
  std::vector<ChangeSpec> changes;  ///< alter, in this order.
  // Who asks and why.
  std::string requested_by, requested_by_username, justification, related_issue, feature_id;
  std::int64_t requested_at = 0;  ///< Unix seconds; 0: not said.
};

/// What one request may hold; more is refused (E13) before anything looks at it.
inline constexpr std::size_t kMostColumns = 200;
inline constexpr std::size_t kMostIndexes = 32;
inline constexpr std::size_t kMostIndexColumns = 16;
inline constexpr std::size_t kMostChanges = 50;
inline constexpr std::size_t kMostTextBytes = 4000;  ///< Of a comment, a justification, a default.
inline constexpr std::size_t kMostNameBytes = 63;
inline constexpr std::size_t kMostDocumentBytes = std::size_t{256} << 10;
inline constexpr int kMostDepth = 16;  ///< Of the JSON document.

}  // namespace dg::requests
