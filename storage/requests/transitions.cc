#include <algorithm>
#include <set>

#include "storage/requests/rehearse.h"
#include "storage/requests/rows.h"
#include "storage/requests/session.h"
#include "storage/requests/sha256.h"
#include "storage/requests/shape.h"
#include "storage/schema/live/inspect.h"

namespace dg::requests {
namespace {

/// Case, blanks at the ends aside: whoever types their name twice is one person.
std::string folded(const std::string& name) {
  const std::size_t begin = name.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  std::string text = name.substr(begin, name.find_last_not_of(' ') - begin + 1);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

Error refused(const RequestRow& row, std::string reason, std::string cure) {
  return {ErrorKind::conflict, "request " + row.id, std::move(reason), std::move(cure)};
}

void require_no_errors(const RequestRow& row, const Findings& findings) {
  if (findings.errors() == 0) return;
  const auto first = std::find_if(findings.all().begin(), findings.all().end(),
                                  [](const Finding& finding) { return finding.is_error(); });
  throw refused(row,
                std::to_string(findings.errors()) + " errors, first " + first->code + " at " +
                    first->pointer + ": " + first->message,
                first->suggestion);
}

/// Who asked and who handed it in do not approve it, unless the configuration says so.
void require_other_person(const Session& session, const RequestRow& row,
                          const SchemaRequest& request, const Actor& actor) {
  if (session.self_approval) return;
  const std::string name = folded(actor.name);
  const std::string* const askers[] = {&row.requested_by, &row.submitted_by, &request.requested_by,
                                       &request.requested_by_username};
  const bool same = std::any_of(std::begin(askers), std::end(askers),
                                [&](const std::string* asker) { return folded(*asker) == name; });
  if (same) {
    throw refused(row, actor.name + " asked for it, and another person has to approve",
                  "Ask a colleague, or set {\"requests\": {\"self_approval\": true}} in "
                  "config.json.");
  }
}

void approve(Session& session, RequestRow& row, const Actor& actor, const std::string& hash) {
  const Judgement judgement = judge(session, row);
  require_no_errors(row, judgement.checked.findings);
  require_other_person(session, row, judgement.request, actor);
  if (!hash.empty() && hash != judgement.migration->hash) {
    throw refused(row, "its SQL is not the one that was reviewed (" + hash + ")",
                  "Review 'schema-request migration " + row.id + "' again.");
  }
  approve_judged(session, row, judgement, actor);
}

void forget_approval(RequestRow& row) {
  row.approved_by.clear();
  row.approved_hash.clear();
  row.approved_base.clear();
  row.approved_ms = 0;
  row.scheduled_ms = 0;
  row.scheduled_by.clear();
}

/// A time that an approval had goes with it, and the audit says so; the row is kept already.
void note_lost_time(Session& session, const RequestRow& row, std::int64_t time_ms,
                    const Actor& actor) {
  if (time_ms == 0) return;
  AuditEntry entry{&row,
                   "UNSCHEDULE",
                   std::string(to_string(row.status)),
                   &actor,
                   row.updated_ms,
                   "its time, " + time_text(time_ms) + ", went with its approval",
                   {},
                   {},
                   {}};
  add_audit(session.connection, entry);
}

}  // namespace

void approve_judged(Session& session, RequestRow& row, const Judgement& judgement,
                    const Actor& actor) {
  const Migration& migration = *judgement.migration;
  const Rehearsal rehearsal =
      rehearse(session.file, session.vfs, *judgement.checked.change, migration);
  if (!rehearsal.failure.empty())
    throw refused(row, "its migration fails: " + rehearsal.failure, "Correct the request.");
  row.approved_by = actor.name;
  row.approved_ms = session.now_ms();
  row.approved_hash = migration.hash;
  row.approved_base = judgement.base;
  row.schedule_note.clear();
}

Judgement judge(Session& session, const RequestRow& row) {
  const Result<SchemaRequest> request = session.decode(row.document);
  if (!request) throw request.error();
  Judgement judgement;
  judgement.request = *request;
  const World world = load_world(session.connection, session.decode, row.id);
  judgement.checked = check(judgement.request, world);
  const schema::LiveSchema live = schema::inspect(session.connection);
  std::string base = shape_of(live, row.table_name);
  if (judgement.checked.change) {
    const Change& change = *judgement.checked.change;
    judgement.migration = make_migration(change, judgement.request, row.made_ms);
    judgement.migration->name = row.migration;
    std::set<std::string> targets;
    for (const Column& column : change.after.columns) {
      if (column.references && column.references->table != change.after.name)
        targets.insert(column.references->table.text());
    }
    for (const std::string& target : targets) base += shape_of(live, target);
  }
  judgement.base = sha256(base);
  return judgement;
}

void require_name(const Actor& actor) {
  const bool plain = std::none_of(actor.name.begin(), actor.name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!actor.program && folded(actor.name).starts_with("deltagraph (")) {
    throw Error{ErrorKind::usage, "performed_by", "is a name that the program itself has",
                "Say who does it: --by NAME, or performedBy."};
  }
  if (!folded(actor.name).empty() && plain && actor.name.size() <= 200) return;
  throw Error{ErrorKind::usage, "performed_by", "names nobody",
              "Say who does it: --by NAME, or performedBy."};
}

void void_approval(Session& session, RequestRow& row, const Actor& actor,
                   const std::string& reason) {
  const std::string from(to_string(row.status));
  const std::string hash = row.approved_hash;
  const std::int64_t time_ms = row.scheduled_ms;
  forget_approval(row);
  row.status = Status::requested;
  row.updated_ms = session.now_ms();
  put_request(session.connection, row);
  AuditEntry entry{&row, "APPROVAL_VOID", from, &actor, row.updated_ms, reason, hash, {}, {}};
  add_audit(session.connection, entry);
  note_lost_time(session, row, time_ms, actor);
}

RequestRow change_status(Session& session, const std::string& id, Status to, const Actor& actor,
                         const std::string& reason, const std::string& hash) {
  require_name(actor);
  Write write(session.connection);
  RequestRow row = request_row(session.connection, id);
  const Status from = row.status;
  if (!may_become(from, to)) {
    const std::string next(next_statuses(from));
    const bool by_apply = to == Status::migrated && from == Status::approved;
    throw refused(
        row,
        "is " + std::string(to_string(from)) + " and cannot become " + std::string(to_string(to)),
        by_apply       ? "'schema-request apply' migrates it."
        : next.empty() ? "'schema-request rollback' takes it back."
                       : "From there it can become " + next + ".");
  }
  const std::int64_t time_ms = row.scheduled_ms;
  if (to == Status::requested) require_no_errors(row, judge(session, row).checked.findings);
  if (to == Status::approved) {
    approve(session, row, actor, hash);
  } else {
    forget_approval(row);
  }
  row.status = to;
  row.updated_ms = session.now_ms();
  put_request(session.connection, row);
  std::string action = "STATUS_CHANGE_";
  for (const char c : to_string(to)) action += static_cast<char>(c - 'a' + 'A');
  AuditEntry entry{
      &row, action, std::string(to_string(from)), &actor, row.updated_ms, reason, row.approved_hash,
      {},   {}};
  add_audit(session.connection, entry);
  note_lost_time(session, row, time_ms, actor);
  write.commit();
  return row;
}

}  // namespace dg::requests
