#pragma once
/// \file
/// Computes an AtomsReport. Internal to storage/; throws Failure, and Error for a wrong question.

#include "storage/schema/report/atoms_report.h"
#include "storage/sqlite/connection.h"

namespace dg {

/// O(atoms × columns), inside the caller's transaction.
AtomsReport report_atoms(const Connection& connection, const AtomsQuestion& question);

}  // namespace dg
