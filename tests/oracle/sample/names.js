// Names in scope, imports, and what passes them on. Read by self_test.mjs, which explains `//=`.
import first, { second as renamed } from './lib.js';
import { passed } from './index.js';
import * as lib from './lib.js';
import { readFileSync } from 'node:fs';
import { gone } from 'some-package';
import { lost } from './nowhere.js';

function local() {
  readFileSync('a'); //= import: external
  gone(); //= import: external
  lost(); //= import: unknown
  return local(); //= local: local
}
first(); //= import: first
renamed(); //= import: second
passed(); //= reexport: second
lib.second(); //= namespace: second
lib.missing(); //= namespace: unknown
[1].map(local); //= instance: external (local)
[1].map((n) => n); //= instance: external (<anonymous>)

// A name that shadows another is what it is.
function shadow(first) {
  first(); //= callback parameter: unknown
  const renamed = () => {};
  renamed(); //= local: renamed
}
shadow(local); //= local: shadow (local)

const either = Math.random() < 0.5 ? local : shadow; //= instance: external
either(); //= local: local+shadow
(function once() {})(); //= immediate: once
const bound = local.bind(null); //= object: external <local>
bound(); //= local: local
local.call(null); //= object: external <local>
(0, local)(); //= local: local

const helpers = { help() {}, other: shadow };
helpers.help(); //= object: help
helpers.other(); //= object: shadow
helpers['help'](); //= object: help
const { help } = helpers;
help(); //= local: help

const outer = () => () => local(); //= local: local
outer()(); //= expression: <anonymous>? | local: outer
import('./lib.js'); //= import: external
