#pragma once
/// \file
/// The table atom_versions of a database that has none of its rows.

#include "storage/store.h"

namespace dg {

/// Writes all rows of atom_versions where there is none: in a database that was made before there
/// were any, or whose table was lost. The writer's thread; one look where there are rows.
Result<> fill_versions(Store& store, const StoredProject& project);

}  // namespace dg
