/// \file
/// `find`: atoms by name, and by words of their signatures and doc comments.
///
///     params  {"text", "kinds", "limit", "cursor"}
///     answer  kAnswer, below
///
/// `match` is `exact`, `folded` (but for case), `prefix`, `word` (a word of the name begins so) or
/// `text` (signature or documentation, every word of the query); best first, then shorter names,
/// then by (path, start). `full_text` is false where the database could not be asked: `total` then
/// counts names alone. At most 1,000 full-text hits are considered.

#include "graph/queries/find.h"

#include <algorithm>
#include <unordered_set>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"

namespace dg {
namespace {

constexpr std::size_t kMostTextHits = 1000;

constexpr const char* kAnswer =
    R"(  {"items": [{"atom": ATOM, "match", "signature", "callers"}], "full_text", "unresolved":
   {"possible", "elsewhere"}, PAGE}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"text", "text", "Give a name, a part of one, or words.", true},
      {"kinds", "list", "only atoms of these kinds", false,
       "module|function|arrow|method|constructor|getter|setter|generator|class|variable|test_"
       "callback|"
       "interface|enum|type_alias|namespace"},
      kLimitParameter,
      kCursorParameter};
  return all;
}

const char* match_text(NameMatch match) {
  switch (match) {
    case NameMatch::exact:
      return "exact";
    case NameMatch::folded:
      return "folded";
    case NameMatch::prefix:
      return "prefix";
    case NameMatch::file:
      return "file";
    case NameMatch::word:
      return "word";
  }
  return "word";
}

struct Hit {
  AtomId id{};
  const char* match = "text";
};

/// Names first, then what full text adds.
std::vector<Hit> all_hits(const RequestContext& context, const std::string& text, bool& full_text) {
  std::vector<Hit> hits;
  std::unordered_set<std::uint32_t> seen;
  for (const FindHit& hit : find_by_name(*context.snapshot, text)) {
    hits.push_back({hit.id, match_text(hit.match)});
    seen.insert(raw(hit.id));
  }
  full_text = false;
  if (context.reader == nullptr) return hits;
  Sequence at{};
  const Result<std::vector<SearchHit>> found = context.reader->search(text, kMostTextHits, &at);
  if (!found) return hits;
  full_text = true;
  for (const SearchHit& hit : *found) {
    // The database may be a commit ahead or behind: only atoms of the snapshot count.
    if (context.snapshot->atom(hit.id) && seen.insert(raw(hit.id)).second) hits.push_back({hit.id});
  }
  return hits;
}

void keep_kinds(const Snapshot& snapshot, const std::vector<std::string>& kinds,
                std::vector<Hit>& hits) {
  if (kinds.empty()) return;
  std::vector<AtomKind> wanted;
  wanted.reserve(kinds.size());
  for (const std::string& kind : kinds) wanted.push_back(*atom_kind_named(kind));
  std::erase_if(hits, [&](const Hit& hit) {
    return std::find(wanted.begin(), wanted.end(), snapshot.atom(hit.id).atom().kind) ==
           wanted.end();
  });
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("find", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("find", *params, snapshot, 50);
  if (!page) return page.error();
  const std::string text = params->text("text");
  bool full_text = false;
  std::vector<Hit> hits = all_hits(context, text, full_text);
  keep_kinds(snapshot, params->list("kinds"), hits);
  Json items = Json::array();
  for (std::size_t i = page->offset; i < hits.size() && items.size() < page->limit; ++i) {
    const AtomRef atom = snapshot.atom(hits[i].id);
    items.push_back({{"atom", atom_json(atom)},
                     {"match", hits[i].match},
                     {"signature", atom.text(atom.atom().signature)},
                     {"callers", caller_count(snapshot, hits[i].id)}});
  }
  Json result{{"items", std::move(items)}};
  add_page(result, *page, hits.size(), snapshot);
  result["full_text"] = full_text;
  result["unresolved"] = mentions_json(snapshot.open_mentions(text));
  return with_freshness(std::move(result), context);
}

}  // namespace

Method find_method() {
  return {"find", "atoms by exact name, prefix, word, and full text", parameters(), answer, kAnswer,
          true};
}

}  // namespace dg
