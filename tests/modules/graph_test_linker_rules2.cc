// The rules of linking, each on a few lines of source. An expectation lists what is called, by
// which rule and how surely; `?` marks what stays open, with the reason.

#include <gtest/gtest.h>

#include "tests/modules/graph_test_linker_support.h"

namespace dg::testing_support {
namespace {

TEST(LinkerRules, Es5Classes) {
  EXPECT_EQ(links_of({{"a.js", R"js(var util = require('util');
var Base = require('./base');
function Foo() { Base.call(this); this.part = new Part(); this.init(); }
util.inherits(Foo, Base);
Foo.prototype.init = function () { this.helper(); this.part.go(); this.fromBase(); };
Foo.prototype.helper = function () {};
Foo.create = function () { return new Foo(); };
function Part() {}
Part.prototype = { go: function () { this.stop(); }, stop: function () {} };
var f = new Foo();
f.init();
Foo.create().helper();
var proto = Foo.prototype;
proto.late = function () { this.init(); };
f.late();
)js"},
                      {"base.js", R"js(module.exports = Base;
function Base() {}
Base.prototype.fromBase = function () {};
)js"}},
                     "a.js"),
            R"(Foo calls base.js::Base exact require_member 3:23
Foo instantiates a.js::Part exact lexical 3:51
Foo calls a.js::Foo.prototype.init exact prototype 3:64
<module> ?calls util.inherits external:util 4:6
<module> references a.js::Foo exact lexical 4:15
Foo.prototype.init calls a.js::Foo.prototype.helper exact prototype 5:41
Foo.prototype.init calls a.js::Part.prototype.go exact constructed_receiver 5:61
Foo.prototype.init calls base.js::Base.prototype.fromBase exact inherited_member 5:72
<module> references a.js::Foo exact lexical 7:1
Foo.create instantiates a.js::Foo exact lexical 7:39
<module> references a.js::Part exact lexical 9:1
Part.prototype.go calls a.js::Part.prototype.stop exact this_member 9:43
f instantiates a.js::Foo exact lexical 10:13
<module> calls a.js::Foo.prototype.init exact prototype 11:3
<module> reads_state a.js::f exact lexical 11:3
<module> calls a.js::Foo.create exact static_member 12:5
<module> calls a.js::Foo.prototype.helper exact prototype 12:14
<module> reads_state a.js::proto exact lexical 14:1
proto.late calls a.js::Foo.prototype.init exact prototype 14:33
<module> calls a.js::proto.late exact prototype 15:3
<module> reads_state a.js::f exact lexical 15:3
)");
}

TEST(LinkerRules, SingletonsAndFactories) {
  EXPECT_EQ(links_of({{"a.js", R"js(import store, {getStore, create} from './store.js';
store.save();
getStore().save();
create('x').save();
const s = create();
s.load().save();
)js"},
                      {"store.js", R"js(class Store { save() {} load() { return this; } }
let instance;
export function getStore() { if (!instance) instance = new Store(); return instance; }
export function create() { return new Store(); }
export default new Store();
)js"}},
                     "a.js"),
            R"(<module> calls store.js::Store.save exact constructed_receiver 2:7
<module> calls store.js::getStore exact import 3:1
<module> calls store.js::Store.save inferred constructed_receiver 3:12
<module> calls store.js::create exact import 4:1
<module> calls store.js::Store.save exact constructed_receiver 4:13
s calls store.js::create exact import 5:11
<module> calls store.js::Store.load exact constructed_receiver 6:3
<module> reads_state a.js::s exact lexical 6:3
<module> calls store.js::Store.save exact constructed_receiver 6:10
)");
}

TEST(LinkerRules, State) {
  EXPECT_EQ(links_of({{"a.js", R"js(import {config, bump} from './state.js';
import * as st from './state.js';
let count = 0;
const limits = {max: 3};
function f() { count++; count = config.x; return limits.max + st.config.y; }
function g() { limits.max = 4; bump(); }
)js"},
                      {"state.js", R"js(export const config = {x: 1};
export let n = 0;
export function bump() { n += 1; }
)js"}},
                     "a.js"),
            R"(f writes_state a.js::count exact lexical 5:16
f writes_state a.js::count exact lexical 5:25
f reads_state state.js::config exact import 5:40
f reads_state a.js::limits exact lexical 5:57
g reads_state a.js::limits exact lexical 6:16
g calls state.js::bump exact import 6:32
)");
}

TEST(LinkerRules, TypeScript) {
  EXPECT_EQ(links_of({{"a.ts", R"js(import {Shape, Base} from './types';
import type {Only} from './types';
enum Color { Red }
namespace Util { export function help() {} export const x = 1; }
@decorate
class Impl extends Base implements Shape {
  @prop() size = 1;
  area() { return Util.help(); }
}
function decorate(c: unknown) {}
function prop() { return () => {}; }
const a = (new Impl() as Base).area();
const t = tag`x`;
function tag(s: unknown) {}
console.log(Color.Red);
interface More extends Shape {}
)js"},
                      {"types.ts", R"js(export interface Shape { area(): void }
export class Base { area() {} }
export type Only = string;
)js"}},
                     "a.ts"),
            R"(Impl.area overrides types.ts::Base.area exact override -
Impl calls a.ts::decorate exact decorator 5:2
Impl extends types.ts::Base exact import 6:20
Impl implements types.ts::Shape exact import 6:36
Impl calls a.ts::prop exact decorator 7:4
Impl calls a.ts::prop.<anonymous> exact decorator 7:4
Impl.area calls a.ts::Util.help exact namespace_member 8:24
Impl.area references a.ts::Util exact lexical 8:24
a instantiates a.ts::Impl exact lexical 12:16
a references types.ts::Base exact import 12:26
a calls types.ts::Base.area exact constructed_receiver 12:32
t calls a.ts::tag exact lexical 13:11
<module> ?calls console.log global:console 15:9
<module> references a.ts::Color exact lexical 15:19
More extends types.ts::Shape exact import 16:24
)");
}

TEST(LinkerRules, Jsx) {
  EXPECT_EQ(links_of({{"a.jsx", R"js(import {Button} from './ui';
import * as UI from './ui';
class Panel extends React.Component { render() { return <div/>; } }
function App() { return <Panel><Button onClick={handle}/><UI.Card/><UI.Missing/></Panel>; }
function handle() {}
)js"},
                      {"ui.js", R"js(export function Button() {}
export const Card = () => null;
)js"}},
                     "a.jsx"),
            R"(Panel ?extends React.Component global:React 3:27
App instantiates a.jsx::Panel exact jsx 4:26
App calls ui.js::Button exact jsx 4:33
App references a.jsx::handle exact lexical 4:49
App calls ui.js::Card exact jsx 4:62
App ?calls UI.Missing not_found 4:72
)");
}

TEST(LinkerRules, ByName) {
  EXPECT_EQ(links_of({{"a.js", R"js(function run(x, cb) {
  x.uniqueName();
  x.map();
  x.twice();
  fs.uniqueName();
  cb();
  x.y.uniqueName();
  uniqueName();
}
import ext from 'ext';
ext.uniqueName();
)js"},
                      {"b.js", R"js(class Z { uniqueName() {} twice() {} map() {} }
const o = { twice() {} };
)js"}},
                     "a.js"),
            R"(run calls b.js::Z.uniqueName name member_name 2:5
run ?calls x.map parameter 3:5
run ?calls x.twice parameter 4:5
run ?calls fs.uniqueName global:fs 5:6
run ?calls cb parameter 6:3
run calls b.js::Z.uniqueName name member_name 7:7
run ?calls uniqueName global:uniqueName 8:3
<module> ?calls ext.uniqueName external:ext 11:5
)");
}

TEST(LinkerRules, Iife) {
  EXPECT_EQ(links_of({{"a.js", R"js((function () { inner(); function inner() {} })();
var Foo = (function () { function Foo() {} Foo.prototype.go = function () {}; return Foo; })();
new Foo().go();
var mod = (function () { function hidden() {} return {open: hidden}; })();
mod.open();
)js"}},
                     "a.js"),
            R"(<module> calls a.js::<anonymous> exact lexical 1:2
<anonymous> calls a.js::<anonymous>.inner exact lexical 1:16
Foo calls a.js::Foo.<anonymous> exact lexical 2:12
Foo.<anonymous> references a.js::Foo.<anonymous>.Foo exact lexical 2:86
<module> instantiates a.js::Foo.<anonymous>.Foo exact alias 3:5
<module> reads_state a.js::Foo exact lexical 3:5
<module> calls a.js::Foo.<anonymous>.Foo.prototype.go exact prototype 3:11
mod calls a.js::mod.<anonymous> exact lexical 4:12
mod.<anonymous> references a.js::mod.<anonymous>.hidden exact lexical 4:61
<module> calls a.js::mod.<anonymous>.hidden exact object_member 5:5
<module> reads_state a.js::mod exact lexical 5:5
)");
}

TEST(LinkerRules, PackageAndPaths) {
  EXPECT_EQ(links_of({{"package.json", R"js({"name": "root", "imports": {"#x": "./app/x.ts"}}
)js"},
                      {"tsconfig.json", R"js({"compilerOptions": {"paths": {"@/*": ["./app/*"]}}}
)js"},
                      {"libs/core/package.json", R"js({"name": "@me/core", "main": "dist/index.js"}
)js"},
                      {"libs/core/src/index.ts", R"js(export function core() {}
)js"},
                      {"app/x.ts", R"js(export function x() {}
)js"},
                      {"app/a.ts", R"js(import {x} from '#x';
import {x as y} from '@/x';
import {core} from '@me/core';
import {gone} from '@me/core';
x(); y(); core(); gone();
)js"}},
                     "app/a.ts"),
            R"(<module> calls app/x.ts::x exact import 5:1
<module> calls app/x.ts::x exact import 5:6
<module> calls libs/core/src/index.ts::core exact import 5:11
<module> ?calls gone not_found 5:19
)");
}

TEST(LinkerRules, ThisInAssignedFunctions) {
  EXPECT_EQ(links_of({{"a.js", R"js(class Renderer {
  constructor(next) {
    this.clear = function () { this.draw(); };
    this.late = next ? function () { this.clear(); } : null;
    this.arrow = () => { this.draw(); };
  }
  draw() { this.clear(); this.late(); }
  chain() { return this; }
}
class Special extends Renderer { only() {} }
const self = { a() { const me = this; return me; }, b() {} };
new Special().chain().only();
self.a().b();
)js"}},
                     "a.js"),
            R"(Renderer.constructor.clear calls a.js::Renderer.draw exact this_member 3:37
Renderer.constructor.<anonymous> calls a.js::Renderer.constructor.clear exact this_member 4:43
Renderer.constructor.arrow calls a.js::Renderer.draw exact this_member 5:31
Renderer.draw calls a.js::Renderer.constructor.clear exact this_member 7:17
Renderer.draw calls a.js::Renderer.constructor.<anonymous> exact this_member 7:31
Special extends a.js::Renderer exact lexical 10:23
<module> calls a.js::Renderer.constructor exact lexical 12:5
<module> instantiates a.js::Special exact lexical 12:5
<module> calls a.js::Renderer.chain exact inherited_member 12:15
<module> calls a.js::Special.only exact constructed_receiver 12:23
<module> calls a.js::self.a exact object_member 13:6
<module> reads_state a.js::self exact lexical 13:6
<module> calls a.js::self.b exact object_member 13:10
)");
}

TEST(LinkerRules, CompiledHeader) {
  EXPECT_EQ(links_of({{"a.js", R"js(const {one, two} = require('./b');
one(); two();
)js"},
                      {"b.js", R"js(exports.one = exports.two = void 0;
exports.one = function () {};
const two = exports.two = () => {};
)js"}},
                     "a.js"),
            R"(<module> calls b.js::one exact require_member 2:1
<module> calls b.js::two.two exact require_member 2:8
)");
}

TEST(LinkerRules, LateAndConditional) {
  EXPECT_EQ(links_of({{"a.js", R"js(let impl;
if (process.env.X) impl = require('./x'); else impl = require('./y');
impl.run();
let lazy;
function get() { lazy = lazy || new Lazy(); return lazy; }
class Lazy { go() {} }
get().go();
function twice(flag) { if (flag) return new Lazy(); return new Other(); }
class Other { go() {} }
twice(1).go();
(true ? get : twice)();
)js"},
                      {"x.js", R"js(exports.run = () => {};
)js"},
                      {"y.js", R"js(exports.run = () => {};
)js"}},
                     "a.js"),
            R"(<module> calls x.js::run inferred require_member 3:6
<module> calls y.js::run inferred require_member 3:6
get writes_state a.js::lazy exact lexical 5:18
get reads_state a.js::lazy exact lexical 5:25
get instantiates a.js::Lazy exact lexical 5:37
get reads_state a.js::lazy exact lexical 5:52
<module> calls a.js::get exact lexical 7:1
<module> calls a.js::Lazy.go inferred constructed_receiver 7:7
twice instantiates a.js::Lazy exact lexical 8:45
twice instantiates a.js::Other exact lexical 8:64
<module> calls a.js::twice exact lexical 10:1
<module> calls a.js::Lazy.go inferred constructed_receiver 10:10
<module> calls a.js::Other.go inferred constructed_receiver 10:10
<module> calls a.js::get inferred lexical 11:2
<module> calls a.js::twice inferred lexical 11:2
<module> references a.js::get exact lexical 11:9
<module> references a.js::twice exact lexical 11:15
)");
}

TEST(LinkerRules, ImportCycle) {
  EXPECT_EQ(links_of({{"a.js", R"js(const b = require('./b');
exports.fa = () => b.fb();
b.fb();
class A extends b.B {}
exports.A = A;
new A().m();
)js"},
                      {"b.js", R"js(const a = require('./a');
exports.fb = () => a.fa();
class B extends a.A {}
exports.B = B;
)js"}},
                     "a.js"),
            R"(fa calls b.js::fb exact require_member 2:22
<module> calls b.js::fb exact require_member 3:3
A extends b.js::B exact require_member 4:19
<module> references a.js::A exact lexical 5:13
<module> instantiates a.js::A exact lexical 6:5
<module> ?calls new A().m unknown_receiver 6:9
)");
}

TEST(LinkerRules, Overloads) {
  EXPECT_EQ(links_of({{"a.ts", R"js(import {map, K} from './b';
map(1);
new K().m('x');
K.s();
class L extends K { m(a: any) {} }
abstract class Abs { abstract go(): void; run() { this.go(); } }
class Impl extends Abs { go() {} }
)js"},
                      {"b.ts", R"js(export function map(a: string): void;
export function map(a: number): void;
export function map(a: any) { return a; }
export class K { m(a: string): void; m(a: number): void; m(a: any) {} static s(): void; static s(x?: any) {} }
)js"}},
                     "a.ts"),
            R"(Impl.go overrides a.ts::Abs.go exact override -
L.m overrides b.ts::K.m exact override -
<module> calls b.ts::map exact import 2:1
<module> instantiates b.ts::K exact import 3:5
<module> calls b.ts::K.m exact constructed_receiver 3:9
<module> calls b.ts::K.static:s exact static_member 4:3
<module> references b.ts::K exact import 4:3
L extends b.ts::K exact import 5:17
Abs.run calls a.ts::Abs.go exact this_member 6:56
Impl extends a.ts::Abs exact lexical 7:20
)");
}

TEST(LinkerRules, StarConflicts) {
  EXPECT_EQ(links_of({{"a.js", R"js(import {both, same, own} from './index.js';
both(); same(); own();
)js"},
                      {"index.js", R"js(export * from './x.js';
export * from './y.js';
export function own() {}
)js"},
                      {"x.js", R"js(export function both() {}
export function own() {}
export {same} from './leaf.js';
)js"},
                      {"y.js", R"js(export function both() {}
export * from './leaf.js';
)js"},
                      {"leaf.js", R"js(export function same() {}
)js"}},
                     "a.js"),
            R"(<module> ?calls both not_found 2:1
<module> calls leaf.js::same exact reexport 2:9
<module> calls index.js::own exact import 2:17
)");
}

}  // namespace
}  // namespace dg::testing_support
