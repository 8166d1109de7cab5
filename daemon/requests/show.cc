/// \file
/// `show`: all that is known of one atom.
///
///     params  {"atom", "source"}
///     answer  kAnswer, below
///
/// `source` is there when asked for: the text on disk, or null where the file has changed since. At
/// a past point both `source` and `parameters` are null for files that were written since:
/// history holds the signature, and neither text nor parameters one by one.

#include "graph/queries/show.h"

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "daemon/watch/crawl.h"
#include "events/names.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"atom": ATOM and {"start": {"line", "col"}, "end": {"line", "col"}, "form", "signature",
   "doc", "owner": id or null, "version", "async", "static", "ambient", "complexity",
   "code_lines", "parameters": [{"name", "type", "default", "optional", "rest"}]},
   "outgoing": {"calls": 3}, "incoming": {"calls": 2}, "unresolved": {"own_sites",
   "possible", "elsewhere"}, "source": text}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{kAtomParameter,
                                          {"source", "boolean", "with the atom's source text"}};
  return all;
}

Json parameters_json(const AtomRef& atom) {
  const Range range = atom.atom().params;
  if (range.begin == kNoIndex) return nullptr;
  Json list = Json::array();
  for (std::uint32_t i = range.begin; i < range.begin + range.count; ++i) {
    const Param& param = atom.file->facts->params[i];
    list.push_back({{"name", atom.text(param.name)},
                    {"type", atom.text(param.type_text)},
                    {"default", atom.text(param.default_text)},
                    {"optional", param.optional},
                    {"rest", param.form == ParamForm::rest}});
  }
  return list;
}

Json counts_json(const std::array<std::uint32_t, kRelationCount>& counts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) json[std::string(to_string(static_cast<Relation>(i)))] = counts[i];
  }
  return json;
}

Json position_json(Position at) {
  return {{"line", at.line}, {"col", at.col}};
}

Json card_json(const Snapshot& snapshot, const AtomCard& card) {
  const Atom& atom = card.atom.atom();
  Json json = atom_json(card.atom);
  json["start"] = position_json(atom.start);
  json["end"] = position_json(atom.end);
  json["form"] = to_string(atom.form);
  json["signature"] = card.signature;
  json["doc"] = card.doc;
  const AtomRef owner = snapshot.atom(card.owner);
  json["owner"] = owner ? Json(atom_id_text(*owner.file, owner.index)) : Json(nullptr);
  json["version"] = card.version;
  json["async"] = atom.is_async;
  json["static"] = atom.is_static;
  json["ambient"] = atom.ambient;
  json["complexity"] = atom.complexity;
  json["code_lines"] = atom.code_lines;
  json["parameters"] = parameters_json(card.atom);
  return json;
}

/// Null where the bytes on disk are not those that the snapshot speaks of.
Json source_text(const RequestContext& context, const AtomRef& ref) {
  const FileVersion& file = *ref.file;
  const Result<std::optional<FileBytes>> read = read_file(context.root, file.path, file.size);
  if (!read || !*read || (**read).hash != file.hash) return nullptr;
  const std::string& bytes = (**read).bytes;
  const Atom& atom = ref.atom();
  if (atom.byte_end > bytes.size() || atom.byte_begin > atom.byte_end) return nullptr;
  return bytes.substr(atom.byte_begin, atom.byte_end - atom.byte_begin);
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("show", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<AtomRef> atom = find_atom(snapshot, params->text("atom"));
  if (!atom) return atom.error();
  const AtomCard card = show_atom(snapshot, atom->id());
  Json result{{"atom", card_json(snapshot, card)},
              {"outgoing", counts_json(card.outgoing)},
              {"incoming", counts_json(card.incoming)}};
  result["unresolved"] = {{"own_sites", card.open_sites},
                          {"possible", card.mentions.possible},
                          {"elsewhere", card.mentions.elsewhere}};
  if (params->flag("source")) result["source"] = source_text(context, *atom);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method show_method() {
  return {"show", "all that is known of one atom", parameters(), answer, kAnswer, true};
}

}  // namespace dg
