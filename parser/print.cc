#include "parser/print.h"

#include <array>
#include <cstdio>

namespace dg {
namespace {

constexpr int kMaxExprDepth = 12;

template <typename Enum, std::size_t N>
std::string_view label(const std::array<std::string_view, N>& labels, Enum value) noexcept {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? labels[i] : "?";
}

std::string_view label_of(AtomKind kind) noexcept {
  constexpr std::array<std::string_view, 15> kLabels = {
      "module",        "function",  "arrow",     "method",     "constructor",
      "getter",        "setter",    "generator", "class",      "variable",
      "test_callback", "interface", "enum",      "type_alias", "namespace"};
  return label(kLabels, kind);
}
std::string_view label_of(ReferenceKind kind) noexcept {
  constexpr std::array<std::string_view, 11> kLabels = {
      "call",       "construct", "tagged", "jsx",  "decorator", "extends",
      "implements", "value",     "write",  "emit", "listen"};
  return label(kLabels, kind);
}
std::string_view label_of(BindingKind kind) noexcept {
  constexpr std::array<std::string_view, 11> kLabels = {"var",   "let",       "const", "function",
                                                        "class", "param",     "catch", "import",
                                                        "enum",  "namespace", "type"};
  return label(kLabels, kind);
}
std::string_view label_of(ImportKind kind) noexcept {
  constexpr std::array<std::string_view, 6> kLabels = {"esm",     "side_effect", "reexport",
                                                       "dynamic", "require",     "type"};
  return label(kLabels, kind);
}
std::string_view label_of(ExportKind kind) noexcept {
  constexpr std::array<std::string_view, 8> kLabels = {"local",      "expression",     "named_from",
                                                       "all_from",   "namespace_from", "cjs_value",
                                                       "cjs_member", "cjs_all"};
  return label(kLabels, kind);
}
std::string_view label_of(MemberKind kind) noexcept {
  constexpr std::array<std::string_view, 6> kLabels = {"method", "getter",   "setter",
                                                       "field",  "assigned", "spread"};
  return label(kLabels, kind);
}
std::string_view label_of(ProblemKind kind) noexcept {
  constexpr std::array<std::string_view, 5> kLabels = {"syntax_error", "missing_token", "too_deep",
                                                       "invalid_utf8", "nul_byte"};
  return label(kLabels, kind);
}
std::string_view label_of(SkipReason reason) noexcept {
  constexpr std::array<std::string_view, 6> kLabels = {"",          "too_large", "minified",
                                                       "generated", "binary",    "too_complex"};
  return label(kLabels, reason);
}

std::string place(Position at) {
  return std::to_string(at.line) + ":" + std::to_string(at.col);
}

/// Depth is bounded, so that the recursion is too.
void append_expr(const FileFacts& f, ExprIndex index, int depth, std::string& out) {
  if (depth > kMaxExprDepth) {
    out += "…";
    return;
  }
  const Expr& e = f.exprs[raw(index)];
  const auto part = [&](std::uint32_t x) { append_expr(f, ExprIndex{x}, depth + 1, out); };
  const auto wrap = [&](std::string_view before, std::uint32_t x, std::string_view after) {
    out += before;
    part(x);
    out += after;
  };
  switch (e.kind) {
    case ExprKind::unknown:
      out += "?";
      break;
    case ExprKind::name:
      out += f.name(NameId{e.b});
      if (e.a == kNoIndex) out += "@global";
      break;
    case ExprKind::this_:
      out.append("this:").append(f.name(f.atoms[e.a].qualified_name));
      break;
    case ExprKind::super_:
      out.append("super:").append(f.name(f.atoms[e.a].qualified_name));
      break;
    case ExprKind::member:
      part(e.a);
      out.append(".").append(f.name(NameId{e.b}));
      break;
    case ExprKind::element:
      wrap("", e.a, "[]");
      break;
    case ExprKind::call:
      wrap("", e.a, "()");
      break;
    case ExprKind::construct:
      wrap("new ", e.a, "()");
      break;
    case ExprKind::await:
      wrap("await ", e.a, "");
      break;
    case ExprKind::module:
      out.append("module(").append(f.name(f.imports[e.a].specifier)).append(")");
      break;
    case ExprKind::atom:
      out.append("<").append(f.name(f.atoms[e.a].qualified_name)).append(">");
      break;
    case ExprKind::object:
      out.append("{").append(std::to_string(e.a)).append("}");
      break;
    case ExprKind::choice:
      wrap("(", e.a, "|");
      wrap("", e.b, ")");
      break;
    case ExprKind::array:
      if (e.a == kNoIndex || e.a == 0) {
        out += "[]";
      } else {
        wrap("[", e.a, "]");
      }
      break;
    case ExprKind::list:
      part(e.a);
      if (e.b != 0) wrap(", ", e.b, "");
      break;
    case ExprKind::spread:
      wrap("...", e.a, "");
      break;
    case ExprKind::iterated:
      wrap("each ", e.a, "");
      break;
    case ExprKind::typed:
      if (e.a != 0) part(e.a);
      wrap(": ", e.b, "");
      break;
    case ExprKind::argument:
      wrap("argument " + std::to_string(e.b) + " of ", e.a, "");
      break;
    case ExprKind::parameter:
      wrap("parameter " + std::to_string(e.b) + " of ", e.a, "");
      break;
    case ExprKind::apply:
      part(e.a);
      wrap("<", e.b, ">");
      break;
    case ExprKind::function_type:
    case ExprKind::construct_type:
      out += e.kind == ExprKind::function_type ? "(" : "new (";
      if (e.a != 0) part(e.a);
      wrap(") => ", e.b, "");
      break;
    case ExprKind::intersection:
      wrap("(", e.a, "&");
      wrap("", e.b, ")");
      break;
    case ExprKind::type_query:
      wrap("typeof ", e.a, "");
      break;
    case ExprKind::lookup:
      part(e.a);
      out.append("['").append(f.name(NameId{e.b})).append("']");
      break;
    case ExprKind::tuple:
      out += "tuple [";
      if (e.a != 0) part(e.a);
      out += "]";
      break;
    case ExprKind::string:
      out += "string";
      break;
    case ExprKind::number:
      out += "number";
      break;
    case ExprKind::boolean:
      out += "boolean";
      break;
    case ExprKind::regexp:
      out += "regexp";
      break;
    case ExprKind::template_:
      out += "template";
      break;
    case ExprKind::null_:
      out += "null";
      break;
    case ExprKind::module_exports:
      out += "module.exports";
      break;
  }
}

class Printer {
 public:
  Printer(const FileFacts& facts, const PrintOptions& options) : f_(facts), options_(options) {}

