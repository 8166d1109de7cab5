// `deltagraph schema-request`: what the program does by a rule or at a time, what it measures, and
// a request as a branch for a pull request.

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

const std::string kExamples = std::string(DELTAGRAPH_SOURCE_DIR) + "/tests/requests/";

class SchemaRequestMore : public CliTest {
 protected:
  Ran request(Words arguments) const {
    arguments.insert(arguments.begin(), "schema-request");
    return run(arguments);
  }
  std::string create(const std::string& example) const {
    const Ran ran = request({"create", "--file", kExamples + example, "--by", "ada", "--json"});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    return ran.json()["request"]["id"];
  }
  std::string approved(const std::string& example) const {
    const std::string id = create(example);
    EXPECT_EQ(request({"approve", id, "--by", "grace"}).code, 0);
    return id;
  }
  std::string status(const std::string& id) const {
    return request({"show", id, "--json"}).json()["request"]["status"];
  }
  /// Waits for a service; that it takes too long is a failure, and no measure.
  bool becomes(const std::string& id, const std::string& wanted) const {
    for (int i = 0; i < 600; ++i) {
      if (status(id) == wanted) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }
  void execute(const std::string& sql) const {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open((root() + "/.deltagraph/requests.db").c_str(), &db), SQLITE_OK);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> owner(db, sqlite3_close);
    sqlite3_busy_timeout(db, 10'000);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
  }
  /// As if its time, which has to be set, had come long ago.
  void make_due(const std::string& id) const {
    execute("UPDATE schema_requests SET scheduled_ms = 1000 WHERE id = '" + id + "'");
  }
  Ran git(Words arguments) const {
    const Words common{"-c", "user.name=T", "-c", "user.email=t@example.org"};
    arguments.insert(arguments.begin(), common.begin(), common.end());
    RunOptions options;
    options.program = "/usr/bin/git";
    return run(arguments, options);
  }
  /// A repository with one commit and an author, and something in work tree and index besides.
  void make_repository() const {
    EXPECT_EQ(git({"init", "-q", "-b", "main"}).code, 0);
    EXPECT_EQ(git({"config", "user.name", "Ada"}).code, 0);
    EXPECT_EQ(git({"config", "user.email", "ada@example.org"}).code, 0);
    EXPECT_EQ(git({"add", "-A"}).code, 0);
    EXPECT_EQ(git({"commit", "-q", "-m", "A shop"}).code, 0);
    project_.write("staged.js", "export const a = 1;\n");
    EXPECT_EQ(git({"add", "staged.js"}).code, 0);
    project_.write("staged.js", "export const a = 2;\n");
  }
  /// All that a proposal must leave as it is.
  std::string checkout() const {
    return git({"status", "--porcelain=v2", "--branch"}).out + git({"diff"}).out +
           git({"diff", "--cached"}).out + project_.read(".git/HEAD");
  }
};

TEST_F(SchemaRequestMore, S5_48_ALowRiskTableIsMadeAtOnceWhereTheConfigurationSaysSo) {
  const Ran off =
      request({"create", "--file", kExamples + "good/01_review_notes.json", "--by", "ada"});
  EXPECT_EQ(off.code, 0);
  EXPECT_NE(off.out.find("Not applied automatically: auto_create is off"), std::string::npos)
      << off.out;
  project_.write(".deltagraph/config.json", R"({"requests": {"auto_create": true}})");
  const Ran on =
      request({"create", "--file", kExamples + "good/01_review_notes.json", "--by", "ada"});
  EXPECT_EQ(on.code, 0);
  EXPECT_NE(on.out.find("migrated"), std::string::npos) << on.out;
  EXPECT_NE(on.out.find("Approved and applied at once by auto_create"), std::string::npos)
      << on.out;
  const std::string warned = create("good/10_many_warnings.json");
  EXPECT_EQ(status(warned), "requested");
  const Ran audit = request(
      {"audit", request({"list", "--status", "migrated", "--json"}).json()["items"][0]["id"]});
  EXPECT_NE(audit.out.find("deltagraph (auto_create)"), std::string::npos) << audit.out;
}

TEST_F(SchemaRequestMore, S5_51_WithoutAServiceApplyDueDoesIt) {
  const std::string id = approved("good/01_review_notes.json");
  EXPECT_EQ(request({"schedule", id}).code, 2) << "neither a time nor never";
  EXPECT_EQ(request({"schedule", id, "--at", "2096-01-02", "--never"}).code, 2);
  EXPECT_EQ(request({"schedule", id, "--at", "soon"}).code, 2);
  EXPECT_EQ(request({"schedule", id, "--at", "2001-01-02"}).code, 2) << "it has passed";
  EXPECT_EQ(request({"schedule", id, "--never"}).code, 1);
  EXPECT_EQ(request({"schedule", create("good/02_owners.json"), "--at", "2096-01-02"}).code, 1);
  const Ran set = request({"schedule", id, "--at", "2096-01-02T03:04:05Z", "--by", "grace"});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_NE(set.out.find("2096-01-02T03:04:05Z"), std::string::npos) << set.out;
  EXPECT_NE(request({"list"}).out.find("2096-01-02T03:04:05Z"), std::string::npos);
  EXPECT_NE(request({"show", id}).out.find("2096-01-02T03:04:05Z"), std::string::npos);
  const Ran early = request({"apply-due"});
  EXPECT_EQ(early.code, 0);
  EXPECT_NE(early.out.find("Nothing is due."), std::string::npos) << early.out;
  make_due(id);
  const Ran due = request({"apply-due", "--json"});
  EXPECT_EQ(due.code, 0) << due.err;
  EXPECT_EQ(due.json()["applied"], 1);
  EXPECT_EQ(status(id), "migrated");
  const std::string other = approved("good/04_rule_results.json");
  ASSERT_EQ(request({"schedule", other, "--at", "2096-01-02"}).code, 0);
  execute("CREATE TABLE rule_results (mine TEXT)");
  make_due(other);
  const Ran failed = request({"apply-due"});
  EXPECT_EQ(failed.code, 1) << failed.out;
  EXPECT_NE(failed.out.find("the approval is void"), std::string::npos) << failed.out;
  EXPECT_NE(request({"show", other}).out.find("the approval is void"), std::string::npos);
}

TEST_F(SchemaRequestMore, S5_51_AServiceAppliesWhatItMissedAndWhatFallsDueWhileItRuns) {
  const std::string missed = approved("good/01_review_notes.json");
  ASSERT_EQ(request({"schedule", missed, "--at", "2096-01-02", "--by", "grace"}).code, 0);
  make_due(missed);
  const std::unique_ptr<Running> serve = start({"serve"});
  EXPECT_TRUE(becomes(missed, "migrated"));
  const std::string later = approved("good/02_owners.json");
  ASSERT_EQ(request({"schedule", later, "--at", "2096-01-02", "--by", "grace"}).code, 0);
  make_due(later);
  EXPECT_TRUE(becomes(later, "migrated"));
  const std::string broken = approved("good/04_rule_results.json");
  execute("CREATE TABLE rule_results (mine TEXT)");
  ASSERT_EQ(request({"schedule", broken, "--at", "2096-01-02", "--by", "grace"}).code, 0);
  make_due(broken);
  EXPECT_TRUE(becomes(broken, "requested"));
  EXPECT_NE(request({"audit", broken}).out.find("SCHEDULE_FAILED"), std::string::npos);
}

TEST_F(SchemaRequestMore, S5_52_PerformanceIsMeasuredAndPrinted) {
  EXPECT_NE(request({"performance"}).out.find("No request has made a table yet."),
            std::string::npos);
  const std::string id = approved("good/01_review_notes.json");
  EXPECT_EQ(request({"performance", id}).code, 1) << "there is no table yet";
  EXPECT_EQ(request({"performance", "nothing"}).code, 4);
  ASSERT_EQ(request({"apply", id, "--by", "grace"}).code, 0);
  execute("INSERT INTO review_notes (atom_id, body) VALUES ('a', 'x'), ('b', 'y')");
  const Ran shown = request({"performance", "review_notes"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("review_notes: 2 rows"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("idx_review_notes_atom_id"), std::string::npos) << shown.out;
  const Ran json = request({"performance", id, "--json"});
  EXPECT_EQ(json.json()["items"][0]["lookups"][0]["runs"], 2);
}

TEST_F(SchemaRequestMore, S5_53_AProposalIsACommitOnABranchOfItsOwn) {
  const std::string id = create("good/01_review_notes.json");
  make_repository();
  EXPECT_EQ(git({"remote", "add", "origin", "https://example.org/shop.git"}).code, 0);
  const std::string before = checkout();
  const Ran ran = request({"propose", id, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const nlohmann::json answer = ran.json();
  EXPECT_EQ(checkout(), before) << "work tree, index and branch are as they were";
  const std::string branch = answer["branch"];
  EXPECT_TRUE(branch.starts_with("schema-request/")) << branch;
  EXPECT_EQ(answer["push"], "git push -u origin " + branch);
  EXPECT_EQ(git({"rev-parse", branch}).out, answer["commit"].get<std::string>() + "\n");
  EXPECT_EQ(git({"rev-parse", branch + "^"}).out, git({"rev-parse", "main"}).out);
  EXPECT_EQ(git({"diff", "--name-status", "main", branch}).out,
            "A\t.deltagraph/migrations/0001_create_review_notes.sql\n"
            "A\t.deltagraph/requests/0001_create_review_notes.json\n"
            "A\t.deltagraph/requests/0001_create_review_notes.md\n");
  const auto file = [&](const std::string& name) {
    return git({"show", branch + ":.deltagraph/" + name}).out;
  };
  const nlohmann::json migration = request({"migration", id, "--json"}).json();
  const std::string sql = file("migrations/0001_create_review_notes.sql");
  EXPECT_NE(sql.find("\n-- up\n" + migration["up"].get<std::string>()), std::string::npos) << sql;
  EXPECT_NE(sql.find("\n-- down\n" + migration["down"].get<std::string>()), std::string::npos);
  const std::string page = file("requests/0001_create_review_notes.md");
  for (const std::string part :
       {"# Create table `review_notes`", "Reviewers want to keep", "platform", "CREATE TABLE",
        "No errors and no warnings.", "## Rollback", "DROP TABLE"})
    EXPECT_NE(page.find(part), std::string::npos) << part << "\n" << page;
  EXPECT_NE(page.find(migration["sqlHash"].get<std::string>()), std::string::npos);
  project_.write("merged.json", file("requests/0001_create_review_notes.json"));
  EXPECT_EQ(request({"create", "--file", "merged.json", "--json"}).json()["request"]["id"], id)
      << "the document is what was handed in";
}

TEST_F(SchemaRequestMore, S5_53_AMergedProposalLeavesTheGraphsDatabaseAlone) {
  index();
  const std::string id = create("good/01_review_notes.json");
  make_repository();
  EXPECT_EQ(git({"commit", "-q", "-a", "-m", "More"}).code, 0);
  ASSERT_EQ(request({"propose", id, "--branch", "notes"}).code, 0);
  EXPECT_EQ(git({"merge", "-q", "notes"}).code, 0);
  EXPECT_TRUE(fs::exists(root() + "/.deltagraph/migrations/0001_create_review_notes.sql"));
  const Ran migrated = run({"db", "migrate", "--json"});
  EXPECT_EQ(migrated.code, 0) << migrated.err;
  EXPECT_EQ(migrated.json()["done"].size(), 0u) << migrated.out;
  ASSERT_EQ(request({"propose", create("good/02_owners.json"), "--branch", "owners"}).code, 0);
  EXPECT_NE(git({"diff", "--name-only", "main", "owners"}).out.find("0002_create_owners.sql"),
            std::string::npos);
}

TEST_F(SchemaRequestMore, S5_53_WhatCannotBeProposedIsRefusedAndChangesNothing) {
  const std::string id = create("good/01_review_notes.json");
  const auto refused = [&](const Words& more, int code, const std::string& reason) {
    Words words{"propose"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("--json");
    const Ran ran = request(words);
    EXPECT_EQ(ran.code, code) << reason << ran.out << ran.err;
    EXPECT_NE(ran.err.find(reason), std::string::npos) << ran.err;
    EXPECT_FALSE(ran.error().value("cure", "").empty()) << reason;
  };
  refused({id}, 4, "lies in no git repository");
  EXPECT_EQ(git({"init", "-q", "-b", "main"}).code, 0);
  refused({id}, 1, "has no commit yet");
  make_repository();
  const std::string refs = git({"for-each-ref"}).out;
  refused({id, "--branch", "main"}, 1, "exists");
  refused({id, "--branch", "a..b"}, 2, "is no name that git takes");
  refused({id, "--branch=-x"}, 2, "is no name that git takes");
  refused({"nothing"}, 4, "there is no such request");
  const Ran draft =
      request({"create", "--file", kExamples + "bad/no_primary_key.json", "--draft", "--json"});
  refused({draft.json()["request"]["id"]}, 1, "E1");
  const std::string rejected = create("good/02_owners.json");
  ASSERT_EQ(request({"reject", rejected, "--by", "grace"}).code, 0);
  refused({rejected}, 1, "is rejected");
  EXPECT_EQ(git({"config", "--unset", "user.email"}).code, 0);
  refused({id}, 1, "git does not know who commits");
  EXPECT_EQ(git({"for-each-ref"}).out, refs);
  EXPECT_EQ(git({"config", "user.email", "ada@example.org"}).code, 0);
  const Ran odd = request({"propose", id, "--branch", "it's;$HOME"});
  EXPECT_EQ(odd.code, 0) << odd.err;
  EXPECT_NE(odd.out.find("git push -u origin 'it'\\''s;$HOME'"), std::string::npos) << odd.out;
  EXPECT_NE(odd.out.find("There is no remote yet"), std::string::npos) << odd.out;
}

}  // namespace
}  // namespace dg
