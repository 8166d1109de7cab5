#pragma once
/// \file
/// One function for each family of commands: it declares them to the app, and says what to run.

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "daemon/cli/session.h"

namespace dg {

/// What was asked for, filled in while the command line is read.
struct Invocation {
  Settings settings;
  std::function<int(Session&)> run;  ///< Of the command that was given.
};

void add_index(CLI::App& app, Invocation& invocation);
void add_serve(CLI::App& app, Invocation& invocation);
void add_service(CLI::App& app, Invocation& invocation);  ///< start stop restart status sync
void add_questions(CLI::App& app,
                   Invocation& invocation);  ///< find show outline callers … stats sql
void add_export(CLI::App& app, Invocation& invocation);
void add_db(CLI::App& app, Invocation& invocation);              ///< db backup …
void add_schema_request(CLI::App& app, Invocation& invocation);  ///< schema-request create …
void add_lsp(CLI::App& app, Invocation& invocation);
void add_mcp(CLI::App& app, Invocation& invocation);
void add_watch(CLI::App& app, Invocation& invocation);
void add_validate(CLI::App& app, Invocation& invocation);
void add_completion(CLI::App& app, Invocation& invocation);
void add_help(CLI::App& app, Invocation& invocation);

/// The members of the family `db`, each in its own file; `db` is their parent.
void add_db_backup(CLI::App& db, Invocation& invocation);
void add_db_restore(CLI::App& db, Invocation& invocation);
void add_db_replay(CLI::App& db, Invocation& invocation);
void add_db_compact(CLI::App& db, Invocation& invocation);
void add_db_import(CLI::App& db, Invocation& invocation);

/// An Error that names the command that was probably meant.
Error no_such_command(const CLI::App& app, const std::string& word);

/// What `help X` and `X --help` print; its usage line begins with the program's name.
std::string help_of(const CLI::App& command);

/// The examples that `help X` and `X --help` end with; of a family's member for `db backup`.
std::string examples_of(const std::string& command);

/// A command with its help footer. `run` is called after all of the command line is read. In a
/// family, `app` is the family's own command (see db.cc).
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& summary,
                      Invocation& invocation, std::function<int(Session&)> run);

/// The whole app: what is run, completed and documented.
std::unique_ptr<CLI::App> make_app(Invocation& invocation);

}  // namespace dg
