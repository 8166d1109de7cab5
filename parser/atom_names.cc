/// \file
/// Names of code that has none of its own, and qualified names (REFERENCE §2.1).
///
/// The segment of a function or class expression, first rule that fits:
///   const f = …, f = …           f                 { k: … } in `obj`     obj.k
///   a.b.c = …                    a.b.c             class field           set by the class
///   this.x = …                   x                 exports.f = …         f
///   module.exports = …           its own name, else `module.exports`
///   X.prototype.m = …            X.prototype.m     default value of p    p
///   describe('cart', …)          describe:cart     own name              name
///   otherwise                    <anonymous>
/// Members of an object literal without a name take their key alone, as do those of
/// `module.exports = {…}`; those of `export default {…}` get the prefix `default`.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "parser/work.h"

namespace dg {
namespace {

constexpr int kMaxPrefixDepth = 16;     ///< Object literals nested deeper give no further prefix.
constexpr std::size_t kMaxTitle = 200;  ///< Bytes of a test's title in its name.
constexpr std::size_t kMaxQualified = 400;  ///< Longer prefixes are replaced by their hash.

/// The dotted path of an assignment's left side; empty where it has no meaningful name. The last
/// name alone goes to `simple`.
void append_path(Work& w, NodeId left, std::string& out, NameId& simple, NodeId& at) {
  const SyntaxTree& t = w.tree;
  std::array<NodeId, 8> chain{};
  std::size_t length = 0;
  NodeId n = w.unwrap(left);
  while (length < chain.size()) {
    chain[length++] = n;
    if (t[n].kind != Kind::member && t[n].kind != Kind::subscript) break;
    const NodeId object = t.child(n, Field::object);
    if (object == kNoNode) break;
    n = w.unwrap(object);
  }
  for (std::size_t k = length; k-- > 0;) {
    const NodeId part = chain[k];
    const Kind kind = t[part].kind;
    NodeId name = part;
    if (kind == Kind::member) name = t.child(part, Field::property);
    if (kind == Kind::subscript) name = t.child(part, Field::index);
    NameId text{};
    const bool plain = kind == Kind::member || kind == Kind::subscript || kind == Kind::identifier;
    if (!plain || name == kNoNode ||
        (kind == Kind::subscript && t[name].kind == Kind::identifier) || !w.key_name(name, text)) {
      out.clear();  // `this`, a call, a computed key: what follows stands alone.
      simple = NameId{};
      continue;
    }
    const std::string_view view = w.names.text(text);
    const bool root_of_exports = (view == "exports" && (out.empty() || out == "module")) && k > 0;
    if (root_of_exports) {
      out.clear();
      continue;
    }
    if (!out.empty()) out += '.';
    out += view;
    simple = text;
    at = name;
  }
}

bool is_module_exports(std::string_view path) {
  return path == "module.exports" || path == "exports";
}

NodeId last_arguments_call(const Work& w, NodeId arguments) {
  const NodeId call = w.tree[arguments].parent;
  return w.tree[call].kind == Kind::call ? call : kNoNode;
}

/// The identifier of a test function behind `.only`, `.skip`, `.each(…)`, or none.
NodeId test_callee(const Work& w, NodeId call) {
  const SyntaxTree& t = w.tree;
  NodeId callee = t.child(call, Field::function);
  for (int steps = 0; callee != kNoNode && steps < 4; ++steps) {
    if (t[callee].kind == Kind::identifier) break;
    if (t[callee].kind == Kind::call) {
      callee = t.child(callee, Field::function);
    } else if (t[callee].kind == Kind::member) {
      const NodeId property = t.child(callee, Field::property);
      const std::string_view name = property == kNoNode ? "" : w.source(property);
      const bool modifier = name == "only" || name == "skip" || name == "each" || name == "todo" ||
                            name == "concurrent" || name == "failing" || name == "sequential";
      callee = modifier ? t.child(callee, Field::object) : kNoNode;
    } else {
      return kNoNode;
    }
  }
  if (callee == kNoNode || t[callee].kind != Kind::identifier) return kNoNode;
  return is_test_function(w.source(callee)) ? callee : kNoNode;
}

bool name_test_callback(Work& w, NodeId call, GivenName& given) {
  const NodeId callee = test_callee(w, call);
  if (callee == kNoNode) return false;
  const NodeId arguments = w.tree.child(call, Field::arguments);
  const NodeId title = arguments == kNoNode ? kNoNode : w.tree.first_named(arguments);
  given.test_callee = w.intern(callee);
  std::string segment(w.source(callee));
  std::string text;
  const Kind title_kind = title == kNoNode ? Kind::other : w.tree[title].kind;
  if (title_kind == Kind::string || title_kind == Kind::template_string) {
    if (!w.literal_text(title, text)) {
      const std::string_view quoted = w.source(title);
      text = quoted.size() < 2 ? quoted : quoted.substr(1, quoted.size() - 2);
    }
    text = utf8_prefix(text, kMaxTitle);
    segment += ':';
    segment += text;
    given.name = w.names.intern(text);
  } else {
    given.name = given.test_callee;
  }
  given.segment = w.names.intern(segment);
  return true;
}

GivenName own_name_or(Work& w, NodeId node, std::string_view otherwise) {
  GivenName given;
  given.at = w.tree.child(node, Field::name);
  given.name = given.at != kNoNode ? w.intern(given.at) : w.names.intern(otherwise);
  given.segment = given.name;
  return given;
}

GivenName name_from_assignment(Work& w, NodeId node, NodeId left) {
  std::string path;
  GivenName given;
  append_path(w, left, path, given.name, given.at);
  if (path.empty()) return own_name_or(w, node, "<anonymous>");
  if (is_module_exports(path)) return own_name_or(w, node, "module.exports");
  given.segment = w.names.intern(path);
  return given;
}

GivenName name_from_pair(Work& w, NodeId node, NodeId pair) {
  const NodeId key = w.tree.child(pair, Field::key);
  const NodeId object = w.tree[pair].parent;
  GivenName given;
  std::string segment;
  if (key == kNoNode || !w.key_name(key, given.name)) {
    if (key == kNoNode) return own_name_or(w, node, "<anonymous>");
    append_canonical(w, key, 80, segment);
    given.name = w.names.intern(segment);
    segment.clear();
  }
  given.at = key;
  append_object_prefix(w, object, segment);
  segment += w.names.text(given.name);
  given.segment = w.names.intern(segment);
  if (w.tree[object].kind == Kind::object) given.object = w.ensure_shape(object);
  return given;
}

/// The name that the holder of an object literal gives to its members, with a final dot.
std::string holder_prefix(Work& w, NodeId object) {
  const SyntaxTree& t = w.tree;
  NodeId child = object, parent = t[object].parent;
  while (parent != kNoNode && is_wrapper(t[parent].kind)) child = parent, parent = t[parent].parent;
  if (parent == kNoNode) return {};
  std::string path;
  NameId simple{};
  NodeId at = kNoNode;
  switch (t[parent].kind) {
    case Kind::variable_declarator: {
      const NodeId name = t.child(parent, Field::name);
      // A top-level variable is an atom, and thus the parent, already.
      if (name == kNoNode || t[name].kind != Kind::identifier || w.aux[parent] != 0) return {};
      path = w.source(name);
      break;
    }
    case Kind::assignment:
      if (t[child].field != Field::right) return {};
      append_path(w, t.child(parent, Field::left), path, simple, at);
      if (is_module_exports(path)) path.clear();
      break;
    case Kind::field_definition: {
      NodeId name = t.child(parent, Field::name);
      if (name == kNoNode) name = t.child(parent, Field::property);
      if (name == kNoNode || !w.key_name(name, simple)) return {};
      path = w.names.text(simple);
      break;
    }
    case Kind::export_statement:
      path = "default";
      break;
    default:
      break;
  }
  if (!path.empty()) path += '.';
  return path;
}

}  // namespace

bool is_test_function(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 13> kNames = {
      "describe",  "it",        "test",     "suite",  "context", "specify", "beforeEach",
      "afterEach", "beforeAll", "afterAll", "before", "after",   "bench"};
  for (const std::string_view known : kNames) {
    if (name == known) return true;
  }
  return false;
}

void append_object_prefix(Work& w, NodeId object, std::string& out) {
  const SyntaxTree& t = w.tree;
  std::array<NodeId, kMaxPrefixDepth> keys{};
  std::size_t depth = 0;
  while (depth < keys.size()) {
    const NodeId parent = w.parent_of_value(object);
    if (parent == kNoNode || t[parent].kind != Kind::pair) break;
    keys[depth++] = t.child(parent, Field::key);
    object = t[parent].parent;
  }
  out += holder_prefix(w, object);
  while (depth-- > 0) {
    NameId text{};
    if (keys[depth] == kNoNode || !w.key_name(keys[depth], text)) continue;
    out += w.names.text(text);
    out += '.';
  }
}

GivenName name_from_context(Work& w, NodeId node) {
  const SyntaxTree& t = w.tree;
  NodeId child = node, parent = t[node].parent;
  while (parent != kNoNode && is_wrapper(t[parent].kind)) child = parent, parent = t[parent].parent;
  GivenName given;
  switch (parent == kNoNode ? Kind::other : t[parent].kind) {
    case Kind::assignment:
    case Kind::augmented_assignment:
      if (t[child].field != Field::right) break;
      return name_from_assignment(w, node, t.child(parent, Field::left));
    case Kind::pair:
      return name_from_pair(w, node, parent);
    case Kind::assignment_pattern:
    case Kind::object_assignment_pattern: {
      const NodeId left = t.child(parent, Field::left);
      if (left == kNoNode || !t[left].leaf) break;
      given.name = given.segment = w.intern(left);
      return given;
    }
    case Kind::required_parameter:
    case Kind::optional_parameter: {
      const NodeId pattern = t.child(parent, Field::pattern);
      if (pattern == kNoNode || !t[pattern].leaf) break;
      given.name = given.segment = w.intern(pattern);
      return given;
    }
    case Kind::arguments: {
      const NodeId call = last_arguments_call(w, parent);
      if (call != kNoNode && name_test_callback(w, call, given)) return given;
      break;
    }
    default:
      break;
  }
  return own_name_or(w, node, "<anonymous>");
}

/// `#k` numbers equals within a parent, code with a body before declarations without one, so that
/// an implementation keeps the plain name beside its overloads.
void name_atoms(Work& w) {
  auto& atoms = w.facts.atoms;
  std::vector<std::uint32_t> ordinal(atoms.size(), 1);
  std::unordered_map<std::uint64_t, std::uint32_t> seen;
  seen.reserve(atoms.size());
  for (const bool ambient : {false, true}) {
    for (std::size_t a = 1; a < atoms.size(); ++a) {
      if (atoms[a].ambient != ambient) continue;
      const std::uint64_t key = std::uint64_t{raw(atoms[a].parent)} << 32 | raw(w.atoms[a].segment);
      ordinal[a] = ++seen[key];
    }
  }
  // Quoted names may hold dots and `#`: the text as a whole must be unique too.
  std::unordered_set<std::uint32_t> taken;
  taken.reserve(atoms.size());
  seen.clear();  // From here on: the last `#k` tried.
  std::string text;
  for (std::size_t a = 1; a < atoms.size(); ++a) {
    text.clear();
    if (raw(atoms[a].parent) != 0) {
      text = w.names.text(atoms[raw(atoms[a].parent)].qualified_name);
      if (text.size() > kMaxQualified) {
        std::array<char, 24> hex{};
        const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
        const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), hash, 16).ptr;
        text.assign("~").append(hex.data(), end);
      }
      text += '.';
    }
    text += w.names.text(w.atoms[a].segment);
    const std::size_t plain = text.size();
    // Where an equal text is taken already, the search goes on where the last one ended.
    std::uint32_t& next = seen[std::uint64_t{raw(atoms[a].parent)} << 32 | raw(w.atoms[a].segment)];
    for (std::uint32_t k = ordinal[a];;) {
      text.resize(plain);
      if (k > 1) text.append("#").append(std::to_string(k));
      const NameId id = w.names.intern(text);
      if (taken.insert(raw(id)).second) {
        atoms[a].qualified_name = id;
        break;
      }
      k = next = std::max(k + 1, next + 1);
    }
  }
}

}  // namespace dg
