#include <algorithm>

#include "daemon/requests/get_schema.h"
#include "daemon/requests/handlers.h"
#include "daemon/requests/point.h"
#include "daemon/requests/request.h"
#include "storage/clock.h"

namespace dg {

const std::vector<Method>& methods() {
  static const std::vector<Method> all{
      callees_method(),
      callers_method(),
      definition_method(),
      diff_method(),
      explain_import_method(),
      export_method(),
      find_method(),
      get_schema_method(),
      impact_method(),
      log_method(),
      outline_method(),
      path_method(),
      resolve_method(),
      show_method(),
      slow_method(),
      sql_method(),
      stats_method(),
      unresolved_method(),
      validate_imports_method(),
      why_method(),
      why_ignored_method(),
      why_not_method(),
  };
  return all;
}

Json with_freshness(Json answer, const RequestContext& context) {
  const Freshness& freshness = context.freshness;
  answer["sequence"] = raw(context.snapshot->sequence());
  answer["age_ms"] = freshness.committed_ms == 0
                         ? Json(nullptr)
                         : Json(std::max<std::int64_t>(0, unix_ms() - freshness.committed_ms));
  answer["behind"] = freshness.pending > 0;
  answer["pending"] = freshness.pending;
  answer["live"] = freshness.live;
  if (const std::uint64_t skipped = context.snapshot->totals().skipped_files; skipped != 0)
    answer["files_skipped"] = skipped;
  if (freshness.as_of) {
    answer["as_of"] =
        freshness.committed_ms == 0 ? Json(nullptr) : Json(utc_text(freshness.committed_ms));
  }
  add_notices(answer, freshness.notes);
  return answer;
}

void add_notices(Json& answer, const std::vector<std::string>& notices) {
  for (const std::string& notice : notices) answer["notices"].push_back(notice);
}

}  // namespace dg
