#pragma once
/// \file
/// FileFacts: all that one file says, as a flat, immutable value.
///
/// Facts are a pure function of (path, bytes, options): they name no other file's contents, hold no
/// dense project id, no clock and no pointer. What a name means *inside* its file (lexical scoping,
/// hoisting, `this`) is already answered here; what it means *across* files is the linker's.
///
/// Everything is an index into one of the vectors below, so that a FileFacts is cheap to copy,
/// compare, encode (facts_codec.h) and share between snapshots. Thread rule: immutable after
/// parse(); any number of readers.
///
/// Lines and columns count from 1, columns in UTF-16 code units (as LSP and V8 count them).

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

enum class NameId : std::uint32_t {};     ///< Index into FileFacts' name pool; 0 is the empty name.
enum class AtomIndex : std::uint32_t {};  ///< Index into FileFacts::atoms; 0 is the module atom.
enum class ScopeIndex : std::uint32_t {};  ///< Index into FileFacts::scopes; 0 is the module scope.
enum class BindingIndex : std::uint32_t {};  ///< Index into FileFacts::bindings.
enum class ExprIndex : std::uint32_t {};     ///< Index into FileFacts::exprs; 0 is `unknown`.
enum class ShapeIndex : std::uint32_t {};    ///< Index into FileFacts::shapes.
enum class ImportIndex : std::uint32_t {};   ///< Index into FileFacts::imports.

inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

/// "No such thing", for any of the index types above.
template <typename Index>
inline constexpr Index kNone = static_cast<Index>(kNoIndex);

/// The plain number inside a distinct index type.
template <typename Index>
constexpr std::uint32_t raw(Index index) noexcept {
  return static_cast<std::uint32_t>(index);
}

/// A run of consecutive elements of a vector.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

struct Position {
  std::uint32_t line = 1;  ///< From 1.
  std::uint32_t col = 1;   ///< From 1, UTF-16 code units.
  friend auto operator<=>(const Position&, const Position&) = default;
};

enum class Language : std::uint8_t { javascript, typescript, tsx };

/// What an atom is (REFERENCE §1.2 `atom_type`). Values are stored: append only.
enum class AtomKind : std::uint8_t {
  module,
  function,
  arrow,
  method,
  constructor,
  getter,
  setter,
  generator,
  class_,
  variable,
  test_callback,
  interface,
  enum_,
  type_alias,
  namespace_,
};

/// The syntactic form (REFERENCE §1.2 `function_type`). Values are stored: append only.
enum class FunctionForm : std::uint8_t {
  none,
  declaration,
  expression,
  arrow,
  method,
  class_,
  variable
};

/// How alike two token streams are can be told from their sketches: one-permutation MinHash (Li,
/// Owen & Zhang 2012) of the set of bigrams, 32 bins, of each bin's least hash 8 bits (Li & König
/// 2010), 0 for an empty bin. Equal bins / bins in use estimates the Jaccard similarity of the two
/// sets, standard error at most 0.09.
using Sketch = std::array<std::uint8_t, 32>;

