// `deltagraph schema-request`: from a file to a table, as people and scripts see it.

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

const std::string kExamples = std::string(DELTAGRAPH_SOURCE_DIR) + "/tests/requests/";

class SchemaRequestCli : public CliTest {
 protected:
  Ran request(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "schema-request");
    return run(arguments);
  }
  /// Hands an example in; its id.
  std::string create(const std::string& example) const {
    const Ran ran = request({"create", "--file", kExamples + example, "--by", "ada", "--json"});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    return ran.json()["request"]["id"];
  }
};

TEST_F(SchemaRequestCli, S5_05_to_S5_18_AWholeLife) {
  const std::string id = create("good/01_review_notes.json");
  const Ran list = request({"list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_NE(list.out.find(id), std::string::npos) << list.out;
  EXPECT_NE(list.out.find("requested"), std::string::npos) << list.out;
  const Ran show = request({"show", id});
  EXPECT_NE(show.out.find("atom_id"), std::string::npos) << show.out;
  EXPECT_NE(show.out.find("0 errors, 0 warnings."), std::string::npos) << show.out;
  const Ran migration = request({"migration", id});
  EXPECT_EQ(migration.code, 0) << migration.err;
  EXPECT_NE(migration.out.find("CREATE TABLE IF NOT EXISTS \"review_notes\""), std::string::npos);
  EXPECT_NE(migration.out.find("DROP TABLE"), std::string::npos);
  EXPECT_NE(migration.out.find("up, down, up"), std::string::npos) << migration.out;
  EXPECT_EQ(request({"approve", id, "--by", "ada"}).code, 1) << "she asked for it";
  EXPECT_EQ(request({"apply", id, "--by", "grace"}).code, 1) << "nobody approved";
  const std::string hash = request({"migration", id, "--json"}).json()["sqlHash"];
  EXPECT_EQ(request({"approve", id, "--by", "grace", "--hash", hash}).code, 0);
  const Ran apply = request({"apply", id, "--by", "grace"});
  EXPECT_EQ(apply.code, 0) << apply.err;
  EXPECT_NE(apply.out.find("migrated"), std::string::npos) << apply.out;
  EXPECT_NE(request({"apply", id}).out.find("Nothing to do"), std::string::npos);
  EXPECT_EQ(request({"rollback", id, "--by", "grace"}).code, 0);
  EXPECT_EQ(request({"reject", id, "--by", "grace", "--reason", "no need"}).code, 0);
  EXPECT_EQ(request({"reopen", id}).code, 0);
  EXPECT_EQ(request({"submit", id}).code, 0);
  const Ran audit = request({"audit", id});
  for (const char* action :
       {"CREATE_REQUEST", "STATUS_CHANGE_APPROVED", "APPLY", "ROLLBACK", "STATUS_CHANGE_REJECTED",
        "STATUS_CHANGE_DRAFT", "STATUS_CHANGE_REQUESTED", "no need"}) {
    EXPECT_NE(audit.out.find(action), std::string::npos) << action << "\n" << audit.out;
  }
  EXPECT_FALSE(fs::exists(root() + "/.deltagraph/deltagraph.db")) << "no index is needed";
}

TEST_F(SchemaRequestCli, S4_31_ABackupHoldsTheRequestsAndARestoreBringsThemBack) {
  index();
  const std::string id = create("good/01_review_notes.json");
  ASSERT_EQ(request({"approve", id, "--by", "grace"}).code, 0);
  ASSERT_EQ(request({"apply", id, "--by", "grace"}).code, 0);
  const Ran made = run({"db", "backup", "copy.db", "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.json()["requests"], root() + "/copy.requests.db");
  EXPECT_EQ(run({"db", "backup", "copy.db"}).code, 2) << "nothing is replaced";
  ASSERT_EQ(request({"rollback", id, "--by", "grace"}).code, 0);
  create("good/02_owners.json");
  const Ran ran = run({"db", "restore", "copy.db", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["requests"]["restored"], root() + "/copy.requests.db");
  EXPECT_TRUE(fs::exists(ran.json()["requests"]["kept_as"].get<std::string>()));
  const Ran list = request({"list", "--json"});
  EXPECT_EQ(list.json()["total"], 1);
  EXPECT_EQ(list.json()["items"][0]["status"], "migrated");
  EXPECT_EQ(request({"apply", id, "--by", "grace", "--json"}).json()["already"], true)
      << "the table is there as well";
  project_.write("copy.requests.db", "no database");
  const Ran damaged = run({"db", "restore", "copy.db"});
  EXPECT_EQ(damaged.code, 5);
  EXPECT_NE(damaged.err.find("copy.requests.db"), std::string::npos) << damaged.err;
  fs::remove(root() + "/copy.requests.db");
  const Ran without = run({"db", "restore", "copy.db"});
  ASSERT_EQ(without.code, 0) << without.err;
  EXPECT_NE(without.out.find("holds no schema requests"), std::string::npos) << without.out;
  EXPECT_EQ(request({"list", "--json"}).json()["total"], 1) << "those that are there stay";
}

TEST_F(SchemaRequestCli, S5_07_ListsByStatusAndSaysWhenThereIsNothing) {
  EXPECT_EQ(request({"list"}).code, 1);
  EXPECT_NE(request({"list"}).out.find("No schema requests."), std::string::npos);
  EXPECT_FALSE(fs::exists(root() + "/.deltagraph")) << "looking makes nothing";
  create("good/01_review_notes.json");
  EXPECT_EQ(request({"list", "--status", "requested", "--json"}).json()["total"], 1);
  EXPECT_EQ(request({"list", "--status", "migrated"}).code, 1);
  const Ran wrong = request({"list", "--status", "pending"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("draft, requested"), std::string::npos) << wrong.err;
}

TEST_F(SchemaRequestCli, S5_08_S5_34_FindingsHaveCodePlaceAndSuggestion) {
  const Ran check = request({"check", "--file", kExamples + "bad/camel_case_column.json"});
  EXPECT_EQ(check.code, 1);
  for (const char* part : {"E4", "/schemaJson/columns/1/name", "Write mean_value."})
    EXPECT_NE(check.out.find(part), std::string::npos) << part << "\n" << check.out;
  const Ran json = request({"check", "--file", kExamples + "bad/camel_case_column.json", "--json"});
  EXPECT_EQ(json.json()["valid"], false);
  EXPECT_EQ(json.json()["findings"][0]["severity"], "error");
  EXPECT_EQ(request({"create", "--file", kExamples + "bad/no_primary_key.json"}).code, 1);
  EXPECT_EQ(request({"create", "--file", kExamples + "bad/no_primary_key.json", "--draft"}).code,
            0);
  EXPECT_EQ(request({"list", "--json"}).json()["items"][0]["status"], "draft");
  EXPECT_EQ(request({"check", "--file", "nothing.json"}).code, 4);
  EXPECT_EQ(request({"show", "nothing"}).code, 4);
}

TEST_F(SchemaRequestCli, S5_46_HelpCompletionAndFormAreThere) {
  const Ran help = run({"help", "schema-request", "approve"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("--hash"), std::string::npos) << help.out;
  EXPECT_NE(help.out.find("Examples:"), std::string::npos) << help.out;
  const std::string script = run({"completion", "bash"}).out;
  EXPECT_NE(script.find("check create update list show migration audit schema submit approve"),
            std::string::npos);
  EXPECT_EQ(request({"schema"}).json()["title"], "Schema request");
  EXPECT_EQ(request({}).code, 2);
}

TEST_F(SchemaRequestCli, R_34_TheConfigurationDecidesOnSelfApproval) {
  const std::string id = create("good/01_review_notes.json");
  project_.write(".deltagraph/config.json", R"({"requests": {"self_approval": true}})");
  EXPECT_EQ(request({"approve", id, "--by", "ada"}).code, 0);
  project_.write(".deltagraph/config.json", R"({"requests": {"self_aproval": true}})");
  EXPECT_EQ(request({"list"}).code, 2);
}

TEST_F(SchemaRequestCli, S5_12_AServiceAnswersOverHttpOnlyWhenAskedTo) {
  index();
  EXPECT_TRUE(run({"status", "--json"}).json()["http"].is_null());
  ASSERT_EQ(run({"start"}).code, 0);
  EXPECT_TRUE(run({"status", "--json"}).json()["http"].is_null());
  ASSERT_EQ(run({"stop"}).code, 0);
  project_.write(".deltagraph/config.json", R"({"http": {"port": 0}})");
  ASSERT_EQ(run({"start"}).code, 0);
  const std::string address = run({"status", "--json"}).json()["http"];
  EXPECT_TRUE(address.starts_with("http://127.0.0.1:")) << address;
  EXPECT_TRUE(fs::exists(root() + "/.deltagraph/http-token"));
}

}  // namespace
}  // namespace dg
