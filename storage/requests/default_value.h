#pragma once
/// \file
/// Default values: literals of the column's type and two named generators. What a request says is
/// read into a value and written as SQL anew; its text is never used.
/// Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "storage/requests/types.h"

namespace dg::requests {

struct DefaultValue {
  std::string source;    ///< As the request has it; parse_default() reads it again.
  std::string sql;       ///< `'open'`, `0`, or an expression in parentheses.
  bool constant = true;  ///< SQLite adds a column to a table with rows only with a constant.
  bool is_null = false;  ///< The literal NULL.
  bool generator = false;
  bool operator==(const DefaultValue& other) const noexcept { return sql == other.sql; }
};

/// Of a column of that type:
///
///     any                     NULL
///     INTEGER BIGINT          12  -3
///     REAL FLOAT              1.5  2e-3
///     BOOLEAN                 true  false  0  1
///     TEXT VARCHAR            'it''s open', or one bare word: open
///     UUID                    a UUID, or gen_random_uuid()
///     TIMESTAMPTZ TIMESTAMP   2026-11-21T12:00:00Z, or CURRENT_TIMESTAMP or now()
///     JSONB                   {"a": 1}, with or without single quotes
///     BYTEA                   x'00ff'
///
/// Nothing where the text is none of these.
std::optional<DefaultValue> parse_default(std::string_view text, const Type& type);

/// What parse_default() takes for the type, for people.
std::string default_forms(const Type& type);

}  // namespace dg::requests
