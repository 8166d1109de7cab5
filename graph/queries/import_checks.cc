#include "graph/queries/import_checks.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/cycles.h"
#include "graph/link/eval.h"
#include "graph/state_link_source.h"
#include "graph/text_hash.h"

namespace dg {
namespace {

/// Which exports somebody imports: marks spread along re-exports.
class ExportUse {
 public:
  using Resolve = std::function<const FileVersion*(const FileVersion&, ImportIndex)>;
  explicit ExportUse(Resolve resolve) : resolve_(std::move(resolve)) {}

  void use_all(const FileVersion& file) {
    if (!whole_.insert(&file).second) return;
    for (const Export& e : file.facts->exports) {
      if (e.kind == ExportKind::all_from) {
        if (const FileVersion* from = target(file, e.import)) use_all(*from);
      } else {
        follow(file, e);
      }
    }
  }

  void use(const FileVersion& file, std::string_view name) {
    if (!names_.emplace(&file, std::string(name)).second) return;
    bool found = false;
    for (const Export& e : file.facts->exports) {
      if (e.exported == NameId{} || file.facts->name(e.exported) != name) continue;
      found = true;
      follow(file, e);
    }
    if (found) return;
    for (const Export& e : file.facts->exports) {
      if (e.kind != ExportKind::all_from) continue;
      if (const FileVersion* from = target(file, e.import)) use(*from, name);
    }
  }

  void take(const FileVersion& file, const Import& import, ImportIndex index) {
    const FileVersion* from = resolve_(file, index);
    if (from == nullptr || import.kind == ImportKind::reexport) return;
    if (import.kind == ImportKind::side_effect) return;
    const std::string_view name = file.facts->name(import.imported);
    if (name.empty() || name == "*") {
      use_all(*from);
    } else {
      use(*from, name);
    }
  }

  bool used(const FileVersion& file, std::string_view name) const {
    return whole_.contains(&file) || names_.contains({&file, std::string(name)});
  }

 private:
  const FileVersion* target(const FileVersion& file, ImportIndex import) const {
    return import == kNone<ImportIndex> ? nullptr : resolve_(file, import);
  }
  void follow(const FileVersion& file, const Export& e) {
    if (e.kind == ExportKind::named_from) {
      if (const FileVersion* from = target(file, e.import))
        use(*from, file.facts->name(e.imported));
    } else if (e.kind == ExportKind::namespace_from) {
      if (const FileVersion* from = target(file, e.import)) use_all(*from);
    } else if (e.binding != kNone<BindingIndex>) {
      const ImportIndex import = file.facts->bindings[raw(e.binding)].import;
      if (import != kNone<ImportIndex>) take(file, file.facts->imports[raw(import)], import);
    }
  }

  Resolve resolve_;
  std::set<const FileVersion*> whole_;
  std::set<std::pair<const FileVersion*, std::string>> names_;
};

bool is_declaration_file(std::string_view path) {
  return path.ends_with(".d.ts") || path.ends_with(".d.mts") || path.ends_with(".d.cts");
}

/// `vite.config.ts`, `.eslintrc.js`, `jest.setup.js`: tools load them by their names.
bool is_tool_file(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return name.starts_with('.') || name.find(".config.") != std::string_view::npos ||
         name.find(".setup.") != std::string_view::npos;
}

class Checker {
 public:
  explicit Checker(const Snapshot& snapshot) : snapshot_(snapshot), source_(state_of(snapshot)) {}

  ImportChecks run() {
    const std::vector<FileVersionPtr> files = snapshot_.files();
    for (const FileVersionPtr& file : files) resolve(*file);
    ExportUse use([this](const FileVersion& file, ImportIndex import) {
      return targets_.at(&file)[raw(import)];
    });
    for (const FileVersionPtr& file : files) {
      unused(*file);
      for (std::uint32_t i = 0; i < file->facts->imports.size(); ++i) {
        use.take(*file, file->facts->imports[i], ImportIndex{i});
      }
    }
    const PackageEntries entries = package_entries(
        source_.configs(),
        [this](std::string_view path) { return snapshot_.file_at(path) != nullptr; });
    for (const FileVersionPtr& file : files) {
      if (entries.has(file->path) || is_tool_file(file->path)) use.use_all(*file);
    }
    for (const FileVersionPtr& file : files) unused_exports(*file, use);
    result_.cycles = import_cycles(snapshot_);
    return std::move(result_);
  }

