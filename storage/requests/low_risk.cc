#include "storage/requests/rows.h"
#include "storage/requests/session.h"

namespace dg::requests {
namespace {

bool refers(const Definition& table) {
  for (const Column& column : table.columns) {
    if (column.references) return true;
  }
  return false;
}

/// Why kLowRisk does not hold; empty: it does.
std::string why_not(Session& session, const RequestRow& row, const Judgement& judgement) {
  if (row.status != Status::requested) return "it is " + std::string(to_string(row.status));
  if (row.operation != RequestKind::create) return "it changes a table that is there";
  if (!judgement.checked.findings.all().empty()) {
    const Finding& first = judgement.checked.findings.all().front();
    return first.code + ": " + first.message;
  }
  if (!judgement.checked.change) return "it cannot be judged";
  if (refers(judgement.checked.change->after)) return "it has a foreign key";
  if (was_rejected(session.connection, row.id)) return "somebody has rejected it before";
  if (const std::string other = other_request(session.connection, session.decode, row);
      !other.empty())
    return "request " + other + " is about the same table";
  return {};
}

/// The approval, in its own transaction; a failed rehearsal is a reason too.
Automatic approve_by_rule(Session& session, const std::string& id, const Actor& program) {
  Write write(session.connection);
  RequestRow row = request_row(session.connection, id);
  const Judgement judgement = judge(session, row);
  if (std::string reason = why_not(session, row, judgement); !reason.empty())
    return {row, false, std::move(reason)};
  RequestRow approved = row;
  try {
    approve_judged(session, approved, judgement, program);
  } catch (const Error& error) {
    return {row, false, error.reason};
  }
  approved.status = Status::approved;
  approved.updated_ms = session.now_ms();
  put_request(session.connection, approved);
  AuditEntry entry{&approved, "STATUS_CHANGE_APPROVED", "requested", &program, approved.updated_ms,
                   kLowRisk,  approved.approved_hash,   {},          {}};
  add_audit(session.connection, entry);
  write.commit();
  return {approved, true, kLowRisk};
}

}  // namespace

Automatic apply_if_low_risk(Session& session, const std::string& id, const std::string& account) {
  const Actor program{"deltagraph (auto_create)", account, true};
  Automatic done = approve_by_rule(session, id, program);
  if (!done.applied) return done;
  try {
    done.row = apply_request(session, done.row.id, program, {kLowRisk, 0}).row;
  } catch (const Error& error) {
    // A person decides then: the program's approval is not left behind.
    Write write(session.connection);
    RequestRow row = request_row(session.connection, done.row.id);
    if (row.status == Status::approved && row.approved_by == program.name)
      void_approval(session, row, program, "it could not be applied at once");
    write.commit();
    return {row, false, error.reason};
  }
  return done;
}

}  // namespace dg::requests