  std::string run() {
    if (f_.skipped != SkipReason::none) line("skipped " + std::string(label_of(f_.skipped)));
    if (options_.atoms) atoms();
    if (options_.bindings) bindings();
    if (options_.imports) imports();
    if (options_.exports) exports();
    if (options_.references) references();
    if (options_.shapes) shapes();
    if (options_.assignments) assignments();
    if (options_.problems) problems();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_.append(text).append("\n"); }
  std::string name(NameId id) const { return std::string(f_.name(id)); }
  std::string atom(AtomIndex a) const { return name(f_.atoms[raw(a)].qualified_name); }
  std::string expr(ExprIndex e) const { return print_expr(f_, e); }
  std::string at(Position p) const { return options_.positions ? " " + place(p) : std::string(); }

  void atoms() {
    for (const Atom& a : f_.atoms) {
      std::string text = "atom " + name(a.qualified_name) + " " + std::string(label_of(a.kind));
      if (a.exported) text += " exported";
      if (a.is_async) text += " async";
      if (a.is_static) text += " static";
      if (a.ambient) text += " ambient";
      if (a.has_error_handling) text += " handles-errors";
      if (a.uses_await) text += " awaits";
      if (options_.positions) text += at(a.start) + "-" + place(a.end) + " @" + place(a.name_at);
      if (raw(a.signature) != 0) text += " `" + name(a.signature) + "`";
      if (a.complexity != 1) text += " cx " + std::to_string(a.complexity);
      if (raw(a.returns) != 0) text += " returns " + expr(a.returns);
      if (raw(a.doc) != 0) text += " doc \"" + name(a.doc) + "\"";
      if (options_.hashes) text += hash(a.body_hash) + hash(a.shape_hash);
      line(text);
    }
  }

  static std::string hash(std::uint64_t value) {
    std::array<char, 20> text{};
    std::snprintf(text.data(), text.size(), " %016llx", static_cast<unsigned long long>(value));
    return text.data();
  }