/// One named (or nameable) piece of code. Sorted by start position; the module atom is first.
struct Atom {
  NameId name{};            ///< Simple name: `pay`, `get:total` has name `total`.
  NameId qualified_name{};  ///< Without the path, with `#k` where needed: `Cart.get:total`,
                            ///< `<module>`.
  AtomKind kind = AtomKind::function;
  FunctionForm form = FunctionForm::none;
  bool exported = false;  ///< Some export of this file binds to this atom.
  bool is_async = false;
  bool is_static = false;
  bool ambient = false;  ///< `declare`, overload signature or abstract: has no body.
  bool has_error_handling =
      false;  ///< Own body has try…catch, `.catch(` or a two-argument `.then(`.
  bool uses_await = false;
  AtomIndex parent = kNone<AtomIndex>;       ///< Enclosing atom; none only for the module atom.
  ShapeIndex member_of = kNone<ShapeIndex>;  ///< The class or object literal this is a member of.
  ShapeIndex shape = kNone<ShapeIndex>;      ///< A class' own shape; a variable's object literal.
  Position start;    ///< First character of the declaration (with decorators, `export`, `const`).
  Position end;      ///< One past the last character.
  Position name_at;  ///< The name; equals `start` for an anonymous atom.
  std::uint32_t byte_begin = 0, byte_end = 0;  ///< [begin, end) in the file's bytes, BOM included.
  NameId signature{};  ///< Canonical text: `async pay(order, {retry = 3}, ...rest): Promise<void>`.
  NameId doc{};        ///< Doc comment's text without stars; empty where there is none.
  NameId test_callee{};          ///< For test callbacks: `describe`, `it`, … .
  Range params;                  ///< Into FileFacts::params.
  Range references;              ///< Into FileFacts::references: own references, in source order.
  std::uint16_t complexity = 1;  ///< McCabe, own body only (REFERENCE §1.2).
  std::uint32_t code_lines = 0;  ///< Lines with a token of its own or a nested atom's.
  ExprIndex returns{};  ///< `choice` of the returned expressions; of a generator an array of what
                        ///< it yields; of a type alias its type. 0 where unknown or none.
  /// Own token stream with comments and white space left out, nested atoms as one placeholder each,
  /// the atom's own declared name as another: equal after a pure rename, shift or reformat.
  std::uint64_t body_hash = 0;
  /// As body_hash with identifiers and literals normalised (Type-2 clone hash; Roy & Cordy 2007).
  std::uint64_t shape_hash = 0;
  std::uint32_t tokens = 0;  ///< Number of tokens that body_hash covers.
  Sketch sketch{};           ///< Of these tokens' bigrams.
  friend bool operator==(const Atom&, const Atom&) = default;
};

enum class ParamForm : std::uint8_t { plain, destructured, rest };
struct Param {
  NameId name{};  ///< Source text of the pattern without default and type.
  ParamForm form = ParamForm::plain;
  bool optional = false;  ///< `?` or a default value.
  NameId default_text{};
  NameId type_text{};                          ///< TypeScript annotation as written.
  BindingIndex binding = kNone<BindingIndex>;  ///< For plain and rest parameters.
  friend bool operator==(const Param&, const Param&) = default;
};

enum class ScopeKind : std::uint8_t { module, function, block, class_, namespace_ };
struct Scope {
  ScopeKind kind = ScopeKind::block;
  ScopeIndex parent = kNone<ScopeIndex>;
  AtomIndex owner{};  ///< The atom whose code this scope is.
  friend bool operator==(const Scope&, const Scope&) = default;
};

enum class BindingKind : std::uint8_t {
  var,
  let,
  const_,
  function,
  class_,
  param,
  catch_,
  import,
  enum_,
  namespace_,
  type,
};
/// A declared name. `init` is the value it starts with and those it is assigned, destructuring
/// already unfolded: in `const {a: b} = f()` b's init is member(call(f), "a"). Of a type parameter
/// it is the constraint; of a type alias made by a comment the type, where it is generic as
/// typed(list of the parameters' names, type).
struct Binding {
  NameId name{};
  BindingKind kind = BindingKind::var;
  bool reassigned =
      false;  ///< Written after its declaration: `init` is then only one of its values.
  bool type_only = false;
  ScopeIndex scope{};
  AtomIndex atom = kNone<AtomIndex>;  ///< The function, class, variable … atom it names.
  ImportIndex import = kNone<ImportIndex>;
  ExprIndex init{};
  Position at;
  friend bool operator==(const Binding&, const Binding&) = default;
};

