#pragma once
/// \file
/// A commit as people read it: one line, and one more for each caller that it broke.

#include "daemon/cli/session.h"

namespace dg {

/// `14:03:07 #42 file-watcher  src/a.js  atoms +1 ~2 -0  edges +3 -1  3.1 ms`; of delta_to_json().
void print_delta(Terminal& out, const Json& delta);

}  // namespace dg
