#include "storage/requests/types.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dg::requests {
namespace {

struct Known {
  Logical logical;
  std::string_view name, storage;
};
constexpr std::array<Known, 14> kKnown{{
    {Logical::uuid, "UUID", "TEXT"},
    {Logical::text, "TEXT", "TEXT"},
    {Logical::varchar, "VARCHAR", "TEXT"},
    {Logical::integer, "INTEGER", "INTEGER"},
    {Logical::bigint, "BIGINT", "INTEGER"},
    {Logical::real, "REAL", "REAL"},
    {Logical::float_, "FLOAT", "REAL"},
    {Logical::boolean, "BOOLEAN", "INTEGER"},
    {Logical::jsonb, "JSONB", "TEXT"},
    {Logical::timestamptz, "TIMESTAMPTZ", "TEXT"},
    {Logical::timestamp, "TIMESTAMP", "TEXT"},
    {Logical::bytea, "BYTEA", "BLOB"},
    {Logical::serial, "SERIAL", "INTEGER"},
    {Logical::bigserial, "BIGSERIAL", "INTEGER"},
}};

const Known& known(Logical logical) noexcept {
  return *std::find_if(kKnown.begin(), kKnown.end(),
                       [&](const Known& each) { return each.logical == logical; });
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

}  // namespace

std::optional<Type> parse_type(std::string_view text) {
  std::string_view name = text;
  Type type;
  if (const std::size_t open = text.find('('); open != std::string_view::npos) {
    name = text.substr(0, open);
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + open + 1, end, type.length);
    const bool whole = read.ec == std::errc() && read.ptr + 1 == end && *read.ptr == ')';
    if (!whole || type.length == 0 || type.length > 1'000'000) return std::nullopt;
  }
  const std::string wanted = upper(name);
  const auto found = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const Known& each) { return each.name == wanted; });
  if (found == kKnown.end()) return std::nullopt;
  if (type.length != 0 && found->logical != Logical::varchar) return std::nullopt;
  type.logical = found->logical;
  return type;
}

std::string to_string(const Type& type) {
  std::string text(known(type.logical).name);
  return type.length == 0 ? text : text + "(" + std::to_string(type.length) + ")";
}

std::string_view storage_type(const Type& type) noexcept {
  return known(type.logical).storage;
}

std::string type_condition(const Type& type, const Identifier& column) {
  const std::string name = quoted(column);
  // A condition that is NULL holds, so that each of them lets NULL pass where it is allowed.
  switch (type.logical) {
    case Logical::uuid:
      return "length(" + name + ") = 36";
    case Logical::varchar:
      return type.length == 0 ? "" : "length(" + name + ") <= " + std::to_string(type.length);
    case Logical::boolean:
      return name + " IN (0, 1)";
    case Logical::jsonb:
      // Before SQLite 3.45 json_valid(NULL) is 0, and any SQLite tool may look at the file.
      return name + " IS NULL OR json_valid(" + name + ")";
    case Logical::timestamptz:
      return name + " GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' AND julianday(" + name +
             ") IS NOT NULL";
    case Logical::timestamp:
      return name + " GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND julianday(" + name +
             ") IS NOT NULL";
    default:
      return "";
  }
}

bool is_serial(const Type& type) noexcept {
  return type.logical == Logical::serial || type.logical == Logical::bigserial;
}

bool comparable(const Type& a, const Type& b) noexcept {
  const auto family = [](const Type& type) {
    switch (type.logical) {
      case Logical::varchar:
        return Logical::text;
      case Logical::bigint:
      case Logical::serial:
      case Logical::bigserial:
        return Logical::integer;
      case Logical::float_:
        return Logical::real;
      default:
        return type.logical;
    }
  };
  return family(a) == family(b);
}

std::string type_names() {
  std::string names;
  for (const Known& each : kKnown) names.append(names.empty() ? "" : ", ").append(each.name);
  return names;
}

}  // namespace dg::requests
