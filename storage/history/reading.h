#pragma once
/// \file
/// The frame around every question to the log. Internal to storage/.

#include "storage/guarded.h"
#include "storage/load.h"

namespace dg {

/// Runs `work`, which asks about `thing`. What SQLite or the stored bytes say becomes an Error.
template <typename Work>
auto reading(const std::string& thing, const Work& work) -> Result<decltype(work())> {
  return guarded(thing, [&] {
    try {
      return work();
    } catch (const Damage& damage) {
      throw Error{ErrorKind::corrupt, thing, damage.what + " cannot be read",
                  "'deltagraph validate' tells more; 'deltagraph db restore' brings a backup back"};
    }
  });
}

}  // namespace dg
