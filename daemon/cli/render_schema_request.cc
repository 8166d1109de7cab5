#include "daemon/cli/render_schema_request.h"

#include <algorithm>

#include "daemon/cli/figures.h"
#include "daemon/cli/table.h"

namespace dg {
namespace {

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A null counts as not given, as for whoever reads the document.
bool flag_of(const Json& json, const char* key, bool otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

Style style_of(const std::string& status) {
  if (status == "migrated") return Style::green;
  if (status == "approved") return Style::cyan;
  if (status == "rejected") return Style::red;
  return status == "requested" ? Style::yellow : Style::dim;
}

void print_findings(Session& session, const Json& answer) {
  Table table({{"", false, Style::bold},
               {"", false, Style::cyan, true, true},
               {"", false, Style::plain, false}});
  for (const Json& finding : answer["findings"]) {
    table.row({text_of(finding, "code"), text_of(finding, "pointer"), text_of(finding, "message")});
    table.row({"", "", text_of(finding, "suggestion")});
  }
  table.print(session.out);
  if (const auto more = answer.value("more", std::uint64_t{0}); more > 0)
    session.out.line("and " + grouped(more) + " more.");
}

std::string tally(const Json& answer) {
  return counted(answer.value("errors", std::uint64_t{0}), "error") + ", " +
         counted(answer.value("warnings", std::uint64_t{0}), "warning");
}

std::string named(const Json& request) {
  return "request " + text_of(request, "id") + " (" + text_of(request, "operation") + " " +
         text_of(request, "tableName") + ")";
}

void print_status(Session& session, const Json& request) {
  const std::string status = text_of(request, "status");
  session.out.line(printable(named(request)) + ": " + session.out.paint(style_of(status), status));
}

/// Whether the program itself has approved and applied it, and why or why not.
void print_automatic(Session& session, const Json& answer) {
  const auto automatic = answer.find("automatic");
  if (automatic == answer.end() || !automatic->is_object()) return;
  session.out.line(
      printable((automatic->value("applied", false) ? "Approved and applied at once by "
                                                    : "Not applied automatically: ") +
                text_of(*automatic, "reason") + "."));
}

void print_page(Session& session, const Json& answer) {
  const std::uint64_t shown = answer["items"].size();
  const auto total = answer.value("total", std::uint64_t{0});
  const auto offset = answer.value("offset", std::uint64_t{0});
  if (offset + shown >= total) return;
  session.out.line(session.out.paint(
      Style::yellow, grouped(shown) + " of " + grouped(total) + " shown; more with --offset " +
                         std::to_string(offset + shown) + " or --limit N"));
}

/// The columns and indexes of a table as the document has them, errors and all.
void print_table(Session& session, const Json& definition) {
  if (!definition.is_object()) return;
  Table columns({{"column", false, Style::bold},
                 {"type"},
                 {"null"},
                 {"default"},
                 {"comment", false, Style::dim, true}});
  const Json key = definition.value("primaryKey", Json::array());
  for (const Json& column : definition.value("columns", Json::array())) {
    if (!column.is_object()) continue;
    const bool in_key = flag_of(column, "primaryKey", false) ||
                        std::find(key.begin(), key.end(), text_of(column, "name")) != key.end();
    columns.row({text_of(column, "name"), text_of(column, "type") + (in_key ? " key" : ""),
                 in_key || !flag_of(column, "nullable", true) ? "no" : "yes",
                 text_of(column, "defaultValue"), text_of(column, "comment")});
  }
  columns.print(session.out, 2);
  Table indexes({{"index", false, Style::bold}, {"of"}, {""}});
  for (const Json& index : definition.value("indexes", Json::array())) {
    if (!index.is_object()) continue;
    std::string of;
    for (const Json& column : index.value("columns", Json::array()))
      of += (of.empty() ? "" : ", ") + column.get<std::string>();
    indexes.row({text_of(index, "name"), of, flag_of(index, "unique", false) ? "unique" : ""});
  }
  if (!indexes.empty()) indexes.print(session.out, 2);
}

void print_changes(Session& session, const Json& changes) {
  for (const Json& change : changes) {
    const std::string op = text_of(change, "op");
    std::string what = text_of(change, "from");
    what += (what.empty() ? "" : " -> ") + text_of(change, "to");
    for (const char* part : {"column", "index"}) {
      if (change.contains(part))
        what = text_of(change[part], "name") + " " + text_of(change[part], "type");
    }
    session.out.line("  " + printable(op + " " + what));
    if (change.contains("schemaJson")) print_table(session, change["schemaJson"]);
  }
}

}  // namespace

void render_judged(Session& session, const Json& answer) {
  print_findings(session, answer);
  const Json request = answer.value("request", Json());
  if (request.is_object()) {
    print_status(session, request);
    print_automatic(session, answer);
    session.out.line(tally(answer) + ". Next: 'deltagraph schema-request migration " +
                     text_of(request, "id") + "'.");
  } else if (answer.value("valid", false)) {
    session.out.line(session.out.paint(Style::green, "Valid") + ": " + tally(answer) + ".");
  } else {
    session.out.line(session.out.paint(Style::red, "Refused") + ": " + tally(answer) +
                     "; nothing is kept.");
  }
}

void render_requests(Session& session, const Json& answer) {
  if (answer["items"].empty()) {
    session.out.line(answer.value("total", 0) == 0
                         ? "No schema requests. 'deltagraph schema-request create --file F' hands "
                           "one in."
                         : "No more schema requests.");
    return;
  }
  Table table({{"id", false, Style::bold},
               {"table", false, Style::plain, true},
               {""},
               {"status", false, Style::cyan},
               {"by", false, Style::plain, true},
               {"issue", false, Style::plain, true},
               {"created", false, Style::dim},
               {"to be applied", false, Style::yellow}});
  for (const Json& request : answer["items"]) {
    table.row({text_of(request, "id"), text_of(request, "tableName"), text_of(request, "operation"),
               text_of(request, "status"), text_of(request, "requestedBy"),
               text_of(request, "relatedIssue"), text_of(request, "createdAt"),
               text_of(request, "scheduledAt")});
  }
  table.print(session.out);
  print_page(session, answer);
}

void render_request(Session& session, const Json& answer) {
  const Json& request = answer["request"];
  print_status(session, request);
  Table facts({{"", false, Style::dim}, {"", false, Style::plain}});
  const std::pair<const char*, const char*> rows[] = {{"requested by", "requestedBy"},
                                                      {"handed in by", "submittedBy"},
                                                      {"owner", "owner"},
                                                      {"for", "justification"},
                                                      {"issue", "relatedIssue"},
                                                      {"created", "createdAt"},
                                                      {"updated", "updatedAt"},
                                                      {"approved by", "approvedBy"},
                                                      {"approved", "approvedAt"},
                                                      {"to be applied", "scheduledAt"},
                                                      {"said by", "scheduledBy"},
                                                      {"its time", "scheduleNote"},
                                                      {"migration", "migration"}};
  for (const auto& [title, key] : rows) {
    if (const std::string text = text_of(request, key); !text.empty()) facts.row({title, text});
  }
  if (const std::string hash = text_of(answer, "sqlHash"); !hash.empty())
    facts.row({"SQL", "sha256 " + hash});
  facts.print(session.out);
  const Json& document = answer["document"];
  print_table(session, document.value("schemaJson", Json()));
  print_changes(session, document.value("changes", Json::array()));
  print_findings(session, answer);
  session.out.line(tally(answer) + ".");
}

void render_migration(Session& session, const Json& answer) {
  Terminal& out = session.out;
  out.line(out.paint(Style::bold, "-- UP"));
  out.write(text_of(answer, "up") + "\n");
  out.line(out.paint(Style::bold, "-- DOWN"));
  out.write(text_of(answer, "down") + "\n");
  out.line("SQL sha256 " + text_of(answer, "sqlHash"));
  if (answer.value("applied", false)) {
    out.line(out.paint(Style::green, "Applied as shown."));
    return;
  }
  if (const std::string failure = text_of(answer, "failure"); !failure.empty()) {
    out.line(out.paint(Style::red, "Not offered: ") + printable(failure));
    return;
  }
  out.line(out.paint(Style::green, "Tried on a copy:") +
           " up, down, up gives one schema, and down the one before.");
  if (const std::string down = text_of(answer, "downNeedsEmptyTable"); !down.empty()) {
    out.line(out.paint(Style::yellow, "DOWN fails while the rows are there that are now: ") +
             printable(down));
  }
}

void render_moved(Session& session, const Json& answer) {
  const Json& request = answer["request"];
  print_status(session, request);
  print_automatic(session, answer);
  if (const std::string at = text_of(request, "scheduledAt"); !at.empty()) {
    session.out.line(
        "It is applied at " + at +
        " by a running service, or by 'deltagraph schema-request apply-due' after it.");
  }
}

void render_applied(Session& session, const Json& answer) {
  print_status(session, answer["request"]);
  session.out.line(answer.value("already", false)
                       ? "Nothing to do: " + text_of(answer, "migration") +
                             " is applied, and the table is as it left it."
                       : text_of(answer, "migration") + " applied in " +
                             duration_text(answer.value("durationMs", 0.0)) + ".");
  if (const std::string backup = text_of(answer, "backup"); !backup.empty())
    session.out.line("Values of dropped columns are in " + printable(backup) + ".");
}

void render_rolled_back(Session& session, const Json& answer) {
  print_status(session, answer["request"]);
  session.out.line(text_of(answer, "migration") + " is taken back.");
  if (const std::string backup = text_of(answer, "backup"); !backup.empty()) {
    session.out.line(counted(answer.value("rowsLost", std::uint64_t{0}), "row") +
                     " lost what they held; they are in " + printable(backup) + ".");
  }
}

void render_audit(Session& session, const Json& answer) {
  Table table({{"time", false, Style::dim},
               {"action", false, Style::bold},
               {"by", false, Style::plain, true},
               {"status", false, Style::cyan},
               {"", false, Style::plain, true}});
  for (const Json& entry : answer["items"]) {
    const std::string from = text_of(entry, "fromStatus");
    std::string by = text_of(entry, "performedBy");
    if (by != text_of(entry, "account")) by += " (" + text_of(entry, "account") + ")";
    std::string more = text_of(entry, "reason");
    if (const std::string error = text_of(entry, "errorMessage"); !error.empty()) more = error;
    table.row({text_of(entry, "executedAt"), text_of(entry, "action"), by,
               (from.empty() ? "" : from + " -> ") + text_of(entry, "status"), more});
  }
  table.print(session.out);
  print_page(session, answer);
}

}  // namespace dg
