#pragma once
/// \file
/// Facts as text, one line each: for tests and `deltagraph dump --stage facts`.
///
///   atom pay function async exported 3:1-9:2 `async pay(order)` cx 2
///   ref <module> call 4:3 pay = pay
///   import require ./store * as store
///   export cart = Cart
///   shape Cart extends Base { pay: method Cart.pay; total: assigned … }
///   assign X.prototype.m = X.prototype.m{}

#include <string>
#include <string_view>

#include "parser/facts.h"

namespace dg {

/// What to print; all by default.
struct PrintOptions {
  bool atoms = true, references = true, imports = true, exports = true, shapes = true,
       assignments = true, bindings = true, problems = true;
  bool positions = true;
  bool hashes = false;
};

/// O(facts). Deterministic.
std::string print_facts(const FileFacts& facts, const PrintOptions& options = {});
/// One expression: `store.f()`, `{…}`, `a|b`, `require(./x).y`; bounded in length.
std::string print_expr(const FileFacts& facts, ExprIndex expr);

}  // namespace dg
