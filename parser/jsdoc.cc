#include "parser/jsdoc.h"

#include <algorithm>
#include <string>

#include "parser/jsdoc_types.h"

namespace dg {
namespace {

/// One `@tag {type} rest` of a comment.
struct Tag {
  std::string_view name;
  std::string_view type;  ///< Between the braces.
  std::string_view rest;
};

bool blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view first_word(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size() && !blank(text[end])) ++end;
  return text.substr(0, end);
}

/// The name that `@typedef {…} Name` defines; of `Name<T>` what the `@template` says goes.
std::string_view type_name(std::string_view text) noexcept {
  const std::string_view name = first_word(text);
  return name.substr(0, name.find('<'));
}

/// The comment's text without the stars that lines begin with.
void strip(std::string_view comment, std::string& out) {
  out.clear();
  comment = comment.substr(3, comment.size() - 5);
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    std::string_view line = comment.substr(0, end);
    comment.remove_prefix(std::min(end + 1, comment.size()));
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    if (!line.empty() && line.front() == '*') line.remove_prefix(1);
    out.append(line).append("\n");
  }
}

/// Where the brace that opens at `begin` closes.
std::size_t closing_brace(std::string_view text, std::size_t begin) noexcept {
  int open = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::string_view::npos;
}

/// A tag begins a line, or the comment.
std::size_t next_tag(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = text.find('@', from); at != std::string_view::npos;
       at = text.find('@', at + 1)) {
    std::size_t before = at;
    while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t')) --before;
    if (before == 0 || text[before - 1] == '\n') return at;
  }
  return std::string_view::npos;
}

std::vector<Tag> tags_of(std::string_view text) {
  std::vector<Tag> tags;
  for (std::size_t at = next_tag(text, 0); at != std::string_view::npos;) {
    Tag tag;
    std::size_t name_end = at + 1;
    while (name_end < text.size() && !blank(text[name_end]) && text[name_end] != '{') ++name_end;
    tag.name = text.substr(at + 1, name_end - at - 1);
    std::size_t rest = name_end;
    while (rest < text.size() && blank(text[rest])) ++rest;
    const bool braced = tag.name != "import" && rest < text.size() && text[rest] == '{';
    const std::size_t close = braced ? closing_brace(text, rest) : std::string_view::npos;
    if (close != std::string_view::npos) {
      tag.type = text.substr(rest + 1, close - rest - 1);
      rest = close + 1;
    }
    at = next_tag(text, rest);
    tag.rest = trimmed(text.substr(std::min(rest, text.size()),
                                   std::min(at, text.size()) - std::min(rest, text.size())));
    tags.push_back(tag);
  }
  return tags;
}

/// `[name=default]` is name.
std::string_view param_name(std::string_view rest) noexcept {
  if (rest.starts_with('[')) {
    rest.remove_prefix(1);
    return trimmed(rest.substr(0, rest.find_first_of("=]")));
  }
  return first_word(rest);
}

/// Members of `options` among parameters `options`, `options.a`, `options.b.c`.
ExprIndex with_members(Work& w, std::span<const DocType> params, std::size_t at) {
  const std::string prefix = params[at].name + ".";
  std::vector<WorkMember> members;
  for (std::size_t i = at + 1; i < params.size(); ++i) {
    const std::string_view whole = params[i].name;
    if (!whole.starts_with(prefix)) continue;
    const std::string_view name = whole.substr(prefix.size());
    if (name.empty() || name.find_first_of(".[") != std::string_view::npos) continue;
    members.push_back({w.names.intern(name), with_members(w, params, i)});
  }
  return members.empty() ? params[at].type : doc_object(w, members);
}

class DocReader {
 public:
  DocReader(Work& work, ScopeIndex scope) : w_(work), scope_(scope) {}

  DocTypes read(NodeId comment) {
    strip(w_.source(comment), text_);
    const std::vector<Tag> tags = tags_of(text_);
    for (const Tag& tag : tags) {
      if (tag.name == "template") templates(tag, comment);
    }
    DocTypes found;
    for (const Tag& tag : tags) {
      if (tag.name == "typedef" || tag.name == "callback") break;  // What follows is its own.
      if (tag.name == "param" || tag.name == "arg" || tag.name == "argument") {
        found.params.push_back({std::string(param_name(tag.rest)), type(tag)});
      } else if (tag.name == "returns" || tag.name == "return") {
        found.returns = type(tag);
      } else if (tag.name == "type" || tag.name == "enum") {
        found.type = type(tag);
      } else if (tag.name == "extends" || tag.name == "augments") {
        found.extends = type(tag);
      } else if (tag.name == "this") {
        found.self = type(tag);
      }
    }
    fold_members(found.params);
    return found;
  }

