#pragma once
/// \file
/// Drift: where a schema is not another one. Pure; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/schema/live/model.h"

namespace dg::schema {

/// What differs; values are told as text (to_string).
enum class Aspect : std::uint8_t {
  missing_table,
  extra_table,
  missing_column,
  extra_column,
  type,
  nullability,
  default_value,
  primary_key,
  unique,
  foreign_key,
  check,
  table_option,  ///< STRICT, WITHOUT ROWID, or a view in a table's place.
  missing_index,
  index,
  extra_index,
  missing_trigger,
  trigger,
  extra_trigger,
  missing_view,
  view,
  extra_view,
};
std::string_view to_string(Aspect aspect) noexcept;

/// What brings the found schema to the wanted one.
enum class Cure : std::uint8_t {
  keep,     ///< Nothing: nobody asked for it, and it is never dropped unasked.
  add,      ///< Something new; what is there stays as it is.
  replace,  ///< It holds no data: dropped and made anew.
  rebuild,  ///< The table is made anew and its rows are copied.
};

struct Difference {
  Aspect aspect{};
  Cure cure = Cure::keep;
  std::string table;   ///< That it belongs to; of a view, its own name.
  std::string object;  ///< Column, index, trigger or view; empty: the table itself.
  std::string wanted;  ///< Empty: no such thing is wanted.
  std::string found;   ///< Empty: there is none.

  /// `atoms.version: type: wanted INTEGER, found TEXT`.
  std::string text() const;
};

/// Where `found` is not `wanted`, in the order of tables, then of aspects. An index, trigger or
/// view counts by its meaning, not by its layout (sql_tokens.h). The order of columns does not
/// count. O(objects log objects).
std::vector<Difference> compare(const LiveSchema& wanted, const LiveSchema& found);

/// Those in which something that is wanted is missing or otherwise; the rest is merely more.
bool is_lack(const Difference& difference) noexcept;

}  // namespace dg::schema
