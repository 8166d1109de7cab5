#include <fstream>
#include <functional>
#include <memory>

#include "daemon/cli/commands.h"
#include "daemon/cli/project.h"
#include "daemon/cli/render_schema_request.h"
#include "daemon/requests/schema/desk.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// What the members of the family are given.
struct Asked {
  std::string file, id, by, status, reason, hash;
  std::int64_t limit = kDefaultRequests, offset = 0;
  bool draft = false, discard_data = false;
};

using Answer = std::function<Result<Json>(SchemaDesk&)>;
using Render = void (*)(Session&, const Json&);

/// 1 where a request is refused for what it is or where it stands: that is no trouble of ours.
int refuse(Session& session, const Error& error) {
  const int code = session.fail(error);
  return error.kind == ErrorKind::conflict ? static_cast<int>(Exit::no_result) : code;
}

/// 1 where the answer says that something is wrong with the request, or shows nothing.
Exit exit_of(const Json& answer) {
  const bool wrong = !answer.value("valid", true) || !answer.value("accepted", true) ||
                     (answer.contains("failure") && answer["failure"].is_string());
  const bool empty = answer.contains("total") && answer["total"] == 0;
  return wrong || empty ? Exit::no_result : Exit::done;
}

int ask(Session& session, const Answer& answer, Render render) {
  const Result<fs::path> project = find_project(session.settings.project, session.cwd);
  if (!project) return session.fail(project.error());
  Result<SchemaDesk> desk = SchemaDesk::open(state_folder(*project));
  if (!desk) return session.fail(desk.error());
  const Result<Json> answered = answer(*desk);
  if (!answered) return refuse(session, answered.error());
  if (session.settings.json) {
    session.out.line(json_text(*answered));
  } else {
    render(session, *answered);
  }
  return session.finish(exit_of(*answered));
}

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

int ask_with_file(Session& session, const Asked& asked,
                  const std::function<Result<Json>(SchemaDesk&, const Document&)>& answer) {
  const Result<Document> document = read_file(session, asked.file);
  if (!document) return session.fail(document.error());
  return ask(
      session, [&](SchemaDesk& desk) { return answer(desk, *document); }, render_judged);
}

int send(Session& session, const Asked& asked, const char* status) {
  return ask(
      session,
      [&](SchemaDesk& desk) {
        return desk.set_status(asked.id, status, asked.by, asked.reason, asked.hash);
      },
      render_moved);
}

/// Declares the members, each with the options that it takes.
class Family {
 public:
  Family(CLI::App& family, Invocation& invocation) : family_(family), invocation_(invocation) {}

  using Run = int (*)(Session&, const Asked&);
  CLI::App* add(const char* name, const char* summary, Run run) {
    asked_ = std::make_shared<Asked>();
    command_ =
        add_command(family_, name, summary, invocation_,
                    [asked = asked_, run](Session& session) { return run(session, *asked); });
    return command_;
  }
  Family& id() {
    command_->add_option("ID", asked_->id, "A request's id, or a beginning of it")
        ->required()
        ->type_name("");
    return *this;
  }
  Family& file() {
    command_->add_option("--file", asked_->file, "The request as a JSON document")
        ->required()
        ->type_name("FILE");
    return *this;
  }
  Family& by() {
    command_->add_option("--by", asked_->by, "Who does it (default: the account)")
        ->type_name("NAME");
    return *this;
  }
  Family& reason() {
    command_->add_option("--reason", asked_->reason, "Why, for the audit")->type_name("TEXT");
    return *this;
  }
  Family& hash() {
    command_
        ->add_option("--hash", asked_->hash,
                     "Only if the SQL is the one with this hash ('migration' prints it)")
        ->type_name("SHA256");
    return *this;
  }
  Family& page() {
    command_->add_option("--limit", asked_->limit, "Most entries (50)")
        ->check(CLI::Range(std::int64_t{1}, kMostRequests))
        ->type_name("N");
    command_->add_option("--offset", asked_->offset, "Entries left out before")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{999'999'999}))
        ->type_name("N");
    return *this;
  }
  Asked& asked() { return *asked_; }

 private:
  CLI::App& family_;
  Invocation& invocation_;
  std::shared_ptr<Asked> asked_;
  CLI::App* command_ = nullptr;
};

