// Imports and exports: from a specifier to the declaration, through re-export chains. Each file is
// entered at most once per name, so cycles end.

#include <algorithm>
#include <optional>
#include <utility>

#include "graph/link/eval.h"
#include "graph/link/keys.h"

namespace dg {
namespace {

bool nothing(const Values& values) noexcept {
  return values.list.empty() && !values.open;
}

/// Whether an answer settles the matter: it is a value, or more than "not here".
bool conclusive(const Values& values) noexcept {
  return !values.list.empty() || (values.open && values.why != OpenReason::not_found &&
                                  values.why != OpenReason::no_member);
}

bool same_things(const Values& a, const Values& b) noexcept {
  return a.open == b.open &&
         std::equal(a.list.begin(), a.list.end(), b.list.begin(), b.list.end(), same_thing);
}

Values whole_module(const LinkFile& file, LinkRule rule) {
  Value value;
  value.kind = ValueKind::module;
  value.rule = rule;
  value.file = &file;
  return Values::one(value);
}

}  // namespace

const Evaluator::Target& Evaluator::resolve(const LinkFile& file, ImportIndex import) {
  std::uint32_t& known = target_of_[std::uint64_t{file.ordinal} << 32 | raw(import)];
  if (known != 0) return targets_[known - 1];
  Target& target = targets_.emplace_back();
  known = static_cast<std::uint32_t>(targets_.size());
  const Import& i = file.facts->imports[raw(import)];
  if (raw(i.specifier) == 0) {
    target.why = OpenReason::dynamic;
    return target;
  }
  ResolveRequest request;
  request.from = file.version->path;
  request.specifier = file.facts->name(i.specifier);
  request.commonjs = i.kind == ImportKind::require;
  const Resolution found = resolve_module(
      source_.configs(), request,
      [this](std::string_view path) {
        note(path_key(path));
        return file_at(path) != nullptr;
      },
      [this](std::string_view path) { note(config_key(path)); });
  if (!found.path.empty()) target.file = file_at(found.path);
  target.why = found.reason;
  target.detail = detail(found.detail);
  return target;
}

Values Evaluator::imported(const LinkFile& file, ImportIndex import, Declaration* declared,
                           int depth) {
  return traced({TraceStep::Kind::import, &file, raw(import), {}, {}, {}},
                [&] { return imported_value(file, import, declared, depth); });
}

Values Evaluator::imported_value(const LinkFile& file, ImportIndex import, Declaration* declared,
                                 int depth) {
  if (!step(depth)) return Values::unknown();
  const Import& i = file.facts->imports[raw(import)];
  const Target target = resolve(file, import);
  if (target.file == nullptr) return Values::unknown(target.why, target.detail);
  const std::string_view name = file.facts->name(i.imported);
  const bool whole = name.empty() || name == "*";
  if (whole) {
    const bool require = i.kind == ImportKind::require;
    Values values = whole_module(*target.file, require ? LinkRule::require : LinkRule::import);
    values.list[0].promise = i.kind == ImportKind::dynamic;
    return values;
  }
  if (name == "default" && i.kind == ImportKind::esm && takes_whole(file, *target.file)) {
    return whole_module(*target.file, LinkRule::import);
  }
  Visited visited;
  Values values = exported(*target.file, name, declared, visited, depth + 1);
  const LinkRule rule = i.kind == ImportKind::require ? LinkRule::require_member : LinkRule::import;
  for (Value& value : values.list) {
    if (value.rule != LinkRule::reexport) value.rule = rule;
  }
  return values;
}

/// Node gives its ES modules all of a CommonJS module as the default; elsewhere compilers decide
/// (see cjs_default).
bool Evaluator::takes_whole(const LinkFile& importer, const LinkFile& target) {
  if (!target.own) read_module(target);
  if (target.index->esm_exports || !target.index->cjs_exports) return false;
  return is_node_module(source_.configs(), importer.version->path,
                        [this](std::string_view text) { note(config_key(text)); });
}

Values Evaluator::exported(const LinkFile& file, std::string_view name, Declaration* declared,
                           Visited& visited, int depth) {
  return traced({TraceStep::Kind::exported, &file, kNoIndex, name, {}, {}},
                [&] { return exported_value(file, name, declared, visited, depth); });
}

Values Evaluator::exported_value(const LinkFile& file, std::string_view name, Declaration* declared,
                                 Visited& visited, int depth) {
  if (!step(depth)) return Values::unknown();
  if (std::find(visited.begin(), visited.end(), &file) != visited.end()) return {};
  visited.push_back(&file);
  read_module(file);
  if (!file.own) note(export_key(*file.index, hash_text(name)));
  if (file.facts->skipped != SkipReason::none) return Values::unknown(OpenReason::no_source);
  Values values;
  if (file.index->esm_exports) values = exported_esm(file, name, declared, visited, depth + 1);
  if (nothing(values) && file.index->cjs_exports) {
    values = exported_cjs(file, name, depth + 1);
  }
  if (nothing(values)) values = comment_type(file, name);
  return nothing(values) ? Values::unknown(OpenReason::not_found) : values;
}

/// A type that a comment of the file names; other files may refer to it like an export.
Values Evaluator::comment_type(const LinkFile& file, std::string_view name) {
  for (const auto& row : rows(file.index->comment_types, hash_text(name))) {
    const BindingIndex binding{row.value};
    if (file.facts->bindings[row.value].import != kNone<ImportIndex>) continue;
    return eval_binding(file, binding, nullptr, 0);
  }
  return {};
}

Values Evaluator::exported_esm(const LinkFile& file, std::string_view name, Declaration* declared,
                               Visited& visited, int depth) {
  Values values;
  for (const auto& row : rows(file.index->exports, hash_text(name))) {
    const Export& e = file.facts->exports[row.value];
    if (e.kind == ExportKind::cjs_member) continue;
    join(values, export_value(file, e, declared, visited, depth + 1));
  }
  if (!nothing(values) || name == "default") return values;
  Values elsewhere;  // `export * from 'package'`: the name may come from there.
  std::optional<Values> chosen;
  for (const std::uint32_t star : file.index->stars) {
    const Export& e = file.facts->exports[star];
    if (e.kind != ExportKind::all_from || e.import == kNone<ImportIndex>) continue;
    const Target target = resolve(file, e.import);
    if (target.file == nullptr) {
      if (nothing(elsewhere)) elsewhere = Values::unknown(target.why, target.detail);
      continue;
    }
    Values found = exported(*target.file, name, declared, visited, depth + 1);
    if (!conclusive(found)) continue;
    for (Value& value : found.list) value.rule = LinkRule::reexport;
    // Two stars that give a name different meanings give it none (ECMA-262 §16.2.1.7.2.3,
    // ResolveExport).
    if (chosen && !same_things(*chosen, found)) {
      if (declared != nullptr) *declared = {};
      return Values::unknown(OpenReason::not_found);
    }
    if (!chosen) chosen = std::move(found);
  }
  return chosen ? *chosen : elsewhere;
}

Values Evaluator::export_value(const LinkFile& file, const Export& e, Declaration* declared,
                               Visited& visited, int depth) {
  switch (e.kind) {
    case ExportKind::local: {
      if (e.binding == kNone<BindingIndex>) return Values::unknown();
      const Binding& b = file.facts->bindings[raw(e.binding)];
      if (b.import != kNone<ImportIndex> && raw(b.init) == 0) {
        read_binding(file, e.binding);
        Values values = imported(file, b.import, declared, depth + 1);
        for (Value& value : values.list) value.rule = LinkRule::reexport;
        return values;
      }
      if (declared != nullptr && b.atom != kNone<AtomIndex>) *declared = {&file, b.atom};
      return eval_binding(file, e.binding, nullptr, depth + 1);
    }
    case ExportKind::expression: {
      const Expr& value = file.facts->exprs[raw(e.value)];
      if (declared != nullptr && value.kind == ExprKind::atom)
        *declared = {&file, AtomIndex{value.a}};
      Values values = eval(file, e.value, nullptr, depth + 1);
      for (Value& v : values.list) v.rule = LinkRule::exported_value;
      return values;
    }
    case ExportKind::named_from:
    case ExportKind::namespace_from: {
      if (e.import == kNone<ImportIndex>) return Values::unknown();
      const Target target = resolve(file, e.import);
      if (target.file == nullptr) return Values::unknown(target.why, target.detail);
      if (e.kind == ExportKind::namespace_from) {
        return whole_module(*target.file, LinkRule::reexport);
      }
      Visited fresh(visited);
      const std::string_view name = file.facts->name(e.imported);
      if (name != file.facts->name(e.exported)) fresh.clear();  // Another name, another question.
      Values values = exported(*target.file, name, declared, fresh, depth + 1);
      for (Value& value : values.list) value.rule = LinkRule::reexport;
      return values;
    }
    case ExportKind::cjs_member:
    case ExportKind::cjs_value:
    case ExportKind::all_from:
    case ExportKind::cjs_all:
      break;
  }
  return eval(file, e.value, nullptr, depth + 1);
}

/// `exports.name`, then a member of the whole value, then what is copied into it.
Values Evaluator::exported_cjs(const LinkFile& file, std::string_view name, int depth) {
  Values values;
  for (const auto& row : rows(file.index->exports, hash_text(name))) {
    const Export& e = file.facts->exports[row.value];
    // `exports.name = void 0`, as compilers put before the value itself, says nothing.
    if (e.kind != ExportKind::cjs_member || raw(e.value) == 0) continue;
    join(values, eval(file, e.value, nullptr, depth + 1));
  }
  join(values, added_member(file, {HolderKind::exports, 0}, name, depth + 1));
  if (!nothing(values)) {
    // `module.exports = {a: slow}; if (native) module.exports.a = fast;`
    for (const Value& whole : whole_value(file, depth + 1).list) {
      if (whole.kind != ValueKind::object || whole.file != &file) continue;
      for (const Value& value : member_of_object(whole, name, depth + 1).list) {
        join(values, Values::one(value));
      }
    }
    settle(values);
    return values;
  }
  if (name == "default") return cjs_default(file, depth + 1);
  if (!file.index->whole.empty()) {
    Values whole = whole_value(file, depth + 1);
    if (whole.list.empty()) return whole;
    values = member(whole, name, nullptr, depth + 1);
    if (conclusive(values)) return values;
  }
  Values elsewhere;  // What is copied of something unknown: the name may come from there.
  for (const std::uint32_t star : file.index->stars) {
    const Export& e = file.facts->exports[star];
    if (e.kind != ExportKind::cjs_all) continue;
    const Values copied = eval(file, e.value, nullptr, depth + 1);
    Values found = member(copied, name, nullptr, depth + 1);
    for (Value& value : found.list) value.rule = LinkRule::reexport;
    if (!found.list.empty()) return found;
    if (conclusive(found) && nothing(elsewhere)) elsewhere = std::move(found);
  }
  if (!nothing(elsewhere)) return elsewhere;
  const bool declared = !rows(file.index->exports, hash_text(name)).empty();
  return declared ? Values::unknown() : Values{};
}

/// The default import of a CommonJS module is its whole value (nodejs.org/api/esm.html
/// #commonjs-namespaces), unless that has a `default` of its own, as compiled modules do.
Values Evaluator::cjs_default(const LinkFile& file, int depth) {
  if (!step(depth)) return Values::unknown();
  for (const std::uint32_t index : file.index->whole) {
    const Values whole = eval(file, file.facts->exports[index].value, nullptr, depth + 1);
    for (const Value& value : whole.list) {
      if (value.kind == ValueKind::module && value.file != &file) {
        Visited visited;
        return exported(*value.file, "default", nullptr, visited, depth + 1);
      }
      if (value.kind != ValueKind::object) continue;
      // A spread module has a default of its own, which is not this one's.
      Values own = member_of_object(value, "default", depth + 1);
      if (!own.list.empty() && own.list.front().kind != ValueKind::module) return own;
    }
  }
  return whole_module(file, LinkRule::import);
}

/// What `module.exports` is, where it is assigned as a whole.
Values Evaluator::whole_value(const LinkFile& file, int depth) {
  if (!step(depth)) return Values::unknown();
  read_module(file);
  if (file.facts->skipped != SkipReason::none) return Values::unknown(OpenReason::no_source);
  Values values;
  for (const std::uint32_t index : file.index->whole) {
    join(values, eval(file, file.facts->exports[index].value, nullptr, depth + 1));
  }
  settle(values);
  return nothing(values) ? Values::unknown(OpenReason::not_found) : values;
}

}  // namespace dg
