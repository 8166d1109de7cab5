#pragma once
/// \file
/// Applying a change to a state that can be trusted: what differs between tables, log and graph is
/// mended first, so that nothing is committed on top of rows that were changed behind the program's
/// back.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/validator/run.h"

namespace dg {

struct MendedApply {
  Result<Outcome> outcome;
  std::optional<Validation> mended;  ///< What was found and repaired first; nothing: all was well.
  std::vector<Outcome> repaired;     ///< The commits of that.
};

/// As Pipeline::apply(). A state that is doubted is validated and repaired before; so it is where
/// the commit meets rows that are not as they should be (`conflict`), and then it is tried once
/// more. Writer thread.
MendedApply apply_mended(Pipeline& pipeline, const SettledChange& change,
                         const std::function<void(const Progress&)>& progress = {},
                         const Listing* listing = nullptr);

/// For people: how many differences, the first of them, and what became of them.
std::string told(const Validation& validation);

}  // namespace dg
