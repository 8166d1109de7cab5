/// \file
/// Functions that a module is wrapped in, as UMD, AMD and compilers of namespaces write them. A
/// parameter that is handed `exports`, `module` or `require` is that thing: from here on its name
/// means the global one, and all that is said of CommonJS holds inside the wrapper too.

#include <unordered_map>

#include "parser/work.h"

namespace dg {
namespace {

constexpr int kMaxChoices = 8;

class WrapperFinder {
 public:
  explicit WrapperFinder(Work& work)
      : w_(work),
        t_(work.tree),
        exports_(work.names.intern("exports")),
        module_(work.names.intern("module")),
        require_(work.names.intern("require")) {}

  void run() {
    for (NodeId n = 0; n < t_.size(); ++n) {
      if (t_[n].kind == Kind::call) call(n);
    }
    if (meanings_.empty()) return;
    for (NodeId n = 0; n < t_.size(); ++n) {
      if (t_[n].kind != Kind::identifier || (w_.mark[n] & mark_declares) != 0) continue;
      const BindingIndex binding = w_.binding_of(n);
      if (binding == kNone<BindingIndex>) continue;
      const auto meaning = meanings_.find(raw(binding));
      if (meaning != meanings_.end()) w_.aux[n] = kGlobalName | raw(meaning->second);
    }
  }

 private:
  void call(NodeId n) {
    const NodeId function = t_.child(n, Field::function);
    const NodeId list = t_.child(n, Field::arguments);
    if (function == kNoNode || list == kNoNode || t_[list].kind != Kind::arguments) return;
    NodeId callee = w_.unwrap(function);
    NodeId first = t_.first_named(list);
    if (t_[callee].kind == Kind::member && first != kNoNode) {  // (function () {…}).call(this, …)
      const NodeId object = t_.child(callee, Field::object);
      const NodeId property = t_.child(callee, Field::property);
      if (object == kNoNode || property == kNoNode || w_.source(property) != "call") return;
      callee = w_.unwrap(object);
      first = t_.first_named_after(first, list);
    }
    if (is_function(t_[callee].kind)) {
      hand_over(callee, first, list);
    } else if (w_.is_global(callee, "define")) {
      definition(first, list);
    } else if (const auto known = literals_.find(raw(w_.binding_of(callee)));
               t_[callee].kind == Kind::identifier && known != literals_.end()) {
      hand_over(known->second, first, list);
    }
  }

  /// The arguments of one call, to the parameters of the function that it calls.
  void hand_over(NodeId function, NodeId argument, NodeId list) {
    const NodeId params = t_.child(function, Field::parameters);
    if (params == kNoNode) return;
    for (NodeId p = t_.first_named(params); p != kNoNode && argument != kNoNode;
         p = t_.first_named_after(p, params), argument = t_.first_named_after(argument, list)) {
      if (t_[argument].kind == Kind::spread) return;
      const BindingIndex binding = binding_of_parameter(p);
      if (binding == kNone<BindingIndex>) continue;
      const NodeId value = w_.unwrap(argument);
      if (is_function(t_[value].kind)) {
        literals_.emplace(raw(binding), value);
      } else if (const NameId meaning = meaning_of(value, kMaxChoices); raw(meaning) != 0) {
        meanings_.emplace(raw(binding), meaning);
      }
    }
  }

  /// `define(function (require, exports, module) {…})`, with or without a list before it.
  void definition(NodeId argument, NodeId list) {
    NodeId last = argument;
    for (NodeId a = argument; a != kNoNode; a = t_.first_named_after(a, list)) last = a;
    if (last == kNoNode || !is_function(t_[w_.unwrap(last)].kind)) return;
    const NodeId params = t_.child(w_.unwrap(last), Field::parameters);
    if (params == kNoNode) return;
    for (NodeId p = t_.first_named(params); p != kNoNode; p = t_.first_named_after(p, params)) {
      const BindingIndex binding = binding_of_parameter(p);
      if (binding == kNone<BindingIndex>) continue;
      const NameId name = w_.facts.bindings[raw(binding)].name;
      if (name == exports_ || name == module_ || name == require_) {
        meanings_.emplace(raw(binding), name);
      }
    }
  }

  BindingIndex binding_of_parameter(NodeId p) const {
    if (const NodeId pattern = t_.child(p, Field::pattern); pattern != kNoNode) p = pattern;
    return t_[p].kind == Kind::identifier ? w_.binding_of(p) : kNone<BindingIndex>;
  }

  /// `exports`, `module` or `require` where a value is, or may be, that of CommonJS; else none.
  NameId meaning_of(NodeId value, int left) const {
    if (value == kNoNode || left == 0) return NameId{};
    value = w_.unwrap(value);
    if (t_[value].kind == Kind::identifier) {
      for (const NameId name : {exports_, module_, require_}) {
        if (w_.is_global(value, w_.names.text(name))) return name;
      }
      const auto known = meanings_.find(raw(w_.binding_of(value)));
      return known == meanings_.end() ? NameId{} : known->second;
    }
    if (t_[value].kind == Kind::member) {
      const NodeId object = t_.child(value, Field::object);
      const NodeId property = t_.child(value, Field::property);
      if (object == kNoNode || property == kNoNode) return NameId{};
      const bool whole = w_.is_global(object, "module") && w_.source(property) == "exports";
      return whole ? exports_ : NameId{};
    }
    const bool ternary = t_[value].kind == Kind::ternary;
    if (!ternary && t_[value].kind != Kind::binary) return NameId{};
    const NodeId one = t_.child(value, ternary ? Field::consequence : Field::left);
    const NodeId other = t_.child(value, ternary ? Field::alternative : Field::right);
    const NameId meaning = meaning_of(one, left - 1);
    return raw(meaning) != 0 ? meaning : meaning_of(other, left - 1);
  }

  Work& w_;
  const SyntaxTree& t_;
  NameId exports_, module_, require_;
  std::unordered_map<std::uint32_t, NodeId> literals_;  ///< Parameter → function it is handed.
  std::unordered_map<std::uint32_t, NameId> meanings_;  ///< Parameter → the global that it is.
};

}  // namespace

void unwrap_module(Work& work) {
  WrapperFinder(work).run();
}

}  // namespace dg
