/// References, bindings, receivers, shapes and assignments.

#include "tests/modules/parser_test_support.h"

namespace dg::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> refs(std::string_view source, std::string_view path = "a.js") {
  return lines_of(source, "ref", path);
}

TEST(References, OfCallsOfEveryForm) {
  EXPECT_THAT(
      refs("f(1, g); o.m(); o?.n?.(); new C(x); tag`t`; (0, q.r)(); a['k'](); a[i]();"),
      ElementsAre("<module> call f = f@global (number, g@global)", "<module> call o.m = o@global.m",
                  "<module> call o?.n = o@global.n optional",
                  "<module> construct C = C@global (x@global)", "<module> tagged tag = tag@global",
                  "<module> call q.r = q@global.r", "<module> call a['k'] = a@global.k",
                  "<module> call a[i] = a@global[]"));
}

TEST(References, StandAtTheLastName) {
  EXPECT_THAT(lines_of(parse("a.b\n  .c(x).d();\nnew ns.K();\nawait o.m();"), "ref", true),
              ElementsAre("<module> call a.b.c = a@global.b.c (x@global) 2:4",
                          "<module> call a.b.c().d = a@global.b.c().d 2:9",
                          "<module> construct ns.K = ns@global.K 3:8",
                          "<module> call o.m = o@global.m awaited 4:9"));
}

TEST(References, CountColumnsInUtf16) {
  EXPECT_THAT(
      lines_of(parse("/* 😀é */ f(); '😀'.g();"), "ref", true),
      ElementsAre("<module> call f = f@global 1:11", "<module> call '😀'.g = string.g 1:21"));
}

TEST(References, OfValues) {
  EXPECT_THAT(refs("import { a } from './a'; function f() {} let n = 0;\n"
                   "use(f, a.b.c); const o = { f }; n++; n = 2; function g(p) { return p.q + n; }"),
              ElementsAre("<module> call use = use@global (f, a.b.c)", "<module> value f = f",
                          "<module> value a.b.c = a.b.c", "<module> write n = n",
                          "<module> write n = n", "o value f = f", "g value n = n"));
}

TEST(References, OfThisAndSuper) {
  EXPECT_THAT(
      refs("class A extends B { m() { super.m(); return () => this.x.y(); } f = this.z();\n"
           "  static s = this.t(); constructor() { super(1); } }"),
      ElementsAre("A extends B = B@global", "A call this.z = this:A.z", "A call this.t = <A>.t",
                  "A.m call super.m = super:A.m.m", "A.m.<anonymous> call this.x.y = this:A.m.x.y",
                  "A.constructor call super = super:A.constructor (number)"));
  EXPECT_THAT(refs("const o = { m() { this.n(); super.k(); } };"),
              ElementsAre("o.m call this.n = this:o.m.n", "o.m call super.k = super:o.m.k"));
}

TEST(References, OfJsxComponents) {
  EXPECT_THAT(refs("const x = <div a={f()}><Cart {...p}/><ns.Item>t</ns.Item><x-y/></div>;"),
              ElementsAre("x call f = f@global", "x jsx Cart = Cart@global",
                          "x jsx ns.Item = ns@global.Item"));
}

TEST(References, OfDecoratorsAndTypes) {
  EXPECT_THAT(
      refs("import { T, D } from './t';\n"
           "@D class C<U> extends ns.B<T> implements T { @D.x() m(a: T, b: U): typeof f {} }\n"
           "function f() {}",
           "a.ts"),
      ElementsAre("C decorator D = D (<C>)", "C extends ns.B = ns@global.B", "C value T = T type",
                  "C implements T = T type", "C.m decorator D.x() = D.x() ((<C.m>|<C>.prototype))",
                  "C.m decorator D.x = D.x", "C.m value T = T type", "C.m value f = f type"));
}

TEST(References, OfEvents) {
  EXPECT_THAT(refs("bus.on('go', h); bus.emit('go'); bus.emit(name);"),
              ElementsAre("<module> call bus.on = bus@global.on (string, h@global)",
                          "<module> listen go = bus@global",
                          "<module> call bus.emit = bus@global.emit (string)",
                          "<module> emit go = bus@global",
                          "<module> call bus.emit = bus@global.emit (name@global)"));
}

TEST(References, ResolveLexically) {
  EXPECT_THAT(refs("function f() {}\n"
                   "function g() { f(); var f; }\n"  // hoisted var hides it
                   "function h() { { let f; f(); } f(); }\n"
                   "try {} catch (f) { f(); }\n"
                   "for (const f of x) f();\n"
                   "const k = function f() { f(); };"),
              ElementsAre("<module> call f = f", "<module> call f = f", "g call f = f",
                          "h call f = f", "h call f = f", "k call f = f"));
  const FileFacts facts = parse("function f() {} function g() { f(); var f; } f();");
  const Reference& inner = facts.references[atom_named(facts, "g").references.begin];
  const Expr& target = facts.exprs[raw(inner.target)];
  EXPECT_EQ(raw(facts.bindings[target.a].scope), 2U);
}

