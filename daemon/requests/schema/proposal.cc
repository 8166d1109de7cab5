#include "daemon/requests/schema/proposal.h"

#include <algorithm>
#include <charconv>

#include "daemon/git/new_branch.h"
#include "storage/requests/identifier.h"
#include "storage/schema/migrations/migrate.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using namespace requests;

Error refused(const RequestRow& row, std::string reason, std::string cure) {
  return {ErrorKind::conflict, "request " + row.id, std::move(reason), std::move(cure)};
}

Result<> require_valid(const Judged& judged, const Preview& preview) {
  const Findings& findings = judged.findings;
  if (findings.errors() != 0) {
    const auto first = std::find_if(findings.all().begin(), findings.all().end(),
                                    [](const Finding& each) { return each.is_error(); });
    return refused(judged.row,
                   "is not valid: " + std::to_string(findings.errors()) + " errors, first " +
                       first->code + ": " + first->message,
                   first->suggestion);
  }
  if (judged.row.status == Status::rejected) {
    return refused(judged.row, "is rejected",
                   "'schema-request reopen " + judged.row.id + "' makes it a draft again.");
  }
  if (!preview.failure.empty())
    return refused(judged.row, "its migration fails: " + preview.failure, "Correct the request.");
  return Ok{};
}

/// The next number that no migration has: applied or not, in the state folder or in HEAD.
Result<std::int64_t> next_number(const ProposalPlace& place) {
  const Result<std::vector<schema::MigrationLine>> lines = schema::migration_lines(
      {place.state_folder / "deltagraph.db", place.state_folder / "migrations"});
  if (!lines) return lines.error();
  std::int64_t last = 0;
  for (const schema::MigrationLine& line : *lines) last = std::max(last, line.number.value_or(0));
  const Result<std::vector<std::string>> names =
      names_in_head(place.project, ".deltagraph/migrations");
  if (!names) return names.error();
  for (const std::string& name : *names) {
    std::int64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    last = std::max(last, number);
  }
  return last + 1;
}

std::string without_end(std::string sql) {
  while (sql.ends_with('\n')) sql.pop_back();
  return sql;
}

/// The file as `db generate` would write it, and proof that it is read as what was reviewed.
Result<std::string> migration_text(const RequestRow& row, const Migration& reviewed,
                                   schema::Migration& migration) {
  migration.description = in_comment(row.table_name + ", asked for by " + row.requested_by);
  migration.deprecated = "'schema-request apply' runs it, on requests.db; 'db migrate' does not";
  migration.up = without_end(reviewed.up);
  migration.down = without_end(reviewed.down);
  const std::string text = schema::file_text(migration);
  const Result<schema::Migration> read = schema::parse_migration(migration.name + ".sql", text);
  if (read && read->up == migration.up && read->down == migration.down && !read->deprecated.empty())
    return text;
  return refused(row, "a text in it begins a section of a migration's file",
                 "Take lines like '-- up' and '-- down' out of its comments.");
}

std::string commit_message(const Judged& judged, const Preview& preview) {
  const bool alters = judged.row.operation == RequestKind::alter;
  return std::string(alters ? "Alter" : "Create") + " table " + judged.row.table_name + "\n\n" +
         without_end(judged.row.justification) + "\n\nSchema request " + judged.row.id +
         "\nSQL sha256 " + preview.migration.hash + "\n";
}

std::string for_shell(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/-").find(c) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string four_digits(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

}  // namespace

Result<Json> propose_request(const Judged& judged, const Preview& preview,
                             const ProposalPlace& place) {
  if (const Result<> valid = require_valid(judged, preview); !valid) return valid.error();
  const Result<std::int64_t> number = next_number(place);
  if (!number) return number.error();
  const std::string& name = preview.migration.name;
  constexpr std::size_t kStamp = sizeof "YYYYMMDD_HHMMSS_" - 1;
  schema::Migration migration;
  migration.number = *number;
  migration.name = four_digits(*number) + "_" + schema::slug_of(name.substr(kStamp));
  const Result<std::string> sql = migration_text(judged.row, preview.migration, migration);
  if (!sql) return sql.error();
  const Json document = Json::parse(judged.row.document, nullptr, false);
  NewBranch wanted;
  wanted.name = place.branch.empty() ? "schema-request/" + name : place.branch;
  wanted.message = commit_message(judged, preview);
  const std::string requests = ".deltagraph/requests/" + migration.name;
  wanted.files = {{".deltagraph/migrations/" + migration.name + ".sql", *sql},
                  {requests + ".json", document.dump(2) + "\n"},
                  {requests + ".md", proposal_text(judged, preview)}};
  const Result<MadeBranch> made = commit_to_new_branch(place.project, wanted);
  if (!made) return made.error();
  Json files = Json::array();
  for (const NewFile& file : wanted.files) files.push_back(file.path);
  return Json{{"branch", wanted.name},
              {"commit", made->commit},
              {"base", made->base},
              {"files", std::move(files)},
              {"remote", made->remote.empty() ? Json() : Json(made->remote)},
              {"push", "git push -u " + for_shell(made->remote.empty() ? "origin" : made->remote) +
                           " " + for_shell(wanted.name)}};
}

}  // namespace dg
