/// \file
/// Where `x instanceof C` and `isC(x)` are known to hold: the code that runs only then.

#include <algorithm>

#include "parser/work.h"

namespace dg {
namespace {

class NarrowingFinder {
 public:
  explicit NarrowingFinder(Work& work) : w_(work), t_(work.tree) {}

  void run() {
    for (NodeId i = 1; i < t_.size(); ++i) {
      if (t_[i].kind == Kind::call) predicate(i);
      if (t_[i].kind != Kind::binary) continue;
      const NodeId sign = t_.child(i, Field::operator_);
      if (sign != kNoNode && w_.source(sign) == "instanceof") test(i);
    }
  }

 private:
  void test(NodeId binary) {
    const NodeId left = t_.child(binary, Field::left);
    klass_ = t_.child(binary, Field::right);
    if (left == kNoNode || klass_ == kNoNode) return;
    const NodeId name = w_.unwrap(left);
    if (t_[name].kind != Kind::identifier) return;
    binding_ = w_.binding_of(name);
    if (binding_ != kNone<BindingIndex>) climb(binary);
  }

  /// `isC(x)`, and `x.isC()` of a method that gives `this is C`: whether it is a predicate the
  /// called function's declaration says.
  void predicate(NodeId call) {
    const NodeId callee = t_.child(call, Field::function);
    const NodeId list = t_.child(call, Field::arguments);
    if (callee == kNoNode || list == kNoNode || t_[list].kind != Kind::arguments) return;
    const bool member = t_[callee].kind == Kind::member;
    const NodeId name = member ? t_.child(callee, Field::property) : callee;
    if (name == kNoNode || !is_named_as_predicate(w_.source(name))) return;
    NodeId given = t_.first_named(list);
    if (given == kNoNode && member) given = t_.child(callee, Field::object);
    if (given == kNoNode || t_[given].kind != Kind::identifier) return;
    klass_ = call;
    binding_ = w_.binding_of(given);
    if (binding_ != kNone<BindingIndex>) climb(call);
  }

  static bool is_named_as_predicate(std::string_view name) {
    return name.size() > 2 && name.starts_with("is") && (name[2] < 'a' || name[2] > 'z') &&
           name != "isArray" && name != "isNaN";
  }

  void holds_in(NodeId n) {
    if (n != kNoNode) w_.narrowings.push_back({binding_, n, t_[n].next, klass_});
  }

  /// Up from a test through what it is part of, to where its outcome is decided on.
  void climb(NodeId n) {
    bool wanted = true;  // The outcome of n for which the test holds.
    for (NodeId parent = t_[n].parent; parent != kNoNode; n = parent, parent = t_[n].parent) {
      switch (t_[parent].kind) {
        case Kind::parenthesized:
          continue;
        case Kind::unary: {
          const NodeId sign = t_.child(parent, Field::operator_);
          if (sign == kNoNode || w_.source(sign) != "!") return;
          wanted = !wanted;
          continue;
        }
        case Kind::binary:
          if (!through(parent, n, wanted)) return;
          continue;
        case Kind::ternary:
          if (t_[n].field == Field::consequence || t_[n].field == Field::alternative) return;
          return holds_in(t_.child(parent, wanted ? Field::consequence : Field::alternative));
        case Kind::if_statement:
          return decided(parent, n, wanted);
        default:
          return;
      }
    }
  }

  /// `a && b` is true only where both are, `a || b` false only where both are.
  bool through(NodeId binary, NodeId part, bool wanted) {
    const NodeId sign = t_.child(binary, Kind::logical_operator);
    if (sign == kNoNode || w_.source(sign) != (wanted ? "&&" : "||")) return false;
    if (t_[part].field == Field::left) holds_in(t_.child(binary, Field::right));
    return true;
  }

  void decided(NodeId statement, NodeId condition, bool wanted) {
    const NodeId yes = t_.child(statement, Field::consequence);
    const NodeId no = t_.child(statement, Field::alternative);
    if (condition == yes || condition == no || yes == kNoNode) return;
    holds_in(wanted ? yes : no);
    if (wanted || no != kNoNode || !leaves(yes)) return;
    // `if (!(x instanceof C)) return;`: it holds in the rest of the block.
    const NodeId rest = t_[statement].next, end = t_[t_[statement].parent].next;
    if (rest < end) w_.narrowings.push_back({binding_, rest, end, klass_});
  }

  /// Whether a statement always leaves the block that it stands in, as far as its end shows.
  bool leaves(NodeId statement) const {
    NodeId last = statement;
    if (t_[statement].kind == Kind::statement_block) {
      last = kNoNode;
      for (NodeId c = statement + 1; c < t_[statement].next; c = t_[c].next) {
        if (!is_plain_token(t_[c].kind) && t_[c].kind != Kind::comment) last = c;
      }
    }
    if (last == kNoNode) return false;
    return t_[last].kind == Kind::return_statement || t_[last].kind == Kind::throw_statement;
  }

  Work& w_;
  const SyntaxTree& t_;
  BindingIndex binding_{};
  NodeId klass_ = kNoNode;
};

}  // namespace

void find_narrowings(Work& work) {
  work.narrowings.clear();
  NarrowingFinder(work).run();
}

void Work::narrowed_to(BindingIndex binding, NodeId n, std::vector<NodeId>& tests) const {
  const std::size_t before = tests.size();
  for (const Narrowing& narrowing : narrowings) {
    if (narrowing.binding != binding || n < narrowing.begin || n >= narrowing.end) continue;
    tests.push_back(narrowing.klass);
  }
  // A test stands before what it decides on, and an outer one before an inner one.
  std::sort(tests.begin() + static_cast<std::ptrdiff_t>(before), tests.end());
}

}  // namespace dg
