/// \file
/// Text for people: signatures, parameters, doc comments, callee paths. Canonical: it depends on
/// the tokens alone, so that reformatting changes nothing.

#include <string>

#include "parser/work.h"

namespace dg {
namespace {

constexpr std::size_t kMaxParam = 120;
constexpr std::size_t kMaxSignature = 400;
constexpr std::size_t kMaxCallee = 120;
constexpr std::size_t kMaxDoc = 4000;

bool is_word(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || byte == '#' || byte >= 0x80;
}

bool is_spaced_operator(std::string_view token) noexcept {
  return token == "=" || token == "=>" || token == "|" || token == "&" || token == "&&" ||
         token == "||" || token == "??" || token == "+" || token == "===" || token == "==" ||
         token == "*" || token == "/" || token == "-" || token == "extends";
}

/// Whether canonical text has a space between two tokens.
bool spaced(std::string_view before, std::string_view token) noexcept {
  if (before.empty()) return false;
  const char last = before.back();
  if (last == ',' || last == ';') return token != ")" && token != "]" && token != "}";
  if (before == ":") return true;
  if (is_spaced_operator(before) || is_spaced_operator(token)) return true;
  const bool quote = token.front() == '\'' || token.front() == '"';
  if (is_word(token.front()) && (last == '>' || last == ')' || last == ']' || last == '}'))
    return true;
  return is_word(last) && (is_word(token.front()) || quote);
}

bool is_atomic(const Node& node) noexcept {
  return node.leaf || node.kind == Kind::template_string ||
         node.kind == Kind::template_substitution;
}

}  // namespace

void append_canonical(const Work& w, NodeId n, std::size_t limit, std::string& out) {
  const SyntaxTree& t = w.tree;
  const std::size_t base = out.size();
  std::string_view before;
  for (NodeId j = n; j < t[n].next;) {
    const Node& node = t[j];
    if (node.kind == Kind::comment || !is_atomic(node)) {
      ++j;
      continue;
    }
    std::string_view token = w.source(j);
    if (!token.empty()) {
      if (spaced(before, token)) out += ' ';
      if (token.size() > limit) token = utf8_prefix(token, limit);
      out += token;
      before = token;
    }
    j = node.next;
    if (out.size() - base > limit) {
      out.resize(base + utf8_prefix(std::string_view(out).substr(base), limit - 3).size());
      out += "…";
      break;
    }
  }
  for (std::size_t i = base; i < out.size(); ++i) {
    if (out[i] == '\n' || out[i] == '\r' || out[i] == '\t') out[i] = ' ';
  }
}

void collect_params(Work& w, AtomIndex atom, NodeId function) {
  const SyntaxTree& t = w.tree;
  auto& params = w.facts.params;
  const auto begin = static_cast<std::uint32_t>(params.size());
  const auto add = [&](NodeId pattern, NodeId value, NodeId type, bool optional) {
    Param& param = params.emplace_back();
    const Kind kind = t[pattern].kind;
    NodeId named = pattern;
    if (kind == Kind::rest_pattern) {
      param.form = ParamForm::rest;
      const NodeId inner = t.first_named(pattern);
      if (inner != kNoNode) named = inner;
    } else if (kind == Kind::object_pattern || kind == Kind::array_pattern) {
      param.form = ParamForm::destructured;
    }
    w.text_buffer.clear();
    append_canonical(w, named, kMaxParam, w.text_buffer);
    param.name = w.names.intern(w.text_buffer);
    param.optional = optional || value != kNoNode;
    if (t[named].kind == Kind::identifier && w.aux[named] != 0) {
      param.binding = BindingIndex{w.aux[named] - 1};
    }
    if (value != kNoNode) {
      w.text_buffer.clear();
      append_canonical(w, value, kMaxParam, w.text_buffer);
      param.default_text = w.names.intern(w.text_buffer);
    }
    if (type != kNoNode) {
      const NodeId inner = t.first_named(type);
      w.text_buffer.clear();
      append_canonical(w, inner == kNoNode ? type : inner, kMaxParam, w.text_buffer);
      param.type_text = w.names.intern(w.text_buffer);
    }
  };
  const NodeId single = t.child(function, Field::parameter);
  if (single != kNoNode) add(single, kNoNode, kNoNode, false);
  const NodeId list = t.child(function, Field::parameters);
  for (NodeId p = list == kNoNode ? 0 : list + 1; list != kNoNode && p < t[list].next;
       p = t[p].next) {
    const Kind kind = t[p].kind;
    if (is_plain_token(kind) || kind == Kind::comment || kind == Kind::error) continue;
    if (kind == Kind::required_parameter || kind == Kind::optional_parameter) {
      NodeId pattern = t.child(p, Field::pattern);
      if (pattern == kNoNode) pattern = t.child(p, Field::name);
      if (pattern == kNoNode || t[pattern].kind == Kind::this_) continue;
      add(pattern, t.child(p, Field::value), t.child(p, Field::type),
          kind == Kind::optional_parameter);
    } else if (kind == Kind::assignment_pattern) {
      const NodeId left = t.child(p, Field::left);
      if (left != kNoNode) add(left, t.child(p, Field::right), kNoNode, true);
    } else {
      add(p, kNoNode, kNoNode, false);
    }
  }
  w.facts.atoms[raw(atom)].params = {begin, static_cast<std::uint32_t>(params.size()) - begin};
}

namespace {

void append_params(Work& w, const Atom& atom, std::string& out) {
  out += '(';
  for (std::uint32_t k = 0; k < atom.params.count && out.size() < kMaxSignature; ++k) {
    const Param& param = w.facts.params[atom.params.begin + k];
    if (k > 0) out += ", ";
    if (param.form == ParamForm::rest) out += "...";
    out += w.names.text(param.name);
    if (param.optional && raw(param.default_text) == 0) out += '?';
    if (raw(param.type_text) != 0) out.append(": ").append(w.names.text(param.type_text));
    if (raw(param.default_text) != 0) out.append(" = ").append(w.names.text(param.default_text));
  }
  out += ')';
}

void append_function(Work& w, const Atom& atom, NodeId node, std::string& out) {
  if (atom.is_static) out += "static ";
  if (atom.is_async) out += "async ";
  if (atom.kind == AtomKind::getter) out += "get ";
  if (atom.kind == AtomKind::setter) out += "set ";
  if (atom.kind == AtomKind::generator) out += '*';
  out += utf8_prefix(w.names.text(atom.name), kMaxParam);
  append_params(w, atom, out);
  const NodeId type = w.tree.child(node, Field::return_type);
  if (type == kNoNode) return;
  const NodeId inner = w.tree.first_named(type);
  out += ": ";
  append_canonical(w, inner == kNoNode ? type : inner, kMaxParam, out);
}

void append_class(Work& w, const Atom& atom, NodeId node, std::string& out) {
  out.append("class ").append(utf8_prefix(w.names.text(atom.name), kMaxParam));
  const NodeId heritage = w.tree.child(node, Kind::class_heritage);
  if (heritage == kNoNode) return;
  out += ' ';
  append_canonical(w, heritage, kMaxParam * 2, out);
}

void append_variable(Work& w, const Atom& atom, NodeId node, std::string& out) {
  const SyntaxTree& t = w.tree;
  NodeId declaration = t[node].parent;
  for (int k = 0; k < 8 && declaration != kNoNode; ++k) {
    const Kind kind = t[declaration].kind;
    if (kind == Kind::lexical_declaration || kind == Kind::variable_declaration) break;
    declaration = t[declaration].parent;
  }
  if (declaration != kNoNode)
    out.append(w.source(t.child(declaration, Field::kind) == kNoNode
                            ? declaration + 1
                            : t.child(declaration, Field::kind)))
        .append(" ");
  out += utf8_prefix(w.names.text(atom.name), kMaxParam);
  const NodeId type = t.child(node, Field::type);
  if (type != kNoNode && !t[node].leaf) append_canonical(w, type, kMaxParam, out);
}

void append_type(Work& w, NodeId node, std::string& out) {
  const SyntaxTree& t = w.tree;
  const NodeId body = t.child(node, Field::body);
  for (NodeId c = node + 1; c < t[node].next && c != body; c = t[c].next) {
    if (t[c].kind == Kind::comment || w.source(c) == ";") continue;
    if (!out.empty() && t[c].kind != Kind::type_parameters) out += ' ';
    append_canonical(w, c, kMaxParam, out);
  }
}

}  // namespace

NameId signature_of(Work& w, AtomIndex index) {
  const Atom& atom = w.facts.atoms[raw(index)];
  const NodeId node = w.atoms[raw(index)].node;
  std::string text;
  switch (atom.kind) {
    case AtomKind::module:
      return NameId{};
    case AtomKind::class_:
      append_class(w, atom, node, text);
      break;
    case AtomKind::variable:
      append_variable(w, atom, node, text);
      break;
    case AtomKind::interface:
    case AtomKind::enum_:
    case AtomKind::type_alias:
    case AtomKind::namespace_:
      append_type(w, node, text);
      break;
    default:
      append_function(w, atom, node, text);
      break;
  }
  return w.names.intern(utf8_prefix(text, kMaxSignature));
}

/// The JSDoc block directly before a node: its text line by line, without the leading stars.
NameId doc_of(Work& w, NodeId before) {
  if (before == 0) return NameId{};
  const SyntaxTree& t = w.tree;
  const NodeId comment = before - 1;
  if (t[comment].kind != Kind::comment) return NameId{};
  std::string_view text = w.source(comment);
  if (!text.starts_with("/**") || text.size() < 5 || !text.ends_with("*/")) return NameId{};
  text = text.substr(3, text.size() - 5);
  std::string out;
  while (!text.empty() && out.size() < kMaxDoc) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    if (!line.empty() && line.front() == '*') line.remove_prefix(1);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && blank(line.back())) line.remove_suffix(1);
    if (out.empty() && line.empty()) continue;
    if (!out.empty()) out += '\n';
    out += line;
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return w.names.intern(utf8_prefix(out, kMaxDoc));
}

