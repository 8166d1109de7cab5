#include "daemon/lsp/features.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

namespace dg::lsp {
namespace {

constexpr int kAll = 10'000;

/// SymbolKind (LSP 3.17).
int kind_of(const std::string& kind) {
  constexpr std::pair<const char*, int> kinds[] = {
      {"module", 2},     {"namespace", 3},   {"class", 5},         {"method", 6},
      {"getter", 7},     {"setter", 7},      {"constructor", 9},   {"enum", 10},
      {"interface", 11}, {"function", 12},   {"arrow", 12},        {"generator", 12},
      {"variable", 13},  {"type_alias", 26}, {"test_callback", 12}};
  for (const auto& [name, number] : kinds) {
    if (kind == name) return number;
  }
  return 13;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint32_t number_at(const Json& object, const char* key) {
  return object.value(key, std::uint32_t{0});
}

/// UTF-16 units of an atom's name where it stands in the source; 0 for one without a name.
std::uint32_t name_units(const Json& atom) {
  const std::string name = text_at(atom, "name");
  if (name.starts_with('<')) return 0;
  const Text text(name);
  return text.column({0, static_cast<std::uint32_t>(name.size())}, Encoding::utf8, Encoding::utf16);
}

class Asker {
 public:
  explicit Asker(Question& question) : question_(question) {}

  Result<Json> ask(const std::string& method, Json params) {
    if (std::exchange(question_.sync, false)) params["sync"] = true;
    return question_.project.ask(method, params);
  }

  /// `src/a.js` of params.textDocument.uri.
  std::optional<std::string> file() const {
    const Json document = question_.params.value("textDocument", Json::object());
    if (!document.is_object()) return std::nullopt;
    return question_.places.file_of(text_at(document, "uri"));
  }

  /// `definition` of params.position: {"name", "items"}. Both are empty where nothing is known of
  /// the place: in unsaved lines and in files that are not indexed.
  Result<Json> at_position() {
    const Json nothing{{"name", nullptr}, {"items", Json::array()}};
    const std::optional<std::string> name = file();
    if (!name) return nothing;
    const auto place =
        question_.places.place_of(*name, spot_of(question_.params.value("position", Json())));
    if (!place) return nothing;
    Result<Json> found = ask("definition", {{"place", *place}});
    if (!found && found.error().kind == ErrorKind::not_found) return nothing;
    return found;
  }

  Places& places() { return question_.places; }

  Json name_range(const Json& atom) {
    return places().range(text_at(atom, "file"), number_at(atom, "line"), number_at(atom, "col"),
                          name_units(atom));
  }
  Json location(const Json& atom) {
    return {{"uri", places().uri_of(text_at(atom, "file"))}, {"range", name_range(atom)}};
  }
  /// What CallHierarchyItem and TypeHierarchyItem have in common. `data` finds it again.
  Json hierarchy_item(const Json& atom) {
    const std::string file = text_at(atom, "file");
    return {{"name", text_at(atom, "name")},
            {"kind", kind_of(text_at(atom, "kind"))},
            {"detail", text_at(atom, "id")},
            {"uri", places().uri_of(file)},
            {"range", places().lines(file, number_at(atom, "line"), number_at(atom, "end_line"))},
            {"selectionRange", name_range(atom)},
            {"data", {{"id", text_at(atom, "id")}}}};
  }
  /// The id that hierarchy_item() put into params.item.
  std::string item_id() const {
    const Json item = question_.params.value("item", Json::object());
    const Json data = item.is_object() ? item.value("data", Json::object()) : Json::object();
    return data.is_object() ? text_at(data, "id") : "";
  }

 private:
  Question& question_;
};

Result<Json> definition(Question& question) {
  Asker asker(question);
  const Result<Json> found = asker.at_position();
  if (!found) return found;
  Json locations = Json::array();
  for (const Json& atom : found->at("items")) locations.push_back(asker.location(atom));
  return locations;
}

/// The edges into an atom with their sites; nothing where there is none of this id any more.
Result<Json> edges_into(Asker& asker, const std::string& id, const char* relations) {
  Result<Json> found = asker.ask(
      "callers", {{"atom", id}, {"relations", relations}, {"confidence", "name"}, {"limit", kAll}});
  if (!found && found.error().kind == ErrorKind::not_found) return Json{{"items", Json::array()}};
  return found;
}

constexpr const char* kUses =
    "calls,instantiates,references,extends,imports,reexports,reads_state,writes_state,emits,"
    "listens,implements";

/// Every use of what stands at the position, as (file, range); the same place once.
Result<Json> uses_at(Asker& asker, const std::function<void(const std::string&, Json)>& use) {
  Result<Json> found = asker.at_position();
  if (!found) return found;
  std::set<std::pair<std::string, std::string>> seen;
  for (const Json& atom : found->at("items")) {
    const Result<Json> edges = edges_into(asker, text_at(atom, "id"), kUses);
    if (!edges) return edges;
    for (const Json& edge : edges->at("items")) {
      // An import of a whole module has no name of this atom.
      const std::string relation = text_at(edge, "relation");
      if (relation == "imports" || relation == "reexports") continue;
      const std::string file = text_at(edge.at("atom"), "file");
      for (const Json& site : edge.at("sites")) {
        Json range = asker.places().range(file, number_at(site, "line"), number_at(site, "col"),
                                          name_units(atom));
        if (seen.emplace(file, range.dump()).second) use(file, std::move(range));
      }
    }
  }
  return found;
}

Result<Json> references(Question& question) {
  Asker asker(question);
  Json locations = Json::array();
  const Result<Json> found = uses_at(asker, [&](const std::string& file, Json range) {
    locations.push_back({{"uri", asker.places().uri_of(file)}, {"range", std::move(range)}});
  });
  if (!found) return found;
  const Json context = question.params.value("context", Json::object());
  if (context.is_object() && context.value("includeDeclaration", false)) {
    for (const Json& atom : found->at("items")) locations.push_back(asker.location(atom));
  }
  return locations;
}

Result<Json> document_highlight(Question& question) {
  Asker asker(question);
  const std::optional<std::string> here = asker.file();
  Json highlights = Json::array();
  const Result<Json> found = uses_at(asker, [&](const std::string& file, Json range) {
    if (file == here) highlights.push_back({{"range", std::move(range)}, {"kind", 2}});  // Read.
  });
  if (!found) return found;
  for (const Json& atom : found->at("items")) {
    if (text_at(atom, "file") == here)
      highlights.push_back({{"range", asker.name_range(atom)}, {"kind", 3}});  // Write.
  }
  return highlights;
}

Result<Json> implementation(Question& question) {
  Asker asker(question);
  const Result<Json> found = asker.at_position();
  if (!found) return found;
  Json locations = Json::array();
  for (const Json& atom : found->at("items")) {
    const Result<Json> edges =
        edges_into(asker, text_at(atom, "id"), "overrides,extends,implements");
    if (!edges) return edges;
    for (const Json& edge : edges->at("items"))
      locations.push_back(asker.location(edge.at("atom")));
  }
  return locations;
}

Json document_symbol(Asker& asker, const Json& item) {
  const Json& atom = item.at("atom");
  const std::string file = text_at(atom, "file");
  const auto spot = [&](const char* end) {
    const Json& at = item.at(end);
    return asker.places().spot(file, number_at(at, "line"), number_at(at, "col"));
  };
  return {{"name", text_at(atom, "name")},
          {"detail", text_at(item, "signature")},
          {"kind", kind_of(text_at(atom, "kind"))},
          {"range", asker.places().range(file, spot("start"), spot("end"))},
          {"selectionRange", asker.name_range(atom)}};
}

/// The items of an outline that are nested in the one before `at`, as a tree.
Json nested_symbols(Asker& asker, const Json& items, std::size_t& at, std::uint64_t depth) {
  Json symbols = Json::array();
  while (at < items.size() && items[at].value("depth", std::uint64_t{0}) >= depth) {
    Json symbol = document_symbol(asker, items[at]);
    ++at;
    Json children = nested_symbols(asker, items, at, depth + 1);
    if (!children.empty()) symbol["children"] = std::move(children);
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

Result<Json> document_symbols(Question& question) {
  Asker asker(question);
  const std::optional<std::string> file = asker.file();
  if (!file) return Json::array();
  const Result<Json> outline = asker.ask("outline", {{"file", *file}, {"limit", kAll}});
  if (!outline && outline.error().kind == ErrorKind::not_found) return Json::array();
  if (!outline) return outline;
  std::size_t at = 1;  // The module itself is no symbol of its document.
  return nested_symbols(asker, outline->at("items"), at, 1);
}

Result<Json> workspace_symbols(Question& question) {
  Asker asker(question);
  const std::string text = text_at(question.params, "query");
  if (text.empty()) return Json::array();
  const Result<Json> found = asker.ask("find", {{"text", text}, {"limit", 200}});
  if (!found) return found;
  Json symbols = Json::array();
  for (const Json& item : found->at("items")) {
    const Json& atom = item.at("atom");
    symbols.push_back({{"name", text_at(atom, "name")},
                       {"kind", kind_of(text_at(atom, "kind"))},
                       {"location", asker.location(atom)},
                       {"containerName", text_at(atom, "file")}});
  }
  return symbols;
}

/// Items of a hierarchy: of calls where they run, of types where they are declared.
Result<Json> prepare(Question& question, bool types) {
  Asker asker(question);
  const Result<Json> found = asker.at_position();
  if (!found) return found;
  Json items = Json::array();
  for (const Json& atom : found->at("items")) {
    const std::string kind = text_at(atom, "kind");
    const bool is_type = kind == "class" || kind == "interface" || kind == "type_alias";
    if (!types || is_type) items.push_back(asker.hierarchy_item(atom));
  }
  return items.empty() ? Json(nullptr) : items;
}
Result<Json> prepare_calls(Question& question) {
  return prepare(question, false);
}
Result<Json> prepare_types(Question& question) {
  return prepare(question, true);
}

/// Neighbours by calls, with the ranges of their sites: in the file of whoever calls.
Result<Json> calls(Question& question, bool incoming) {
  Asker asker(question);
  const std::string id = asker.item_id();
  if (id.empty()) return Error{ErrorKind::usage, "item", "has no data of ours", "Prepare it anew"};
  const Result<Json> found =
      asker.ask(incoming ? "callers" : "callees",
                {{"atom", id}, {"relations", "calls,instantiates"}, {"limit", kAll}});
  if (!found && found.error().kind == ErrorKind::not_found) return Json::array();
  if (!found) return found;
  const Json& self = found->at("atom");
  // Of an atom that is both called and constructed there are two edges, and one item.
  Json all = Json::array();
  for (const Json& edge : found->at("items")) {
    const Json& atom = edge.at("atom");
    const Json& named = incoming ? self : atom;
    const std::string file = text_at(incoming ? atom : self, "file");
    const char* end = incoming ? "from" : "to";
    auto same = std::find_if(all.begin(), all.end(), [&](const Json& each) {
      return each.at(end).at("data").at("id") == atom.at("id");
    });
    if (same == all.end()) {
      all.push_back({{end, asker.hierarchy_item(atom)}, {"fromRanges", Json::array()}});
      same = all.end() - 1;
    }
    for (const Json& site : edge.at("sites")) {
      (*same)["fromRanges"].push_back(asker.places().range(
          file, number_at(site, "line"), number_at(site, "col"), name_units(named)));
    }
  }
  return all;
}
Result<Json> incoming_calls(Question& question) {
  return calls(question, true);
}
Result<Json> outgoing_calls(Question& question) {
  return calls(question, false);
}

Result<Json> related_types(Question& question, const char* method) {
  Asker asker(question);
  const std::string id = asker.item_id();
  if (id.empty()) return Error{ErrorKind::usage, "item", "has no data of ours", "Prepare it anew"};
  const Result<Json> found =
      asker.ask(method, {{"atom", id}, {"relations", "extends,implements"}, {"limit", kAll}});
  if (!found && found.error().kind == ErrorKind::not_found) return Json::array();
  if (!found) return found;
  Json items = Json::array();
  for (const Json& edge : found->at("items"))
    items.push_back(asker.hierarchy_item(edge.at("atom")));
  return items;
}
Result<Json> supertypes(Question& question) {
  return related_types(question, "callees");
}
Result<Json> subtypes(Question& question) {
  return related_types(question, "callers");
}

/// `last change #12, 3 h ago: body, signature`.
std::string last_change(Asker& asker, const std::string& id) {
  const Result<Json> log = asker.ask("log", {{"atom", id}, {"limit", 1}});
  if (!log || log->at("items").empty()) return "";
  const Json& last = log->at("items").front();
  std::string text = "last change #" + std::to_string(last.value("sequence", std::uint64_t{0})) +
                     ": " + text_at(last, "operation");
  for (const Json& field : last.value("fields", Json::array()))
    text += " " + field.get<std::string>();
  return text;
}

Result<Json> hover(Question& question) {
  Asker asker(question);
  const Result<Json> found = asker.at_position();
  if (!found) return found;
  if (found->at("items").empty()) return Json(nullptr);
  const Json& atom = found->at("items").front();
  const std::string id = text_at(atom, "id");
  const Result<Json> shown = asker.ask("show", {{"atom", id}});
  if (!shown) return shown;
  const Json& card = shown->at("atom");
  std::string signature = text_at(card, "signature");
  if (signature.empty()) signature = text_at(card, "name");
  std::string text = "```typescript\n" + text_at(card, "kind") + " " + signature + "\n```\n";
  if (const std::string doc = text_at(card, "doc"); !doc.empty()) text += "\n" + doc + "\n";
  const Json incoming = shown->value("incoming", Json::object());
  const std::uint64_t callers =
      incoming.value("calls", std::uint64_t{0}) + incoming.value("instantiates", std::uint64_t{0});
  text += "\n" + std::to_string(callers) + (callers == 1 ? " caller · " : " callers · ") +
          text_at(card, "file") + ":" + std::to_string(number_at(card, "line"));
  if (const std::string change = last_change(asker, id); !change.empty()) text += " · " + change;
  const Json& name = found->at("name");
  const std::uint32_t begin = number_at(name, "col");
  return Json{{"contents", {{"kind", "markdown"}, {"value", text}}},
              {"range", asker.places().range(text_at(*found, "file"), number_at(name, "line"),
                                             begin, number_at(name, "end_col") - begin)}};
}

struct Known {
  const char* method;
  const char* capability;
  Feature feature;
};

constexpr std::array<Known, 14> kFeatures{{
    {"textDocument/documentSymbol", "documentSymbolProvider", document_symbols},
    {"workspace/symbol", "workspaceSymbolProvider", workspace_symbols},
    {"textDocument/definition", "definitionProvider", definition},
    {"textDocument/references", "referencesProvider", references},
    {"textDocument/implementation", "implementationProvider", implementation},
    {"textDocument/documentHighlight", "documentHighlightProvider", document_highlight},
    {"textDocument/hover", "hoverProvider", hover},
    {"textDocument/prepareCallHierarchy", "callHierarchyProvider", prepare_calls},
    {"callHierarchy/incomingCalls", "callHierarchyProvider", incoming_calls},
    {"callHierarchy/outgoingCalls", "callHierarchyProvider", outgoing_calls},
    {"textDocument/prepareTypeHierarchy", "typeHierarchyProvider", prepare_types},
    {"typeHierarchy/supertypes", "typeHierarchyProvider", supertypes},
    {"typeHierarchy/subtypes", "typeHierarchyProvider", subtypes},
    {"textDocument/declaration", "declarationProvider", definition},
}};

}  // namespace

Feature feature_of(std::string_view method) {
  const auto found = std::find_if(kFeatures.begin(), kFeatures.end(),
                                  [&](const Known& known) { return method == known.method; });
  return found == kFeatures.end() ? nullptr : found->feature;
}

Json feature_capabilities() {
  Json capabilities = Json::object();
  for (const Known& known : kFeatures) capabilities[known.capability] = true;
  return capabilities;
}

}  // namespace dg::lsp
