#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

/// Files in the state folder whose name holds the text.
std::vector<std::string> kept(const TempProject& project, const std::string& text) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(project.path(".deltagraph"))) {
    const std::string name = entry.path().filename().string();
    if (name.find(text) != std::string::npos) names.push_back(name);
  }
  return names;
}

TEST_F(CliTest, IndexSaysWhatItFound) {
  const Ran ran = run({"index"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* text : {"files", "atoms", "relations", "calls", "by confidence", "exact",
                           "unresolved", "time", "database"}) {
    EXPECT_NE(ran.out.find(text), std::string::npos) << text << "\n" << ran.out;
  }
  EXPECT_EQ(ran.out.find("\x1b["), std::string::npos) << "colours in a pipe";
}

TEST_F(CliTest, IndexJsonHasItsDocumentedKeys) {
  const nlohmann::json summary = run({"index", "--json"}).json();
  EXPECT_EQ(summary["project"], root());
  EXPECT_EQ(summary["files"]["total"], 2);
  EXPECT_EQ(summary["work"]["parsed"], 2);
  EXPECT_GE(summary["atoms"]["by_kind"]["method"], 2);
  EXPECT_TRUE(summary["relations"]["by_confidence"].contains("inferred"));
  EXPECT_EQ(summary["sequence"], 1);
  EXPECT_GT(summary["database_bytes"], 0);
  EXPECT_TRUE(summary["unreadable"].empty());

  const nlohmann::json again = run({"index", root(), "--json"}, {.cwd = "/"}).json();
  EXPECT_EQ(again["work"]["parsed"], 0) << "nothing changed";
  EXPECT_EQ(again["changed"], false);
  EXPECT_EQ(again["sequence"], 1);
}

TEST_F(CliTest, SkippedAndBrokenFilesAreNamed) {
  project_.write("src/broken.js", "export function half( {\n");
  std::string calls;
  for (int i = 0; i < 12'000; ++i) calls += "f(1);";
  project_.write("src/app.min.js", calls + "\n");
  const Ran text = run({"index"});
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("src/broken.js:"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("src/app.min.js: minified"), std::string::npos) << text.out;
  const nlohmann::json stats = run({"stats", "--no-start", "--json"}).json();
  EXPECT_EQ(stats["files"]["skipped_by_reason"]["minified"], 1);
  EXPECT_EQ(stats["problem_files"][0]["file"], "src/broken.js");
}

TEST_F(CliTest, TheLargestFileIsConfigurable) {
  project_.write("src/long.js", "// " + std::string(500, 'x') + "\nexport function long() {}\n");
  const RunOptions small{.environment = {"DELTAGRAPH_MAX_FILE_BYTES=400"}};
  nlohmann::json index = run({"index", "--json"}, small).json();
  EXPECT_EQ(index["files"]["skipped_by_reason"]["too_large"], 1) << index.dump(1);
  index = run({"index", "--json"}).json();
  EXPECT_EQ(index["files"]["skipped"], 0) << "back to the default: parsed anew";
  const Ran wrong = run({"index"}, {.environment = {"DELTAGRAPH_MAX_FILE_BYTES=2MB"}});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("'2MB' is no number of bytes"), std::string::npos) << wrong.err;
}

TEST_F(CliTest, AFolderThatDoesNotExist) {
  const Ran ran = run({"index", "nowhere"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_EQ(ran.err, "deltagraph: nowhere: does not exist. Give a project's folder.\n");
  EXPECT_EQ(run({"index", "src/cart.js"}).code, 4);
  EXPECT_EQ(run({"serve", "nowhere"}).code, 4);
  EXPECT_EQ(run({"start", "nowhere"}).code, 4);
}

TEST_F(CliTest, AFolderThatCannotBeRead) {
  project_.write("secret/a.js", "f();");
  chmod(project_.root().c_str(), 0755);
  chmod(project_.path("secret").c_str(), 0);
  const Ran ran = run({"index", "secret"}, {.as_nobody = true});
  chmod(project_.path("secret").c_str(), 0755);
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("secret: cannot be read"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("permission"), std::string::npos);
  EXPECT_FALSE(fs::exists(project_.path("secret/.deltagraph")));
}

TEST_F(CliTest, AFolderThatCannotBeWritten) {
  chmod(project_.root().c_str(), 0555);
  const std::vector<std::string> nowhere{"XDG_STATE_HOME=/proc/nowhere"};
  const Ran ran = run({"index"}, {.environment = nowhere, .as_nobody = true});
  const Ran start = run({"start"}, {.environment = nowhere, .as_nobody = true});
  chmod(project_.root().c_str(), 0755);
  EXPECT_EQ(ran.code, 5) << ran.out;
  EXPECT_NE(ran.err.find("/proc/nowhere/deltagraph"), std::string::npos) << ran.err;
  EXPECT_EQ(start.code, 5) << start.out;
}

TEST_F(CliTest, AFolderThatCannotBeWrittenHasItsStateElsewhere) {
  chmod(project_.root().c_str(), 0555);
  const RunOptions nobody{.environment = {"XDG_STATE_HOME=" + nobodys_.root().string()},
                          .as_nobody = true};
  const Ran ran = run({"index"}, nobody);
  const Ran stored = run({"callers", "charge", "--no-start"}, nobody);
  const Ran start = run({"start"}, nobody);
  const Ran synced = run({"callers", "charge", "--sync"}, nobody);
  const Ran status = run({"status", "--json"}, nobody);
  const Ran stop = run({"stop"}, nobody);
  chmod(project_.root().c_str(), 0755);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("is kept in " + nobodys_.root().string()), std::string::npos) << ran.err;
  EXPECT_EQ(stored.code, 0) << stored.err;
  EXPECT_EQ(start.code, 0) << start.err;
  EXPECT_EQ(synced.code, 0) << synced.err;
  EXPECT_NE(synced.out.find("src/cart.js::pay"), std::string::npos) << synced.out;
  const std::string database = status.json()["database"]["path"];
  EXPECT_TRUE(database.starts_with(nobodys_.root().string())) << database;
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_FALSE(fs::exists(project_.path(".deltagraph")));
}

TEST_F(CliTest, AFileInPlaceOfTheStateFolderIsSaid) {
  project_.write(".deltagraph", "mine");
  for (const char* command : {"index", "start"}) {
    const Ran ran = run({command});
    EXPECT_EQ(ran.code, 5) << command;
    EXPECT_NE(ran.err.find("Move it away or remove it"), std::string::npos) << ran.err;
  }
  EXPECT_NE(run({"callers", "pay"}).err.find("is a file"), std::string::npos);
  EXPECT_EQ(project_.read(".deltagraph"), "mine");
}

TEST_F(CliTest, AnEmptyDatabaseIsNoIndex) {
  project_.write(".deltagraph/deltagraph.db", "");
  const Ran ran = run({"callers", "pay", "--no-start"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("is empty"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("deltagraph index"), std::string::npos) << ran.err;
  EXPECT_EQ(run({"index"}).code, 0);
}

TEST_F(CliTest, WhatIsIgnoredIsCountedAndTheRuleNamed) {
  project_.write("node_modules/p/index.js", "f();");
  project_.write("node_modules/p/deep/index.js", "f();");
  project_.write("src/old.gen.js", "f();");
  project_.write("src/notes.gen.txt", "");
  project_.write(".gitignore", "*.gen.*\n");
  const Ran text = run({"index"});
  EXPECT_NE(text.out.find("node_modules/ (built-in)"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("src/old.gen.js (.gitignore:1)"), std::string::npos) << text.out;
  const nlohmann::json ignored = run({"index", "--json"}).json()["ignored"];
  EXPECT_EQ(ignored["folders"], 1);
  EXPECT_EQ(ignored["files"], 1);
  EXPECT_EQ(ignored["first"][0]["pattern"], "node_modules/");
}

TEST_F(CliTest, AFolderWithoutSourcesIsSaidPlainly) {
  project_.remove("src");
  const Ran ran = run({"index"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.out.find("no JavaScript or TypeScript here"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find("; \n"), std::string::npos) << ran.out;
}

TEST_F(CliTest, TheRootAndAHomeAreRefused) {
  for (const char* command : {"index", "serve", "start"}) {
    const Ran whole = run({command, "/"});
    EXPECT_EQ(whole.code, 2) << command;
    EXPECT_NE(whole.err.find("whole file system"), std::string::npos) << whole.err;
    EXPECT_NE(whole.err.find("--force"), std::string::npos);
    EXPECT_EQ(run({command, home_.root().string()}).code, 2) << command;
  }
  home_.write("a.js", "function f() {} f();");
  EXPECT_EQ(run({"index", "--force", home_.root().string()}).code, 0);
}

/// A question starts a service: it must not be one that walks the whole disk, nor may a state
/// folder that is left in `/` make every folder a part of it.
TEST_F(CliTest, AQuestionDoesNotBeginToServeTheRootOrAHome) {
  for (const std::string& folder : {std::string("/"), home_.root().string()}) {
    const Ran asked = run({"--project", folder, "find", "f"});
    EXPECT_EQ(asked.code, 2) << folder;
    EXPECT_NE(asked.err.find("index --force " + folder), std::string::npos) << asked.err;
  }
  EXPECT_FALSE(fs::exists(home_.path(".deltagraph")));
  home_.write("a.js", "function f() {} f();");
  ASSERT_EQ(run({"index", "--force", home_.root().string()}).code, 0);
  EXPECT_EQ(run({"--project", home_.root().string(), "--no-start", "find", "f"}).code, 0);
}

TEST_F(CliTest, AFileThatCannotBeReadIsNamedAndCostsNothingElse) {
  project_.write("src/secret.js", "export function hidden() {}");
  chmod(project_.root().c_str(), 0777);
  chmod(project_.path("src/secret.js").c_str(), 0);
  fs::create_symlink("gone.js", project_.path("src/dangling.js"));
  const Ran ran = run({"index", "--json"}, {.as_nobody = true});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::string unreadable = ran.json()["unreadable"].dump();
  EXPECT_NE(unreadable.find("src/secret.js"), std::string::npos) << unreadable;
  EXPECT_EQ(ran.json()["files"]["total"], 2);
}

TEST_F(CliTest, WhatIsNoDatabaseIsSetAsideAndRebuilt) {
  project_.write(".deltagraph/deltagraph.db", std::string(9000, 'x'));
  const Ran ran = run({"index"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("corrupt"), std::string::npos) << ran.err;
  const std::vector<std::string> aside = kept(project_, ".corrupt-");
  ASSERT_EQ(aside.size(), 1u);
  EXPECT_EQ(project_.read(".deltagraph/" + aside.front()), std::string(9000, 'x'))
      << "kept as it was";
  EXPECT_EQ(run({"callers", "pay", "--no-start"}).code, 0);
}

TEST_F(CliTest, ATruncatedDatabaseIsSetAsideAndRebuilt) {
  index();
  const fs::path database = project_.path(".deltagraph/deltagraph.db");
  fs::resize_file(database, fs::file_size(database) / 2);
  const Ran unserved = run({"stats", "--no-start"});
  EXPECT_EQ(unserved.code, 5) << unserved.out;
  EXPECT_EQ(run({"index"}).code, 0);
  EXPECT_EQ(kept(project_, ".corrupt-").empty(), false);
  EXPECT_EQ(run({"callers", "pay", "--no-start"}).code, 0);
}

/// Sixty modules: their database takes some megabytes.
void write_many_modules(const TempProject& project) {
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (int j = 0; j < 40; ++j) {
      const std::string name = "f" + std::to_string(i) + "_" + std::to_string(j);
      text += "export function " + name + "(a) { return " + name + "(a) + missing" +
              std::to_string(j) + "(a); }\n";
    }
    project.write("m" + std::to_string(i) + ".js", text);
  }
}

TEST_F(CliTest, AFullDiskIsSaidAndDestroysNothing) {
  TempProject many;
  write_many_modules(many);
  const std::string folder = many.root().string();
  // The kernel answers every write beyond 600 kB of a file with ENOSPC.
  const Ran full = run({"index"}, {.cwd = folder, .full_beyond = 600'000});
  EXPECT_EQ(full.code, 5) << full.out;
  EXPECT_NE(full.err.find("full"), std::string::npos) << full.err;
  EXPECT_FALSE(many.read("m0.js").empty() || many.read("m59.js").empty());
  const Ran after = run({"index", "--json"}, {.cwd = folder});
  EXPECT_EQ(after.code, 0) << after.err;
  EXPECT_EQ(after.json()["files"]["total"], 60) << after.out;
}

TEST_F(CliTest, AFullDiskLeavesWhatWasAnswered) {
  index();
  write_many_modules(project_);
  EXPECT_EQ(run({"index"}, {.full_beyond = 600'000}).code, 5);
  const Ran old = run({"callers", "pay", "--no-start", "--json"});
  EXPECT_EQ(old.code, 0) << old.err;
  EXPECT_EQ(old.json()["sequence"], 1) << old.out;
}

}  // namespace
}  // namespace dg
