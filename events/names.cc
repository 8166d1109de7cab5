#include "events/names.h"

#include <array>
#include <cstddef>

namespace dg {
namespace {

using Names = std::string_view;

constexpr std::array<Names, kRelationCount> kRelations = {
    "calls",       "instantiates", "references", "extends", "overrides", "imports",   "reexports",
    "reads_state", "writes_state", "emits",      "listens", "contains",  "implements"};
constexpr std::array<Names, 3> kConfidences = {"exact", "inferred", "name"};
constexpr std::array<Names, 10> kOpenReasons = {
    "external",         "global",    "not_found", "no_module", "no_source",
    "unknown_receiver", "no_member", "dynamic",   "parameter", "builtin"};
constexpr std::array<Names, 6> kOperations = {"create", "update", "delete",
                                              "rename", "move",   "reconcile"};
constexpr std::array<Names, 15> kAtomKinds = {
    "module",        "function",  "arrow",     "method",     "constructor",
    "getter",        "setter",    "generator", "class",      "variable",
    "test_callback", "interface", "enum",      "type_alias", "namespace"};
constexpr std::array<Names, 7> kForms = {"none",   "declaration", "expression", "arrow",
                                         "method", "class",       "variable"};
constexpr std::array<Names, 3> kLanguages = {"javascript", "typescript", "tsx"};
constexpr std::array<Names, 6> kSkips = {"none",      "too_large", "minified",
                                         "generated", "binary",    "too_complex"};
constexpr std::array<Names, 5> kProblems = {"syntax_error", "missing_token", "too_deep",
                                            "invalid_utf8", "nul_byte"};
constexpr std::array<Names, 9> kFields = {"name",  "kind",  "signature", "body",     "exported",
                                          "async", "owner", "doc",       "relations"};

/// A value that is none of its type's (read from a corrupt place) has no name.
template <typename Enum, std::size_t N>
constexpr std::string_view name_of(const std::array<Names, N>& names, Enum value) noexcept {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? names[i] : std::string_view("?");
}

template <typename Enum, std::size_t N>
constexpr std::optional<Enum> named(const std::array<Names, N>& names,
                                    std::string_view text) noexcept {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Relation relation) noexcept {
  return name_of(kRelations, relation);
}
std::string_view to_string(Confidence confidence) noexcept {
  return name_of(kConfidences, confidence);
}
std::string_view to_string(OpenReason reason) noexcept {
  return name_of(kOpenReasons, reason);
}
std::string_view to_string(Operation operation) noexcept {
  return name_of(kOperations, operation);
}
std::string_view to_string(AtomKind kind) noexcept {
  return name_of(kAtomKinds, kind);
}
std::string_view to_string(FunctionForm form) noexcept {
  return name_of(kForms, form);
}
std::string_view to_string(Language language) noexcept {
  return name_of(kLanguages, language);
}
std::string_view to_string(SkipReason reason) noexcept {
  return name_of(kSkips, reason);
}
std::string_view to_string(ProblemKind kind) noexcept {
  return name_of(kProblems, kind);
}

std::string_view to_string(Field field) noexcept {
  for (std::size_t bit = 0; bit < kFields.size(); ++bit) {
    if (static_cast<std::size_t>(field) == std::size_t{1} << bit) return kFields[bit];
  }
  return "?";
}

std::optional<AtomKind> atom_kind_named(std::string_view name) noexcept {
  return named<AtomKind>(kAtomKinds, name);
}
std::optional<FunctionForm> function_form_named(std::string_view name) noexcept {
  return named<FunctionForm>(kForms, name);
}
std::optional<Relation> relation_named(std::string_view name) noexcept {
  return named<Relation>(kRelations, name);
}
std::optional<Confidence> confidence_named(std::string_view name) noexcept {
  return named<Confidence>(kConfidences, name);
}
std::optional<OpenReason> open_reason_named(std::string_view name) noexcept {
  return named<OpenReason>(kOpenReasons, name);
}
std::optional<Operation> operation_named(std::string_view name) noexcept {
  return named<Operation>(kOperations, name);
}

std::string fields_json(FieldSet fields) {
  std::string json = "[";
  for (std::size_t bit = 0; bit < kFields.size(); ++bit) {
    if ((fields >> bit & 1u) == 0) continue;
    if (json.size() > 1) json += ',';
    json.append("\"").append(kFields[bit]).append("\"");
  }
  return json += ']';
}

std::optional<FieldSet> fields_from_json(std::string_view json) noexcept {
  if (json.size() < 2 || json.front() != '[' || json.back() != ']') return std::nullopt;
  json = json.substr(1, json.size() - 2);
  unsigned fields = 0;
  while (!json.empty()) {
    const std::size_t close = json.front() == '"' ? json.find('"', 1) : std::string_view::npos;
    if (close == std::string_view::npos) return std::nullopt;
    const auto bit = named<std::size_t>(kFields, json.substr(1, close - 1));
    if (!bit) return std::nullopt;
    fields |= 1u << *bit;
    json.remove_prefix(close + 1);
    if (json.empty()) break;
    if (json.front() != ',' || json.size() == 1) return std::nullopt;
    json.remove_prefix(1);
  }
  return static_cast<FieldSet>(fields);
}

std::string atom_id_text(const FileVersion& file, AtomIndex atom) {
  const FileFacts& facts = *file.facts;
  const std::string_view name = facts.name(facts.atoms[raw(atom)].qualified_name);
  std::string text;
  text.reserve(file.path.size() + 2 + name.size());
  return text.append(file.path).append("::").append(name);
}

}  // namespace dg
