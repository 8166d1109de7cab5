/// \file
/// Imports: ESM, TypeScript's forms, `import()` and `require`.

#include <string>

#include "parser/work.h"

namespace dg {
namespace {

constexpr int kMaxClimb = 64;

class ImportCollector {
 public:
  explicit ImportCollector(Work& work) : w_(work), t_(work.tree) {}

  void run() {
    for (const NodeId site : w_.import_sites) {
      switch (t_[site].kind) {
        case Kind::import_statement:
          import_statement(site);
          break;
        case Kind::export_statement:
          reexport(site);
          break;
        default:
          call(site);
          break;
      }
    }
  }

 private:
  NameId specifier(NodeId source) {
    std::string text;
    if (source == kNoNode || !w_.literal_text(source, text)) return NameId{};
    return w_.names.intern(text);
  }

  ImportIndex add(ImportKind kind, NodeId site, NodeId source, NameId imported) {
    Import& import = w_.facts.imports.emplace_back();
    import.kind = kind;
    import.specifier = specifier(source);
    import.imported = imported;
    import.owner = owner_of(site);
    import.conditional = kind >= ImportKind::dynamic && conditional(site);
    import.at = w_.at(source == kNoNode ? site : source);
    return ImportIndex{static_cast<std::uint32_t>(w_.facts.imports.size()) - 1};
  }

  /// The innermost atom whose extent holds the node. Sites come in source order.
  AtomIndex owner_of(NodeId site) {
    while (next_ < w_.atoms.size() && w_.atoms[next_].extent_begin <= site) {
      current_ = AtomIndex{next_++};
    }
    AtomIndex owner = current_;
    while (w_.atoms[raw(owner)].extent_end <= site) owner = w_.facts.atoms[raw(owner)].parent;
    return owner;
  }

  bool conditional(NodeId site) const {
    NodeId n = t_[site].parent;
    for (int steps = 0; n != kNoNode && steps < kMaxClimb; ++steps, n = t_[n].parent) {
      switch (t_[n].kind) {
        case Kind::program:
          return false;
        case Kind::if_statement:
        case Kind::ternary:
        case Kind::try_statement:
        case Kind::switch_statement:
        case Kind::for_statement:
        case Kind::for_in_statement:
        case Kind::while_statement:
        case Kind::do_statement:
          return true;
        case Kind::binary:
          if (t_.has(n, Kind::logical_operator)) return true;
          break;
        default:
          if (is_function(t_[n].kind)) return true;
      }
    }
    return true;
  }

  void bind(ImportIndex import, NodeId local, bool type_only) {
    const BindingIndex binding = w_.binding_of(local);
    Import& fact = w_.facts.imports[raw(import)];
    fact.local = binding;
    fact.type_only = type_only;
    if (binding == kNone<BindingIndex>) return;
    Binding& b = w_.facts.bindings[raw(binding)];
    if (b.import == kNone<ImportIndex>) b.import = import;
    b.type_only = type_only;
  }

  void import_statement(NodeId site) {
    const bool type_only = t_.has(site, Kind::kw_type) || t_.has(site, Kind::kw_typeof);
    const NodeId require = t_.child(site, Kind::import_require_clause);
    if (require != kNoNode) {
      const NodeId source = t_.child(require, Field::source);
      const NodeId name = t_.child(require, Kind::identifier);
      const ImportIndex import = add(ImportKind::require, site, source, w_.names.intern("*"));
      if (name != kNoNode) bind(import, name, type_only);
      w_.facts.imports[raw(import)].conditional = false;
      return;
    }
    const NodeId source = t_.child(site, Field::source);
    const NodeId clause = t_.child(site, Kind::import_clause);
    if (clause == kNoNode) {
      add(ImportKind::side_effect, site, source, NameId{});
      return;
    }
    for (NodeId c = clause + 1; c < t_[clause].next; c = t_[c].next) {
      if (t_[c].kind == Kind::identifier) {
        bind(add(ImportKind::esm, site, source, w_.names.intern("default")), c, type_only);
      } else if (t_[c].kind == Kind::namespace_import) {
        const NodeId name = t_.child(c, Kind::identifier);
        const ImportIndex import = add(ImportKind::esm, site, source, w_.names.intern("*"));
        if (name != kNoNode) bind(import, name, type_only);
      } else if (t_[c].kind == Kind::named_imports) {
        named_imports(site, source, c, type_only);
      }
    }
  }

  void named_imports(NodeId site, NodeId source, NodeId list, bool type_only) {
    bool any = false;
    for (NodeId c = list + 1; c < t_[list].next; c = t_[c].next) {
      if (t_[c].kind != Kind::import_specifier) continue;
      any = true;
      const NodeId name = t_.child(c, Field::name), alias = t_.child(c, Field::alias);
      if (name == kNoNode) continue;
      NameId imported{};
      if (!w_.key_name(name, imported)) imported = w_.intern(name);
      const bool only_type = type_only || t_.has(c, Kind::kw_type) || t_.has(c, Kind::kw_typeof);
      const NodeId local = alias != kNoNode ? alias : name;
      bind(add(ImportKind::esm, site, source, imported), local, only_type);
    }
    if (!any) add(ImportKind::side_effect, site, source, NameId{});
  }

  void reexport(NodeId site) {
    const ImportIndex import =
        add(ImportKind::reexport, site, t_.child(site, Field::source), NameId{});
    w_.facts.imports[raw(import)].type_only = t_.has(site, Kind::kw_type);
    w_.aux[site] = raw(import) + 1;
  }

  void call(NodeId site) {
    const NodeId callee = t_.child(site, Field::function);
    const NodeId arguments = t_.child(site, Field::arguments);
    const bool dynamic = t_[callee].kind == Kind::import_token;
    const bool created = w_.created_require && w_.source(callee) == "require";
    if (!dynamic && !created && !w_.is_global(callee, "require")) return;
    if (arguments == kNoNode || t_[arguments].kind != Kind::arguments) return;
    if (!dynamic && !created) w_.facts.is_commonjs = true;
    const NodeId source = t_.first_named(arguments);
    const ImportKind kind = dynamic ? ImportKind::dynamic : ImportKind::require;
    const ImportIndex import = add(kind, site, source, w_.names.intern("*"));
    const ExprIndex value = w_.make_expr(ExprKind::module, raw(import));
    w_.memo[site] = raw(value) + 1;
    bind_local(import, site);
  }

  /// `const x = require('y')`: x stands for the whole module.
  void bind_local(ImportIndex import, NodeId site) {
    NodeId holder = w_.parent_of_value(site);
    if (holder != kNoNode && t_[holder].kind == Kind::await_) holder = w_.parent_of_value(holder);
    if (holder == kNoNode || t_[holder].kind != Kind::variable_declarator) return;
    const NodeId name = t_.child(holder, Field::name);
    if (name == kNoNode || t_[name].kind != Kind::identifier) return;
    w_.facts.imports[raw(import)].local = w_.binding_of(name);
  }

  Work& w_;
  const SyntaxTree& t_;
  std::uint32_t next_ = 1;
  AtomIndex current_{};
};

}  // namespace

void collect_imports(Work& work) {
  ImportCollector(work).run();
}

}  // namespace dg