/// Expressions, only as far as a link can depend on them.
enum class ExprKind : std::uint8_t {
  unknown,
  name,   ///< a = BindingIndex (kNoIndex: a global), b = NameId.
  this_,  ///< a = AtomIndex of the function, class (field initialiser) or module that binds `this`.
  super_,   ///< a = AtomIndex of the method, b = ShapeIndex of its class or object literal.
  member,   ///< a = ExprIndex of the object, b = NameId of the property (`o.p`, `o['p']`, `o.#p`).
  element,  ///< a = ExprIndex of the object, b = that of the key (kNoIndex: none): computed member
            ///< without a literal key.
  call,     ///< a = ExprIndex of the callee, b = reference index (kNoIndex: none).
  construct,  ///< As call, for `new`.
  await,      ///< a = ExprIndex.
  module,     ///< a = ImportIndex: `require('x')` or `import('x')` (a promise of it).
  atom,       ///< a = AtomIndex: a function or class literal, or a declaration.
  object,     ///< a = ShapeIndex of an object literal.
  choice,     ///< a, b = ExprIndex: `c ? a : b`, `a || b`, `a ?? b`, `a && b`.
  array,
  string,
  number,
  boolean,
  regexp,
  template_,
  null_,           ///< Literals; a = list of an array's elements, b = 0 where their order is lost.
                   ///< Of a string that may be a key b = NameId.
  module_exports,  ///< `module.exports` or the CommonJS `exports` (neither declared locally),
                   ///< top-level `this` in CommonJS.
  list,            ///< a = first element, b = list of the others (0: none).
  spread,          ///< An element of a list: all that a (ExprIndex) holds; `...T[]` of a type.
  iterated,        ///< a = what is iterated: `for (x of a)`, `[...x] = a`.
  typed,           ///< a = value (0: none), b = the type that is declared for it.
  argument,   ///< a = call or construct, b = ordinal: what the callee expects as that argument.
  parameter,  ///< a = a function or its type, b = ordinal: what its parameter is given.
  // Types. A name or member stands for the type that it names; choice is a union.
  apply,           ///< a = generic type (or class, function), b = list of type arguments.
  function_type,   ///< a = list of parameter types, b = type of the result.
  construct_type,  ///< b = type of what `new` gives.
  intersection,    ///< a, b. As a value: a where it is tested to be an instance of the class b.
  type_query,      ///< a = value: `typeof v`.
  lookup,          ///< a = type, b = NameId: `T['k']`.
  tuple,           ///< a = list of element types.
};
struct Expr {
  ExprKind kind = ExprKind::unknown;
  std::uint32_t a = kNoIndex;
  std::uint32_t b = kNoIndex;
  friend bool operator==(const Expr&, const Expr&) = default;
};

enum class ReferenceKind : std::uint8_t {
  call,       ///< f(), o.m(), super(), o?.m()
  construct,  ///< new C()
  tagged,     ///< f`…`
  jsx,        ///< <C/>, <o.C/>; intrinsic elements (<div>) are no references.
  decorator,  ///< @d, @d()
  extends,    ///< class A extends B; interface A extends B
  implements,
  value,  ///< A name or member used as a value: passed, returned, stored, exported, read.
  write,  ///< Assignment to (or update of) a module-level or imported name.
  emit,
  listen,  ///< emit('key') / on('key'); `text` is the key (REFERENCE §2.4). Beside the call itself.
};
/// One place in the code that uses something. Sorted by owner, then by position.
///
/// `value` and `write` are recorded only where they may matter to another atom: the root name is a
/// module-level binding, an import, `this`, or the binding of a function or class atom.
struct Reference {
  ReferenceKind kind = ReferenceKind::call;
  bool optional_chain = false;
  bool awaited = false;
  bool type_position = false;  ///< Only a type depends on it (`implements`, `import type` …).
  AtomIndex owner{};           ///< The innermost atom whose code this is.
  ExprIndex target{};          ///< What is called, constructed, read …
  Position at;    ///< Where the last name begins: for `a.b.c()` the `c`, for `new X()` the `X`.
  NameId text{};  ///< Source text of the callee path, at most 120 bytes: `a.b().c`.
  Range args;     ///< Into FileFacts::expr_lists: argument values (unknown where of no use).
  friend bool operator==(const Reference&, const Reference&) = default;
};

enum class ImportKind : std::uint8_t {
  esm,          ///< import … from 'x'; one entry per imported name
  side_effect,  ///< import 'x'
  reexport,     ///< export … from 'x'; the names are in FileFacts::exports
  dynamic,      ///< import('x')
  require,      ///< require('x'), import x = require('x')
  type,         ///< import('x') in a type or a comment
};
/// One dependency on a module. `imported` is the name taken: `default`, `*` (the namespace, and the
/// whole value of a require) or a name.
struct Import {
  ImportKind kind = ImportKind::esm;
  bool type_only = false;
  bool conditional = false;  ///< Not at top level: inside a function, branch or try.
  NameId specifier{};        ///< Empty where it is no literal.
  NameId imported{};
  BindingIndex local = kNone<BindingIndex>;
  AtomIndex owner{};
  Position at;  ///< Of the specifier's literal.
  friend bool operator==(const Import&, const Import&) = default;
};

