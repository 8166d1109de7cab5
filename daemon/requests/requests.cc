#include <algorithm>
#include <chrono>

#include "daemon/requests/handlers.h"
#include "daemon/requests/request.h"

namespace dg {

const std::vector<Method>& methods() {
  static const std::vector<Method> all{
      callees_method(), callers_method(), diff_method(),    export_method(),      find_method(),
      impact_method(),  log_method(),     outline_method(), path_method(),        resolve_method(),
      show_method(),    sql_method(),     stats_method(),   why_ignored_method(),
  };
  return all;
}

Json with_freshness(Json answer, const RequestContext& context) {
  const Freshness& freshness = context.freshness;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  answer["sequence"] = raw(context.snapshot->sequence());
  answer["age_ms"] = freshness.committed_ms == 0
                         ? Json(nullptr)
                         : Json(std::max<std::int64_t>(0, now - freshness.committed_ms));
  answer["behind"] = freshness.pending > 0;
  answer["pending"] = freshness.pending;
  answer["live"] = freshness.live;
  return answer;
}

}  // namespace dg
