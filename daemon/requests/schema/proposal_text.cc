#include <algorithm>

#include "daemon/requests/schema/proposal.h"

namespace dg {
namespace {

using namespace requests;

/// A person's text as a quotation, so that nothing in it is taken for a heading or a table.
std::string quotation(const std::string& text) {
  std::string quoted = "> ";
  for (const char c : text) {
    if (c == '<' || c == '&') {
      quoted += c == '<' ? "&lt;" : "&amp;";
    } else {
      quoted += c;
    }
    if (c == '\n') quoted += "> ";
  }
  return quoted + "\n";
}

/// A fence longer than any run of backticks within.
std::string sql_block(const std::string& sql) {
  std::size_t longest = 0, run = 0;
  for (const char c : sql) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fence + "sql\n" + sql + (sql.ends_with('\n') ? "" : "\n") + fence + "\n";
}

void add_person(const char* title, const std::string& text, std::string& page) {
  if (!text.empty()) page.append("\n**").append(title).append("**\n\n").append(quotation(text));
}

std::string review_of(const Judged& judged, const Preview& preview) {
  std::string text;
  std::size_t warnings = 0;
  for (const Finding& finding : judged.findings.all()) {
    ++warnings;
    text += "- " + finding.code + " at `" + finding.pointer + "`\n\n" +
            quotation(finding.message + " " + finding.suggestion) + "\n";
  }
  const std::string count =
      warnings == 0 ? "No errors and no warnings." : std::to_string(warnings) + " warnings:";
  const std::string tried =
      preview.applied ? "The migration is applied as shown."
                      : "UP, DOWN, UP was run on a copy and gives one schema; DOWN the one before.";
  std::string approval = "Nobody has approved it yet.";
  if (!judged.row.approved_by.empty())
    approval = "Approved " + time_text(judged.row.approved_ms) + " by:\n\n" +
               quotation(judged.row.approved_by);
  return count + "\n\n" + text + tried + "\n\n" + approval + "\nSQL: sha256 `" +
         preview.migration.hash + "`\n";
}

std::string rollback_of(const Preview& preview) {
  std::string text;
  if (preview.migration.destructive)
    text += "UP loses values of columns; a backup is made before it runs.\n\n";
  text +=
      "`deltagraph schema-request rollback` runs this. Where rows or values would be lost it "
      "refuses, unless `--discard-data` says so, and makes a backup first.\n\n";
  if (!preview.down_failure.empty())
    text += "It needs an empty table:\n\n" + quotation(preview.down_failure) + "\n";
  return text + sql_block(preview.migration.down);
}

}  // namespace

std::string proposal_text(const Judged& judged, const Preview& preview) {
  const RequestRow& row = judged.row;
  const bool alters = row.operation == RequestKind::alter;
  std::string page = std::string("# ") + (alters ? "Alter" : "Create") + " table `" +
                     row.table_name + "`\n\nRequest `" + row.id + "`, " +
                     std::string(to_string(row.status)) + ", handed in " +
                     time_text(row.created_ms) + ".\n";
  add_person("Reason", row.justification, page);
  add_person("Owner", row.owner, page);
  add_person("Requested by", row.requested_by, page);
  add_person("Issue", row.related_issue, page);
  page += "\n## SQL\n\n" + sql_block(preview.migration.up);
  page += "\n## Review\n\n" + review_of(judged, preview);
  page += "\n## Rollback\n\n" + rollback_of(preview);
  page +=
      "\n## After the merge\n\nRequested tables lie in `.deltagraph/requests.db` of each checkout: "
      "hand the document beside this page in with `deltagraph schema-request create --file`, have "
      "it approved and apply it. `deltagraph db migrate` skips the numbered file.\n";
  return page;
}

}  // namespace dg
