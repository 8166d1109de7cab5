#pragma once
/// \file
/// A table whose every name, type and default has been parsed: what SQL is made of, and what the
/// registry of requested tables keeps. Values: any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/requests/default_value.h"
#include "storage/requests/identifier.h"
#include "storage/requests/types.h"

namespace dg::requests {

enum class Action : std::uint8_t { no_action, restrict_, set_null, cascade };
std::string_view to_string(Action action) noexcept;  ///< As in SQL: `SET NULL`.
/// Case aside; an empty text is NO ACTION.
std::optional<Action> parse_action(std::string_view text) noexcept;

struct Reference {
  Identifier table, column;
  Action on_delete = Action::no_action, on_update = Action::no_action;
  bool operator==(const Reference& other) const noexcept = default;
};

struct Column {
  Identifier name;
  Type type;
  bool not_null = false;
  bool unique = false;
  std::optional<DefaultValue> default_value;
  std::optional<Reference> references;
  std::string comment;

  /// The same but for its name and comment.
  bool same_shape(const Column& other) const noexcept;
};

/// What an index is ordered by: a column, or a value within its JSON.
struct IndexKey {
  Identifier column;
  std::vector<std::string> path;  ///< Plain keys: `{"user", "name"}` of `payload->user.name`.
  bool operator==(const IndexKey& other) const noexcept = default;
};
std::optional<IndexKey> parse_key(std::string_view text);
std::string to_string(const IndexKey& key);  ///< parse_key() reads it.

struct Index {
  Identifier name;
  std::vector<IndexKey> keys;
  bool unique = false;
  std::string method;  ///< As asked for: BTREE, GIN …; SQLite makes a B-tree of each.
};

struct Definition {
  Identifier name;
  std::vector<Column> columns;
  std::vector<Identifier> primary_key;  ///< At least one.
  std::vector<Index> indexes;
  std::string comment, owner;

  const Column* column(std::string_view name_) const noexcept;  ///< Null: none.
  Column* column(std::string_view name_) noexcept;
  const Index* index(std::string_view name_) const noexcept;
  bool in_key(const Identifier& column_) const noexcept;
  /// Whether look-ups by this column need no scan: it leads the key, a unique one or an index.
  bool is_indexed(const Identifier& column_) const noexcept;
};

/// A definition as it was before a change, and after.
struct Change {
  std::optional<Definition> before;  ///< None: the table is new.
  Definition after;
  /// For each column of `after`, where its values come from; none: it is new.
  std::vector<std::optional<Identifier>> sources;
};

}  // namespace dg::requests
