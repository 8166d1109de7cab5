#pragma once
/// \file
/// The answers of `get_schema` as people read them.

#include "daemon/cli/session.h"

namespace dg {

void render_get_schema(Session& session, const Json& answer);
/// The part of it that `db schema` prints too.
void render_registry(Session& session, const Json& answer);

}  // namespace dg
