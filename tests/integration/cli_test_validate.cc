// `deltagraph validate`: exit codes, text and JSON, with a service and without one.

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <functional>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

TEST_F(CliTest, ValidateSaysWhatItLookedAt) {
  index();
  const Ran plain = run({"validate"});
  EXPECT_EQ(plain.code, 0) << plain.out << plain.err;
  EXPECT_NE(plain.out.find("Consistent at sequence 1: 2 files"), std::string::npos) << plain.out;
  const Ran deep = run({"validate", "--deep", "--json"});
  EXPECT_EQ(deep.code, 0) << deep.err;
  EXPECT_EQ(deep.json()["consistent"], true) << deep.out;
  EXPECT_EQ(deep.json()["depth"], "deep");
  EXPECT_EQ(deep.json()["work"]["parsed"], 2);
}

TEST_F(CliTest, ValidateFindsBytesThatSizeAndTimeHide) {
  const std::string path = root() + "/src/shop.js";
  const timespec times[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  index();
  std::string text = project_.read("src/shop.js");
  const std::size_t at = text.find("checkout");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 8, "checkoff");
  project_.write("src/shop.js", text);
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  const Ran found = run({"validate", "--deep"});
  EXPECT_EQ(found.code, 1);
  EXPECT_NE(found.out.find("src/shop.js"), std::string::npos) << found.out;
  EXPECT_NE(found.out.find("validate --repair"), std::string::npos) << found.out;
  const Ran repaired = run({"validate", "--deep", "--repair"});
  EXPECT_EQ(repaired.code, 1);
  EXPECT_NE(repaired.out.find("All of it is repaired"), std::string::npos) << repaired.out;
  EXPECT_EQ(run({"validate", "--deep"}).code, 0);
}

