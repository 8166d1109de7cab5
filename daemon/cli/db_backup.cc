#include <chrono>
#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "storage/requests/backup.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// Reads as any query does, so that it needs no service and disturbs none.
int backup(Session& session, const std::string& given) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  const fs::path target = given.empty()
                              ? backup_folder(*project) / ("deltagraph-" + utc_stamp() + ".db")
                              : session.cwd / given;
  std::error_code ignored;
  if (!given.empty() && !fs::is_directory(target.parent_path(), ignored)) {
    return session.fail({ErrorKind::usage, target.parent_path().string(), "there is no such folder",
                         "Make it first, or name a file in one that is there."});
  }
  const auto begun = std::chrono::steady_clock::now();
  const Result<Backup> made = back_up(database_path(*project), target);
  if (!made) return session.fail(made.error());
  const Result<std::optional<Backup>> requests =
      requests::back_up_requests(state_folder(*project), target);
  if (!requests) return session.fail(requests.error());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  if (session.settings.json) {
    session.out.line(
        json_text({{"backup", made->file.string()},
                   {"bytes", made->bytes},
                   {"sequence", raw(made->sequence)},
                   {"took_ms", took.count()},
                   {"requests", *requests ? Json((*requests)->file.string()) : Json()}}));
  } else {
    session.out.line(printable(made->file.string()) + ": " + bytes_text(made->bytes) +
                     ", sequence " + std::to_string(raw(made->sequence)) + ", " +
                     duration_text(took.count()));
    if (*requests) {
      session.out.line(printable((*requests)->file.string()) + ": " +
                       bytes_text((*requests)->bytes) + ", the schema requests and their tables");
    }
  }
  return session.finish(Exit::done);
}

}  // namespace

void add_db_backup(CLI::App& db, Invocation& invocation) {
  const auto file = std::make_shared<std::string>();
  CLI::App* command =
      add_command(db, "backup", "Copy the database to a file, while saves go on", invocation,
                  [file](Session& session) { return backup(session, *file); });
  command->add_option("FILE", *file,
                      "A new file (default: .deltagraph/backups/deltagraph-TIME.db)");
}

}  // namespace dg
