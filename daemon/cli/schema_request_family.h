#pragma once
/// \file
/// What the commands of the family `schema-request` have in common: their options, and how an
/// answer of the desk becomes output and an exit code.

#include <functional>
#include <memory>
#include <string>

#include "daemon/cli/commands.h"
#include "daemon/requests/schema/desk.h"

namespace dg {

/// What the members of the family are given.
struct SchemaAsked {
  std::string file, id, by, status, reason, hash, at, branch;
  std::int64_t limit = kDefaultRequests, offset = 0;
  bool draft = false, discard_data = false, never = false;
};

/// Opens the project's desk, asks, prints. Exit 1 where a request is refused for what it is or
/// where it stands.
int ask_desk(Session& session, const std::function<Result<Json>(SchemaDesk&)>& answer,
             void (*render)(Session&, const Json&));

/// Declares the members, each with the options that it takes.
class SchemaFamily {
 public:
  SchemaFamily(CLI::App& family, Invocation& invocation)
      : family_(family), invocation_(invocation) {}

  using Run = int (*)(Session&, const SchemaAsked&);
  CLI::App* add(const char* name, const char* summary, Run run) {
    asked_ = std::make_shared<SchemaAsked>();
    command_ =
        add_command(family_, name, summary, invocation_,
                    [asked = asked_, run](Session& session) { return run(session, *asked); });
    return command_;
  }
  SchemaFamily& id() {
    command_->add_option("ID", asked_->id, "A request's id, or a beginning of it")
        ->required()
        ->type_name("");
    return *this;
  }
  SchemaFamily& file() {
    command_->add_option("--file", asked_->file, "The request as a JSON document")
        ->required()
        ->type_name("FILE");
    return *this;
  }
  SchemaFamily& by() {
    command_->add_option("--by", asked_->by, "Who does it (default: the account)")
        ->type_name("NAME");
    return *this;
  }
  SchemaFamily& reason() {
    command_->add_option("--reason", asked_->reason, "Why, for the audit")->type_name("TEXT");
    return *this;
  }
  SchemaFamily& hash() {
    command_
        ->add_option("--hash", asked_->hash,
                     "Only if the SQL is the one with this hash ('migration' prints it)")
        ->type_name("SHA256");
    return *this;
  }
  SchemaFamily& page() {
    command_->add_option("--limit", asked_->limit, "Most entries (50)")
        ->check(CLI::Range(std::int64_t{1}, kMostRequests))
        ->type_name("N");
    command_->add_option("--offset", asked_->offset, "Entries left out before")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{999'999'999}))
        ->type_name("N");
    return *this;
  }
  SchemaAsked& asked() { return *asked_; }

 private:
  CLI::App& family_;
  Invocation& invocation_;
  std::shared_ptr<SchemaAsked> asked_;
  CLI::App* command_ = nullptr;
};

/// schedule, apply-due, performance, propose.
void add_schema_request_more(SchemaFamily& family);

}  // namespace dg
