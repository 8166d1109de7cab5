/// \file
/// `definition`: what the name at a place of the source stands for.
///
///     params  {"place"}
///     answer  kAnswer, below
///
/// `items` are the atoms that the name means, surest first; several where a call may run several,
/// none where it has no target in the project. At the name of a declaration it is that atom.

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "graph/queries/name_at.h"
#include "graph/queries/resolve.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"file", "name": null or {"text", "line", "col", "end_col", "declares"}, "items": [ATOM],
   "total"}; name is null where no name that is used or declared stands there
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{{"place", "text", "Give file:line:col.", true}};
  return all;
}

struct Place {
  std::string file;
  Position at;
};

/// `src/a.js:12:5`; a file's name may hold colons.
std::optional<Place> place_of(std::string text) {
  std::uint32_t numbers[2] = {0, 0};
  for (std::uint32_t& number : numbers) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon + 1 == text.size() || text.size() - colon > 10)
      return std::nullopt;
    for (const char c : text.substr(colon + 1)) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    text.resize(colon);
  }
  if (text.starts_with("./")) text.erase(0, 2);
  return Place{text, {numbers[1], numbers[0]}};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("definition", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const std::string typed = params->text("place");
  const std::optional<Place> place = place_of(typed);
  if (!place) {
    return Error{ErrorKind::usage, "'" + typed.substr(0, 200) + "'", "is no file:line:col",
                 "Give a place such as src/a.js:12:5."};
  }
  if (!snapshot.file_at(place->file)) {
    return Error{ErrorKind::not_found, "'" + place->file.substr(0, 200) + "'", "is no indexed file",
                 "'deltagraph why-ignored' tells why."};
  }
  Json name = nullptr;
  Json items = Json::array();
  if (const std::optional<NameAt> found = name_at(snapshot, place->file, place->at)) {
    name = {{"text", found->text},
            {"line", found->at.line},
            {"col", found->at.col},
            {"end_col", found->at.col + found->units},
            {"declares", found->declares}};
    for (const AtomId id : found->atoms) items.push_back(atom_json(snapshot.atom(id)));
  }
  Json result{{"file", place->file}, {"name", std::move(name)}, {"items", std::move(items)}};
  result["total"] = result["items"].size();
  return with_freshness(std::move(result), context);
}

}  // namespace

Method definition_method() {
  return {"definition", "what the name at a place of the source stands for",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
