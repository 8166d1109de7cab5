#pragma once
/// \file
/// The frame around every question to the log. Internal to storage/.

#include <string>

#include "storage/load.h"
#include "storage/result.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// Runs `work`, which asks about `thing`. What SQLite or the stored bytes say becomes an Error.
template <typename Work>
auto reading(const std::string& thing, const Work& work) -> Result<decltype(work())> {
  try {
    return work();
  } catch (const Failure& failure) {
    return to_error(failure, thing);
  } catch (const Damage& damage) {
    return Error{ErrorKind::corrupt, thing, damage.what + " cannot be read",
                 "'deltagraph validate' tells more; 'deltagraph db restore' brings a backup back"};
  }
}

}  // namespace dg
