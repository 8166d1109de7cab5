#include "graph/link/linker.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "graph/link/builtin_members.h"
#include "graph/link/collect.h"
#include "graph/link/eval.h"

namespace dg {
namespace {

bool can_be_called(AtomKind kind) noexcept {
  switch (kind) {
    case AtomKind::function:
    case AtomKind::arrow:
    case AtomKind::method:
    case AtomKind::constructor:
    case AtomKind::getter:
    case AtomKind::setter:
    case AtomKind::generator:
    case AtomKind::class_:
    case AtomKind::test_callback:
      return true;
    default:
      return false;
  }
}

Relation relation_of(ReferenceKind kind) noexcept {
  switch (kind) {
    case ReferenceKind::construct:
      return Relation::instantiates;
    case ReferenceKind::extends:
      return Relation::extends;
    case ReferenceKind::implements:
      return Relation::implements;
    case ReferenceKind::value:
      return Relation::references;
    case ReferenceKind::write:
      return Relation::writes_state;
    default:
      return Relation::calls;
  }
}

class FileLinker {
 public:
  FileLinker(const LinkSource& source, const FileVersion& self, const FileIndex& index)
      : source_(source), self_(self), facts_(*self.facts), eval_(source, self, index) {}

  FileLinks run() {
    add_containment();
    add_modules();
    for (std::uint32_t r = 0; r < facts_.references.size(); ++r) link(r);
    add_overrides();
    return collect_.finish(eval_.take_details(), eval_.take_keys());
  }

 private:
  const LinkFile& own() const { return eval_.own(); }
  static AtomId id(const LinkFile& file, AtomIndex atom) { return file.version->atoms[raw(atom)]; }

  void edge(AtomIndex from, Relation relation, AtomId target, std::uint32_t ordinal,
            Confidence confidence, LinkRule rule) {
    collect_.edge(from, relation, target, {ordinal, confidence, static_cast<std::uint8_t>(rule)});
  }

  void add_containment() {
    for (std::uint32_t a = 1; a < facts_.atoms.size(); ++a) {
      const AtomIndex parent = facts_.atoms[a].parent;
      if (parent == kNone<AtomIndex>) continue;
      edge(parent, Relation::contains, self_.atoms[a], kNoOrdinal, Confidence::exact,
           LinkRule::containment);
    }
  }

  /// Imports that leave nothing at run time: `import type`, and names that only types mention,
  /// which compilers take out (typescriptlang.org/tsconfig#verbatimModuleSyntax).
  std::vector<bool> erased_imports() const {
    std::vector<bool> needed(facts_.bindings.size(), false), typed(facts_.bindings.size(), false);
    for (const Reference& reference : facts_.references) {
      const Expr& e = expr(root(reference.target));
      if (e.kind == ExprKind::name && e.a != kNoIndex) {
        (reference.type_position ? typed : needed)[e.a] = true;
      }
    }
    for (const Export& e : facts_.exports) {
      if (e.binding != kNone<BindingIndex> && !e.type_only) needed[raw(e.binding)] = true;
    }
    std::vector<bool> erased(facts_.imports.size(), false);
    for (std::size_t i = 0; i < erased.size(); ++i) {
      const Import& import = facts_.imports[i];
      const bool named = import.kind == ImportKind::esm && import.local != kNone<BindingIndex>;
      const bool only_types = named && typed[raw(import.local)] && !needed[raw(import.local)];
      erased[i] = import.type_only || only_types;
    }
    return erased;
  }

  void add_modules() {
    const std::vector<bool> erased = erased_imports();
    for (std::uint32_t i = 0; i < facts_.imports.size(); ++i) {
      const Import& import = facts_.imports[i];
      if (import.kind == ImportKind::type) continue;  // Runs nothing.
      const Relation relation =
          import.kind == ImportKind::reexport ? Relation::reexports : Relation::imports;
      const Evaluator::Target& target = eval_.resolve(own(), ImportIndex{i});
      if (target.file != nullptr) {
        edge(AtomIndex{0}, relation, id(*target.file, AtomIndex{0}), kNoOrdinal, Confidence::exact,
             erased[i] ? LinkRule::type_dependency : LinkRule::module_dependency);
      } else {
        collect_.open(AtomIndex{0}, relation, import.specifier, target.why, target.detail,
                      {kNoOrdinal, Confidence::exact,
                       static_cast<std::uint8_t>(LinkRule::module_dependency)});
      }
    }
  }

