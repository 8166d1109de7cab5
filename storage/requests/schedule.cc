#include "storage/requests/rows.h"
#include "storage/requests/session.h"

namespace dg::requests {
namespace {

Error refused(const RequestRow& row, std::string reason, std::string cure) {
  return {ErrorKind::conflict, "request " + row.id, std::move(reason), std::move(cure)};
}

void note(Session& session, const RequestRow& row, const char* action, const Actor& actor,
          const std::string& reason, const std::string& failure = {}) {
  AuditEntry entry{
      &row, action, std::string(to_string(row.status)), &actor, session.now_ms(), reason, {},
      {},   failure};
  add_audit(session.connection, entry);
}

/// A request that could not be applied at its time is not tried each second: its time is taken
/// away, and both the request and the audit say why.
RequestRow give_up(Session& session, const RequestRow& due, const Actor& program,
                   const std::string& failure) {
  Write write(session.connection);
  RequestRow row = request_row(session.connection, due.id);
  // Another time that was set meanwhile holds.
  if (row.scheduled_ms != 0 && row.scheduled_ms != due.scheduled_ms) return row;
  row.scheduled_ms = 0;
  row.scheduled_by.clear();
  row.schedule_note = "not applied at " + time_text(due.scheduled_ms) + ": " + failure;
  row.updated_ms = session.now_ms();
  put_request(session.connection, row);
  note(session, row, "SCHEDULE_FAILED", program, row.schedule_note, failure);
  write.commit();
  return row;
}

/// Nothing where somebody was faster.
std::optional<DueRun> run_due(Session& session, const RequestRow& due, const Actor& program,
                              std::int64_t now_ms) {
  const ApplyWish wish{"due since " + time_text(due.scheduled_ms) + ", set by " + due.scheduled_by,
                       now_ms};
  try {
    const Applied applied = apply_request(session, due.id, program, wish);
    if (applied.already) return std::nullopt;
    return DueRun{applied.row, true, {}, false};
  } catch (const Failure& failure) {
    return DueRun{due, false, to_error(failure, "requests.db").reason, true};
  } catch (const Error& error) {
    return DueRun{give_up(session, due, program, error.reason), false, error.reason, false};
  }
}

}  // namespace

RequestRow schedule_request(Session& session, const std::string& id,
                            std::optional<std::int64_t> at_ms, const Actor& actor) {
  require_name(actor);
  Write write(session.connection);
  RequestRow row = request_row(session.connection, id);
  const std::int64_t now_ms = session.now_ms();
  if (!at_ms && row.scheduled_ms == 0)
    throw refused(row, "has no time that could be taken away", "'schema-request list' shows them.");
  if (at_ms && row.status != Status::approved) {
    throw refused(
        row,
        "is " + std::string(to_string(row.status)) + ", and only what is approved is given a time",
        row.status == Status::migrated ? "It is applied already." : "Have it approved first.");
  }
  if (at_ms && *at_ms <= now_ms) {
    throw Error{ErrorKind::usage, time_text(*at_ms),
                "has passed: it is " + time_text(now_ms) + " by now",
                "Give a later time, or 'schema-request apply' it."};
  }
  const std::string former = row.scheduled_ms == 0 ? "" : time_text(row.scheduled_ms);
  row.scheduled_ms = at_ms.value_or(0);
  row.scheduled_by = at_ms ? actor.name : "";
  row.schedule_note.clear();
  row.updated_ms = now_ms;
  put_request(session.connection, row);
  note(session, row, at_ms ? "SCHEDULE" : "UNSCHEDULE", actor,
       at_ms ? "for " + time_text(*at_ms) : "it was for " + former);
  write.commit();
  return row;
}

DueRuns apply_due_requests(Session& session, const std::string& account) {
  const Actor program{"deltagraph (schedule)", account, true};
  const std::int64_t now_ms = session.now_ms();
  DueRuns done;
  for (const RequestRow& due : due_requests(session.connection, now_ms)) {
    if (std::optional<DueRun> run = run_due(session, due, program, now_ms))
      done.runs.push_back(*std::move(run));
  }
  done.next_ms = session.connection.integer(
      "SELECT min(scheduled_ms) FROM schema_requests WHERE status = 'approved'");
  return done;
}

}  // namespace dg::requests
