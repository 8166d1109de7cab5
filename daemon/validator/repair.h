#pragma once
/// \file
/// What repairs the differences that a validation found: for those things only, and from the side
/// that is trusted more (disk > events > tables > memory; RELIABILITY §2.5).
///
/// - Memory that is not what the last commit stored is loaded again from the tables.
/// - Rows, and atoms of which the log tells otherwise, are written anew from the graph, as one
///   `reconcile` transaction with an event for each atom; versions go on from the log's.
/// - Facts or links that a fresh parse or link does not give are derived from the disk again.
/// - Packed forms and full text are written anew, without an event.
/// - Sources that changed unseen are indexed, as a change like any other.
/// - What the log has lost stays lost: it is noted (`lost_history:` in system_metadata), and every
///   atom of which it is wrong now is told anew, so that it can be replayed from there.
/// - A database that cannot be walked is set aside and begun anew from memory.

#include "daemon/pipeline.h"
#include "daemon/validator/evidence.h"

namespace dg {

/// The plan for one round; what it leaves is found by the next. Reads the database; any thread.
Result<Repair> plan_repair(const Pipeline& pipeline, const Evidence& evidence);

}  // namespace dg