 private:
  /// Where the imports of a file lead, and which of them are broken.
  void resolve(const FileVersion& file) {
    const FileFacts& facts = *file.facts;
    Evaluator evaluator(source_, file, *source_.file_at(file.path).index);
    std::vector<const FileVersion*>& targets = targets_[&file];
    targets.resize(facts.imports.size(), nullptr);
    for (std::uint32_t i = 0; i < facts.imports.size(); ++i) {
      const Import& import = facts.imports[i];
      const Evaluator::Target target = evaluator.resolve(evaluator.own(), ImportIndex{i});
      if (target.file != nullptr) {
        targets[i] = target.file->version;
        const std::string_view name = facts.name(import.imported);
        const bool named = import.kind == ImportKind::esm && name != "*";
        if (named && !exports(evaluator, *target.file, name)) {
          broken(file, import, name, OpenReason::not_found);
        }
      } else if (target.why == OpenReason::no_module && raw(import.specifier) != 0) {
        broken(file, import, {}, OpenReason::no_module);
      }
    }
    for (const Export& e : facts.exports) {
      if (e.kind != ExportKind::named_from || e.import == kNone<ImportIndex>) continue;
      const Evaluator::Target target = evaluator.resolve(evaluator.own(), e.import);
      const std::string_view name = facts.name(e.imported);
      if (target.file != nullptr && !exports(evaluator, *target.file, name)) {
        broken(file, facts.imports[raw(e.import)], name, OpenReason::not_found);
      }
    }
    sort_broken();
  }

  /// How many files give a name out, by itself or through `export *`: one does, whatever its value.
  static std::size_t givers(Evaluator& evaluator, const LinkFile& file, std::string_view name,
                            std::set<const LinkFile*>& visited) {
    if (!visited.insert(&file).second) return 0;
    std::size_t count = 0;
    for (const Export& e : file.facts->exports) {
      const bool star = e.kind == ExportKind::all_from && e.import != kNone<ImportIndex>;
      if (!star && file.facts->name(e.exported) == name) return 1;
      if (!star) continue;
      const Evaluator::Target target = evaluator.resolve(file, e.import);
      if (target.file != nullptr) count += givers(evaluator, *target.file, name, visited);
    }
    return count;
  }

  /// A file that cannot be read in full may export what we do not see.
  static bool exports(Evaluator& evaluator, const LinkFile& file, std::string_view name) {
    if (file.facts->problem_count > 0 || is_declaration_file(file.version->path)) return true;
    if (file.index->cjs_exports && !file.index->esm_exports) return true;
    std::set<const LinkFile*> visited;
    if (givers(evaluator, file, name, visited) == 1) return true;
    Value module;
    module.kind = ValueKind::module;
    module.file = &file;
    evaluator.restart();
    const Values values = evaluator.member(Values::one(module), name);
    return !values.list.empty() || !values.open || values.why != OpenReason::not_found;
  }

  void broken(const FileVersion& file, const Import& import, std::string_view name,
              OpenReason reason) {
    result_.broken.push_back({&file, import.at, std::string(name),
                              std::string(file.facts->name(import.specifier)), reason,
                              import.conditional, import.type_only});
  }
  /// Several names of one missing module are one finding.
  void sort_broken() {
    auto& all = result_.broken;
    all.erase(std::unique(all.begin(), all.end(),
                          [](const ImportFinding& a, const ImportFinding& b) {
                            return a.file == b.file && a.at == b.at && a.name == b.name;
                          }),
              all.end());
  }

  void unused(const FileVersion& file) {
    const FileFacts& facts = *file.facts;
    if (facts.problem_count > 0) return;  // A use may be in what could not be read.
    std::vector<bool> mentioned(facts.bindings.size(), false);
    for (const Expr& e : facts.exprs) {
      if (e.kind == ExprKind::name && e.a != kNoIndex) mentioned[e.a] = true;
    }
    for (const Export& e : facts.exports) {
      if (e.binding != kNone<BindingIndex>) mentioned[raw(e.binding)] = true;
    }
    for (const Import& import : facts.imports) {
      if (import.kind != ImportKind::esm || import.local == kNone<BindingIndex>) continue;
      if (mentioned[raw(import.local)]) continue;
      const std::string_view local = facts.name(facts.bindings[raw(import.local)].name);
      if (local == "React" || local == "h") continue;  // JSX is compiled to calls of them.
      result_.unused.push_back({&file, facts.bindings[raw(import.local)].at, std::string(local),
                                std::string(facts.name(import.specifier)), OpenReason::no_module,
                                false, false});
    }
  }

  void unused_exports(const FileVersion& file, const ExportUse& use) {
    if (is_declaration_file(file.path)) return;
    std::set<std::string_view> told;
    for (const Export& e : file.facts->exports) {
      const bool named = e.kind != ExportKind::all_from && e.kind != ExportKind::cjs_all;
      const std::string_view name = file.facts->name(e.exported);
      if (!named || use.used(file, name) || !told.insert(name).second) continue;
      const std::string shown = name == "=" ? "module.exports" : std::string(name);
      result_.unused_exports.push_back(
          {&file, e.at, shown, {}, OpenReason::no_module, false, false});
    }
  }

  const Snapshot& snapshot_;
  StateLinkSource source_;
  std::map<const FileVersion*, std::vector<const FileVersion*>> targets_;
  ImportChecks result_;
};

}  // namespace

ImportChecks check_imports(const Snapshot& snapshot) {
  ImportChecks checks = Checker(snapshot).run();
  const auto by_place = [](const ImportFinding& a, const ImportFinding& b) {
    return std::tie(a.file->path, a.at, a.name) < std::tie(b.file->path, b.at, b.name);
  };
  for (auto* list : {&checks.broken, &checks.unused, &checks.unused_exports}) {
    std::sort(list->begin(), list->end(), by_place);
  }
  return checks;
}

}  // namespace dg