  /// Declares what the comment defines; the types of these come later.
  void declare(NodeId comment) {
    strip(w_.source(comment), text_);
    for (const Tag& tag : tags_of(text_)) {
      if (tag.name == "typedef" || tag.name == "callback") {
        const std::string_view name = type_name(tag.rest);
        if (!name.empty()) w_.declare(scope_, w_.names.intern(name), BindingKind::type, comment);
      } else if (tag.name == "import") {
        import(tag, comment);
      }
    }
  }

  void define(NodeId comment) {
    strip(w_.source(comment), text_);
    const std::vector<Tag> tags = tags_of(text_);
    const ScopeIndex outer = scope_;
    parameters_.clear();
    for (const Tag& tag : tags) {
      if (tag.name != "template") continue;
      if (parameters_.empty()) {
        scope_ = ScopeIndex{static_cast<std::uint32_t>(w_.facts.scopes.size())};
        w_.facts.scopes.push_back({ScopeKind::block, outer, AtomIndex{0}});
      }
      templates(tag, comment);
    }
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (tags[i].name == "typedef") define_type(tags, i);
      if (tags[i].name == "callback") define_callback(tags, i);
    }
    scope_ = outer;
  }

 private:
  ExprIndex type(const Tag& tag) const {
    return tag.type.empty() ? ExprIndex{0} : doc_type(w_, tag.type, scope_);
  }

  /// `@template {Constraint} A, B text`.
  void templates(const Tag& tag, NodeId comment) {
    std::string_view rest = tag.rest;
    for (int count = 0; !rest.empty() && count < 8; ++count) {
      if (rest.front() == '[') rest.remove_prefix(1);
      std::size_t end = 0;
      while (end < rest.size() && !blank(rest[end]) && rest[end] != ',' && rest[end] != '=' &&
             rest[end] != ']') {
        ++end;
      }
      if (end == 0) return;
      const BindingIndex binding =
          w_.declare(scope_, w_.names.intern(rest.substr(0, end)), BindingKind::type, comment);
      const ExprIndex constraint = count == 0 ? type(tag) : ExprIndex{0};
      if (raw(constraint) != 0) w_.facts.bindings[raw(binding)].init = constraint;
      const NameId name = w_.facts.bindings[raw(binding)].name;
      parameters_.push_back(w_.make_expr(ExprKind::name, raw(binding), raw(name)));
      rest = trimmed(rest.substr(end));
      if (!rest.starts_with(',')) return;
      rest = trimmed(rest.substr(1));
    }
  }

  /// `@import {A, B as C} from './x'`, `@import * as ns from './x'`, `@import D from './x'`.
  void import(const Tag& tag, NodeId comment) {
    const std::size_t open = tag.rest.find_first_of("'\"");
    const std::size_t from = tag.rest.substr(0, open).rfind("from");
    if (from == std::string_view::npos || open == std::string_view::npos) return;
    const std::size_t close = tag.rest.find(tag.rest[open], open + 1);
    if (close == std::string_view::npos) return;
    const std::string specifier(tag.rest.substr(open + 1, close - open - 1));
    std::string_view names = trimmed(tag.rest.substr(0, from));
    const std::size_t brace = names.find('{');
    const std::string_view whole = trimmed(names.substr(0, names.find_first_of(",{")));
    if (!whole.empty()) {
      const std::size_t last = whole.find_last_of(" \n\t");
      import_one(specifier, whole.starts_with('*') ? "*" : "default",
                 last == std::string_view::npos ? whole : whole.substr(last + 1), comment);
    }
    if (brace == std::string_view::npos) return;
    names = names.substr(brace + 1, names.find('}') - brace - 1);
    while (!names.empty()) {
      const std::size_t end = std::min(names.find(','), names.size());
      const std::string_view one = trimmed(names.substr(0, end));
      const std::string_view imported = first_word(one);
      const std::size_t last = one.find_last_of(" \n\t");
      import_one(specifier, imported,
                 last == std::string_view::npos ? imported : one.substr(last + 1), comment);
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }

  void import_one(std::string_view specifier, std::string_view imported, std::string_view local,
                  NodeId comment) {
    if (imported.empty() || local.empty()) return;
    const BindingIndex binding =
        w_.declare(scope_, w_.names.intern(local), BindingKind::type, comment);
    Binding& b = w_.facts.bindings[raw(binding)];
    if (b.kind != BindingKind::type || b.import != kNone<ImportIndex>) return;
    b.import = ImportIndex{static_cast<std::uint32_t>(w_.facts.imports.size())};
    Import& import = w_.facts.imports.emplace_back();
    import.kind = ImportKind::type;
    import.type_only = true;
    import.specifier = w_.names.intern(specifier);
    import.imported = w_.names.intern(imported);
    import.local = binding;
    import.at = w_.at(comment);
  }

  void fold_members(std::vector<DocType>& params) {
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (params[i].name.find('.') == std::string::npos) {
        params[i].type = with_members(w_, params, i);
      }
    }
    std::erase_if(params, [](const DocType& p) { return p.name.find('.') != std::string::npos; });
  }

  static bool is_property(const Tag& tag) {
    return tag.name == "property" || tag.name == "prop" || tag.name == "member";
  }

  void set(std::string_view name, ExprIndex type) {
    const BindingIndex binding = w_.find(scope_, w_.names.intern(name));
    if (binding == kNone<BindingIndex>) return;
    Binding& b = w_.facts.bindings[raw(binding)];
    if (b.kind == BindingKind::type && b.atom == kNone<AtomIndex> && raw(b.init) == 0) {
      // A generic type is typed(list of its parameters, type).
      b.init = parameters_.empty()
                   ? type
                   : w_.make_expr(ExprKind::typed, raw(w_.make_list(parameters_)), raw(type));
    }
  }

  void define_type(const std::vector<Tag>& tags, std::size_t at) {
    std::vector<WorkMember> members;
    for (std::size_t i = at + 1; i < tags.size() && is_property(tags[i]); ++i) {
      const std::string_view name = param_name(tags[i].rest);
      if (name.empty() || name.find('.') != std::string_view::npos) continue;
      members.push_back({w_.names.intern(name), type(tags[i])});
    }
    const ExprIndex own = type(tags[at]);
    set(type_name(tags[at].rest), members.empty() ? own : doc_object(w_, members));
  }

  void define_callback(const std::vector<Tag>& tags, std::size_t at) {
    std::vector<ExprIndex> types;
    ExprIndex result{0};
    for (std::size_t i = at + 1; i < tags.size(); ++i) {
      if (tags[i].name == "param") {
        if (param_name(tags[i].rest).find('.') == std::string_view::npos) {
          types.push_back(type(tags[i]));
        }
      } else if (tags[i].name == "returns" || tags[i].name == "return") {
        result = type(tags[i]);
      } else if (tags[i].name == "typedef" || tags[i].name == "callback") {
        break;
      }
    }
    set(type_name(tags[at].rest),
        w_.make_expr(ExprKind::function_type, raw(w_.make_list(types)), raw(result)));
  }

  Work& w_;
  ScopeIndex scope_;
  std::string text_;
  std::vector<ExprIndex> parameters_;
};