  void link(std::uint32_t r) {
    const Reference& reference = facts_.references[r];
    const Range range = facts_.atoms[raw(reference.owner)].references;
    ordinal_ = r - range.begin;
    eval_.restart();
    if (!reference.type_position) link_getter(reference);
    switch (reference.kind) {
      case ReferenceKind::call:
      case ReferenceKind::construct:
      case ReferenceKind::tagged:
      case ReferenceKind::jsx:
      case ReferenceKind::decorator:
        link_call(reference);
        break;
      case ReferenceKind::extends:
      case ReferenceKind::implements:
        link_heritage(reference);
        break;
      case ReferenceKind::value:
        link_value(reference);
        break;
      case ReferenceKind::write:
        link_write(reference);
        break;
      case ReferenceKind::emit:
      case ReferenceKind::listen:
        break;  // Paired by key, not by name (REFERENCE §2.4).
    }
  }

  const Expr& expr(ExprIndex index) const { return facts_.exprs[raw(index)]; }

  LinkRule rule_for(const Reference& reference, const Value& value) const {
    if (reference.kind == ReferenceKind::jsx) return LinkRule::jsx;
    if (reference.kind == ReferenceKind::decorator) return LinkRule::decorator;
    return value.rule;
  }

  void link_call(const Reference& reference) {
    read_root(reference);
    if (expr(reference.target).kind == ExprKind::super_) {
      link_super_call(reference);
      return;
    }
    Values values;
    bool constructs = false;
    if (!eval_.reflected(own(), reference, values, constructs)) {
      values = eval_.callable(eval_.eval(own(), reference.target));
    }
    bool linked = false;
    for (const Value& value : values.list) {
      if (value.kind != ValueKind::atom || value.promise) continue;
      const AtomKind kind = value.file->facts->atoms[value.index].kind;
      if (!can_be_called(kind)) continue;
      Relation relation = constructs ? Relation::instantiates : relation_of(reference.kind);
      if (reference.kind == ReferenceKind::jsx && kind == AtomKind::class_) {
        relation = Relation::instantiates;
      }
      if (value.via == Via::bind) relation = Relation::references;
      // What a library wrapped, that library's renderer runs.
      const bool rendered = reference.kind == ReferenceKind::jsx && value.via == Via::wrap;
      if (rendered) relation = Relation::references;
      const AtomId target = id(*value.file, AtomIndex{value.index});
      edge(reference.owner, relation, target, ordinal_, value.confidence,
           rule_for(reference, value));
      linked = true;
      if (relation != Relation::instantiates || kind != AtomKind::class_) continue;
      // What `new C()` runs is the nearest constructor declared up the chain, if there is one.
      if (const AtomId constructor = constructor_of(value); constructor != target) {
        edge(reference.owner, Relation::calls, constructor, ordinal_, value.confidence,
             rule_for(reference, value));
      }
    }
    if (linked || link_by_name(reference, values)) return;
    // Of `@d(x)` the call of d stands at the same place, and is said to be open where it is.
    const bool made =
        reference.kind == ReferenceKind::decorator && expr(reference.target).kind == ExprKind::call;
    if (!made) open(reference, values);
  }

  /// `cart.total`, `cart.total()` and `cart.total.round()` run `get total()`. They refer to it: no
  /// call stands there.
  void link_getter(const Reference& reference) {
    if (reference.kind == ReferenceKind::write || reference.kind == ReferenceKind::emit ||
        reference.kind == ReferenceKind::listen) {
      return;
    }
    for (const Expr* read = &expr(reference.target); read->kind == ExprKind::member;
         read = &facts_.exprs[read->a]) {
      const Values receivers = eval_.eval(own(), ExprIndex{read->a});
      const Values found = eval_.getters(receivers, facts_.name(NameId{read->b}));
      for (const Value& value : found.list) {
        edge(reference.owner, Relation::references, id(*value.file, AtomIndex{value.index}),
             ordinal_, value.confidence, value.rule);
      }
    }
  }

  /// The constructor that runs: the nearest one declared up the chain, else the parent class.
  void link_super_call(const Reference& reference) {
    const Expr& super = expr(reference.target);
    Values parents = Values::unknown();
    if (super.b != kNoIndex && facts_.shapes[super.b].atom != kNone<AtomIndex>) {
      parents = eval_.parent_of(own(), facts_.shapes[super.b].atom);
    }
    bool linked = false;
    for (const Value& parent : parents.list) {
      if (parent.kind != ValueKind::atom) continue;
      edge(reference.owner, Relation::calls, constructor_of(parent), ordinal_, parent.confidence,
           LinkRule::super_member);
      linked = true;
    }
    if (!linked) open(reference, parents);
  }

  AtomId constructor_of(const Value& parent) {
    Value at = parent;
    for (int hops = 0; hops < 32; ++hops) {
      const Values found = eval_.own_method(*at.file, AtomIndex{at.index}, "constructor", false);
      for (const Value& value : found.list) {
        const AtomIndex atom{value.index};
        if (value.file->facts->atoms[value.index].kind == AtomKind::constructor) {
          return id(*value.file, atom);
        }
      }
      const Values up = eval_.parent_of(*at.file, AtomIndex{at.index});
      if (up.list.empty() || up.list[0].kind != ValueKind::atom) break;
      at = up.list[0];
    }
    return id(*parent.file, AtomIndex{parent.index});
  }

