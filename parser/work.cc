#include "parser/work.h"

#include <algorithm>

#include "parser/check.h"

namespace dg {
namespace {

constexpr std::size_t kFirstTable = 1024;
constexpr std::size_t kKeptTable = 1U << 16;

std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio: Fibonacci hashing (Knuth, TAOCP 3, 6.4).
  return x ^ (x >> 29);
}

template <typename T>
void reset_table(std::vector<T>& table, T empty) {
  if (table.empty() || table.size() > kKeptTable) {
    table.assign(kFirstTable, empty);
    table.shrink_to_fit();
  } else {
    std::fill(table.begin(), table.end(), empty);
  }
}

void append_utf8(std::uint32_t c, std::string& out) {
  if (c >= 0xD800 && c <= 0xDFFF) c = 0xFFFD;
  if (c > 0x10FFFF) c = 0xFFFD;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

/// Reads up to `limit` hex digits at `i`, and moves `i` past them.
std::uint32_t read_hex(std::string_view s, std::size_t& i, std::size_t limit) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < limit && i < s.size(); ++k, ++i) {
    const char c = s[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) break;
    value = (value << 4) | static_cast<std::uint32_t>(digit);
    if (value > 0x110000) value = 0x110000;
  }
  return value;
}

std::uint32_t read_unicode_escape(std::string_view s, std::size_t& i) {
  if (i < s.size() && s[i] == '{') {
    const std::uint32_t value = read_hex(s, ++i, 16);
    if (i < s.size() && s[i] == '}') ++i;
    return value;
  }
  const std::uint32_t high = read_hex(s, i, 4);
  const bool pair =
      high >= 0xD800 && high < 0xDC00 && i + 1 < s.size() && s[i] == '\\' && s[i + 1] == 'u';
  if (!pair) return high;
  std::size_t after = i + 2;
  const std::uint32_t low = read_hex(s, after, 4);
  if (low < 0xDC00 || low > 0xDFFF) return high;
  i = after;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/// ECMA-262 12.9.4.2, string escape sequences.
void unescape(std::string_view s, std::string& out) {
  for (std::size_t i = 0; i < s.size();) {
    if (s[i] != '\\' || i + 1 >= s.size()) {
      out += s[i++];
      continue;
    }
    const char c = s[i + 1];
    i += 2;
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'v':
        out += '\v';
        break;
      case '0':
        out += '\0';
        break;
      case 'x':
        append_utf8(read_hex(s, i, 2), out);
        break;
      case 'u':
        append_utf8(read_unicode_escape(s, i), out);
        break;
      case '\r':
        if (i < s.size() && s[i] == '\n') ++i;
        break;
      case '\n':
        break;
      default:
        out += c;
        break;
    }
  }
}

}  // namespace

void Work::start(std::string_view file_bytes) {
  bytes = file_bytes;
  const std::size_t nodes = tree.nodes.size();
  aux.assign(nodes, 0);
  memo.assign(nodes, 0);
  mark.assign(nodes, 0);
  atoms.clear();
  shapes.clear();
  events.clear();
  import_sites.clear();
  assigned.clear();
  export_alias.clear();
  constants.clear();
  eval_stack.clear();
  doc_members.clear();
  doc_types.clear();
  doc_imports = 0;
  doc_node = 0;
  scope_of_atom_.clear();
  created_require = false;
  reset_table(expr_slots_, kNoIndex);
  reset_table(declared_keys_, ~std::uint64_t{0});
  declared_values_.resize(declared_keys_.size());
  declared_count_ = 0;
  facts.exprs.push_back({});
}

NodeId Work::unwrap(NodeId n) const noexcept {
  while (is_wrapper(tree[n].kind)) {
    // The type of `<T>v` comes first; in all other wrappers the value does.
    NodeId inner = tree.first_named(n);
    if (inner != kNoNode && tree[n].kind == Kind::type_assertion) {
      inner = tree.first_named_after(inner, n);
    }
    if (inner == kNoNode) return n;
    n = inner;
  }
  return n;
}

NodeId Work::parent_of_value(NodeId n) const noexcept {
  NodeId parent = tree[n].parent;
  while (parent != kNoNode && is_wrapper(tree[parent].kind)) parent = tree[parent].parent;
  return parent;
}

