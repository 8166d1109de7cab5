#include "daemon/requests/error_json.h"

#include <array>
#include <utility>

namespace dg {
namespace {

constexpr std::array<std::pair<ErrorKind, std::string_view>, 10> kKinds{{
    {ErrorKind::usage, "usage"},
    {ErrorKind::not_found, "not_found"},
    {ErrorKind::ambiguous, "ambiguous"},
    {ErrorKind::busy, "busy"},
    {ErrorKind::disk_full, "disk_full"},
    {ErrorKind::io, "io"},
    {ErrorKind::corrupt, "corrupt"},
    {ErrorKind::newer, "newer"},
    {ErrorKind::conflict, "conflict"},
    {ErrorKind::cancelled, "cancelled"},
}};

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string_view to_string(ErrorKind kind) noexcept {
  for (const auto& [known, text] : kKinds) {
    if (known == kind) return text;
  }
  return "io";
}

Json error_to_json(const Error& error) {
  Json data{{"kind", to_string(error.kind)},
            {"thing", error.thing},
            {"reason", error.reason},
            {"cure", error.cure}};
  if (!error.candidates.empty()) {
    Json list = Json::array();
    for (const Candidate& candidate : error.candidates) {
      list.push_back({{"id", candidate.id}, {"kind", candidate.kind}, {"place", candidate.place}});
    }
    data["candidates"] = std::move(list);
  }
  return data;
}

Error error_from_json(const Json& data) {
  Error error;
  if (!data.is_object()) return error;
  const std::string kind = text_of(data, "kind");
  for (const auto& [known, text] : kKinds) {
    if (text == kind) error.kind = known;
  }
  error.thing = text_of(data, "thing");
  error.reason = text_of(data, "reason");
  error.cure = text_of(data, "cure");
  const auto list = data.find("candidates");
  if (list != data.end() && list->is_array()) {
    for (const Json& item : *list) {
      if (!item.is_object()) continue;
      error.candidates.push_back(
          {text_of(item, "id"), text_of(item, "kind"), text_of(item, "place")});
    }
  }
  return error;
}

}  // namespace dg
