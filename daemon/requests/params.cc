#include "daemon/requests/params.h"

#include <algorithm>
#include <numeric>

namespace dg {
namespace {

Error refuse(std::string_view method, std::string_view parameter, std::string reason,
             std::string cure) {
  return {ErrorKind::usage, std::string(method) + " " + std::string(parameter), std::move(reason),
          std::move(cure)};
}

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text.substr(0, 80)) + "'";
}

bool is_choice(const Parameter& declared, std::string_view value) {
  if (*declared.choices == '\0') return true;
  const std::vector<std::string> choices = split(declared.choices, "|");
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

std::string choices_cure(const Parameter& declared) {
  std::string cure = "Use one of ";
  for (const std::string& choice : split(declared.choices, "|")) cure += choice + ", ";
  cure.resize(cure.size() - 2);
  return cure;
}

/// The reason why a value does not fit, or nothing. `value` is brought into its canonical form.
std::string misfit(const Parameter& declared, Json& value) {
  const std::string_view type = declared.type;
  if (type == "text") return value.is_string() ? "" : "must be a text";
  if (type == "boolean") return value.is_boolean() ? "" : "must be true or false";
  if (type == "integer") {
    if (!value.is_number_integer()) return "must be a whole number";
    const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
    if (huge || value.get<std::int64_t>() < declared.least ||
        value.get<std::int64_t>() > declared.most) {
      return "must be between " + std::to_string(declared.least) + " and " +
             std::to_string(declared.most);
    }
    return "";
  }
  if (type == "object") return value.is_object() ? "" : "must be an object";
  if (value.is_string()) value = split(value.get_ref<const std::string&>(), ",");
  if (!value.is_array()) return "must be a list of texts";
  for (const Json& item : value) {
    if (!item.is_string()) return "must be a list of texts";
  }
  return "";
}

/// Descriptions of what has to be given say so; those of options say what they mean.
std::string cure_of(const Parameter& declared) {
  const std::string text = declared.description;
  return text.starts_with("Give ") ? text : "It means: " + text;
}

/// The first value that is not among the choices, or null.
const Json* outsider(const Parameter& declared, const Json& value) {
  if (value.is_string() && !is_choice(declared, value.get_ref<const std::string&>())) return &value;
  if (!value.is_array()) return nullptr;
  for (const Json& item : value) {
    if (!is_choice(declared, item.get_ref<const std::string&>())) return &item;
  }
  return nullptr;
}

Error unknown(std::string_view method, std::string_view name, std::span<const Parameter> declared) {
  std::vector<std::string> known;
  for (const Parameter& parameter : declared) known.emplace_back(parameter.name);
  const std::string near = nearest(name, known);
  std::string cure;
  if (!near.empty()) {
    cure = "Did you mean " + near + "?";
  } else if (known.empty()) {
    cure = "It takes no parameters";
  } else {
    cure = "It takes ";
    for (const std::string& each : known) cure += each + ", ";
    cure.resize(cure.size() - 2);
  }
  return refuse(method, in_quotes(name), "there is no such parameter", cure);
}

}  // namespace

Result<Params> Params::check(std::string_view method, std::span<const Parameter> declared,
                             const Json& given) {
  Params checked;
  if (!given.is_null() && !given.is_object()) {
    return refuse(method, "parameters", "must be an object", "Give them by name");
  }
  for (const auto& item : given.items()) {
    const std::string& name = item.key();
    const Json& value = item.value();
    const auto parameter = std::find_if(declared.begin(), declared.end(),
                                        [&](const Parameter& each) { return name == each.name; });
    if (parameter == declared.end()) return unknown(method, name, declared);
    if (value.is_null()) continue;
    Json canonical = value;
    const std::string reason = misfit(*parameter, canonical);
    if (!reason.empty()) return refuse(method, name, reason, cure_of(*parameter));
    if (const Json* bad = outsider(*parameter, canonical)) {
      return refuse(method, name,
                    in_quotes(bad->get_ref<const std::string&>()) + " is not possible",
                    choices_cure(*parameter));
    }
    checked.values_[name] = std::move(canonical);
  }
  for (const Parameter& parameter : declared) {
    if (parameter.required && !checked.has(parameter.name)) {
      return refuse(method, parameter.name, "is missing", parameter.description);
    }
  }
  return checked;
}

bool Params::has(std::string_view name) const {
  return values_.contains(name);
}

std::string Params::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->get<std::string>();
}

std::int64_t Params::integer(std::string_view name, std::int64_t otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->get<std::int64_t>();
}

bool Params::flag(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && found->get<bool>();
}

std::vector<std::string> Params::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>()
                                : found->get<std::vector<std::string>>();
}

Json Params::object(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? Json() : *found;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::string nearest(std::string_view typed, std::span<const std::string> known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(typed, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace dg
