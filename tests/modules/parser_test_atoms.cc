/// Atoms and their ids (REFERENCE §2.1).

#include "parser/syntax.h"
#include "tests/modules/parser_test_support.h"

namespace dg::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Grammar, KnowsEveryNameOfOurTables) {
  EXPECT_THAT(Grammar::unknown_names(), IsEmpty());
}

struct IdCase {
  const char* source;
  std::vector<std::string> ids;
  const char* path = "a.js";
};

class Ids : public ::testing::TestWithParam<IdCase> {};

TEST_P(Ids, AreAsStated) {
  EXPECT_EQ(ids_of(GetParam().source, GetParam().path), GetParam().ids) << GetParam().source;
}

INSTANTIATE_TEST_SUITE_P(
    JavaScript, Ids,
    ::testing::Values(
        IdCase{"", {}}, IdCase{"function f() { function g() {} }", {"f", "f.g"}},
        IdCase{"async function* g() {}", {"g"}},
        IdCase{"const f = () => {}, g = function () {};", {"f", "g"}},
        IdCase{"let a = 1, b;", {"a", "b"}},
        IdCase{"const { a, b: { c = 1 }, ...d } = x, [e, , f] = y;", {"a", "c", "d", "e", "f"}},
        IdCase{"function f() { const a = 1; const g = () => {}; }", {"f", "f.g"}},
        IdCase{"for (var i = 0;;) {} for (const k of l) {}", {}},
        IdCase{"{ const hidden = 1; var seen = 2; }", {"seen"}},
        IdCase{"class A { m() {} static m() {} get x() {} set x(v) {} #p() {} static #q() {} }",
               {"A", "A.m", "A.static:m", "A.get:x", "A.set:x", "A.#p", "A.static:#q"}},
        IdCase{"class A { constructor() {} *g() {} async n() {} 'a::b'() {} 7() {} [k]() {} }",
               {"A", "A.constructor", "A.g", "A.n", "A.a::b", "A.7", "A.[k]"}},
        IdCase{"class A { f = () => {}; static s = function () {}; plain = 1; }",
               {"A", "A.f", "A.static:s"}},
        IdCase{"class A { static { const f = () => {}; } }", {"A", "A.f"}},
        IdCase{"const A = class B { m() {} };", {"A", "A.m"}},
        IdCase{"const o = { m() {}, k: () => {}, in: { deep() {} }, get g() {}, 'q r': () => 1 };",
               {"o", "o.m", "o.k", "o.in.deep", "o.get:g", "o.q r"}},
        IdCase{"function f() { const o = { m() {} }; g({ n() {} }); }", {"f", "f.o.m", "f.n"}},
        IdCase{"x.y = function () {}; a.b.c = () => {}; X.prototype.m = function () {};",
               {"x.y", "a.b.c", "X.prototype.m"}},
        IdCase{"X.prototype = { m() {} };", {"X.prototype.m"}},
        IdCase{"exports.f = function () {}; module.exports.g = () => {};", {"f", "g"}},
        IdCase{"module.exports = function () {};", {"module.exports"}},
        IdCase{"module.exports = function own() {};", {"own"}},
        IdCase{"module.exports = { a() {}, b: function () {}, n: { c() {} } };", {"a", "b", "n.c"}},
        IdCase{"exports.a = exports.b = function () {};", {"b"}},
        IdCase{"export default function () {}", {"default"}},
        IdCase{"export default () => {};", {"default"}},
        IdCase{"export default class { m() {} }", {"default", "default.m"}},
        IdCase{"export default { methods: { go() {} } };", {"default.methods.go"}},
        IdCase{"f(function () {}, () => {}); g(() => {});",
               {"<anonymous>", "<anonymous>#2", "<anonymous>#3"}},
        IdCase{"f(function own() {});", {"own"}},
        IdCase{"function f() {} function f() {} function f() { function g() {} }",
               {"f", "f#2", "f#3", "f#3.g"}},
        IdCase{"function C() { this.m = function () {}; }", {"C", "C.m"}},
        IdCase{"function f(cb = () => {}, { d = () => {} }) {}", {"f", "f.cb", "f.d"}},
        IdCase{"const o = { __proto__() {}, constructor() {}, toString() {} };",
               {"o", "o.__proto__", "o.constructor", "o.toString"}},
        IdCase{"const o = { 'a#2'() {}, a() {} , a() {} };", {"o", "o.a#2", "o.a", "o.a#3"}},
        IdCase{"const h = wrap(() => {});", {"h", "h.<anonymous>"}},
        IdCase{"(function () { function inner() {} })();", {"<anonymous>", "<anonymous>.inner"}},
        IdCase{"const 名前 = () => {};", {"名前"}}));

