/// \file
/// `resolve`: which atoms a text means.
///
///     params  {"text"}
///     answer  kAnswer, below
///
/// `form` is what the text was taken for: `id`, `place`, `file`, `name`, `tail` (the end of a
/// qualified name), `nameless_export` (a file's name) or `none`. Sorted by (path, start); at most
/// 1,000.

#include "graph/queries/resolve.h"

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"

namespace dg {
namespace {

constexpr const char* kAnswer = R"(  {"form", "items": [ATOM], "total"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{{"text", "text", kAtomParameter.description, true}};
  return all;
}

const char* form_text(AtomForm form) {
  switch (form) {
    case AtomForm::none:
      return "none";
    case AtomForm::id:
      return "id";
    case AtomForm::place:
      return "place";
    case AtomForm::file:
      return "file";
    case AtomForm::name:
      return "name";
    case AtomForm::tail:
      return "tail";
    case AtomForm::nameless_export:
      return "nameless_export";
  }
  return "none";
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("resolve", parameters(), given);
  if (!params) return params.error();
  const ResolvedAtoms resolved = resolve_atom(*context.snapshot, params->text("text"));
  Json items = Json::array();
  for (const AtomId id : resolved.candidates) {
    if (items.size() == 1000) break;
    items.push_back(atom_json(context.snapshot->atom(id)));
  }
  Json result{{"form", form_text(resolved.form)}, {"items", std::move(items)}};
  result["total"] = resolved.candidates.size();
  return with_freshness(std::move(result), context);
}

}  // namespace

Method resolve_method() {
  return {"resolve", "which atoms a text means", parameters(), answer, kAnswer, true};
}

}  // namespace dg