void add_readers(Family& family) {
  CLI::App* list =
      family.add("list", "All requests, newest first", [](Session& session, const Asked& asked) {
        return ask(
            session,
            [&](SchemaDesk& desk) { return desk.list(asked.status, asked.limit, asked.offset); },
            render_requests);
      });
  list->add_option("--status", family.asked().status,
                   "Only those: draft, requested, approved, migrated or rejected")
      ->type_name("STATUS");
  family.page();
  family.add("show", "One request: its table, and what is wrong with it",
             [](Session& session, const Asked& asked) {
               return ask(
                   session, [&](SchemaDesk& desk) { return desk.show(asked.id); }, render_request);
             });
  family.id();
  family.add("migration", "The SQL of a request, up and down, run on a copy first",
             [](Session& session, const Asked& asked) {
               return ask(
                   session, [&](SchemaDesk& desk) { return desk.migration(asked.id); },
                   render_migration);
             });
  family.id();
  family.add(
      "audit", "Who did what with a request, and when", [](Session& session, const Asked& asked) {
        return ask(
            session,
            [&](SchemaDesk& desk) { return desk.audit(asked.id, asked.limit, asked.offset); },
            render_audit);
      });
  family.id().page();
  family.add("schema", "The form of a request, as JSON Schema", [](Session& session, const Asked&) {
    session.out.write(published_schema());
    return session.finish(Exit::done);
  });
}

void add_writers(Family& family) {
  family.add("check", "Judge a request without keeping it",
             [](Session& session, const Asked& asked) {
               return ask_with_file(session, asked, [](SchemaDesk& desk, const Document& document) {
                 return desk.check(document);
               });
             });
  family.file();
  CLI::App* create =
      family.add("create", "Hand a request in", [](Session& session, const Asked& asked) {
        return ask_with_file(session, asked, [&](SchemaDesk& desk, const Document& document) {
          return desk.create(document, asked.by, asked.draft);
        });
      });
  create->add_flag("--draft", family.asked().draft, "Keep it as a draft, errors or not");
  family.file().by();
  family.add("update", "Change a request that is not applied; an approval is void by it",
             [](Session& session, const Asked& asked) {
               return ask_with_file(session, asked,
                                    [&](SchemaDesk& desk, const Document& document) {
                                      return desk.update(asked.id, document, asked.by);
                                    });
             });
  family.id().file().by();
}

void add_movers(Family& family) {
  family.add("submit", "Ask for what was a draft", [](Session& session, const Asked& asked) {
    return send(session, asked, "requested");
  });
  family.id().by().reason();
  family.add("approve", "Approve the SQL of a request, as another person than who asked",
             [](Session& session, const Asked& asked) { return send(session, asked, "approved"); });
  family.id().by().reason().hash();
  family.add("reject", "Reject a request",
             [](Session& session, const Asked& asked) { return send(session, asked, "rejected"); });
  family.id().by().reason();
  family.add("reopen", "Make a rejected request a draft again",
             [](Session& session, const Asked& asked) { return send(session, asked, "draft"); });
  family.id().by().reason();
  family.add("apply", "Run the migration of an approved request",
             [](Session& session, const Asked& asked) {
               return ask(
                   session, [&](SchemaDesk& desk) { return desk.apply(asked.id, asked.by); },
                   render_applied);
             });
  family.id().by();
  CLI::App* rollback = family.add(
      "rollback", "Take an applied migration back", [](Session& session, const Asked& asked) {
        return ask(
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
  Family family(*command, invocation);
  add_writers(family);
  add_readers(family);
  add_movers(family);
}

}  // namespace dg