bool Work::literal_text(NodeId n, std::string& out) const {
  const Kind kind = tree[n].kind;
  if (kind != Kind::string && kind != Kind::template_string) return false;
  if (kind == Kind::template_string && tree.has(n, Kind::template_substitution)) return false;
  std::string_view text = source(n);
  if (text.size() < 2) return false;
  text = text.substr(1, text.size() - 2);
  out.clear();
  if (text.find('\\') == std::string_view::npos) {
    out.assign(text);
  } else {
    unescape(text, out);
  }
  return true;
}

bool Work::key_name(NodeId key, NameId& out) {
  switch (tree[key].kind) {
    case Kind::property_identifier:
    case Kind::private_property_identifier:
    case Kind::identifier:
    case Kind::shorthand_property:
    case Kind::shorthand_pattern:
    case Kind::number:
      out = intern(key);
      return true;
    case Kind::string:
    case Kind::template_string:
      if (!literal_text(key, text_buffer)) return false;
      out = names.intern(text_buffer);
      return true;
    case Kind::computed_name: {
      const NodeId inner = tree.first_named(key);
      if (inner == kNoNode) return false;
      return constant_text(inner, out) || symbol_text(inner, out);
    }
    default:
      return false;
  }
}

ExprIndex Work::make_expr(ExprKind kind, std::uint32_t a, std::uint32_t b) {
  if (kind == ExprKind::unknown) return ExprIndex{0};
  const Expr expr{kind, a, b};
  auto& exprs = facts.exprs;
  const auto fresh = static_cast<std::uint32_t>(exprs.size());
  if (std::size_t{fresh} * 2 > expr_slots_.size()) grow_exprs();
  const std::size_t mask = expr_slots_.size() - 1;
  const std::uint64_t key = (std::uint64_t{a} << 32 | b) + static_cast<std::uint64_t>(kind);
  for (std::size_t i = mix(key) & mask;; i = (i + 1) & mask) {
    if (expr_slots_[i] == kNoIndex) {
      expr_slots_[i] = fresh;
      exprs.push_back(expr);
      return ExprIndex{fresh};
    }
    if (exprs[expr_slots_[i]] == expr) return ExprIndex{expr_slots_[i]};
  }
}

ExprIndex Work::choice_of(ExprIndex alternatives, ExprIndex value) {
  if (raw(alternatives) == 0) return value;
  if (raw(value) == 0) return alternatives;
  ExprIndex left = alternatives;
  for (std::uint32_t count = 1; count < kMaxChoices; ++count) {
    if (left == value) return alternatives;
    const Expr& e = facts.exprs[raw(left)];
    if (e.kind != ExprKind::choice)
      return make_expr(ExprKind::choice, raw(alternatives), raw(value));
    if (ExprIndex{e.b} == value) return alternatives;
    left = ExprIndex{e.a};
  }
  return alternatives;  // There is no room for more.
}

void Work::grow_exprs() {
  std::vector<std::uint32_t> old(expr_slots_.size() * 2, kNoIndex);
  old.swap(expr_slots_);
  const std::size_t mask = expr_slots_.size() - 1;
  for (const std::uint32_t e : old) {
    if (e == kNoIndex) continue;
    const Expr& x = facts.exprs[e];
    const std::uint64_t key = (std::uint64_t{x.a} << 32 | x.b) + static_cast<std::uint64_t>(x.kind);
    std::size_t i = mix(key) & mask;
    while (expr_slots_[i] != kNoIndex) i = (i + 1) & mask;
    expr_slots_[i] = e;
  }
}

ShapeIndex Work::ensure_shape(NodeId object) {
  if (aux[object] == 0) {
    facts.shapes.emplace_back();
    shapes.push_back({object, false});
    aux[object] = static_cast<std::uint32_t>(shapes.size());
  }
  return ShapeIndex{aux[object] - 1};
}

bool Work::is_global(NodeId identifier, std::string_view name) const noexcept {
  const std::uint32_t meaning = aux[identifier];
  return tree[identifier].kind == Kind::identifier && (meaning & kGlobalName) != 0 &&
         names.text(NameId{meaning & ~kGlobalName}) == name;
}

BindingIndex Work::binding_of(NodeId identifier) const noexcept {
  const std::uint32_t meaning = aux[identifier];
  if (meaning == 0 || (meaning & kGlobalName) != 0) return kNone<BindingIndex>;
  return BindingIndex{meaning - 1};
}