INSTANTIATE_TEST_SUITE_P(
    TestCallbacks, Ids,
    ::testing::Values(
        IdCase{"describe('cart', () => { it('pays', () => {}); it('pays', () => {}); });",
               {"describe:cart", "describe:cart.it:pays", "describe:cart.it:pays#2"}},
        IdCase{"it.only(`x`, f => {}); test.each([1])('n', () => {}); beforeEach(() => {});",
               {"it:x", "test:n", "beforeEach"}},
        IdCase{"it(title, () => {});", {"it"}}, IdCase{"_.after(3, () => {});", {"<anonymous>"}}));

INSTANTIATE_TEST_SUITE_P(
    TypeScript, Ids,
    ::testing::Values(
        IdCase{
            "interface I { m(): void } enum E { A } type T = I; namespace N.M { function f() {} }",
            {"I", "E", "T", "N.M", "N.M.f"},
            "a.ts"},
        IdCase{"function o(a: string): void; function o(a: number): void; function o(a: any) {}",
               {"o#2", "o#3", "o"},
               "a.ts"},
        IdCase{
            "declare function f(): void; declare class C { m(): void }", {"f", "C", "C.m"}, "a.ts"},
        IdCase{"declare module 'm' { function g(): void; }", {"m", "m.g"}, "a.ts"},
        IdCase{"abstract class A { abstract m(): void; n() {} private f = () => 1; }",
               {"A", "A.m", "A.n", "A.f"},
               "a.ts"},
        IdCase{"class A { @d() @e m() {} @f p = () => {}; }", {"A", "A.m", "A.p"}, "a.ts"},
        IdCase{"const f = <T,>(x: T) => x; const C = () => <div>{() => 1}</div>;",
               {"f", "C", "C.<anonymous>"},
               "a.tsx"}));

TEST(Atoms, HaveKindsFlagsAndSignatures) {
  EXPECT_THAT(
      lines_of("/** Pays. */\nasync function pay(order, {retry=3}, ...rest) {}\n"
               "class A extends B { get x() { return 1 } static async *g(a = 'q') {} }",
               "atom"),
      ElementsAre("<module> module",
                  "pay function async `async pay(order, {retry = 3}, ...rest)` doc \"Pays.\"",
                  "A class `class A extends B`", "A.get:x getter `get x()` returns number",
                  "A.static:g generator async static `static async *g(a = 'q')`"));
  EXPECT_THAT(lines_of("export function f(a: Foo, b?: string): Promise<void> {}", "atom", "a.ts"),
              Contains("f function exported `f(a: Foo, b?: string): Promise<void>` "
                       "returns : Promise@global<null>"));
}

TEST(Atoms, CarryTheDocCommentDirectlyBeforeThem) {
  const auto doc = [](std::string_view source, std::string_view qualified) {
    const FileFacts facts = parse(source);
    return std::string(facts.name(atom_named(facts, qualified).doc));
  };
  EXPECT_EQ(
      doc("/**\r\n * Pays.\r\n *\r\n * @returns {number}\r\n */\r\nexport function f() {}", "f"),
      "Pays.\n\n@returns {number}");
  EXPECT_EQ(doc("/** a */ x.y = function () {};", "x.y"), "a");
  EXPECT_EQ(doc("class A { /** b */ m() {} }", "A.m"), "b");
  EXPECT_EQ(doc("const o = { /** c */ k: () => {} };", "o.k"), "c");
  EXPECT_EQ(doc("/** d */ g(); function f() {}", "f"), "");
  EXPECT_EQ(doc("/* e */ function f() {}", "f"), "");
}

