#pragma once
/// \file
/// The types that a request may name, and the defaults that they may have. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dg::schema {

enum class RequestType : unsigned char {
  uuid,
  text,
  varchar,
  integer,
  bigint,
  real,
  float_,
  boolean,
  jsonb,
  timestamptz,
  timestamp,
  bytea,
  serial,
  bigserial,
};

/// Case aside; `VARCHAR(40)` too. Nothing for what is unknown.
std::optional<RequestType> request_type(std::string_view text);
/// `uuid, text, …`, for messages.
std::string request_type_names();

/// SQLite's type in a STRICT table: `TEXT`.
std::string_view stored_type(RequestType type) noexcept;
/// The condition that the values of a column must meet; empty: none. `column` is quoted.
std::string type_check(RequestType type, const std::string& column);

struct DefaultValue {
  std::string sql;        ///< A literal, or an expression in parentheses.
  bool constant = false;  ///< Only such a one can be given to a column that is added later.
};
/// A default as written in a request: a number, `true`, `false`, `null`, a text with or without
/// quotes, `x'00ff'`, CURRENT_TIMESTAMP or `now()` of a time, `uuid()` or `gen_random_uuid()` of a
/// UUID. Nothing where it is no value of that type.
std::optional<DefaultValue> default_of(RequestType type, std::string_view text);

/// `[a-z_][a-z0-9_]*`, at most 63 letters.
bool is_snake_case(std::string_view name) noexcept;

}  // namespace dg::schema
