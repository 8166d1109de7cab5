/// \file
/// Keys that are computed from constants: `o[KEY]`, `o['on' + EVENT]`, `o[keys.add]`.

#include "parser/work.h"

namespace dg {
namespace {

/// How far constants are followed through other constants.
constexpr int kMaxDepth = 6;
constexpr std::size_t kMaxLength = 200;

class ConstantFolder {
 public:
  explicit ConstantFolder(const Work& work) : w_(work), t_(work.tree) {}

  /// Appends the text of `n`; false where it is no constant. `is_text` becomes true where any part
  /// is a string: `1 + 1` is a sum.
  bool fold(NodeId n, std::string& out, bool& is_text, int depth) const {
    n = w_.unwrap(n);
    if (depth > kMaxDepth || out.size() > kMaxLength) return false;
    switch (t_[n].kind) {
      case Kind::string:
      case Kind::template_string:
        is_text = true;
        return literal(n, out, depth);
      case Kind::number:
        out += w_.source(n);
        return true;
      case Kind::binary:
        return sum(n, out, is_text, depth);
      case Kind::identifier: {
        const NodeId held = held_by(n);
        return held != kNoNode && fold(held, out, is_text, depth + 1);
      }
      case Kind::member: {
        const NodeId value = property(n);
        return value != kNoNode && fold(value, out, is_text, depth + 1);
      }
      default:
        return false;
    }
  }

 private:
  bool literal(NodeId n, std::string& out, int depth) const {
    std::string text;
    if (w_.literal_text(n, text)) {
      out += text;
      return true;
    }
    if (t_[n].kind != Kind::template_string || w_.source(n).find('\\') != std::string_view::npos) {
      return false;
    }
    std::uint32_t from = t_[n].begin + 1;
    for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
      if (t_[c].kind != Kind::template_substitution) continue;
      const NodeId inner = t_.first_named(c);
      bool ignored = false;
      out += w_.bytes.substr(from, t_[c].begin - from);
      if (inner == kNoNode || !fold(inner, out, ignored, depth + 1)) return false;
      from = t_[c].end;
    }
    out += w_.bytes.substr(from, t_[n].end - 1 - from);
    return true;
  }

  bool sum(NodeId n, std::string& out, bool& is_text, int depth) const {
    const NodeId left = t_.child(n, Field::left), right = t_.child(n, Field::right);
    const NodeId sign = t_.child(n, Field::operator_);
    if (left == kNoNode || right == kNoNode || sign == kNoNode || w_.source(sign) != "+") {
      return false;
    }
    bool text = false;
    if (!fold(left, out, text, depth + 1) || !fold(right, out, text, depth + 1)) return false;
    is_text = is_text || text;
    return text;
  }

  NodeId held_by(NodeId identifier) const {
    const BindingIndex binding = w_.binding_of(identifier);
    if (binding == kNone<BindingIndex> || raw(binding) >= w_.constants.size()) return kNoNode;
    const NodeId held = w_.constants[raw(binding)];
    return held == 0 ? kNoNode : held;
  }

  /// `v` of `keys.k` where `const keys = {k: v}`.
  NodeId property(NodeId member) const {
    const NodeId object = t_.child(member, Field::object);
    const NodeId name = t_.child(member, Field::property);
    if (object == kNoNode || name == kNoNode || t_[object].kind != Kind::identifier) {
      return kNoNode;
    }
    const NodeId table = held_by(object);
    if (table == kNoNode || t_[table].kind != Kind::object) return kNoNode;
    for (NodeId c = table + 1; c < t_[table].next; c = t_[c].next) {
      if (t_[c].kind != Kind::pair) continue;
      const NodeId key = t_.child(c, Field::key);
      if (key != kNoNode && w_.source(key) == w_.source(name)) return t_.child(c, Field::value);
    }
    return kNoNode;
  }

  const Work& w_;
  const SyntaxTree& t_;
};

}  // namespace

bool may_be_constant(Kind kind) noexcept {
  return kind == Kind::string || kind == Kind::template_string || kind == Kind::binary ||
         kind == Kind::identifier || kind == Kind::member || kind == Kind::object;
}

bool makes_symbol(const Work& work, NodeId call) {
  if (work.tree[call].kind != Kind::call) return false;
  const NodeId callee = work.tree.child(call, Field::function);
  if (callee == kNoNode) return false;
  return work.source(callee) == "Symbol" || work.source(callee) == "Symbol.for";
}

bool Work::constant_text(NodeId n, NameId& out) {
  std::string text;
  bool is_text = false;
  if (!ConstantFolder(*this).fold(n, text, is_text, 0) || !is_text) return false;
  out = names.intern(text);
  return true;
}

bool Work::symbol_text(NodeId n, NameId& out) {
  const NodeId key = unwrap(n);
  if (tree[key].kind == Kind::member) {
    const NodeId object = tree.child(key, Field::object);
    if (object == kNoNode || source(object) != "Symbol") return false;
  } else if (tree[key].kind == Kind::identifier) {
    const BindingIndex binding = binding_of(key);
    if (binding == kNone<BindingIndex> || raw(binding) >= facts.bindings.size()) return false;
    const Binding& b = facts.bindings[raw(binding)];
    const bool imported = b.kind == BindingKind::import || b.import != kNone<ImportIndex>;
    const bool of_module = b.kind == BindingKind::const_ && raw(b.scope) == 0;
    const NodeId held = raw(binding) < constants.size() ? constants[raw(binding)] : 0;
    const bool made_here = held != 0 && tree[held].kind == Kind::call;
    // A symbol, mostly; whatever a constant of the module is, it is one key.
    if (!imported && !of_module && !made_here) return false;
  } else {
    return false;
  }
  text_buffer.assign("[").append(source(key)).append("]");
  out = names.intern(text_buffer);
  return true;
}

}  // namespace dg