bool Work::is_export_object(ExprIndex expr) const noexcept {
  const Expr& e = facts.exprs[raw(expr)];
  if (e.kind == ExprKind::module_exports) return true;
  return e.kind == ExprKind::name && e.a < export_alias.size() && export_alias[e.a] != 0;
}

BindingIndex Work::declare(ScopeIndex scope, NameId name, BindingKind kind, NodeId node) {
  const std::uint64_t key = std::uint64_t{raw(scope)} << 32 | raw(name);
  if (declared_count_ * 2 > declared_keys_.size()) grow_declared();
  const std::size_t mask = declared_keys_.size() - 1;
  std::size_t i = mix(key) & mask;
  while (declared_keys_[i] != ~std::uint64_t{0} && declared_keys_[i] != key) i = (i + 1) & mask;
  if (declared_keys_[i] == key) {
    // Declared again: `var`s and functions are one variable; a value wins over a type.
    Binding& b = facts.bindings[declared_values_[i]];
    if (b.kind == BindingKind::type && kind != BindingKind::type) {
      b.kind = kind;
      b.type_only = false;
      b.atom = kNone<AtomIndex>;
      b.at = at(node);
    } else if (kind == BindingKind::var && b.kind != BindingKind::type &&
               tree[node].parent != kNoNode &&
               tree.child(tree[node].parent, Field::value) != kNoNode) {
      b.reassigned = true;
    }
    return BindingIndex{declared_values_[i]};
  }
  const auto binding = static_cast<std::uint32_t>(facts.bindings.size());
  declared_keys_[i] = key;
  declared_values_[i] = binding;
  ++declared_count_;
  Binding& b = facts.bindings.emplace_back();
  b.name = name;
  b.kind = kind;
  b.type_only = kind == BindingKind::type;
  b.scope = scope;
  b.at = at(node);
  return BindingIndex{binding};
}

BindingIndex Work::find(ScopeIndex scope, NameId name) const noexcept {
  const std::size_t mask = declared_keys_.size() - 1;
  for (; scope != kNone<ScopeIndex>; scope = facts.scopes[raw(scope)].parent) {
    const std::uint64_t key = std::uint64_t{raw(scope)} << 32 | raw(name);
    std::size_t i = mix(key) & mask;
    while (declared_keys_[i] != ~std::uint64_t{0} && declared_keys_[i] != key) i = (i + 1) & mask;
    if (declared_keys_[i] == key) return BindingIndex{declared_values_[i]};
  }
  return kNone<BindingIndex>;
}

ScopeIndex Work::scope_of(AtomIndex atom) {
  if (scope_of_atom_.empty()) {
    scope_of_atom_.assign(facts.atoms.size(), ScopeIndex{0});
    for (std::size_t s = facts.scopes.size(); s > 1; --s) {  // The first of each atom stays.
      scope_of_atom_[raw(facts.scopes[s - 1].owner)] =
          ScopeIndex{static_cast<std::uint32_t>(s - 1)};
    }
    scope_of_atom_[0] = ScopeIndex{0};
  }
  return scope_of_atom_[raw(atom)];
}

void Work::grow_declared() {
  std::vector<std::uint64_t> keys(declared_keys_.size() * 2, ~std::uint64_t{0});
  std::vector<std::uint32_t> values(keys.size());
  const std::size_t mask = keys.size() - 1;
  for (std::size_t k = 0; k < declared_keys_.size(); ++k) {
    if (declared_keys_[k] == ~std::uint64_t{0}) continue;
    std::size_t i = mix(declared_keys_[k]) & mask;
    while (keys[i] != ~std::uint64_t{0}) i = (i + 1) & mask;
    keys[i] = declared_keys_[k];
    values[i] = declared_values_[k];
  }
  declared_keys_.swap(keys);
  declared_values_.swap(values);
}

bool is_logical_assignment(const Work& work, NodeId node) noexcept {
  const NodeId sign = work.tree.child(node, Field::operator_);
  if (work.tree[node].kind != Kind::augmented_assignment || sign == kNoNode) return false;
  const std::string_view text = work.source(sign);
  return text.size() == 3 &&
         (text.starts_with("||") || text.starts_with("&&") || text.starts_with("??"));
}

}  // namespace dg
