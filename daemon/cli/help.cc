#include <memory>
#include <vector>

#include "daemon/cli/commands.h"

namespace dg {
namespace {

struct Examples {
  const char* command;
  const char* text;
};

// Sorted as `deltagraph help` lists the commands.
constexpr Examples kExamples[] = {
    {"index",
     "Examples:\n"
     "  deltagraph index              this folder\n"
     "  deltagraph index ~/src/shop --json | jq .relations\n"},
    {"serve",
     "Examples:\n"
     "  deltagraph serve              index, then one line for each save, until Ctrl-C\n"
     "  deltagraph serve ~/src/shop --idle-exit 60\n"},
    {"start", "Example:\n  deltagraph start && deltagraph status\n"},
    {"stop",
     "A service that does not answer within 5 s, or whose socket cannot be found, is sent "
     "SIGTERM,\n"
     "if the kernel confirms that it holds the project's write lock.\n"
     "Example:\n  deltagraph stop --project ~/src/shop\n"},
    {"restart", "Example:\n  deltagraph restart\n"},
    {"status",
     "A service that does not answer within 5 s is named with its pid: exit code 5.\n"
     "Examples:\n"
     "  deltagraph status\n"
     "  deltagraph status --json | jq -r .socket\n"},
    {"sync", "Example:\n  git checkout main && deltagraph sync && deltagraph callers pay\n"},
    {"find",
     "Examples:\n"
     "  deltagraph find parseUrl      exact, then prefix, words of names, signatures and docs\n"
     "  deltagraph find url parse     every word\n"
     "  deltagraph find Cart --kinds class,interface\n"},
    {"show",
     "Examples:\n"
     "  deltagraph show src/cart.ts::Cart.pay\n"
     "  deltagraph show src/cart.ts:42 --source\n"},
    {"outline", "Example:\n  deltagraph outline src/cart.ts\n"},
    {"callers",
     "Examples:\n"
     "  deltagraph callers pay                     by name; ambiguous names list the candidates\n"
     "  deltagraph callers src/cart.ts:42:9        what stands at this place\n"
     "  deltagraph callers Cart.pay --relations all --confidence exact\n"
     "  deltagraph callers pay --confidence name   with those that match by name alone\n"
     "  deltagraph callers B.pay --virtual         with calls of A.pay, which B.pay overrides\n"
     "  deltagraph callers pay --unresolved        with the sites that may mean it\n"
     "  deltagraph callers pay --at yesterday      who called it then\n"},
    {"callees", "Example:\n  deltagraph callees src/cart.ts::Cart.pay\n"},
    {"impact",
     "Examples:\n"
     "  deltagraph impact Cart.pay\n"
     "  deltagraph impact Cart.pay --depth 20 --confidence exact --json\n"},
    {"path", "Example:\n  deltagraph path checkout src/bank.ts::transfer\n"},
    {"diff",
     "Examples:\n"
     "  deltagraph diff                          what is not committed yet (since HEAD)\n"
     "  deltagraph diff --since main             what this branch does to the graph\n"
     "  deltagraph diff --since v1.2 --until v1.3 --json | jq -r .summary.text\n"
     "  deltagraph diff --since 2h               the last two hours\n"
     "  deltagraph diff --since main --exit-code && echo 'the same graph'\n"},
    {"log",
     "Examples:\n"
     "  deltagraph log                           every commit of the graph, newest first\n"
     "  deltagraph log src/cart.ts::Cart.pay     one atom, through renames and moves\n"
     "  deltagraph log src/cart.ts --patch       a file, with old and new values\n"
     "  deltagraph log --since yesterday --source file-watcher --limit 20\n"},
    {"mcp",
     "Speaks the Model Context Protocol, revision 2026-07-28 and those from 2024-10-07 to "
     "2025-11-25.\n"
     "An assistant starts it by itself; its configuration has lines like\n"
     "  {\"mcpServers\": {\"deltagraph\": {\"command\": \"deltagraph\", \"args\": [\"mcp\", "
     "\"--project\", \"DIR\"]}}}\n"
     "Examples:\n"
     "  deltagraph mcp                in the project's folder: find, show, outline, who_calls,\n"
     "                                what_breaks, changes_since\n"
     "  deltagraph mcp --tools all --project ~/src/shop\n"},
    {"definition",
     "Example:\n  deltagraph definition src/cart.ts:42:9    what the name there means\n"},
    {"lsp",
     "Speaks the Language Server Protocol, 3.17: documentSymbol, workspace/symbol, definition,\n"
     "references, implementation, documentHighlight, hover, call and type hierarchy.\n"
     "Example, in Neovim's init.lua:\n"
     "  vim.api.nvim_create_autocmd('FileType', {\n"
     "    pattern = {'javascript', 'javascriptreact', 'typescript', 'typescriptreact'},\n"
     "    callback = function()\n"
     "      local id = vim.lsp.start_client({name = 'deltagraph', cmd = {'deltagraph', 'lsp'},\n"
     "                                       root_dir = vim.fn.getcwd()})\n"
     "      if id then vim.lsp.buf_attach_client(0, id) end\n"
     "    end})\n"},
    {"resolve", "Example:\n  deltagraph resolve src/cart.ts:42\n"},
    {"stats", "Example:\n  deltagraph stats --limit 1000 --json | jq .problem_files\n"},
    {"sql",
     "Examples:\n"
     "  deltagraph sql \"SELECT file_path, count(*) FROM atoms GROUP BY 1 ORDER BY 2 DESC LIMIT "
     "10\"\n"
     "  deltagraph sql \"SELECT name FROM sqlite_schema WHERE type = 'table'\"\n"},
    {"get_schema",
     "Examples:\n"
     "  deltagraph get_schema registry --table atoms\n"
     "  deltagraph get_schema database --json | jq .health\n"
     "  deltagraph get_schema atoms --atom-type method --sample-size 3 --focus-field complexity\n"},
    {"export",
     "Examples:\n"
     "  deltagraph export > graph.jsonl\n"
     "  deltagraph export --format dot | dot -Tsvg > graph.svg\n"
     "  deltagraph export --format sql | sqlite3 graph.db\n"
     "  deltagraph export --at 12 > then.jsonl\n"},
    {"db",
     "Examples:\n"
     "  deltagraph db backup          a copy beside the database, while saves go on\n"
     "  deltagraph db replay --verify the log and the state are one\n"
     "  deltagraph db verify          schema, file, journal and migrations are as they should be\n"
     "  deltagraph db schema --markdown > SCHEMA.md\n"
     "  deltagraph help db backup\n"},
    {"db backup",
     "Examples:\n"
     "  deltagraph db backup\n"
     "  deltagraph db backup /mnt/disk/shop.db --json | jq .sequence\n"},
    {"db restore",
     "Example:\n"
     "  deltagraph db restore .deltagraph/backups/deltagraph-20261121T124455Z.db\n"},
    {"db replay", "Example:\n  deltagraph db replay --verify\n"},
    {"db compact",
     "Examples:\n"
     "  deltagraph db compact --before '90 days ago' --dry-run\n"
     "  deltagraph stop && deltagraph db compact --before 2026-01-01 --yes\n"},
    {"db import",
     "Examples:\n"
     "  deltagraph db import old-store --dry-run\n"
     "  deltagraph stop && deltagraph db import coverage.json --source coverage\n"
     "An atom is an object with an id such as 'src/a.js::Cart.pay', or with a file and a name;\n"
     "the table imported_atoms holds what was imported, and the graph takes nothing from it.\n"},
    {"db status",
     "Example:\n  deltagraph db status --json | jq '.migrations[] | .name + .state'\n"},
    {"db generate",
     "Examples:\n"
     "  deltagraph db generate drop extra      what drops the tables, columns … nobody declares\n"
     "  deltagraph db generate add owners --blank\n"},
    {"db migrate",
     "Examples:\n"
     "  deltagraph db migrate --dry-run\n"
     "  deltagraph stop && deltagraph db migrate\n"
     "Files NNNN_slug.sql in .deltagraph/migrations, of which each has the sections\n"
     "  -- up       the statements\n"
     "  -- down     what takes them back (without it there is no rollback)\n"
     "  -- verify   a SELECT that gives 1 where it has had its effect (may be left out)\n"
     "and, before them, `-- kind: schema|data|fix|seed` and `-- description: one line`.\n"},
    {"db rollback",
     "Examples:\n"
     "  deltagraph stop && deltagraph db rollback\n"
     "  deltagraph db rollback --to 3 --yes    all after number 3, rows and all\n"},
    {"db adopt", "Example:\n  deltagraph db adopt 0004\n"},
    {"db audit",
     "Examples:\n"
     "  deltagraph db audit                    exit 1: something is not as declared\n"
     "  deltagraph db audit --json | jq '.tables[] | select(.standing == \"unexpected\")'\n"},
    {"db verify", "Example:\n  deltagraph db verify && echo 'as it should be'\n"},
    {"db inspect",
     "Examples:\n"
     "  deltagraph db inspect                  tables and views\n"
     "  deltagraph db inspect files --limit 5 --offset 10\n"},
    {"db schema",
     "Examples:\n"
     "  deltagraph db schema --sql | sqlite3 empty.db\n"
     "  deltagraph db schema --dot | dot -Tsvg > schema.svg\n"},
    {"db slow",
     "Examples:\n"
     "  deltagraph db slow --limit 3\n"
     "  deltagraph db slow --json | jq '.items[] | select(.warnings != []) | .sql'\n"},
    {"db diff", "Example:\n  deltagraph db diff .deltagraph/backups/auto-20261121.db\n"},
    {"schema-request",
     "Tables of your own beside the graph, reviewed like code. They lie in "
     ".deltagraph/requests.db.\n"
     "Examples:\n"
     "  deltagraph schema-request schema > request.schema.json      what a request may say\n"
     "  deltagraph schema-request create --file notes.json          by Ada\n"
     "  deltagraph schema-request migration 0192f3c4                the SQL, tried on a copy\n"
     "  deltagraph schema-request approve 0192f3c4 --by grace\n"
     "  deltagraph schema-request apply 0192f3c4\n"},
    {"schema-request create",
     "Examples:\n"
     "  deltagraph schema-request create --file notes.json\n"
     "  deltagraph schema-request create --file notes.json --draft --json | jq .findings\n"
     "\nWith --json it prints:\n"
     "  {\"accepted\", \"request\": REQUEST or null, \"automatic\": {\"applied\", \"reason\"},\n"
     "   \"errors\", \"warnings\", \"findings\": [{\"code\", \"severity\", \"pointer\", "
     "\"message\",\n"
     "   \"suggestion\"}], \"more\"}\n"
     "With {\"requests\": {\"auto_create\": true}} in config.json the program itself approves and "
     "applies\n"
     "what makes a new table without error, warning or foreign key, about which there is no other\n"
     "request and nobody's rejection. \"reason\" is that rule, or why it does not hold.\n"},
    {"schema-request check",
     "Example:\n  deltagraph schema-request check --file notes.json && echo 'no errors'\n"
     "\nWith --json it prints:\n"
     "  {\"valid\", \"migration\", \"errors\", \"warnings\", \"findings\", \"more\"}\n"},
    {"schema-request update",
     "Example:\n  deltagraph schema-request update 0192f3c4 --file notes.json\n"},
    {"schema-request list",
     "Examples:\n"
     "  deltagraph schema-request list --status requested\n"
     "  deltagraph schema-request list --json | jq -r '.items[].id'\n"
     "\nWith --json it prints:\n"
     "  {\"items\": [REQUEST], \"total\", \"limit\", \"offset\"}\n"
     "  REQUEST is {\"id\", \"tableName\", \"operation\", \"status\", \"owner\", \"requestedBy\",\n"
     "   \"submittedBy\", \"justification\", \"relatedIssue\", \"migration\", \"createdAt\", "
     "\"updatedAt\",\n"
     "   \"approvedBy\", \"approvedAt\", \"approvedHash\", \"scheduledAt\", \"scheduledBy\", "
     "\"scheduleNote\"}\n"},
    {"schema-request show",
     "Example:\n  deltagraph schema-request show 0192f3c4\n"
     "\nWith --json it prints:\n"
     "  {\"request\": REQUEST, \"document\", \"sqlHash\", \"errors\", \"warnings\", \"findings\", "
     "\"more\"}\n"},
    {"schema-request migration",
     "Examples:\n"
     "  deltagraph schema-request migration 0192f3c4\n"
     "  deltagraph schema-request migration 0192f3c4 --json | jq -r .up\n"
     "\nWith --json it prints:\n"
     "  {\"id\", \"migration\", \"sqlHash\", \"up\", \"down\", \"tested\", \"failure\",\n"
     "   \"downNeedsEmptyTable\", \"applied\"}\n"},
    {"schema-request approve",
     "Exit 1: it cannot be approved, and why. The approval holds for this SQL on these tables "
     "alone.\n"
     "Examples:\n"
     "  deltagraph schema-request approve 0192f3c4 --by grace\n"
     "  deltagraph schema-request approve 0192f3c4 --by grace --hash 9f86d081…   what was "
     "reviewed\n"},
    {"schema-request reject",
     "Example:\n  deltagraph schema-request reject 0192f3c4 --by grace --reason 'use "
     "review_notes'\n"},
    {"schema-request submit", "Example:\n  deltagraph schema-request submit 0192f3c4\n"},
    {"schema-request reopen", "Example:\n  deltagraph schema-request reopen 0192f3c4\n"},
    {"schema-request apply",
     "A second time it checks that the table is as the migration left it.\n"
     "Example:\n  deltagraph schema-request apply 0192f3c4\n"
     "\nWith --json it prints:\n"
     "  {\"request\": REQUEST, \"migration\", \"already\", \"durationMs\", \"backup\"}\n"},
    {"schema-request schedule",
     "A running service applies it soon after that time, with all checks of 'apply'; what was "
     "missed,\n"
     "when it starts. Where the approval is void by then, nothing is applied, and 'show' and "
     "'audit'\n"
     "say so.\n"
     "Examples:\n"
     "  deltagraph schema-request schedule 0192f3c4 --at 2026-11-21T22:00 --by grace\n"
     "  deltagraph schema-request schedule 0192f3c4 --never\n"
     "\nWith --json it prints:\n"
     "  {\"request\": REQUEST}\n"},
    {"schema-request apply-due",
     "Exit 1: one that was due could not be applied.\n"
     "Example, where no service runs:\n"
     "  */5 * * * *  deltagraph --project /srv/shop schema-request apply-due\n"
     "\nWith --json it prints:\n"
     "  {\"items\": [{\"request\": REQUEST, \"applied\", \"failure\", \"triedAgain\"}], "
     "\"applied\",\n"
     "   \"failed\", \"nextAt\"}\n"},
    {"schema-request performance",
     "Each look-up is run with values out of the table. \"scanned\" is what SQLite looked at "
     "without "
     "an\n"
     "index's help. An index is useless where no look-up by its keys takes it, another serves the "
     "same,\n"
     "or it narrows nothing down.\n"
     "Examples:\n"
     "  deltagraph schema-request performance\n"
     "  deltagraph schema-request performance review_notes --json | jq '.items[].warnings'\n"
     "\nWith --json it prints:\n"
     "  {\"items\": [{\"table\", \"request\", \"rows\", \"bytes\", \"indexBytes\", \"lookups\": "
     "[{\"of\",\n"
     "   \"name\", \"keys\", \"sql\", \"plan\", \"bytes\", \"runs\", \"rows\", \"scanned\", "
     "\"medianMs\",\n"
     "   \"worstMs\", \"useless\"}], \"warnings\"}], \"warnings\"}\n"},
    {"schema-request propose",
     "Adds the numbered migration, the document and a description below .deltagraph/ to HEAD's "
     "tree, "
     "on a\n"
     "new branch; work tree, index and the current branch stay as they are.\n"
     "Examples:\n"
     "  deltagraph schema-request propose 0192f3c4\n"
     "  deltagraph schema-request propose 0192f3c4 --branch notes --json | jq -r .push\n"
     "\nWith --json it prints:\n"
     "  {\"branch\", \"commit\", \"base\", \"files\", \"remote\", \"push\"}\n"},
    {"schema-request rollback",
     "Examples:\n"
     "  deltagraph schema-request rollback 0192f3c4                  the table is empty\n"
     "  deltagraph schema-request rollback 0192f3c4 --discard-data   after a backup\n"
     "\nWith --json it prints:\n"
     "  {\"request\": REQUEST, \"migration\", \"durationMs\", \"rowsLost\", \"backup\"}\n"},
    {"schema-request audit",
     "Example:\n  deltagraph schema-request audit 0192f3c4 --json | jq '.items[].action'\n"
     "\nWith --json it prints:\n"
     "  {\"items\": [{\"sequence\", \"action\", \"tableName\", \"fromStatus\", \"status\", "
     "\"performedBy\",\n"
     "   \"account\", \"executedAt\", \"reason\", \"sqlHash\", \"sqlExecuted\", "
     "\"errorMessage\"}],\n"
     "   \"total\", \"limit\", \"offset\"}\n"},
    {"schema-request schema",
     "Example:\n  deltagraph schema-request schema > request.schema.json\n"},
    {"validate",
     "Examples:\n"
     "  deltagraph validate           exit 0: all sides agree; 1: they differ, and where\n"
     "  deltagraph validate --deep --repair --json | jq .findings\n"},
    {"watch",
     "Examples:\n"
     "  deltagraph watch --json | jq -c '.broken[]'\n"
     "  deltagraph watch --since 41 --json       all after commit 41, then live: to go on after\n"
     "                                           a break without a gap or a repeat\n"
     "Each delta has a \"point\", SEQ@REPLICA. Given back as --since it is refused where the "
     "database\n"
     "is another one by now (restored, set aside, begun anew), which a mere number cannot tell.\n"},
    {"why",
     "Examples:\n"
     "  deltagraph why checkout Cart.pay\n"
     "  deltagraph why src/app.ts:12 src/cart.ts::Cart.pay --json | jq '.items[].sites[].steps'\n"},
    {"why-not",
     "Examples:\n"
     "  deltagraph why-not checkout Cart.pay\n"
     "  deltagraph why-not a b && echo 'there is no edge'\n"},
    {"explain-import",
     "Examples:\n"
     "  deltagraph explain-import src/app.ts:3           each candidate, and the rule it comes "
     "from\n"
     "  deltagraph explain-import src/app.ts             where all its imports lead\n"
     "  deltagraph explain-import src/app.ts @/lib/pay   as if the file had this import\n"},
    {"unresolved",
     "Examples:\n"
     "  deltagraph unresolved src/cart.ts\n"
     "  deltagraph unresolved src --reasons no_module,not_found\n"
     "  deltagraph unresolved --json | jq .by_reason\n"},
    {"validate-imports",
     "Examples:\n"
     "  deltagraph validate-imports              exit 1: an import is broken\n"
     "  deltagraph validate-imports src/app.ts\n"
     "  deltagraph validate-imports --json --limit 10000 | jq '.unused_exports.items[]'\n"},
    {"why-ignored",
     "Examples:\n"
     "  deltagraph why-ignored dist/bundle.js\n"
     "  deltagraph why-ignored packages/link     a symbolic link: what it names, and where that "
     "is\n"},
    {"completion",
     "Examples:\n"
     "  source <(deltagraph completion bash)\n"
     "  deltagraph completion zsh > ~/.zfunc/_deltagraph\n"
     "  deltagraph completion fish > ~/.config/fish/completions/deltagraph.fish\n"},
    {"help", "Example:\n  deltagraph help callers\n"},
};

std::string answer_of(const std::string& command) {
  for (const Method& method : methods()) {
    if (command != method.name) continue;
    std::string text = std::string("With --json it prints:\n") + method.answer;
    if (text.find("ATOM") != std::string::npos) {
      text +=
          "  ATOM is {\"id\", \"kind\", \"file\", \"name\", \"qualified_name\", \"line\", \"col\", "
          "\"end_line\",\n   \"exported\"}\n";
    }
    if (text.find("PAGE") != std::string::npos) {
      text += "  PAGE is \"total\", \"truncated\", and \"next_cursor\" where there is more\n";
    }
    text += "  and with each: \"sequence\", \"age_ms\", \"behind\", \"pending\", \"live\"\n";
    if (method.has_past) text += "  and with --at: \"as_of\", the time of that commit\n";
    return text;
  }
  return {};
}

/// The command of these words, `db backup` or `db`; null: there is none.
const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (const std::string& word : words) {
    const CLI::App* found = nullptr;
    for (const CLI::App* each : at->get_subcommands([](const CLI::App*) { return true; })) {
      if (each->get_name() == word && !each->get_group().empty()) found = each;
    }
    if (found == nullptr) return nullptr;
    at = found;
  }
  return at;
}

int show_help(Session& session, const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) {
    Invocation unused;  // A fresh app: one that has read a command explains that command.
    session.out.write(make_app(unused)->help());
    return session.finish(Exit::done);
  }
  if (const CLI::App* command = find_command(app, words)) {
    session.out.write(help_of(*command));
    return session.finish(Exit::done);
  }
  std::string typed;
  for (const std::string& word : words) typed += (typed.empty() ? "" : " ") + word;
  return session.fail(no_such_command(app, typed));
}

}  // namespace

std::string examples_of(const std::string& command) {
  std::string text;
  for (const Examples& examples : kExamples) {
    if (command == examples.command) text = examples.text;
  }
  const std::string answer = answer_of(command);
  if (!answer.empty()) text += "\n" + answer;
  return text;
}

void add_help(CLI::App& app, Invocation& invocation) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      add_command(app, "help", "Explain a command, with examples", invocation,
                  [&app, words](Session& session) { return show_help(session, app, *words); });
  command->add_option("COMMAND", *words, "One of those that 'deltagraph help' lists")
      ->expected(0, 2);
}

}  // namespace dg
