// Times, measurements and proposals of schema requests.

#include "daemon/cli/render_schema_request.h"
#include "daemon/cli/schema_request_family.h"

namespace dg {
namespace {

int schedule(Session& session, const SchemaAsked& asked) {
  if (asked.never == !asked.at.empty()) {
    return session.fail({ErrorKind::usage, "schedule",
                         asked.never ? "--at and --never exclude each other" : "no time is given",
                         "Give --at TIME, or --never to take the time away"});
  }
  return ask_desk(
      session,
      [&](SchemaDesk& desk) {
        return desk.schedule(asked.id, asked.never ? "never" : asked.at, asked.by);
      },
      render_moved);
}

}  // namespace

void add_schema_request_more(SchemaFamily& family) {
  CLI::App* times = family.add(
      "schedule", "Have an approved request applied at a time, by the service", schedule);
  times
      ->add_option("--at", family.asked().at,
                   "2026-11-21T12:00, with Z or +02:00 where it is not this zone's")
      ->type_name("TIME");
  times->add_flag("--never", family.asked().never, "Take the time away");
  family.id().by();
  family.add("apply-due", "Apply what is due, as a service does: for cron",
             [](Session& session, const SchemaAsked&) {
               return ask_desk(
                   session, [](SchemaDesk& desk) { return desk.apply_due(); }, render_due);
             });
  family
      .add("performance", "Measure look-ups in requested tables: plan, time, rows scanned",
           [](Session& session, const SchemaAsked& asked) {
             return ask_desk(
                 session, [&](SchemaDesk& desk) { return desk.performance(asked.id); },
                 render_performance);
           })
      ->add_option("OF", family.asked().id, "A request's id or a table (default: all)")
      ->type_name("");
  family
      .add("propose", "Commit a request to a branch of its own, for a pull request",
           [](Session& session, const SchemaAsked& asked) {
             return ask_desk(
                 session, [&](SchemaDesk& desk) { return desk.propose(asked.id, asked.branch); },
                 render_proposal);
           })
      ->add_option("--branch", family.asked().branch,
                   "Its name (default: schema-request/MIGRATION)")
      ->type_name("NAME");
  family.id();
}

}  // namespace dg
