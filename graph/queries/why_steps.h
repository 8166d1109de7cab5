#pragma once
/// \file
/// The steps of a LinkTrace as sentences. Internal to graph/queries.

#include <vector>

#include "graph/link/eval.h"
#include "graph/queries/why.h"

namespace dg {

/// Steps that came to something, each once, in order. `evaluator` made the trace.
std::vector<WhyStep> steps_of(Evaluator& evaluator, const LinkTrace& trace);

std::string in_backquotes(std::string_view text);

}  // namespace dg