TEST(References, SpreadAndUnknownArgumentsKeepTheirPlace) {
  EXPECT_THAT(refs("f(...a, 1 + 2, b);"),
              ElementsAre("<module> call f = f@global (...a@global, ?, b@global)"));
}

TEST(References, LabelsKeysAndDeclarationsAreNone) {
  EXPECT_THAT(refs("function f() {} x: for (;;) { break x; } o = { f: 1 }; q.f; import.meta.f;"),
              IsEmpty());
}

TEST(Bindings, HaveKindsAndValues) {
  EXPECT_THAT(
      lines_of("var v = 1; let l; const c = new C(); l = f(); function g(p, ...r) {}\n"
               "for (const x of c) {} (function (z) {})(c);",
               "binding"),
      ElementsAre("v var in 0 atom v = number", "l let in 0 reassigned atom l = f@global()",
                  "c const in 0 atom c = new C@global()", "g function in 0 atom g", "p param in 1",
                  "r param in 1", "x const in 2 = each c", "z param in 3 = c"));
}

TEST(Bindings, OfDestructuringUnfold) {
  EXPECT_THAT(
      lines_of("const { a, b: c, 'd': e = g, [k]: h } = f(), [i, ...j] = q;", "binding"),
      ElementsAre("a const in 0 atom a = f@global().a", "c const in 0 atom c = f@global().b",
                  "e const in 0 atom e = (f@global().d|g@global)", "h const in 0 atom h",
                  "i const in 0 atom i = q@global.0", "j const in 0 atom j = [...q@global]"));
}

TEST(Bindings, WithOneNameMerge) {
  EXPECT_THAT(
      lines_of("interface A {} class A {} function f(): void; function f() {}", "binding", "a.ts"),
      ElementsAre("A class in 0 atom A#2", "f function in 0 atom f"));
}

TEST(Returns, AreChoices) {
  EXPECT_THAT(
      lines_of("const f = () => new A(); function g() { if (x) return a; return b(); }", "atom"),
      ElementsAre("<module> module", "f arrow `f()` returns new A@global()",
                  "g function `g()` cx 2 returns (a@global|b@global())"));
}

TEST(Shapes, OfClasses) {
  EXPECT_THAT(
      lines_of("class A extends m.B { f = 1; static s = g; m() { this.x = new C(); } "
               "get y() {} static { this.z = h; } }",
               "shape"),
      ElementsAre("0 class A extends m@global.B: field f = number, static field s = g@global, "
                  "method m <A.m>, getter y <A.get:y>, assigned x = new C@global(), static "
                  "assigned z = h@global"));
}

TEST(Shapes, OfTypeScript) {
  EXPECT_THAT(
      lines_of("class A extends B<T> implements I, n.J { constructor(private s: S, q: Q) {} }\n"
               "interface K extends L, M { p: string; q(): void }\n"
               "namespace N { export function f() {} export class C {} }",
               "shape", "a.ts"),
      ElementsAre("0 class A extends B@global<T@global> implements I@global implements n@global.J: "
                  "method constructor <A.constructor>, field s = s",
                  "1 class K extends L@global implements M@global: field p = : string, "
                  "method q = : () => null",
                  "2 N: static field f <N.f>, static field C <N.C>", "3 class N.C"));
}

TEST(Shapes, OfObjectLiterals) {
  EXPECT_THAT(
      lines_of("const o = { m() {}, k: f, s, in: { d() {} }, ...r, [c]: 1 };", "shape"),
      ElementsAre("0 o: method m <o.m>, field k = f@global, field s = s@global, field in = {1}, "
                  "spread  = r@global, field  = number",
                  "1: method d <o.in.d>"));
}

TEST(Assignments, OfPrototypesAndExpandos) {
  EXPECT_THAT(lines_of("function A() { this.x = f; } A.prototype.m = function () {}; ns.g = A;\n"
                       "util.inherits(A, B); C.prototype = Object.create(D.prototype);\n"
                       "E.prototype = new F(); Object.setPrototypeOf(G.prototype, H.prototype);\n"
                       "Object.assign(A.prototype, mixin); o.n = 1;",
                       "assign"),
              ElementsAre("this:A.x = f@global in A", "A.prototype.m = <A.prototype.m> in <module>",
                          "ns@global.g = A in <module>", "A.<extends> = B@global in <module>",
                          "C@global.<extends> = D@global in <module>",
                          "E@global.<extends> = F@global in <module>",
                          "G@global.<extends> = H@global in <module>",
                          "A.prototype.<mixin> = mixin@global in <module>"));
}

}  // namespace
}  // namespace dg::test
