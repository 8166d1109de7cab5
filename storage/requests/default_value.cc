#include "storage/requests/default_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "storage/requests/request.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/sqlite/connection.h"

namespace dg::requests {
namespace {

bool same_word(std::string_view text, std::string_view upper) noexcept {
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(), [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  });
}

/// The text of a literal in single quotes, doubled ones undone; nothing where it is none.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (++i == text.size() || text[i] != '\'')) return std::nullopt;
    value += text[i];
  }
  return value;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool is_bare_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  // Two hyphens would read as a comment to a person.
  return !text.empty() && std::all_of(text.begin(), text.end(), plain) &&
         text.find("--") == std::string_view::npos;
}

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// Whether SQLite says 1 to a question about a value.
bool holds(const char* question, std::string_view value) {
  const Connection memory(":memory:", Connection::Mode::read_write_create);
  Statement statement = memory.prepare(question);
  statement.bind_text(1, value);
  return statement.step() && statement.integer(0) == 1;
}

DefaultValue constant(std::string sql) {
  DefaultValue value;
  value.sql = std::move(sql);
  return value;
}

DefaultValue generated(std::string sql) {
  DefaultValue value = constant(std::move(sql));
  value.constant = false;
  value.generator = true;
  return value;
}

std::optional<DefaultValue> number_default(std::string_view text, bool whole) {
  if (whole) {
    const auto value = number_of<std::int64_t>(text);
    return value ? std::optional(constant(std::to_string(*value))) : std::nullopt;
  }
  const auto value = number_of<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *value);
  return constant(std::string(buffer, end.ptr));
}

std::optional<DefaultValue> boolean_default(std::string_view text) {
  if (text == "1" || same_word(text, "TRUE")) return constant("1");
  if (text == "0" || same_word(text, "FALSE")) return constant("0");
  return std::nullopt;
}

std::optional<DefaultValue> text_default(std::string_view text, std::uint32_t length) {
  std::optional<std::string> value = unquoted(text);
  if (!value && is_bare_word(text)) value = std::string(text);
  if (!value || value->find('\0') != std::string::npos) return std::nullopt;
  const auto characters = std::count_if(value->begin(), value->end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  if (length != 0 && characters > static_cast<std::ptrdiff_t>(length)) return std::nullopt;
  return constant(schema::quoted_text(*value));
}

std::optional<DefaultValue> uuid_default(std::string_view text) {
  if (same_word(text, "GEN_RANDOM_UUID()") || same_word(text, "UUID()")) {
    // RFC 9562 §5.4: version 4, variant 10.
    return generated(
        "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
        "substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || "
        "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))");
  }
  const std::string value = unquoted(text).value_or(std::string(text));
  return is_uuid(value) ? std::optional(constant(schema::quoted_text(value))) : std::nullopt;
}

std::optional<DefaultValue> time_default(std::string_view text, const Type& type) {
  if (same_word(text, "CURRENT_TIMESTAMP") || same_word(text, "NOW()")) {
    return generated("(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))");
  }
  const std::string value = unquoted(text).value_or(std::string(text));
  const bool shaped = type.logical == Logical::timestamptz
                          ? holds(
                                "SELECT ?1 GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' "
                                "AND julianday(?1) IS NOT NULL",
                                value)
                          : holds(
                                "SELECT ?1 GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' "
                                "AND julianday(?1) IS NOT NULL",
                                value);
  return shaped ? std::optional(constant(schema::quoted_text(value))) : std::nullopt;
}

std::optional<DefaultValue> json_default(std::string_view text) {
  const std::string value = unquoted(text).value_or(std::string(text));
  if (value.empty() || value.find('\0') != std::string::npos) return std::nullopt;
  if (!holds("SELECT json_valid(?1)", value)) return std::nullopt;
  return constant(schema::quoted_text(value));
}

std::optional<DefaultValue> blob_default(std::string_view text) {
  if (text.size() < 3 || (text.front() != 'x' && text.front() != 'X')) return std::nullopt;
  const std::optional<std::string> digits = unquoted(text.substr(1));
  if (!digits || digits->size() % 2 != 0 || !std::all_of(digits->begin(), digits->end(), is_hex))
    return std::nullopt;
  return constant("x'" + *digits + "'");
}

std::optional<DefaultValue> read(std::string_view text, const Type& type) {
  if (same_word(text, "NULL") && !is_serial(type)) {
    DefaultValue null = constant("NULL");
    null.is_null = true;
    return null;
  }
  switch (type.logical) {
    case Logical::integer:
    case Logical::bigint:
      return number_default(text, true);
    case Logical::real:
    case Logical::float_:
      return number_default(text, false);
    case Logical::boolean:
      return boolean_default(text);
    case Logical::text:
    case Logical::varchar:
      return text_default(text, type.length);
    case Logical::uuid:
      return uuid_default(text);
    case Logical::timestamptz:
    case Logical::timestamp:
      return time_default(text, type);
    case Logical::jsonb:
      return json_default(text);
    case Logical::bytea:
      return blob_default(text);
    case Logical::serial:
    case Logical::bigserial:
      break;  // Numbered by SQLite.
  }
  return std::nullopt;
}

}  // namespace

std::optional<DefaultValue> parse_default(std::string_view text, const Type& type) {
  if (text.size() > kMostTextBytes) return std::nullopt;
  std::optional<DefaultValue> value = read(text, type);
  if (value) value->source = std::string(text);
  return value;
}

std::string default_forms(const Type& type) {
  switch (type.logical) {
    case Logical::integer:
    case Logical::bigint:
      return "a whole number, or NULL";
    case Logical::real:
    case Logical::float_:
      return "a number, or NULL";
    case Logical::boolean:
      return "true, false or NULL";
    case Logical::text:
    case Logical::varchar:
      return "a text in single quotes ('open'), one bare word, or NULL";
    case Logical::uuid:
      return "a UUID, gen_random_uuid(), or NULL";
    case Logical::timestamptz:
      return "a UTC time like 2026-11-21T12:00:00Z, CURRENT_TIMESTAMP, or NULL";
    case Logical::timestamp:
      return "a time like 2026-11-21 12:00:00, CURRENT_TIMESTAMP, or NULL";
    case Logical::jsonb:
      return "a JSON value, or NULL";
    case Logical::bytea:
      return "bytes like x'00ff', or NULL";
    case Logical::serial:
    case Logical::bigserial:
      break;
  }
  return "none: SQLite numbers the rows";
}

}  // namespace dg::requests
