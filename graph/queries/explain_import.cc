#include "graph/queries/explain_import.h"

#include <algorithm>

#include "graph/graph_state.h"

namespace dg {
namespace {

Resolution resolution(const Snapshot& snapshot, const FileVersion& file, std::string_view specifier,
                      bool commonjs) {
  return resolve_module(
      state_of(snapshot).configs, {file.path, specifier, commonjs, true},
      [&](std::string_view path) { return snapshot.file_at(path) != nullptr; },
      [](std::string_view) {});
}

bool is_on(const FileFacts& facts, const Import& import, std::uint32_t line) {
  if (line == 0 || import.at.line == line) return true;
  return import.local != kNone<BindingIndex> && facts.bindings[raw(import.local)].at.line == line;
}

}  // namespace

std::vector<ExplainedImport> explain_imports(const Snapshot& snapshot, const FileVersion& file,
                                             std::uint32_t line) {
  const FileFacts& facts = *file.facts;
  std::vector<ExplainedImport> all;
  for (const Import& import : facts.imports) {
    if (!is_on(facts, import, line)) continue;
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const ExplainedImport& e) { return e.at == import.at; });
    if (known) continue;
    ExplainedImport explained;
    explained.specifier = facts.name(import.specifier);
    explained.kind = import.kind;
    explained.at = import.at;
    explained.type_only = import.type_only;
    explained.conditional = import.conditional;
    explained.resolution =
        resolution(snapshot, file, explained.specifier, import.kind == ImportKind::require);
    all.push_back(std::move(explained));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const ExplainedImport& a, const ExplainedImport& b) { return a.at < b.at; });
  return all;
}

ExplainedImport explain_specifier(const Snapshot& snapshot, const FileVersion& file,
                                  std::string_view specifier, bool commonjs) {
  ExplainedImport explained;
  explained.specifier = specifier;
  explained.kind = commonjs ? ImportKind::require : ImportKind::esm;
  explained.resolution = resolution(snapshot, file, specifier, commonjs);
  return explained;
}

}  // namespace dg