TEST(Atoms, ExtentsHoldDeclarationDecoratorsAndExport) {
  const FileFacts facts = parse("export const f = () => {\n};\nconst a = () => 1, b = 2;\n");
  EXPECT_THAT(lines_of(facts, "atom", true),
              ElementsAre("<module> module 1:1-4:1 @1:1", "f arrow exported 1:1-2:3 @1:14 `f()`",
                          "a arrow 3:7-3:18 @3:7 `a()` returns number",
                          "b variable 3:20-3:25 @3:20 `const b`"));
  const FileFacts ts = parse("class A {\n  @d()\n  m() {}\n}", "a.ts");
  EXPECT_EQ(atom_named(ts, "A.m").start, (Position{2, 3}));
  EXPECT_EQ(atom_named(ts, "A.m").name_at, (Position{3, 3}));
}

TEST(Atoms, CountComplexityOfTheirOwnBodyOnly) {
  const FileFacts facts = parse(
      "function f(a) {\n"
      "  if (a) {} else if (a && b || c ?? d) {}\n"
      "  for (;;) {} for (x in y) {} for (x of y) {} while (1) {} do {} while (0);\n"
      "  switch (a) { case 1: case 2: default: }\n"
      "  try {} catch (e) {}\n"
      "  a = a ? 1 : 2; a ||= 1;\n"
      "  return () => { if (a) {} };\n"
      "}");
  // 1 + 2 if + 3 logical + 5 loops + 2 cases + catch + ternary + ||=
  EXPECT_EQ(atom_named(facts, "f").complexity, 16);
  EXPECT_EQ(atom_named(facts, "f.<anonymous>").complexity, 2);
  EXPECT_TRUE(atom_named(facts, "f").has_error_handling);
  EXPECT_FALSE(atom_named(facts, "f.<anonymous>").has_error_handling);
}

TEST(Atoms, CountLinesWithTokens) {
  const FileFacts facts =
      parse("function f() {\n\n  // comment\n  a();\n  /* x\n y */\n  b(`t\n\nu`);\n}\n");
  EXPECT_EQ(atom_named(facts, "f").code_lines, 6U);  // 1, 4, 7, 8, 9, 10.
  EXPECT_EQ(facts.lines, 10U);
}

TEST(Atoms, HandlersOfPromisesCountAsErrorHandling) {
  EXPECT_THAT(
      lines_of("const a = () => p.catch(f), b = () => p.then(f, g), c = () => p.then(f);", "atom"),
      ElementsAre("<module> module", "a arrow handles-errors `a()` returns p@global.catch()",
                  "b arrow handles-errors `b()` returns p@global.then()",
                  "c arrow `c()` returns p@global.then()"));
}

TEST(Atoms, AreExportedByAnyForm) {
  const auto exported = [](std::string_view source, std::string_view path = "a.js") {
    const FileFacts facts = parse(source, path);
    std::vector<std::string> names;
    for (const Atom& atom : facts.atoms) {
      if (atom.exported) names.emplace_back(facts.name(atom.qualified_name));
    }
    return names;
  };
  EXPECT_THAT(exported("function a() {} function b() {} export { a as z };"), ElementsAre("a"));
  EXPECT_THAT(exported("const a = 1; export default a;"), ElementsAre("a"));
  EXPECT_THAT(exported("function a() {} module.exports = { a, m() {} , x: () => {} };"),
              ElementsAre("a", "m", "x"));
  EXPECT_THAT(exported("function a() {} exports.q = a;"), ElementsAre("a"));
  EXPECT_THAT(exported("class A { m() {} } module.exports = A;"), ElementsAre("A"));
  EXPECT_THAT(exported("export namespace N { export function f() {} } function g() {}", "a.ts"),
              ElementsAre("N"));
}

}  // namespace
}  // namespace dg::test