  /// `x.m()` with nothing known of x: the only member of that name, unless built-in objects have
  /// one.
  bool link_by_name(const Reference& reference, const Values& values) {
    const Expr& target = expr(reference.target);
    if (reference.kind != ReferenceKind::call && reference.kind != ReferenceKind::tagged) {
      return false;
    }
    if (target.kind != ExprKind::member || !values.open) return false;
    if (values.why != OpenReason::unknown_receiver && values.why != OpenReason::parameter) {
      return false;
    }
    const std::string_view name = facts_.name(NameId{target.b});
    if (name.empty() || name[0] == '#' || is_builtin_member(name)) return false;
    eval_.note(member_name_key(name));
    const std::vector<AtomId> found = source_.members_named(name, 1);
    if (found.size() != 1) return false;
    edge(reference.owner, Relation::calls, found[0], ordinal_, Confidence::name,
         LinkRule::member_name);
    return true;
  }

  void link_heritage(const Reference& reference) {
    const Values values = eval_.callable(eval_.eval(own(), reference.target));
    bool linked = false;
    for (const Value& value : values.list) {
      if (value.kind != ValueKind::atom && value.kind != ValueKind::instance) continue;
      edge(reference.owner, relation_of(reference.kind), id(*value.file, AtomIndex{value.index}),
           ordinal_, value.confidence, value.rule);
      linked = true;
    }
    if (!linked) open(reference, values);
  }

  void link_value(const Reference& reference) {
    if (expr(reference.target).kind == ExprKind::name) {
      const Declaration found = eval_.declaration(own(), reference.target);
      if (found.atom != kNone<AtomIndex>) {
        const AtomKind kind = found.file->facts->atoms[raw(found.atom)].kind;
        use(reference, found,
            kind == AtomKind::variable ? Relation::reads_state : Relation::references);
        return;
      }
    }
    read_root(reference);
    const Values values = eval_.eval(own(), reference.target);
    for (const Value& value : values.list) {
      if (value.kind != ValueKind::atom) continue;
      edge(reference.owner, Relation::references, id(*value.file, AtomIndex{value.index}), ordinal_,
           value.confidence, value.rule);
    }
  }

  void link_write(const Reference& reference) {
    Declaration found = eval_.declaration(own(), reference.target);
    if (found.atom == kNone<AtomIndex>) found = eval_.declaration(own(), root(reference.target));
    if (found.atom != kNone<AtomIndex>) use(reference, found, Relation::writes_state);
  }

  /// A use of a member or a call of a module-level variable reads that variable; one of a class,
  /// enum or namespace refers to it.
  void read_root(const Reference& reference) {
    const Expr& target = expr(reference.target);
    const Declaration direct = target.kind == ExprKind::member
                                   ? eval_.declaration(own(), reference.target)
                                   : Declaration{};
    if (is_variable(direct)) use(reference, direct, Relation::reads_state);
    const ExprIndex name = root(reference.target);
    if (expr(name).kind != ExprKind::name) return;
    const Declaration found = eval_.declaration(own(), name);
    if (found.atom == kNone<AtomIndex>) return;
    const AtomKind kind = found.file->facts->atoms[raw(found.atom)].kind;
    if (kind == AtomKind::variable) {
      use(reference, found, Relation::reads_state);
    } else if (name != reference.target && (kind == AtomKind::class_ || kind == AtomKind::enum_ ||
                                            kind == AtomKind::namespace_)) {
      use(reference, found, Relation::references);
    }
  }

  static bool is_variable(const Declaration& declaration) {
    return declaration.atom != kNone<AtomIndex> &&
           declaration.file->facts->atoms[raw(declaration.atom)].kind == AtomKind::variable;
  }

  void use(const Reference& reference, const Declaration& declaration, Relation relation) {
    const bool own_file = declaration.file == &own();
    if (own_file && declaration.atom == reference.owner) return;  // Its own initialiser.
    if (own_file && is_variable(declaration) && is_required(declaration.atom)) return;
    edge(reference.owner, relation, id(*declaration.file, declaration.atom), ordinal_,
         Confidence::exact, own_file ? LinkRule::lexical : LinkRule::import);
  }

  /// Whether a variable is only another name for something required: `const x = require('x').y`.
  bool is_required(AtomIndex atom) {
    if (required_.empty()) {
      required_.assign(facts_.atoms.size(), false);
      for (const Binding& b : facts_.bindings) {
        if (b.atom == kNone<AtomIndex>) continue;
        ExprIndex first = b.init;
        while (expr(first).kind == ExprKind::choice) first = ExprIndex{expr(first).a};
        const Expr& init = expr(root(first));
        const bool of_import = init.kind == ExprKind::name && init.a != kNoIndex &&
                               facts_.bindings[init.a].import != kNone<ImportIndex>;
        required_[raw(b.atom)] =
            b.import != kNone<ImportIndex> || init.kind == ExprKind::module || of_import;
      }
    }
    return required_[raw(atom)];
  }

