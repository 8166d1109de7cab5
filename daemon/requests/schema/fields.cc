#include "daemon/requests/schema/fields.h"

#include <algorithm>

#include "daemon/requests/params.h"
#include "storage/requests/identifier.h"
#include "storage/requests/request.h"

namespace dg {
namespace {

/// A key as a step of a JSON pointer, cut where it is long.
std::string step(std::string_view key) {
  std::string text = "/";
  for (const char c : requests::in_comment(key.substr(0, 80)))
    text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

}  // namespace

Fields::Fields(const Json& json, std::string at, std::initializer_list<const char*> keys,
               requests::Findings& findings)
    : json_(json), at_(std::move(at)), findings_(findings) {
  if (!json.is_object()) {
    wrong("", "must be an object");
    return;
  }
  const std::vector<std::string> known(keys.begin(), keys.end());
  for (const auto& item : json.items()) {
    const std::string& key = item.key();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = key.size() > 60 ? std::string() : nearest(key, known);
    findings_.add("E6", at_ + step(key), "There is no such key here.",
                  near.empty() ? "'schema-request schema' prints what there is."
                               : "Did you mean " + near + "?");
  }
}

std::optional<std::string> Fields::maybe_text(const char* key) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    wrong(key, "must be a text");
    return std::nullopt;
  }
  const std::string& text = found->get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) wrong(key, "must not hold NUL");
  if (text.size() > requests::kMostTextBytes) {
    findings_.add("E13", place(key), "It is longer than a text of a request may be.",
                  "Keep it below " + std::to_string(requests::kMostTextBytes) + " bytes.");
  }
  return text;
}

std::string Fields::text(const char* key, bool required) {
  if (required && find(key) == nullptr) wrong(key, "is missing");
  return maybe_text(key).value_or(std::string());
}

std::optional<bool> Fields::maybe_flag(const char* key) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  wrong(key, "must be true or false");
  return std::nullopt;
}

std::int64_t Fields::seconds(const char* key) {
  const Json* found = find(key);
  if (found == nullptr) return 0;
  constexpr std::int64_t kMost = 253'402'300'799;  // The last second of the year 9999.
  const bool fits = found->is_number_integer() && found->get<double>() >= 0 &&
                    found->get<double>() <= static_cast<double>(kMost);
  if (fits) return found->get<std::int64_t>();
  wrong(key, "must be seconds since 1970");
  return 0;
}

const Json* Fields::array(const char* key, std::size_t most, bool required) {
  const Json* found = value(key, required);
  if (found == nullptr) return nullptr;
  if (!found->is_array()) {
    wrong(key, "must be a list");
    return nullptr;
  }
  if (found->size() <= most) return found;
  findings_.add("E13", place(key),
                std::to_string(found->size()) + " entries are more than the " +
                    std::to_string(most) + " that a request may have here.",
                "Split the table or the request.");
  return nullptr;
}

std::vector<std::string> Fields::texts(const char* key, std::size_t most, bool required) {
  std::vector<std::string> all;
  const Json* list = array(key, most, required);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if ((*list)[i].is_string()) {
      all.push_back((*list)[i].get<std::string>());
    } else {
      findings_.add("E6", place(key, i), "It must be a text.", "Give names.");
    }
  }
  return all;
}

const Json* Fields::value(const char* key, bool required) {
  const Json* found = find(key);
  if (found == nullptr && required) wrong(key, "is missing");
  return found;
}

std::string Fields::place(const char* key) const {
  return at_ + step(key);
}

std::string Fields::place(const char* key, std::size_t i) const {
  return place(key) + "/" + std::to_string(i);
}

void Fields::wrong(const std::string& key, const std::string& what) {
  findings_.add("E6", key.empty() ? at_ : at_ + step(key),
                (key.empty() ? "It " : "'" + key + "' ") + what + ".",
                "'schema-request schema' prints the form.");
}

const Json* Fields::find(const char* key) const {
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(key);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace dg
