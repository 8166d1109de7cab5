#include "daemon/requests/schema/request_json.h"

namespace dg {

using namespace requests;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json request_json(const RequestRow& row) {
  return Json{{"id", row.id},
              {"tableName", row.table_name},
              {"operation", row.operation == RequestKind::alter ? "alter" : "create"},
              {"status", to_string(row.status)},
              {"owner", text_or_null(row.owner)},
              {"requestedBy", row.requested_by},
              {"submittedBy", row.submitted_by},
              {"justification", row.justification},
              {"relatedIssue", text_or_null(row.related_issue)},
              {"migration", row.migration},
              {"createdAt", time_text(row.created_ms)},
              {"updatedAt", time_text(row.updated_ms)},
              {"approvedBy", text_or_null(row.approved_by)},
              {"approvedAt", row.approved_by.empty() ? Json() : Json(time_text(row.approved_ms))},
              {"approvedHash", text_or_null(row.approved_hash)},
              {"scheduledAt", row.scheduled_ms == 0 ? Json() : Json(time_text(row.scheduled_ms))},
              {"scheduledBy", text_or_null(row.scheduled_by)},
              {"scheduleNote", text_or_null(row.schedule_note)}};
}

}  // namespace dg