enum class ExportKind : std::uint8_t {
  local,           ///< export function f…; export {a as b}: `binding`
  expression,      ///< export default <expression>: `value`
  named_from,      ///< export {a as b} from 'x': `import`, `imported`
  all_from,        ///< export * from 'x': `import`
  namespace_from,  ///< export * as n from 'x': `import`
  cjs_value,       ///< module.exports = v; export = v: `value`; `exported` is `=`
  cjs_member,  ///< exports.a = v, module.exports.a = v, Object.defineProperty(exports, 'a', …):
               ///< `value`
  cjs_all,     ///< Object.assign(module.exports, v), __exportStar(v, exports), spread: `value`
};
struct Export {
  ExportKind kind = ExportKind::local;
  bool type_only = false;
  NameId exported{};  ///< The name other files use; `default`; empty for all_from and cjs_all.
  NameId imported{};
  ImportIndex import = kNone<ImportIndex>;
  BindingIndex binding = kNone<BindingIndex>;
  ExprIndex value{};
  Position at;
  friend bool operator==(const Export&, const Export&) = default;
};

enum class MemberKind : std::uint8_t { method, getter, setter, field, assigned, spread };
/// A member of a class or object literal. `assigned` is `this.x = v` in a class' own code.
struct Member {
  NameId name{};  ///< With `#` for private names; empty for a computed one and for a spread.
  MemberKind kind = MemberKind::method;
  bool is_static = false;
  AtomIndex atom = kNone<AtomIndex>;  ///< The function it holds, where it holds one.
  ExprIndex value{};                  ///< Initial value; for a spread, what is spread.
  friend bool operator==(const Member&, const Member&) = default;
};

/// A class, interface or object literal: what `x.m` can mean.
struct Shape {
  bool is_class = false;              ///< Class or interface; else an object literal.
  AtomIndex atom = kNone<AtomIndex>;  ///< The class, or the variable the literal initialises.
  ExprIndex extends{};                ///< 0 where there is none.
  Range members;                      ///< Into FileFacts::members.
  Range implements;                   ///< Into FileFacts::expr_lists.
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// `object.property = value` outside a class' `this`: X.prototype.m = f, ns.f = g, and
/// `util.inherits(A, B)` / `A.prototype = Object.create(B.prototype)` as property `<extends>`.
struct Assignment {
  ExprIndex object{};
  NameId property{};
  ExprIndex value{};
  AtomIndex owner{};
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

enum class ProblemKind : std::uint8_t {
  syntax_error,
  missing_token,
  too_deep,
  invalid_utf8,
  nul_byte
};
struct Problem {
  ProblemKind kind = ProblemKind::syntax_error;
  Position at;
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// Why a file has no atoms but its module. Values are stored: append only.
enum class SkipReason : std::uint8_t { none, too_large, minified, generated, binary, too_complex };

struct FileFacts {
  Language language = Language::javascript;
  SkipReason skipped = SkipReason::none;
  bool is_module = false;    ///< Has ESM syntax (import/export).
  bool is_commonjs = false;  ///< Uses require, module or exports as CommonJS does.
  std::uint32_t lines = 0;
  std::uint32_t bytes = 0;

  std::vector<Atom> atoms;
  std::vector<Param> params;
  std::vector<Scope> scopes;
  std::vector<Binding> bindings;
  std::vector<Expr> exprs;            ///< exprs[0] is `unknown`.
  std::vector<ExprIndex> expr_lists;  ///< Flattened lists; see Range members.
  std::vector<Reference> references;
  std::vector<Import> imports;
  std::vector<Export> exports;
  std::vector<Shape> shapes;
  std::vector<Member> members;
  std::vector<Assignment> assignments;
  std::vector<Problem> problems;  ///< At most 100; more are counted only.
  std::uint32_t problem_count = 0;

  std::string name_bytes;  ///< All names, end to end, each distinct one once.
  std::vector<std::uint32_t>
      name_ends;  ///< Name i is [name_ends[i-1], name_ends[i]) of name_bytes.

  std::string_view name(NameId id) const noexcept {
    const std::uint32_t i = raw(id);
    const std::uint32_t begin = i == 0 ? 0 : name_ends[i - 1];
    return std::string_view(name_bytes).substr(begin, name_ends[i] - begin);
  }
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

}  // namespace dg
