/// \file
/// What a `catch` can be given: what its `try` throws, itself or in functions of the file that it
/// calls by name. Anything else can be thrown besides.

#include <vector>

#include "parser/work.h"

namespace dg {
namespace {

constexpr std::size_t kMaxThrown = 8;
constexpr int kMaxCalls = 4;                 ///< Calls within calls that are followed.
constexpr std::uint32_t kMaxNodes = 20'000;  ///< Looked at for one `catch`.

class ThrownFinder {
 public:
  explicit ThrownFinder(Work& work) : w_(work), t_(work.tree) {}

  ExprIndex of(NodeId body) {
    scan(body, 0);
    ExprIndex all{0};
    for (const ExprIndex value : found_) {
      all = raw(all) == 0 ? value : w_.make_expr(ExprKind::choice, raw(all), raw(value));
    }
    return all;
  }

 private:
  void scan(NodeId from, int calls) {
    for (NodeId n = from; n < t_[from].next;) {
      if (++seen_ > kMaxNodes || found_.size() >= kMaxThrown) return;
      const Kind kind = t_[n].kind;
      if (n != from && (is_function(kind) || is_class(kind))) {
        n = t_[n].next;  // Runs when it is called.
        continue;
      }
      if (kind == Kind::try_statement) {
        scan_try(n, calls);
        n = t_[n].next;
        continue;
      }
      if (kind == Kind::throw_statement) thrown(t_.first_named(n));
      if (kind == Kind::call && calls < kMaxCalls) scan_callee(n, calls);
      ++n;
    }
  }

  /// What an inner `try` throws reaches its own `catch` alone.
  void scan_try(NodeId n, int calls) {
    const NodeId handler = t_.child(n, Field::handler);
    for (NodeId c = n + 1; c < t_[n].next; c = t_[c].next) {
      if (handler != kNoNode && t_[c].field == Field::body) continue;
      if (!t_[c].leaf) scan(c, calls);
    }
  }

  void scan_callee(NodeId call, int calls) {
    const NodeId function = t_.child(call, Field::function);
    if (function == kNoNode) return;
    const NodeId callee = w_.unwrap(function);
    if (t_[callee].kind != Kind::identifier) return;
    const BindingIndex binding = w_.binding_of(callee);
    if (binding == kNone<BindingIndex>) return;
    const AtomIndex atom = w_.facts.bindings[raw(binding)].atom;
    if (atom == kNone<AtomIndex> || raw(atom) == 0) return;
    const NodeId node = w_.atoms[raw(atom)].node;
    if (node == kNoNode || !is_function(t_[node].kind)) return;
    const NodeId body = t_.child(node, Field::body);
    if (body != kNoNode) scan(body, calls + 1);
  }

  void thrown(NodeId value) {
    if (value == kNoNode) return;
    const ExprIndex expr = w_.eval(value);
    const Expr& e = w_.facts.exprs[raw(expr)];
    if (raw(expr) == 0 || e.kind == ExprKind::string || e.kind == ExprKind::template_) return;
    if (e.kind == ExprKind::construct && is_global(e.a)) return;  // `new Error()`
    for (const ExprIndex known : found_) {
      if (known == expr) return;
    }
    found_.push_back(expr);
  }

  bool is_global(std::uint32_t expr) const {
    const Expr& e = w_.facts.exprs[expr];
    return e.kind == ExprKind::name && e.a == kNoIndex;
  }

  Work& w_;
  const SyntaxTree& t_;
  std::vector<ExprIndex> found_;
  std::uint32_t seen_ = 0;
};

}  // namespace

ExprIndex thrown_in(Work& work, NodeId body) {
  return ThrownFinder(work).of(body);
}

}  // namespace dg
