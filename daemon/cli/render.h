#pragma once
/// \file
/// Answers as people read them. `--json` prints the handler's JSON instead.

#include <string>

#include "daemon/cli/session.h"

namespace dg {

/// Writes the answer to a question and the line on its freshness. The exit code is `no_result`
/// where there is nothing to show.
void render_answer(Session& session, const std::string& method, const Json& answer);

/// The exit code of an answer, whether it is written as text or as JSON.
Exit exit_of_answer(const std::string& method, const Json& answer);

/// `seq 42 · 3 s old · live`, or what is behind.
void render_freshness(Terminal& out, const Json& answer);

// One for each kind of answer.
void render_find(Session& session, const Json& answer);
void render_show(Session& session, const Json& answer);
void render_outline(Session& session, const Json& answer);
void render_callers(Session& session, const Json& answer);
void render_callees(Session& session, const Json& answer);
void render_impact(Session& session, const Json& answer);
void render_path(Session& session, const Json& answer);
void render_diff(Session& session, const Json& answer);
void render_log(Session& session, const Json& answer);
void render_sql(Session& session, const Json& answer);
void render_definition(Session& session, const Json& answer);
void render_resolve(Session& session, const Json& answer);
void render_why(Session& session, const Json& answer);
void render_why_not(Session& session, const Json& answer);
void render_explain_import(Session& session, const Json& answer);
void render_unresolved(Session& session, const Json& answer);
void render_validate_imports(Session& session, const Json& answer);
void render_why_ignored(Session& session, const Json& answer);
/// What a service says of itself; has no line on its freshness.
void render_status(Session& session, const Json& status);

/// `src/a.js:12:3` of an atom_json().
std::string place_of(const Json& atom);
/// How much of a long list is shown, and how to get the rest.
void render_page(Terminal& out, const Json& answer, std::size_t shown);
/// `3 unresolved sites mention this name.`, where there are any.
void render_mentions(Terminal& out, const Json& answer);

}  // namespace dg
