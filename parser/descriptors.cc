#include "parser/descriptors.h"

namespace dg {

NodeId returned_by(const Work& w, NodeId function) {
  const SyntaxTree& t = w.tree;
  const NodeId body = t.child(function, Field::body);
  if (body == kNoNode) return kNoNode;
  if (t[body].kind != Kind::statement_block) return body;
  const NodeId statement = t.child(body, Kind::return_statement);
  return statement == kNoNode ? kNoNode : t.first_named(statement);
}

NodeId described_value(const Work& w, NodeId descriptor) {
  const SyntaxTree& t = w.tree;
  if (t[descriptor].kind != Kind::object) return kNoNode;
  for (NodeId c = descriptor + 1; c < t[descriptor].next; c = t[c].next) {
    const NodeId key = t.child(c, t[c].kind == Kind::pair ? Field::key : Field::name);
    if (key == kNoNode) continue;
    const std::string_view text = w.source(key);
    NodeId value = kNoNode;
    if (t[c].kind == Kind::method_definition && text == "get") value = returned_by(w, c);
    if (t[c].kind == Kind::method_definition && text == "value") value = c;
    if (t[c].kind == Kind::pair) {
      const NodeId held = t.child(c, Field::value);
      if (held == kNoNode) continue;
      if (text == "value") value = held;
      if (text == "get" && is_function(t[w.unwrap(held)].kind)) {
        value = returned_by(w, w.unwrap(held));
      }
    }
    if (value != kNoNode) return value;
  }
  return kNoNode;
}

NodeId given_by(const Work& w, NodeId entry) {
  const SyntaxTree& t = w.tree;
  if (t[entry].kind == Kind::method_definition) return returned_by(w, entry);
  if (t[entry].kind != Kind::pair) return kNoNode;
  const NodeId value = t.child(entry, Field::value);
  if (value == kNoNode || !is_function(t[w.unwrap(value)].kind)) return kNoNode;
  return returned_by(w, w.unwrap(value));
}

}  // namespace dg
