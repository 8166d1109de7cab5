/// Imports and exports of every form.

#include "tests/modules/parser_test_support.h"

namespace dg::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Imports, OfEsm) {
  EXPECT_THAT(
      lines_of("import d, { a, b as c, 'x y' as e } from './m';\n"
               "import * as ns from 'n'; import './side'; import {} from './none';",
               "import"),
      ElementsAre("esm ./m default as d", "esm ./m a as a", "esm ./m b as c", "esm ./m x y as e",
                  "esm n * as ns", "side_effect ./side", "side_effect ./none"));
}

TEST(Imports, OfTypesOnly) {
  EXPECT_THAT(lines_of("import type { T } from './t'; import { type U, v } from './u';\n"
                       "import x = require('x'); export type { W } from './w';",
                       "import", "a.ts"),
              ElementsAre("esm ./t T as T type", "esm ./u U as U type", "esm ./u v as v",
                          "require x * as x", "reexport ./w type"));
}

TEST(Imports, OfCommonJs) {
  EXPECT_THAT(lines_of("const a = require('a'); const { b } = require('b'); require('c').d();\n"
                       "if (x) require(`e`); function f() { return require('g'); } require(h);",
                       "import"),
              ElementsAre("require a * as a", "require b *", "require c *",
                          "require e * conditional", "require g * conditional", "require  *"));
  EXPECT_THAT(lines_of("function f(require) { require('x'); }", "import"), IsEmpty());
}

TEST(Imports, Dynamic) {
  EXPECT_THAT(lines_of("const m = await import('./m'); f(() => import('./n'));", "import"),
              ElementsAre("dynamic ./m * as m", "dynamic ./n * conditional"));
}

TEST(Imports, DestructuredRequireUnfoldsToMembers) {
  EXPECT_THAT(lines_of("const { a, b: { c }, ...r } = require('./x'); const q = require('y').z;",
                       "binding"),
              ElementsAre("a const in 0 = module(./x).a", "c const in 0 = module(./x).b.c",
                          "r const in 0 = module(./x)", "q const in 0 = module(y).z"));
}

TEST(Imports, WhatIsBoundToAModuleIsNoAtomUnlessExported) {
  const char* const source =
      "const a = require('x'), { b } = require('x').y; const c = await import('x');\n"
      "export const d = require('x'); const e = require(a); const f = require('x')();";
  EXPECT_THAT(lines_of(source, "binding"),
              ElementsAre("a const in 0 = module(x)", "b const in 0 = module(x).y.b",
                          "c const in 0 = await module(x)", "d const in 0 atom d = module(x)",
                          "e const in 0 atom e = module()", "f const in 0 atom f = module(x)()"));
}

TEST(Exports, OfEsm) {
  EXPECT_THAT(
      lines_of("export const a = 1, { b, c: [d] } = x; export function f() {} export class C {}\n"
               "function g() {} export { g, g as h, g as default };",
               "export"),
      ElementsAre("local a = a", "local b = b", "local d = d", "local f = f", "local C = C",
                  "local g = g", "local h = g", "local default = g"));
  EXPECT_THAT(lines_of("export default function f() {}", "export"),
              ElementsAre("local default = f"));
  EXPECT_THAT(lines_of("export default class {}", "export"),
              ElementsAre("expression default = <default>"));
  EXPECT_THAT(lines_of("export default f(1);", "export"),
              ElementsAre("expression default = f@global()"));
}

TEST(Exports, FromOtherModules) {
  EXPECT_THAT(lines_of("export * from './a'; export * as n from './b';\n"
                       "export { c, d as e, default as f, default } from './g';",
                       "export"),
              ElementsAre("all_from  from ./a", "namespace_from n from ./b",
                          "named_from c from ./g c", "named_from e from ./g d",
                          "named_from f from ./g default", "named_from default from ./g default"));
}

TEST(Exports, OfTypeScript) {
  EXPECT_THAT(lines_of("export interface I {} export type T = 1; export enum E { A }\n"
                       "export declare function f(): void; export = E;",
                       "export", "a.ts"),
              ElementsAre("local I = I type", "local T = T type", "local E = E", "local f = f",
                          "cjs_value = = E"));
}

TEST(Exports, OfCommonJs) {
  EXPECT_THAT(lines_of("exports.a = f; module.exports.b = exports.c = g; exports['d'] = 1;\n"
                       "exports.void_ = void 0;",
                       "export"),
              ElementsAre("cjs_member a = f@global", "cjs_member b = g@global",
                          "cjs_member c = g@global", "cjs_member d = number"));
  EXPECT_THAT(lines_of("module.exports = require('./y');", "export"),
              ElementsAre("cjs_value = = module(./y)"));
  EXPECT_THAT(lines_of("exports = module.exports = { a, ...b };", "export"),
              ElementsAre("cjs_value = = {0}"));
  EXPECT_THAT(lines_of("function f(exports) { exports.a = 1; }", "export"), IsEmpty());
}

TEST(Exports, ThroughHelpersOfCompilers) {
  EXPECT_THAT(
      lines_of("Object.defineProperty(exports, '__esModule', { value: true });\n"
               "Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return "
               "_x.y; } });\n"
               "Object.defineProperty(exports, 'b', { get() { return z; } });\n"
               "Object.assign(module.exports, lib); __exportStar(require('./s'), exports);\n"
               "Object.keys(_m).forEach(function (key) { exports[key] = _m[key]; });",
               "export"),
      ElementsAre("cjs_member a = _x@global.y", "cjs_member b = z@global", "cjs_all  = lib@global",
                  "cjs_all  = module(./s)", "cjs_all  = _m@global"));
}

TEST(Exports, ThroughAnAliasOfModuleExports) {
  const FileFacts facts =
      parse("var app = exports = module.exports = {}; app.init = function () {};");
  EXPECT_THAT(lines_of(facts, "export"),
              ElementsAre("cjs_value = = {0}", "cjs_member init = <app.init>"));
  EXPECT_TRUE(atom_named(facts, "app.init").exported);
}

TEST(Exports, ThroughTopLevelThis) {
  EXPECT_THAT(lines_of("require('x'); this.a = f;", "export"),
              ElementsAre("cjs_member a = f@global"));
}

TEST(Modules, AreToldApart) {
  EXPECT_TRUE(parse("import 'x';").is_module);
  EXPECT_TRUE(parse("export {};").is_module);
  EXPECT_FALSE(parse("f();").is_module);
  EXPECT_TRUE(parse("require('x');").is_commonjs);
  EXPECT_TRUE(parse("module.exports = 1;").is_commonjs);
  EXPECT_FALSE(parse("f();").is_commonjs);
}

}  // namespace
}  // namespace dg::test
