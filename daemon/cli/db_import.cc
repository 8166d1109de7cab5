#include <memory>

#include "daemon/cli/atom_store.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/figures.h"
#include "daemon/cli/project.h"
#include "daemon/cli/table.h"
#include "storage/lock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUnreadableTold = 5;

struct ImportOptions {
  std::vector<std::string> paths;
  std::string source;
  bool dry_run = false;
  bool skip_unreadable = false;
};

Error unreadable_error(const std::vector<AtomStore::Unreadable>& all) {
  std::string reason = all.front().reason;
  if (all.size() > 1) reason += ", and so with " + counted(all.size() - 1, "other file");
  return {ErrorKind::usage, all.front().path, reason,
          "Nothing was imported; --skip-unreadable imports the rest"};
}

/// Where it is from, unless told: the name of the first path.
std::string source_of(const ImportOptions& options, const fs::path& cwd) {
  if (!options.source.empty()) return options.source;
  const fs::path first = (cwd / options.paths.front()).lexically_normal();
  return (first.has_filename() ? first : first.parent_path()).filename().string();
}

Json import_json(const std::string& source, const AtomStore& store, const ImportCounts& counts,
                 bool done) {
  Json unreadable = Json::array();
  for (const auto& each : store.unreadable)
    unreadable.push_back({{"path", each.path}, {"reason", each.reason}});
  return {{"source", source},
          {"files", store.files},
          {"atoms", store.atoms.size()},
          {"live", counts.live},
          {"removed", counts.removed},
          {"unknown", counts.unknown},
          {"unknown_ids", counts.unknown_ids},
          {"repeated", store.repeated},
          {"not_atoms", store.not_atoms},
          {"replaced", counts.replaced},
          {"unreadable", unreadable},
          {"done", done}};
}

void print_import(Session& session, const std::string& source, const AtomStore& store,
                  const ImportCounts& counts, bool done) {
  Terminal& out = session.out;
  out.line((done ? "Imported " : "Would import ") + counted(store.atoms.size(), "atom") + " of " +
           printable(source) + " from " + counted(store.files, "file") + ".");
  Table table({{"", false, Style::dim}, {"", true}, {"", false, Style::plain, true}});
  const auto row = [&](const char* what, std::uint64_t count, const std::string& meaning) {
    if (count != 0) table.row({what, grouped(count), meaning});
  };
  row("live", counts.live, "the graph has them");
  row("removed", counts.removed, "the graph had them once");
  row("unknown", counts.unknown,
      "the graph never had them: " +
          (counts.unknown_ids.empty() ? std::string() : printable(counts.unknown_ids.front())) +
          (counts.unknown > 1 ? ", …" : ""));
  row("repeated", store.repeated, "came again later, which counts");
  row("no atoms", store.not_atoms, "values without id, or path and name");
  row("unreadable", store.unreadable.size(), "files left out");
  row("replaced", counts.replaced, "of an earlier import of this source");
  table.print(out, 2);
  if (done)
    out.line(
        "They are in the table imported_atoms: deltagraph sql 'SELECT a.id, i.data "
        "FROM imported_atoms i JOIN atoms a ON a.rowid = i.atom_id'");
}

int import(Session& session, const ImportOptions& options) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  std::vector<fs::path> paths;
  for (const std::string& path : options.paths) paths.push_back(session.cwd / path);
  const Result<AtomStore> store = read_atom_store(paths, *project);
  if (!store) return session.fail(store.error());
  if (!store->unreadable.empty() && !options.skip_unreadable)
    return session.fail(unreadable_error(store->unreadable));
  const std::string source = source_of(options, session.cwd);
  if (store->atoms.empty()) {
    return session.fail({ErrorKind::not_found, printable(options.paths.front()),
                         "holds no atoms (" + counted(store->files, "JSON file") + " read)",
                         "An atom is an object with an id such as 'src/a.js::name', or with a "
                         "file and a name"});
  }
  const auto lock = WriteLock::acquire(state_folder(*project), "db import");
  if (!lock) return session.fail(lock.error());
  const Result<ImportCounts> counts =
      import_atoms(database_path(*project), source, store->atoms, options.dry_run);
  if (!counts) return session.fail(counts.error());
  if (session.settings.json) {
    session.out.line(json_text(import_json(source, *store, *counts, !options.dry_run)));
  } else {
    print_import(session, source, *store, *counts, !options.dry_run);
  }
  return session.finish(Exit::done);
}

}  // namespace

void add_db_import(CLI::App& db, Invocation& invocation) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command =
      add_command(db, "import", "Keep what another program knows of the atoms, from JSON",
                  invocation, [options](Session& session) { return import(session, *options); });
  command->add_option("paths", options->paths, "JSON files, or folders of them")
      ->required()
      ->type_name("PATH");
  command->add_option("--source", options->source,
                      "Its name; an earlier import of it is replaced (the first path's name)");
  command->add_flag("--dry-run", options->dry_run, "Count only, and change nothing");
  command->add_flag("--skip-unreadable", options->skip_unreadable,
                    "Leave out files that are no JSON");
}

}  // namespace dg
