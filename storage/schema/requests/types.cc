#include "storage/schema/requests/types.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "storage/schema/live/sql_tokens.h"

namespace dg::schema {
namespace {

struct TypeRow {
  std::string_view name, stored;
};

// In the order of RequestType.
constexpr TypeRow kTypes[] = {
    {"uuid", "TEXT"},      {"text", "TEXT"},         {"varchar", "TEXT"},   {"integer", "INTEGER"},
    {"bigint", "INTEGER"}, {"real", "REAL"},         {"float", "REAL"},     {"boolean", "INTEGER"},
    {"jsonb", "TEXT"},     {"timestamptz", "TEXT"},  {"timestamp", "TEXT"}, {"bytea", "BLOB"},
    {"serial", "INTEGER"}, {"bigserial", "INTEGER"},
};

constexpr std::string_view kTime =
    "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*Z'";
constexpr std::string_view kNow = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))";
/// Version 4 (RFC 9562 §5.4).
constexpr std::string_view kUuid =
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
    "substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (abs(random()) & 3), 1) || "
    "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<DefaultValue> constant(std::string sql) {
  return DefaultValue{std::move(sql), true};
}

/// What stands between quotes, or the text itself; nothing for a quote that does not end.
std::optional<std::string> text_value(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.empty() || text[0] != '\'') return std::string(text);
  const std::vector<Token> tokens = tokens_of(text);
  if (tokens.size() != 1 || tokens[0].kind != TokenKind::string || text.size() < 2 ||
      text.back() != '\'')
    return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    value += text[i];
    if (text[i] == '\'') ++i;
  }
  return quoted_text(value) == text ? std::optional(value) : std::nullopt;
}

bool is_time(std::string_view text) {
  static constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size() || text.back() != 'Z') return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '0' ? !is_digit(text[i]) : text[i] != kForm[i]) return false;
  }
  const std::string_view rest = text.substr(kForm.size(), text.size() - kForm.size() - 1);
  return rest.empty() || (rest[0] == '.' && std::all_of(rest.begin() + 1, rest.end(), is_digit));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

std::optional<DefaultValue> text_default(RequestType type, std::string_view text) {
  const std::optional<std::string> value = text_value(text);
  if (!value) return std::nullopt;
  const bool fits = type == RequestType::uuid          ? is_uuid(*value)
                    : type == RequestType::timestamptz ? is_time(*value)
                    : type == RequestType::timestamp   ? is_time(*value)
                                                       : true;
  if (!fits) return std::nullopt;
  return constant(quoted_text(*value));
}

std::optional<DefaultValue> blob_default(std::string_view text) {
  const std::vector<Token> tokens = tokens_of(text);
  if (tokens.size() != 1 || tokens[0].kind != TokenKind::blob) return std::nullopt;
  const std::string& blob = tokens[0].text;  // x'…', lower case.
  const bool hex = blob.size() % 2 == 1 && blob.size() >= 3 && blob.back() == '\'' &&
                   std::all_of(blob.begin() + 2, blob.end() - 1,
                               [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  return hex ? constant(blob) : std::nullopt;
}

}  // namespace

std::optional<RequestType> request_type(std::string_view text) {
  std::string name = lower(text);
  if (name.starts_with("varchar(") && name.ends_with(")")) {
    const auto length = number_in<int>(std::string_view(name).substr(8, name.size() - 9));
    if (length && *length > 0) name = "varchar";
  }
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    if (kTypes[i].name == name) return static_cast<RequestType>(i);
  }
  return std::nullopt;
}

std::string request_type_names() {
  std::string names;
  for (const TypeRow& row : kTypes) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

std::string_view stored_type(RequestType type) noexcept {
  return kTypes[static_cast<std::size_t>(type)].stored;
}

std::string type_check(RequestType type, const std::string& column) {
  switch (type) {
    case RequestType::uuid:
      return column + " IS NULL OR length(" + column + ") = 36";
    case RequestType::boolean:
      return column + " IN (0, 1)";
    case RequestType::jsonb:
      return column + " IS NULL OR json_valid(" + column + ")";
    case RequestType::timestamptz:
    case RequestType::timestamp:
      return column + " IS NULL OR " + column + " GLOB " + std::string(kTime);
    default:
      return {};
  }
}

std::optional<DefaultValue> default_of(RequestType type, std::string_view text) {
  const std::string word = lower(text);
  if (word == "null") return constant("NULL");
  switch (type) {
    case RequestType::integer:
    case RequestType::bigint: {
      const auto value = number_in<std::int64_t>(text);
      return value ? constant(std::to_string(*value)) : std::nullopt;
    }
    case RequestType::real:
    case RequestType::float_: {
      const auto value = number_in<double>(text);
      if (!value || !std::isfinite(*value)) return std::nullopt;
      return constant(std::string(text));  // It is a number as from_chars reads it, and no more.
    }
    case RequestType::boolean:
      if (word == "true" || word == "1") return constant("1");
      return word == "false" || word == "0" ? constant("0") : std::nullopt;
    case RequestType::timestamptz:
    case RequestType::timestamp:
      if (word == "current_timestamp" || word == "now()")
        return DefaultValue{std::string(kNow), false};
      return text_default(type, text);
    case RequestType::uuid:
      if (word == "uuid()" || word == "gen_random_uuid()")
        return DefaultValue{std::string(kUuid), false};
      return text_default(type, text);
    case RequestType::text:
    case RequestType::varchar:
    case RequestType::jsonb:
      return text_default(type, text);
    case RequestType::bytea:
      return blob_default(text);
    case RequestType::serial:
    case RequestType::bigserial:
      break;
  }
  return std::nullopt;
}

bool is_snake_case(std::string_view name) noexcept {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= 63 && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || is_digit(c); });
}

}  // namespace dg::schema