  void bindings() {
    for (const Binding& b : f_.bindings) {
      std::string text = "binding " + name(b.name) + " " + std::string(label_of(b.kind)) + " in " +
                         std::to_string(raw(b.scope));
      if (b.type_only) text += " type";
      if (b.reassigned) text += " reassigned";
      if (b.atom != kNone<AtomIndex>) text += " atom " + atom(b.atom);
      if (raw(b.init) != 0) text += " = " + expr(b.init);
      line(text + at(b.at));
    }
  }

  void imports() {
    for (const Import& i : f_.imports) {
      std::string text = "import " + std::string(label_of(i.kind)) + " " + name(i.specifier);
      if (raw(i.imported) != 0) text += " " + name(i.imported);
      if (i.local != kNone<BindingIndex>) text += " as " + name(f_.bindings[raw(i.local)].name);
      if (i.type_only) text += " type";
      if (i.conditional) text += " conditional";
      line(text + at(i.at));
    }
  }

  void exports() {
    for (const Export& e : f_.exports) {
      std::string text = "export " + std::string(label_of(e.kind)) + " " + name(e.exported);
      if (e.import != kNone<ImportIndex>) {
        text += " from " + name(f_.imports[raw(e.import)].specifier);
        if (raw(e.imported) != 0) text += " " + name(e.imported);
      }
      if (e.binding != kNone<BindingIndex>) text += " = " + name(f_.bindings[raw(e.binding)].name);
      if (raw(e.value) != 0) text += " = " + expr(e.value);
      if (e.type_only) text += " type";
      line(text + at(e.at));
    }
  }

  void references() {
    for (const Reference& r : f_.references) {
      std::string text = "ref " + atom(r.owner) + " " + std::string(label_of(r.kind)) + " " +
                         name(r.text) + " = " + expr(r.target);
      if (r.args.count > 0) {
        text += " (";
        for (std::uint32_t k = 0; k < r.args.count; ++k) {
          if (k > 0) text += ", ";
          text += expr(f_.expr_lists[r.args.begin + k]);
        }
        text += ")";
      }
      if (r.optional_chain) text += " optional";
      if (r.awaited) text += " awaited";
      if (r.type_position) text += " type";
      line(text + at(r.at));
    }
  }

  void shapes() {
    for (std::size_t s = 0; s < f_.shapes.size(); ++s) {
      const Shape& shape = f_.shapes[s];
      std::string text = "shape " + std::to_string(s) + (shape.is_class ? " class" : "");
      if (shape.atom != kNone<AtomIndex>) text += " " + atom(shape.atom);
      if (raw(shape.extends) != 0) text += " extends " + expr(shape.extends);
      for (std::uint32_t k = 0; k < shape.implements.count; ++k) {
        text += " implements " + expr(f_.expr_lists[shape.implements.begin + k]);
      }
      for (std::uint32_t k = 0; k < shape.members.count; ++k) {
        text += (k == 0 ? ": " : ", ") + member(f_.members[shape.members.begin + k]);
      }
      line(text);
    }
  }

  std::string member(const Member& m) const {
    std::string text =
        (m.is_static ? "static " : "") + std::string(label_of(m.kind)) + " " + name(m.name);
    if (m.atom != kNone<AtomIndex>) {
      text += " <" + atom(m.atom) + ">";
    } else if (raw(m.value) != 0) {
      text += " = " + expr(m.value);
    }
    return text;
  }

  void assignments() {
    for (const Assignment& a : f_.assignments) {
      line("assign " + expr(a.object) + "." + name(a.property) + " = " + expr(a.value) + " in " +
           atom(a.owner));
    }
  }

  void problems() {
    for (const Problem& p : f_.problems) {
      line("problem " + std::string(label_of(p.kind)) + at(p.at));
    }
    if (f_.problem_count > f_.problems.size()) {
      line("problems " + std::to_string(f_.problem_count));
    }
  }

  const FileFacts& f_;
  const PrintOptions& options_;
  std::string out_;
};

}  // namespace

std::string print_facts(const FileFacts& facts, const PrintOptions& options) {
  return Printer(facts, options).run();
}

std::string print_expr(const FileFacts& facts, ExprIndex expr) {
  std::string out;
  append_expr(facts, expr, 0, out);
  return out;
}

}  // namespace dg
