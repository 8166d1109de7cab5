#pragma once
/// \file
/// The rows of the log as values: the one place that knows in which columns a transaction and an
/// event are stored. Internal to storage/; throws Failure.

#include <string_view>
#include <vector>

#include "storage/audit/audit.h"
#include "storage/history/history.h"
#include "storage/sqlite/row_statement.h"

namespace dg {

/// What transaction_of() reads, of `transactions t`.
inline constexpr std::string_view kTransactionColumns =
    "t.sequence, t.id, t.cause, t.started_ms, t.committed_ms, t.files, t.atoms_created, "
    "t.atoms_updated, t.atoms_deleted, t.relations_gained, t.relations_lost, t.first_event, "
    "t.events, t.graph_digest, coalesce(t.git_head, ''), coalesce(t.replica, '')";

inline constexpr int kTransactionColumnCount = 16;

History::Transaction transaction_of(const Statement& row);

/// What event_of() and logged_event_of() read, of `atom_events e`: seven columns. The payload is
/// bytes where it tells a whole atom, and JSON where it tells what changed (events/event.h).
inline constexpr std::string_view kEventColumns =
    "e.transaction_id, e.atom_id, e.event_type, e.previous_version, e.new_version, "
    "coalesce(e.changed_fields, '[]'), coalesce(e.state, e.delta)";
inline constexpr int kEventColumnCount = 7;

/// As far as it can be read.
LoggedEvent logged_event_of(const Statement& row);
Event event_of(const Statement& row);  ///< Throws Damage where there is none.

/// What system_metadata notes as lost.
std::vector<LogLoss> logged_losses(const Connection& connection);

}  // namespace dg
