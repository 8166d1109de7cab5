#include "parser/facts_bounds.h"

#include <vector>

#include "parser/names.h"

namespace dg {
namespace {

class Bounds {
 public:
  explicit Bounds(const FileFacts& facts) : f_(facts) {}

  bool hold() const {
    if (f_.atoms.empty() || f_.scopes.empty() || f_.exprs.empty() || f_.name_ends.empty())
      return false;
    if (f_.name_ends.front() != 0 || f_.name_ends.back() != f_.name_bytes.size()) return false;
    if (!valid_utf8(f_.name_bytes)) return false;
    return all(f_.atoms, [this](const Atom& a) { return atom(a); }) &&
           all(f_.params,
               [this](const Param& p) {
                 return name(p.name) && name(p.default_text) && name(p.type_text) &&
                        binding(p.binding);
               }) &&
           scopes() &&
           all(f_.bindings,
               [this](const Binding& b) {
                 return name(b.name) && raw(b.scope) < f_.scopes.size() && atom(b.atom) &&
                        (b.import == kNone<ImportIndex> || raw(b.import) < f_.imports.size()) &&
                        value(b.init);
               }) &&
           exprs() && all(f_.expr_lists, [this](ExprIndex e) { return value(e); }) &&
           all(f_.references,
               [this](const Reference& r) {
                 return some_atom(r.owner) && value(r.target) && name(r.text) && lists(r.args);
               }) &&
           modules() && objects();
  }

 private:
  template <typename T, typename Predicate>
  static bool all(const std::vector<T>& items, Predicate predicate) {
    for (const T& item : items) {
      if (!predicate(item)) return false;
    }
    return true;
  }

  bool name(NameId id) const { return raw(id) < f_.name_ends.size(); }
  bool value(ExprIndex e) const { return raw(e) < f_.exprs.size(); }
  bool some_atom(AtomIndex a) const { return raw(a) < f_.atoms.size(); }
  bool atom(AtomIndex a) const { return a == kNone<AtomIndex> || some_atom(a); }
  bool shape(ShapeIndex s) const { return s == kNone<ShapeIndex> || raw(s) < f_.shapes.size(); }
  bool binding(BindingIndex b) const {
    return b == kNone<BindingIndex> || raw(b) < f_.bindings.size();
  }
  template <typename T>
  static bool within(Range r, const std::vector<T>& items) {
    return r.begin <= items.size() && r.count <= items.size() - r.begin;
  }
  bool lists(Range r) const { return within(r, f_.expr_lists); }

  bool atom(const Atom& a) const {
    const auto self = static_cast<std::uint32_t>(&a - f_.atoms.data());
    // Parents come first: a walk up ends.
    const bool parent = self == 0 ? a.parent == kNone<AtomIndex> : raw(a.parent) < self;
    return parent && name(a.name) && name(a.qualified_name) && shape(a.member_of) &&
           shape(a.shape) && name(a.signature) && name(a.doc) && name(a.test_callee) &&
           within(a.params, f_.params) && within(a.references, f_.references) && value(a.returns) &&
           a.byte_begin <= a.byte_end && a.byte_end <= f_.bytes;
  }

  bool scopes() const {
    for (std::uint32_t s = 0; s < f_.scopes.size(); ++s) {
      const Scope& scope = f_.scopes[s];
      const bool parent = s == 0 ? scope.parent == kNone<ScopeIndex> : raw(scope.parent) < s;
      if (!parent || !some_atom(scope.owner)) return false;
    }
    return true;
  }

  bool exprs() const {
    for (std::uint32_t e = 0; e < f_.exprs.size(); ++e) {
      if (!expr(e, f_.exprs[e])) return false;
    }
    return true;
  }

  /// Parts come before the whole: following an expression ends.
  bool expr(std::uint32_t self, const Expr& e) const {
    const auto part = [&](std::uint32_t x) { return x < self; };
    const auto named = [&](std::uint32_t x) { return x < f_.name_ends.size(); };
    switch (e.kind) {
      case ExprKind::name:
        return (e.a == kNoIndex || e.a < f_.bindings.size()) && named(e.b);
      case ExprKind::this_:
      case ExprKind::atom:
        return e.a < f_.atoms.size();
      case ExprKind::super_:
        return e.a < f_.atoms.size() && shape(ShapeIndex{e.b});
      case ExprKind::member:
        return part(e.a) && named(e.b);
      case ExprKind::element:
        return part(e.a) && (e.b == kNoIndex || part(e.b));
      case ExprKind::await:
        return part(e.a);
      case ExprKind::string:
        return e.b == kNoIndex || named(e.b);
      case ExprKind::call:
      case ExprKind::construct:
        return part(e.a) && (e.b == kNoIndex || e.b < f_.references.size());
      case ExprKind::module:
        return e.a < f_.imports.size();
      case ExprKind::object:
        return e.a < f_.shapes.size();
      case ExprKind::choice:
        return part(e.a) && part(e.b);
      case ExprKind::array:
        return part(e.a) && is_list(e.a);
      case ExprKind::tuple:
        return part(e.a) && is_list(e.a);
      case ExprKind::list:
        return part(e.a) && part(e.b) && is_list(e.b);
      case ExprKind::apply:
        return part(e.a) && part(e.b) && is_list(e.b);
      case ExprKind::function_type:
      case ExprKind::construct_type:
        return part(e.a) && part(e.b) && is_list(e.a);
      case ExprKind::spread:
      case ExprKind::iterated:
      case ExprKind::type_query:
      case ExprKind::argument:
      case ExprKind::parameter:
        return part(e.a);
      case ExprKind::typed:
      case ExprKind::intersection:
        return part(e.a) && part(e.b);
      case ExprKind::lookup:
        return part(e.a) && named(e.b);
      default:
        return true;
    }
  }

  bool is_list(std::uint32_t e) const { return e == 0 || f_.exprs[e].kind == ExprKind::list; }

  bool modules() const {
    return all(f_.imports,
               [this](const Import& i) {
                 return name(i.specifier) && name(i.imported) && binding(i.local) &&
                        some_atom(i.owner);
               }) &&
           all(f_.exports, [this](const Export& e) {
             return name(e.exported) && name(e.imported) && binding(e.binding) && value(e.value) &&
                    (e.import == kNone<ImportIndex> || raw(e.import) < f_.imports.size());
           });
  }

  bool objects() const {
    return all(f_.shapes,
               [this](const Shape& s) {
                 return atom(s.atom) && value(s.extends) && within(s.members, f_.members) &&
                        lists(s.implements);
               }) &&
           all(f_.members,
               [this](const Member& m) {
                 return name(m.name) && atom(m.atom) && value(m.value);
               }) &&
           all(f_.assignments, [this](const Assignment& a) {
             return value(a.object) && name(a.property) && value(a.value) && some_atom(a.owner);
           });
  }

  const FileFacts& f_;
};

}  // namespace

bool indexes_hold(const FileFacts& facts) {
  return Bounds(facts).hold();
}

}  // namespace dg
