// The rules of linking, each on a few lines of source. An expectation lists what is called, by
// which rule and how surely; `?` marks what stays open, with the reason.

#include <gtest/gtest.h>

#include "tests/modules/graph_test_linker_support.h"

namespace dg::testing_support {
namespace {

TEST(LinkerRules, LexicalScope) {
  EXPECT_EQ(links_of({{"a.js", R"js(function pay() {}
function outer() {
  function pay() {}
  pay();
}
pay(pay);
missing();
console.log('x'.trim());
)js"}},
                     "a.js"),
            R"(outer calls a.js::outer.pay exact lexical 4:3
<module> calls a.js::pay exact lexical 6:1
<module> references a.js::pay exact lexical 6:5
<module> ?calls missing global:missing 7:1
<module> ?calls console.log global:console 8:9
<module> ?calls 'x'.trim builtin:String 8:17
)");
}

TEST(LinkerRules, EsmImports) {
  EXPECT_EQ(links_of({{"a.js", R"js(import def, {named, other as renamed, gone} from './b.js';
import * as ns from './b.js';
import {read} from 'fs';
import lib from '@scope/lib/sub';
import {x} from './none.js';
import css from './a.css';
def();
named();
renamed();
ns.named();
ns.gone();
gone();
read();
lib.run().more();
x();
css();
new ns.Box();
const {named: n} = ns;
n();
import('./b.js').then(m => m.named());
async function later() { const m = await import('./b.js'); m.named(); }
)js"},
                      {"b.js", R"js(export default function () {}
export function named() {}
function third() {}
export {third as other};
export class Box {}
)js"}},
                     "a.js"),
            R"(<module> calls b.js::default exact import 7:1
<module> calls b.js::named exact import 8:1
<module> calls b.js::third exact import 9:1
<module> calls b.js::named exact namespace_member 10:4
<module> ?calls ns.gone not_found 11:4
<module> ?calls gone not_found 12:1
<module> ?calls read external:fs 13:1
<module> ?calls lib.run external:@scope/lib 14:5
<module> ?calls lib.run().more external:@scope/lib 14:11
<module> ?calls x no_module 15:1
<module> ?calls css no_source 16:1
<module> instantiates b.js::Box exact namespace_member 17:8
<module> calls b.js::named exact namespace_member 19:1
<module> ?calls import().then builtin:Promise 20:18
<anonymous> calls b.js::named exact namespace_member 20:30
later calls b.js::named exact namespace_member 21:62
)");
}

TEST(LinkerRules, ReexportChains) {
  EXPECT_EQ(links_of({{"a.js", R"js(import {one, two, three, four, inner, dflt} from './index.js';
import again from './index.js';
one(); two(); three(); four(); inner.one(); dflt(); again();
import {loop, only} from './cycle1.js';
loop(); only();
)js"},
                      {"index.js", R"js(export * from './mid.js';
export {two as three, default as dflt} from './leaf.js';
export * as inner from './leaf.js';
import {four} from './leaf.js';
export {four, four as default};
)js"},
                      {"mid.js", R"js(export * from './leaf.js';
)js"},
                      {"leaf.js", R"js(export function one() {}
export const two = () => {};
export function four() {}
export default class Leaf {}
)js"},
                      {"cycle1.js", R"js(export * from './cycle2.js';
)js"},
                      {"cycle2.js", R"js(export * from './cycle1.js';
export function only() {}
)js"}},
                     "a.js"),
            R"(<module> calls leaf.js::one exact reexport 3:1
<module> calls leaf.js::two exact reexport 3:8
<module> calls leaf.js::two exact reexport 3:15
<module> calls leaf.js::four exact reexport 3:24
<module> calls leaf.js::one exact namespace_member 3:38
<module> calls leaf.js::Leaf exact reexport 3:45
<module> calls leaf.js::four exact reexport 3:53
<module> ?calls loop not_found 5:1
<module> calls cycle2.js::only exact reexport 5:9
)");
}

TEST(LinkerRules, CommonJs) {
  EXPECT_EQ(links_of({{"a.js", R"js(const b = require('./b');
const {pay, refund: back} = require('./b');
const direct = require('./b').pay;
const Cls = require('./cls');
const fn = require('./fn');
const passed = require('./passed');
const fs = require('fs');
const {join} = require('path');
b.pay(); pay(); back(); direct(); b.none();
new Cls().run(); Cls.make();
fn(); fn.extra();
passed.pay();
require('./b').pay();
fs.readFileSync(join('a'));
b.nested.deep();
b.lazy.thing();
)js"},
                      {"b.js", R"js(function pay() {}
exports.pay = pay;
module.exports.refund = function () {};
exports.nested = {deep() {}};
Object.defineProperty(exports, 'lazy', {get: () => require('./fn2')});
)js"},
                      {"cls.js", R"js(class Cls { run() {} static make() {} }
module.exports = Cls;
)js"},
                      {"fn.js", R"js(module.exports = function main() {};
module.exports.extra = () => {};
)js"},
                      {"fn2.js", R"js(module.exports = {thing() {}};
)js"},
                      {"passed.js", R"js(module.exports = require('./b');
)js"}},
                     "a.js"),
            R"(<module> calls b.js::pay exact require_member 9:3
<module> calls b.js::pay exact require_member 9:10
<module> calls b.js::refund exact require_member 9:17
<module> calls b.js::pay exact require_member 9:25
<module> ?calls b.none not_found 9:37
<module> instantiates cls.js::Cls exact require 10:5
<module> calls cls.js::Cls.run exact constructed_receiver 10:11
<module> calls cls.js::Cls.static:make exact require_member 10:22
<module> calls fn.js::main exact require 11:1
<module> calls fn.js::extra exact require_member 11:10
<module> calls b.js::pay exact require_member 12:8
<module> calls b.js::pay exact require_member 13:16
<module> ?calls fs.readFileSync external:fs 14:4
<module> ?calls join external:path 14:17
<module> calls b.js::nested.deep exact object_member 15:10
<module> calls fn2.js::thing exact namespace_member 16:8
)");
}

TEST(LinkerRules, CommonJsWhole) {
  EXPECT_EQ(links_of({{"a.js", R"js(import dflt from './obj.cjs';
import {a, b, c, d, e} from './obj.cjs';
import * as ns from './obj.cjs';
import single from './single.cjs';
dflt.a(); a(); b(); c(); d(); e(); ns.a(); single.go(); single.no();
import compiled, {named} from './compiled.cjs';
compiled(); named();
)js"},
                      {"obj.cjs", R"js(function a() {}
const b = () => {};
module.exports = {a, b, c: function () {}, ...require('./more.cjs')};
Object.assign(module.exports, {e() {}});
)js"},
                      {"more.cjs", R"js(exports.d = () => {};
)js"},
                      {"single.cjs", R"js(class S { go() {} }
module.exports = new S();
)js"},
                      {"compiled.cjs", R"js("use strict";
Object.defineProperty(exports, "__esModule", {value: true});
exports.named = exports.default = void 0;
var _x = _interopRequireDefault(require("./dep.cjs"));
function _interopRequireDefault(e) { return e && e.__esModule ? e : {default: e}; }
function run() { (0, _x.default)(); }
exports.default = run;
function named() {}
exports.named = named;
)js"},
                      {"dep.cjs", R"js(module.exports = function dep() {};
)js"}},
                     "a.js"),
            R"(<module> calls obj.cjs::a exact namespace_member 5:6
<module> calls obj.cjs::a exact import 5:11
<module> calls obj.cjs::b exact import 5:16
<module> calls obj.cjs::c exact import 5:21
<module> calls more.cjs::d exact import 5:26
<module> calls obj.cjs::e exact reexport 5:31
<module> calls obj.cjs::a exact namespace_member 5:39
<module> calls single.cjs::S.go exact namespace_member 5:51
<module> ?calls single.no not_found 5:64
<module> calls compiled.cjs::run exact import 7:1
<module> calls compiled.cjs::named exact import 7:13
)");
}

TEST(LinkerRules, CompiledInterop) {
  EXPECT_EQ(links_of({{"compiled.cjs", R"js("use strict";
exports.default = void 0;
var _x = _interopRequireDefault(require("./dep.cjs"));
var _y = require("./dep2.cjs");
function _interopRequireDefault(e) { return e && e.__esModule ? e : {default: e}; }
function run() { (0, _x.default)(); (0, _y.named)(); }
exports.default = run;
)js"},
                      {"dep.cjs", R"js(module.exports = function dep() {};
)js"},
                      {"dep2.cjs", R"js(exports.named = named;
function named() {}
)js"}},
                     "compiled.cjs"),
            R"(_x calls compiled.cjs::_interopRequireDefault exact lexical 3:10
run calls dep.cjs::dep exact require_member 6:25
run reads_state compiled.cjs::_x exact lexical 6:25
run calls dep2.cjs::named exact require_member 6:44
<module> references compiled.cjs::run exact lexical 7:19
)");
}

TEST(LinkerRules, ClassChains) {
  EXPECT_EQ(links_of({{"a.js", R"js(export class A {
  constructor() {}
  base() {}
  over() {}
  static make() { return new this(); }
  static util() {}
}
)js"},
                      {"b.js", R"js(import {A} from './a.js';
export default class B extends A { mid() { this.base(); } }
)js"},
                      {"c.js", R"js(import B from './b.js';
class C extends B {
  #secret() {}
  constructor() { super(); this.#secret(); }
  over() { super.over(); this.mid(); this.base(); this.missing(); this.toString(); }
  static more() { this.util(); super.util(); return this.make(); }
}
const c = new C();
c.over();
c.base();
C.util();
C.more();
new C().mid();
class D extends EventEmitter { go() { this.emit('x'); } }
class E extends external.Base { go() { this.run(); } }
)js"}},
                     "c.js"),
            R"(C.over overrides a.js::A.over exact override -
C extends b.js::B exact import 2:17
C.constructor calls a.js::A.constructor exact super_member 4:19
C.constructor calls c.js::C.#secret exact this_member 4:33
C.over calls a.js::A.over exact super_member 5:18
C.over calls b.js::B.mid exact inherited_member 5:31
C.over calls a.js::A.base exact inherited_member 5:43
C.over ?calls this.missing no_member 5:56
C.over ?calls this.toString builtin:Object 5:72
C.static:more calls a.js::A.static:util exact inherited_member 6:24
C.static:more calls a.js::A.static:util exact super_member 6:38
C.static:more calls a.js::A.static:make exact inherited_member 6:58
c calls c.js::C.constructor exact lexical 8:15
c instantiates c.js::C exact lexical 8:15
<module> calls c.js::C.over exact constructed_receiver 9:3
<module> reads_state c.js::c exact lexical 9:3
<module> calls a.js::A.base exact inherited_member 10:3
<module> reads_state c.js::c exact lexical 10:3
<module> calls a.js::A.static:util exact inherited_member 11:3
<module> references c.js::C exact lexical 11:3
<module> calls c.js::C.static:more exact static_member 12:3
<module> references c.js::C exact lexical 12:3
<module> calls c.js::C.constructor exact lexical 13:5
<module> instantiates c.js::C exact lexical 13:5
<module> calls b.js::B.mid exact inherited_member 13:9
D ?extends EventEmitter global:EventEmitter 14:17
D.go ?calls this.emit global:EventEmitter 14:44
E ?extends external.Base global:external 15:26
E.go ?calls this.run global:external 15:45
)");
}

TEST(LinkerRules, FieldsAndReceivers) {
  EXPECT_EQ(links_of({{"a.js", R"js(import {Repo} from './repo.js';
class Service {
  log = new Logger();
  static shared = new Service();
  constructor(opts) {
    this.repo = new Repo();
    this.opts = opts;
    this.either = opts.x ? new Repo() : new Logger();
    this.cb = this.cb.bind(this);
  }
  cb() {}
  run() { this.repo.save(); this.log.write(); this.opts.go(); this.either.save(); this.cb(); }
  static get() { return Service.shared; }
}
class Logger { write() { return this; } flush() {} }
Service.shared.run();
Service.get().run();
const l = new Logger();
l.write().flush();
let r = new Repo();
r = other();
r.save();
function make() { return new Repo(); }
make().save();
async function later() { return new Repo(); }
async function use() { (await later()).save(); later().save(); }
)js"},
                      {"repo.js", R"js(export class Repo { save() {} }
)js"}},
                     "a.js"),
            R"(Service instantiates a.js::Logger exact lexical 3:13
Service calls a.js::Service.constructor exact lexical 4:23
Service instantiates a.js::Service exact lexical 4:23
Service.constructor instantiates repo.js::Repo exact import 6:21
Service.constructor instantiates repo.js::Repo exact import 8:32
Service.constructor instantiates a.js::Logger exact lexical 8:45
Service.constructor references a.js::Service.cb exact this_member 9:23
Service.run calls repo.js::Repo.save exact constructed_receiver 12:21
Service.run calls a.js::Logger.write exact constructed_receiver 12:38
Service.run ?calls this.opts.go parameter 12:57
Service.run calls repo.js::Repo.save inferred constructed_receiver 12:75
Service.run calls a.js::Service.cb exact this_member 12:88
Service.static:get references a.js::Service exact lexical 13:33
<module> calls a.js::Service.run exact constructed_receiver 16:16
<module> references a.js::Service exact lexical 16:16
<module> calls a.js::Service.static:get exact static_member 17:9
<module> references a.js::Service exact lexical 17:9
<module> calls a.js::Service.run exact constructed_receiver 17:15
l instantiates a.js::Logger exact lexical 18:15
<module> calls a.js::Logger.write exact constructed_receiver 19:3
<module> reads_state a.js::l exact lexical 19:3
<module> calls a.js::Logger.flush exact constructed_receiver 19:11
r instantiates repo.js::Repo exact import 20:13
<module> writes_state a.js::r exact lexical 21:1
<module> ?calls other global:other 21:5
<module> calls repo.js::Repo.save inferred constructed_receiver 22:3
<module> reads_state a.js::r exact lexical 22:3
make instantiates repo.js::Repo exact import 23:30
<module> calls a.js::make exact lexical 24:1
<module> calls repo.js::Repo.save exact constructed_receiver 24:8
later instantiates repo.js::Repo exact import 25:37
use calls a.js::later exact lexical 26:31
use calls repo.js::Repo.save exact constructed_receiver 26:40
use calls a.js::later exact lexical 26:48
use ?calls later().save builtin:Promise 26:56
)");
}

TEST(LinkerRules, ObjectsAndAliases) {
  EXPECT_EQ(links_of({{"a.js", R"js(function target() {}
const alias = target;
alias();
const api = { get() {}, set: target, nested: {deep: () => {}}, async load() { this.get(); } };
api.get(); api.set(); api.nested.deep(); api['get'](); api.none();
const handlers = { 'on-a': target, b() {} };
handlers['on-a']();
function pick(k) { handlers[k](); }
const {get, nested: {deep}} = api;
get(); deep();
const chosen = cond ? target : api.get;
chosen();
const maybe = opts.f || target;
maybe();
api.added = function () {};
api.added();
const frozen = Object.freeze({ go() {} });
frozen.go();
target.call(null);
const bound = target.bind(null);
bound();
[target][0]();
)js"}},
                     "a.js"),
            R"(alias references a.js::target exact lexical 2:15
<module> calls a.js::target exact alias 3:1
<module> reads_state a.js::alias exact lexical 3:1
api references a.js::target exact lexical 4:30
api.load calls a.js::api.get exact this_member 4:84
<module> calls a.js::api.get exact object_member 5:5
<module> reads_state a.js::api exact lexical 5:5
<module> calls a.js::target exact object_member 5:16
<module> reads_state a.js::api exact lexical 5:16
<module> calls a.js::api.nested.deep exact object_member 5:34
<module> reads_state a.js::api exact lexical 5:34
<module> calls a.js::api.get exact object_member 5:46
<module> reads_state a.js::api exact lexical 5:46
<module> ?calls api.none no_member 5:60
<module> reads_state a.js::api exact lexical 5:60
handlers references a.js::target exact lexical 6:28
<module> calls a.js::target exact object_member 7:10
<module> reads_state a.js::handlers exact lexical 7:10
pick calls a.js::handlers.b inferred lexical 8:29
pick calls a.js::target inferred lexical 8:29
pick reads_state a.js::handlers exact lexical 8:29
<module> reads_state a.js::api exact lexical 9:31
<module> calls a.js::api.get exact object_member 10:1
<module> reads_state a.js::get exact lexical 10:1
<module> calls a.js::api.nested.deep exact object_member 10:8
<module> reads_state a.js::deep exact lexical 10:8
chosen references a.js::target exact lexical 11:23
chosen reads_state a.js::api exact lexical 11:36
chosen references a.js::api.get exact object_member 11:36
<module> calls a.js::api.get inferred object_member 12:1
<module> calls a.js::target inferred alias 12:1
<module> reads_state a.js::chosen exact lexical 12:1
maybe references a.js::target exact lexical 13:25
<module> calls a.js::target inferred alias 14:1
<module> reads_state a.js::maybe exact lexical 14:1
<module> reads_state a.js::api exact lexical 15:1
<module> calls a.js::api.added exact lexical 16:5
<module> reads_state a.js::api exact lexical 16:5
frozen ?calls Object.freeze global:Object 17:23
<module> calls a.js::frozen.go exact object_member 18:8
<module> reads_state a.js::frozen exact lexical 18:8
<module> calls a.js::target exact lexical 19:8
bound references a.js::target exact lexical 20:22
<module> calls a.js::target exact alias 21:1
<module> reads_state a.js::bound exact lexical 21:1
<module> references a.js::target exact lexical 22:2
<module> calls a.js::target exact lexical 22:10
)");
}

}  // namespace
}  // namespace dg::testing_support
