#include "storage/rows/signature_json.h"

#include <string_view>

#include "events/json_text.h"

namespace dg {
namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  out.append("\"").append(name).append("\":");
  append_json_string(out, value);
}

void flag(std::string& out, std::string_view name, bool value) {
  if (out.back() != '{') out += ',';
  out.append("\"").append(name).append(value ? "\":true" : "\":false");
}

std::string_view text_of(ParamForm form) {
  switch (form) {
    case ParamForm::plain:
      return "plain";
    case ParamForm::destructured:
      return "destructured";
    case ParamForm::rest:
      return "rest";
  }
  return "plain";
}

std::string_view text_of(ImportKind kind) {
  switch (kind) {
    case ImportKind::esm:
      return "esm";
    case ImportKind::side_effect:
      return "side_effect";
    case ImportKind::reexport:
      return "reexport";
    case ImportKind::type:
      return "type";
    case ImportKind::dynamic:
      return "dynamic";
    case ImportKind::require:
      return "commonjs";
  }
  return "esm";
}

std::string_view text_of(ExportKind kind) {
  switch (kind) {
    case ExportKind::local:
      return "local";
    case ExportKind::expression:
      return "expression";
    case ExportKind::named_from:
      return "named_from";
    case ExportKind::all_from:
      return "all_from";
    case ExportKind::namespace_from:
      return "namespace_from";
    case ExportKind::cjs_value:
      return "cjs_value";
    case ExportKind::cjs_member:
      return "cjs_member";
    case ExportKind::cjs_all:
      return "cjs_all";
  }
  return "local";
}

}  // namespace

void signature_json(const FileFacts& facts, const Atom& atom, std::string& out) {
  out.clear();
  const std::string_view text = facts.name(atom.signature);
  if (text.empty() && atom.params.count == 0) return;
  out += '{';
  field(out, "text", text);
  out += ",\"params\":[";
  for (std::uint32_t i = 0; i < atom.params.count; ++i) {
    const Param& param = facts.params[atom.params.begin + i];
    if (i != 0) out += ',';
    out += '{';
    field(out, "name", facts.name(param.name));
    field(out, "kind", text_of(param.form));
    flag(out, "optional", param.optional);
    if (param.default_text != NameId{}) field(out, "default", facts.name(param.default_text));
    if (param.type_text != NameId{}) field(out, "type", facts.name(param.type_text));
    out += '}';
  }
  out += ']';
  flag(out, "async", atom.is_async);
  flag(out, "generator", atom.kind == AtomKind::generator);
  out += '}';
}

void imports_json(const FileFacts& facts, std::string& out) {
  out = "[";
  for (const Import& import : facts.imports) {
    if (out.size() > 1) out += ',';
    out += '{';
    field(out, "source", facts.name(import.specifier));
    field(out, "type", text_of(import.kind));
    if (import.imported != NameId{}) field(out, "imported", facts.name(import.imported));
    if (import.local != kNone<BindingIndex>) {
      field(out, "local", facts.name(facts.bindings[raw(import.local)].name));
    }
    out += '}';
  }
  out += ']';
}

void exports_json(const FileFacts& facts, std::string& out) {
  out = "[";
  for (const Export& exported : facts.exports) {
    if (out.size() > 1) out += ',';
    out += '{';
    field(out, "name", facts.name(exported.exported));
    field(out, "type", text_of(exported.kind));
    if (exported.import != kNone<ImportIndex>) {
      field(out, "source", facts.name(facts.imports[raw(exported.import)].specifier));
    }
    out += '}';
  }
  out += ']';
}

}  // namespace dg
