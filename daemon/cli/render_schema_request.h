#pragma once
/// \file
/// Answers about schema requests (requests/schema/desk.h) as people read them.

#include "daemon/cli/session.h"

namespace dg {

void render_judged(Session& session, const Json& answer);  ///< check, create, update.
void render_requests(Session& session, const Json& answer);
void render_request(Session& session, const Json& answer);
void render_migration(Session& session, const Json& answer);
void render_moved(Session& session, const Json& answer);
void render_applied(Session& session, const Json& answer);
void render_rolled_back(Session& session, const Json& answer);
void render_audit(Session& session, const Json& answer);
void render_due(Session& session, const Json& answer);
void render_performance(Session& session, const Json& answer);
void render_proposal(Session& session, const Json& answer);

}  // namespace dg
