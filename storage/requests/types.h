#pragma once
/// \file
/// The logical types that a request may name, and what SQLite stores for each: the recommended type
/// for keys, external ids, text, numbers, time, JSON and flags. Pure; any thread.
///
///     UUID TEXT VARCHAR VARCHAR(n) INTEGER BIGINT REAL FLOAT BOOLEAN JSONB TIMESTAMPTZ TIMESTAMP
///     BYTEA SERIAL BIGSERIAL

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/requests/identifier.h"

namespace dg::requests {

enum class Logical : std::uint8_t {
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

struct Type {
  Logical logical = Logical::text;
  std::uint32_t length = 0;  ///< Most characters of a VARCHAR(n); 0: any.
  bool operator==(const Type& other) const noexcept = default;
};

/// Case aside; nothing else than a type's name, and for VARCHAR a length in parentheses.
std::optional<Type> parse_type(std::string_view text);
std::string to_string(const Type& type);  ///< `VARCHAR(20)`; parse_type() reads it.
/// The type of a STRICT table: `TEXT`.
std::string_view storage_type(const Type& type) noexcept;
/// The condition that keeps a column to its logical type; empty: STRICT alone does.
std::string type_condition(const Type& type, const Identifier& column);
/// SERIAL and BIGSERIAL: numbered by SQLite.
bool is_serial(const Type& type) noexcept;
/// Whether a foreign key of one type may name a column of the other.
bool comparable(const Type& a, const Type& b) noexcept;
/// The names of all types: `UUID, TEXT, …`.
std::string type_names();

}  // namespace dg::requests
