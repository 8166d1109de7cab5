// CommonJS, prototypes, and receivers that nobody declares.
const fs = require('fs'); //= import: external
const other = require('./other.cjs'); //= import: external
const { made } = require('./other.cjs'); //= import: external

function Cart() {
  this.lines = [];
}
Cart.prototype.add = function (line) {
  this.lines.push(line); //= instance: external
  return this.total(); //= this: total
};
Cart.prototype.total = function () {};

// To the checker this declares more of Cart; `new Cart()` does not run it.
Cart.of = function () {};
Cart.of(); //= static: of

const cart = new Cart(); //= new: Cart
cart.add(1); //= instance: add
fs.readFileSync('a'); //= require member: external
other.make(); //= require member: make
made(); //= require: made
Cart.call(cart); //= static: external <Cart>

// Nothing is known of what callers hand in …
function visit(node, then, options = {}) {
  node.accept(); //= instance: unknown
  then(node); //= callback parameter: unknown
  then.call(node); //= instance: unknown
  options.toString(); //= object: external~
}
visit(cart, made); //= local: visit (made)
const any = JSON.parse('{}'); //= instance: external
any.add(1); //= instance: unknown
any[1](); //= dynamic: unknown

// … or of which element is meant, or what a variable holds by now.
// prettier-ignore
const rules = [
  { check() {} },
  { check() {} },
];
for (const rule of rules) rule.check(); //= object: check? [check]
let later = { go() {} };
later = { go: made };
later.go(); //= object: go? [made]