  ExprIndex root(ExprIndex index) const {
    for (;;) {
      const Expr& e = expr(index);
      const bool inner = e.kind == ExprKind::member || e.kind == ExprKind::element ||
                         e.kind == ExprKind::await || e.kind == ExprKind::typed ||
                         e.kind == ExprKind::intersection;
      if (!inner || e.a == kNoIndex || e.a == 0 || e.a == raw(index)) return index;
      index = ExprIndex{e.a};
    }
  }

  void add_overrides() {
    for (const Shape& shape : facts_.shapes) {
      if (!shape.is_class || shape.atom == kNone<AtomIndex>) continue;
      if (facts_.atoms[raw(shape.atom)].kind != AtomKind::class_) continue;
      if (raw(shape.extends) != 0) override_members(shape);
    }
  }

  void override_members(const Shape& shape) {
    eval_.restart();
    const Values parents = eval_.parent_of(own(), shape.atom);
    for (std::uint32_t m = shape.members.begin; m < shape.members.begin + shape.members.count;
         ++m) {
      const Member& member = facts_.members[m];
      const std::string_view name = facts_.name(member.name);
      if (member.atom == kNone<AtomIndex> || name.empty() || name[0] == '#') continue;
      if (facts_.atoms[raw(member.atom)].kind == AtomKind::constructor) continue;
      for (const Value& parent : parents.list) override_one(parent, member, name);
    }
  }

  void override_one(const Value& parent, const Member& member, std::string_view name) {
    Value at = parent;
    for (int hops = 0; hops < 32 && at.kind == ValueKind::atom; ++hops) {
      eval_.restart();
      const Values found = eval_.own_method(*at.file, AtomIndex{at.index}, name, member.is_static);
      for (const Value& value : found.list) {
        if (!same_role(*value.file, value.index, member)) continue;
        edge(member.atom, Relation::overrides, id(*value.file, AtomIndex{value.index}), kNoOrdinal,
             at.confidence, LinkRule::override_);
      }
      if (!found.list.empty()) return;
      const Values up = eval_.parent_of(*at.file, AtomIndex{at.index});
      if (up.list.empty()) return;
      at = up.list[0];
    }
  }

  /// A getter overrides a getter, a setter a setter, a method anything that can be called.
  bool same_role(const LinkFile& file, std::uint32_t parent, const Member& member) const {
    const AtomKind mine = facts_.atoms[raw(member.atom)].kind;
    const AtomKind theirs = file.facts->atoms[parent].kind;
    const auto accessor = [](AtomKind k) { return k == AtomKind::getter || k == AtomKind::setter; };
    return accessor(mine) || accessor(theirs) ? mine == theirs : true;
  }

  void open(const Reference& reference, const Values& values) {
    OpenReason why = values.open ? values.why : OpenReason::unknown_receiver;
    const ExprKind kind = expr(reference.target).kind;
    const bool named =
        kind == ExprKind::name || kind == ExprKind::member || kind == ExprKind::super_;
    if (!named && why == OpenReason::unknown_receiver) why = OpenReason::dynamic;
    collect_.open(reference.owner, relation_of(reference.kind), reference.text, why,
                  values.open ? values.detail : 0,
                  {ordinal_, Confidence::exact, static_cast<std::uint8_t>(LinkRule::none)});
  }

  const LinkSource& source_;
  const FileVersion& self_;
  const FileFacts& facts_;
  Evaluator eval_;
  LinkCollector collect_;
  std::vector<bool> required_;
  std::uint32_t ordinal_ = 0;
};

constexpr std::array<std::string_view, 24> kRuleNames = {"none",
                                                         "lexical",
                                                         "import",
                                                         "reexport",
                                                         "namespace_member",
                                                         "require",
                                                         "require_member",
                                                         "this_member",
                                                         "inherited_member",
                                                         "super_member",
                                                         "constructed_receiver",
                                                         "object_member",
                                                         "static_member",
                                                         "prototype",
                                                         "exported_value",
                                                         "member_name",
                                                         "containment",
                                                         "module_dependency",
                                                         "override",
                                                         "jsx",
                                                         "decorator",
                                                         "alias",
                                                         "declared_type",
                                                         "type_dependency"};

}  // namespace

std::string_view to_string(LinkRule rule) noexcept {
  return kRuleNames[static_cast<std::size_t>(rule)];
}

FileLinks link_file(const LinkSource& source, const FileVersion& self, const FileIndex& index) {
  return FileLinker(source, self, index).run();
}

}  // namespace dg
