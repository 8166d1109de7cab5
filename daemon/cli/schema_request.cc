#include <fstream>
#include <functional>

#include "daemon/cli/commands.h"
#include "daemon/cli/render_schema_request.h"
#include "daemon/cli/schema_request_family.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// At most as much as a document may have, and a byte more that shows that it has more.
Result<Document> read_file(const Session& session, const std::string& name) {
  const fs::path path = session.cwd / name;
  std::error_code missing;
  if (!fs::is_regular_file(path, missing) && name != "/dev/stdin") {
    return Error{ErrorKind::not_found, path.string(), "there is no such file",
                 "Give the file that holds the request, or /dev/stdin."};
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(requests::kMostDocumentBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (text.empty() && !in.eof())) {
    return Error{ErrorKind::io, path.string(), "it cannot be read", "Check its permissions."};
  }
  return parse_document(text);
}

int ask_with_file(Session& session, const SchemaAsked& asked,
                  const std::function<Result<Json>(SchemaDesk&, const Document&)>& answer) {
  const Result<Document> document = read_file(session, asked.file);
  if (!document) return session.fail(document.error());
  return ask_desk(
      session, [&](SchemaDesk& desk) { return answer(desk, *document); }, render_judged);
}

int send(Session& session, const SchemaAsked& asked, const char* status) {
  return ask_desk(
      session,
      [&](SchemaDesk& desk) {
        return desk.set_status(asked.id, status, asked.by, asked.reason, asked.hash);
      },
      render_moved);
}

void add_readers(SchemaFamily& family) {
  CLI::App* list = family.add(
      "list", "All requests, newest first", [](Session& session, const SchemaAsked& asked) {
        return ask_desk(
            session,
            [&](SchemaDesk& desk) { return desk.list(asked.status, asked.limit, asked.offset); },
            render_requests);
      });
  list->add_option("--status", family.asked().status,
                   "Only those: draft, requested, approved, migrated or rejected")
      ->type_name("STATUS");
  family.page();
  family.add("show", "One request: its table, and what is wrong with it",
             [](Session& session, const SchemaAsked& asked) {
               return ask_desk(
                   session, [&](SchemaDesk& desk) { return desk.show(asked.id); }, render_request);
             });
  family.id();
  family.add("migration", "The SQL of a request, up and down, run on a copy first",
             [](Session& session, const SchemaAsked& asked) {
               return ask_desk(
                   session, [&](SchemaDesk& desk) { return desk.migration(asked.id); },
                   render_migration);
             });
  family.id();
  family.add(
      "audit", "Who did what with a request, and when",
      [](Session& session, const SchemaAsked& asked) {
        return ask_desk(
            session,
            [&](SchemaDesk& desk) { return desk.audit(asked.id, asked.limit, asked.offset); },
            render_audit);
      });
  family.id().page();
  family.add("schema", "The form of a request, as JSON Schema",
             [](Session& session, const SchemaAsked&) {
               session.out.write(published_schema());
               return session.finish(Exit::done);
             });
}

void add_writers(SchemaFamily& family) {
  family.add("check", "Judge a request without keeping it",
             [](Session& session, const SchemaAsked& asked) {
               return ask_with_file(session, asked, [](SchemaDesk& desk, const Document& document) {
                 return desk.check(document);
               });
             });
  family.file();
  CLI::App* create =
      family.add("create", "Hand a request in", [](Session& session, const SchemaAsked& asked) {
        return ask_with_file(session, asked, [&](SchemaDesk& desk, const Document& document) {
          return desk.create(document, asked.by, asked.draft);
        });
      });
  create->add_flag("--draft", family.asked().draft, "Keep it as a draft, errors or not");
  family.file().by();
  family.add("update", "Change a request that is not applied; an approval is void by it",
             [](Session& session, const SchemaAsked& asked) {
               return ask_with_file(session, asked,
                                    [&](SchemaDesk& desk, const Document& document) {
                                      return desk.update(asked.id, document, asked.by);
                                    });
             });
  family.id().file().by();
}

void add_movers(SchemaFamily& family) {
  family.add("submit", "Ask for what was a draft", [](Session& session, const SchemaAsked& asked) {
    return send(session, asked, "requested");
  });
  family.id().by().reason();
  family.add(
      "approve", "Approve the SQL of a request, as another person than who asked",
      [](Session& session, const SchemaAsked& asked) { return send(session, asked, "approved"); });
  family.id().by().reason().hash();
  family.add("reject", "Reject a request", [](Session& session, const SchemaAsked& asked) {
    return send(session, asked, "rejected");
  });
  family.id().by().reason();
  family.add(
      "reopen", "Make a rejected request a draft again",
      [](Session& session, const SchemaAsked& asked) { return send(session, asked, "draft"); });
  family.id().by().reason();
  family.add("apply", "Run the migration of an approved request",
             [](Session& session, const SchemaAsked& asked) {
               return ask_desk(
                   session, [&](SchemaDesk& desk) { return desk.apply(asked.id, asked.by); },
                   render_applied);
             });
  family.id().by();
  CLI::App* rollback = family.add(
      "rollback", "Take an applied migration back", [](Session& session, const SchemaAsked& asked) {
        return ask_desk(
            session,
            [&](SchemaDesk& desk) { return desk.rollback(asked.id, asked.by, asked.discard_data); },
            render_rolled_back);
      });
  rollback->add_flag("--discard-data", family.asked().discard_data,
                     "Lose the rows or values that are there; a backup is made first");
  family.id().by();
}

}  // namespace

/// The family of commands about tables that a team asks for.
void add_schema_request(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("schema-request",
                                         "Ask for tables beside the graph, review and apply them");
  command->footer(examples_of("schema-request"));
  command->require_subcommand(1);
  SchemaFamily family(*command, invocation);
  add_writers(family);
  add_readers(family);
  add_movers(family);
  add_schema_request_more(family);
}

}  // namespace dg