TEST_F(CliTest, ValidateAsksTheServiceThatRuns) {
  index();
  ASSERT_EQ(run({"start"}).code, 0);
  const Ran ran = run({"validate", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.json()["consistent"], true) << ran.out;
  EXPECT_EQ(run({"status", "--json"}).json()["validation"]["last"]["depth"], "full");
}

/// Changes the database while nothing runs.
void plant(const std::string& root, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((root + "/.deltagraph/deltagraph.db").c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  EXPECT_GT(sqlite3_total_changes(db), 0);
  sqlite3_close(db);
}

TEST_F(CliTest, ValidateMendsARowThatIsMissing) {
  index();
  plant(root(), "DELETE FROM files WHERE path = 'src/shop.js'");
  const Ran found = run({"validate"});
  EXPECT_EQ(found.code, 1) << found.out << found.err;
  EXPECT_NE(found.out.find("1 difference at sequence 1"), std::string::npos) << found.out;
  const Ran repaired = run({"validate", "--repair"});
  EXPECT_EQ(repaired.code, 1) << repaired.out << repaired.err;
  EXPECT_NE(repaired.out.find("All of it is repaired, as sequence 2."), std::string::npos)
      << repaired.out;
  EXPECT_EQ(run({"validate", "--deep"}).code, 0);
  EXPECT_EQ(run({"db", "replay", "--verify"}).code, 0);
}

TEST_F(CliTest, IndexMendsWhatIsNotAsItWasCommitted) {
  index();
  plant(root(), "UPDATE files SET id = 5 WHERE path = 'src/shop.js'");
  const Ran ran = run({"index"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("All are repaired."), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("salvaged"), std::string::npos) << "history is not thrown away";
  EXPECT_EQ(run({"validate", "--deep"}).code, 0);
  EXPECT_EQ(run({"db", "replay", "--verify"}).code, 0);
}

TEST_F(CliTest, StartMendsWhatIsNotAsItWasCommitted) {
  index();
  plant(root(), "DELETE FROM files WHERE path = 'src/shop.js'");
  ASSERT_EQ(run({"start"}).code, 0);
  const nlohmann::json status = run({"status", "--json"}).json();
  EXPECT_EQ(status["state"], "ready") << status.dump(1);
  EXPECT_EQ(run({"sync"}).code, 0);
  EXPECT_EQ(run({"validate", "--deep"}).code, 0);
}

TEST_F(CliTest, ValidateThatSetTheDatabaseAsideIsNoSuccessAndStatusGoesOnTellingIt) {
  index();
  project_.write(".deltagraph/deltagraph.db", std::string(20'000, 'x'));
  const Ran ran = run({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_NE(ran.err.find(".corrupt-"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"validate"}).code, 0) << "what is there now is well";
  EXPECT_NE(run({"index"}).err.find(".corrupt-"), std::string::npos) << "who opens it next is told";
  ASSERT_EQ(run({"start"}).code, 0);
  const std::string notices = run({"status", "--json"}).json()["notices"].dump();
  EXPECT_NE(notices.find(".corrupt-"), std::string::npos) << notices;
  EXPECT_NE(run({"status"}).out.find(".corrupt-"), std::string::npos);
}

/// Four commits, of which the middle ones lose what `sql` takes from the log; then repaired.
void lose_history(const TempProject& project, const std::function<void()>& index,
                  const std::string& sql) {
  for (const char* body : {"1", "2", "3"}) {
    project.write("src/more.js", std::string("export const more = () => ") + body + ";\n");
    index();
  }
  plant(project.root().string(),
        "DROP TRIGGER atom_events_no_delete; DROP TRIGGER transactions_no_delete; "
        "DROP TRIGGER transaction_files_no_delete; DROP TRIGGER transactions_no_update;" +
            sql);
}

TEST_F(CliTest, ACommitThatTheLogLostIsNotAnsweredFor) {
  index();
  lose_history(
      project_, [this] { index(); },
      "DELETE FROM atom_events WHERE transaction_id IN (2, 3);"
      "DELETE FROM transaction_files WHERE sequence IN (2, 3);"
      "DELETE FROM transactions WHERE sequence IN (2, 3)");
  EXPECT_EQ(run({"validate", "--repair"}).code, 1);
  const Ran lost = run({"stats", "--at", "3", "--no-start", "--json"});
  EXPECT_EQ(lost.code, 4) << lost.out;
  EXPECT_EQ(lost.error()["reason"], "is a commit that the log has lost");
  EXPECT_NE(lost.error()["cure"].dump().find("#1 or #4"), std::string::npos) << lost.err;
  EXPECT_EQ(run({"diff", "--since", "2", "--no-start"}).code, 4);
  EXPECT_EQ(run({"stats", "--at", "1", "--no-start", "--json"}).err, "");
  EXPECT_EQ(run({"stats", "--at", "now", "--no-start", "--json"}).err, "");
}

TEST_F(CliTest, AStateOfWhichTheLogLostAPartIsSaidToBeInDoubt) {
  index();
  lose_history(
      project_, [this] { index(); },
      "UPDATE transactions SET committed_ms = committed_ms + 1 WHERE sequence = 4");
  EXPECT_EQ(run({"validate", "--repair"}).code, 1);
  project_.write("src/more.js", "export const more = () => 5;\n");
  index();
  const Ran doubtful = run({"stats", "--at", "4", "--no-start", "--json"});
  EXPECT_NE((doubtful.out + doubtful.err).find("may not be what was"), std::string::npos)
      << doubtful.out << doubtful.err;
  const Ran before = run({"stats", "--at", "3", "--no-start", "--json"});
  EXPECT_EQ((before.out + before.err).find("may not be what was"), std::string::npos);
  const Ran repaired = run({"stats", "--at", "5", "--no-start", "--json"});
  EXPECT_EQ((repaired.out + repaired.err).find("may not be what was"), std::string::npos)
      << "what lives is known";
}

TEST_F(CliTest, ValidateWithoutAnIndexSaysWhatToDo) {
  const Ran ran = run({"validate"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("deltagraph index"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace dg