/// The end of a chain `a.b().c` that its text starts with. Longer chains are cut at the front, and
/// `cut` is set: reading a chain of n calls must not cost n steps for each of them.
NodeId chain_start(const Work& w, NodeId callee, bool& cut) {
  constexpr int kMaxSteps = 64;
  const SyntaxTree& t = w.tree;
  NodeId n = callee;
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const Kind kind = t[n].kind;
    NodeId inner = kNoNode;
    if (kind == Kind::member || kind == Kind::subscript) inner = t.child(n, Field::object);
    if (kind == Kind::call) inner = t.child(n, Field::function);
    if (inner == kNoNode || inner != n + 1) return n;
    n = inner;
  }
  cut = true;
  return n;
}

NameId callee_text(Work& w, NodeId callee) {
  const SyntaxTree& t = w.tree;
  if (t[callee].leaf) return w.names.intern(utf8_prefix(w.source(callee), kMaxCallee));
  std::string& out = w.text_buffer;
  out.clear();
  bool cut = false;
  const NodeId start = chain_start(w, callee, cut);
  if (cut) out += "…";
  for (NodeId j = cut ? t[start].next : start; j < t[callee].next && out.size() < kMaxCallee;) {
    const Node& node = t[j];
    std::string_view shown;
    if (node.kind == Kind::arguments) {
      shown = "()";
    } else if (is_function(node.kind)) {
      shown = "function";
    } else if (is_class(node.kind)) {
      shown = "class";
    } else if (node.kind == Kind::object) {
      shown = "{}";
    } else if (node.kind == Kind::array) {
      shown = "[]";
    } else if (node.kind == Kind::template_string) {
      shown = "``";
    } else if (node.kind == Kind::type_arguments || node.kind == Kind::comment) {
      j = node.next;
      continue;
    } else if (node.leaf) {
      shown = w.source(j);
    } else {
      ++j;
      continue;
    }
    if (!out.empty() && !shown.empty() && is_word(out.back()) && is_word(shown.front())) out += ' ';
    out += utf8_prefix(shown, kMaxCallee);
    j = node.next;
  }
  if (out.size() > kMaxCallee) out.resize(utf8_prefix(out, kMaxCallee).size());
  return w.names.intern(out);
}

}  // namespace dg