bool is_doc(const Work& w, NodeId n) noexcept {
  if (w.tree[n].kind != Kind::comment) return false;
  const std::string_view text = w.source(n);
  return text.size() >= 5 && text.starts_with("/**") && text.ends_with("*/");
}

}  // namespace

NodeId doc_comment(const Work& w, NodeId before) noexcept {
  if (w.facts.language != Language::javascript) return kNoNode;
  for (NodeId n = before; n > 1 && w.tree[n - 1].kind == Kind::comment; --n) {
    if (is_doc(w, n - 1)) {
      return w.source(n - 1).find('@') == std::string_view::npos ? kNoNode : n - 1;
    }
  }
  return kNoNode;
}

DocTypes read_doc(Work& w, NodeId comment, ScopeIndex scope) {
  w.doc_node = comment;
  return DocReader(w, scope).read(comment);
}

void declare_doc_types(Work& w) {
  w.doc_imports = static_cast<std::uint32_t>(w.facts.imports.size());
  if (w.facts.language != Language::javascript) return;
  std::vector<NodeId> defining;
  for (NodeId n = 1; n < w.tree.size(); ++n) {
    if (!is_doc(w, n)) continue;
    const std::string_view text = w.source(n);
    const bool defines = text.find("@typedef") != std::string_view::npos ||
                         text.find("@callback") != std::string_view::npos ||
                         text.find("@import") != std::string_view::npos;
    if (defines) defining.push_back(n);
  }
  DocReader reader(w, ScopeIndex{0});
  for (const NodeId n : defining) {
    w.doc_node = n;
    reader.declare(n);
  }
  for (const NodeId n : defining) {
    w.doc_node = n;
    reader.define(n);
  }
}

NodeId Work::cast_of(NodeId parenthesis) const noexcept {
  return doc_comment(*this, parenthesis);
}

ExprIndex Work::documented_type(NodeId n) {
  const NodeId comment = doc_comment(*this, n);
  if (comment == kNoNode) return ExprIndex{0};
  const auto known = doc_types.find(comment);
  if (known != doc_types.end()) return known->second;
  return doc_types[comment] = read_doc(*this, comment, ScopeIndex{0}).type;
}

ExprIndex Work::cast_type(NodeId parenthesis) {
  const NodeId comment = cast_of(parenthesis);
  return comment == kNoNode ? ExprIndex{0} : read_doc(*this, comment, ScopeIndex{0}).type;
}

}  // namespace dg
