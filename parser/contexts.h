#pragma once
/// \file
/// Contextual typing: what the place expects that a function literal stands at.

#include "parser/work.h"

namespace dg {

/// The function (or its type) that a value at this place is taken for; 0 where the place says
/// nothing. `list.map(x => …)`: the first argument of the call.
ExprIndex context_of(Work& work, NodeId value);

}  // namespace dg
