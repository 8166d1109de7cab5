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
  project_.write("src/app.min.js", "var a=" + std::string(60'000, '1') + ";\n");
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
  const Ran ran = run({"index"}, {.as_nobody = true});
  const Ran start = run({"start"}, {.as_nobody = true});
  chmod(project_.root().c_str(), 0755);
  EXPECT_EQ(ran.code, 5) << ran.out;
  EXPECT_NE(ran.err.find(".deltagraph"), std::string::npos) << ran.err;
  EXPECT_EQ(start.code, 5) << start.out;
}

TEST_F(CliTest, TheRootAndAHomeAreRefused) {
  for (const char* command : {"index", "serve", "start"}) {
    const Ran whole = run({command, "/"});
    EXPECT_EQ(whole.code, 2) << command;
    EXPECT_NE(whole.err.find("whole file system"), std::string::npos) << whole.err;
    EXPECT_NE(whole.err.find("--force"), std::string::npos);
    EXPECT_EQ(run({command, home_.root().string()}).code, 2) << command;
  }
  home_.write("a.js", "f();");
  EXPECT_EQ(run({"index", "--force", home_.root().string()}).code, 0);
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

TEST_F(CliTest, AFullDiskIsSaidAndDestroysNothing) {
  // A small file system of its own (unshare(1), tmpfs(5)): first too small for the database, then
  // not.
  const std::string script =
      "set -e; mkdir disk; mount -t tmpfs -o size=1200k tmpfs disk; mkdir disk/p; cd disk/p\n"
      "i=0; while [ $i -lt 60 ]; do j=0; while [ $j -lt 40 ]; do\n"
      "  echo \"export function f${i}_$j(a) { return f${i}_$j(a) + missing$j(a); }\"; j=$((j+1)); "
      "done > m$i.js\n"
      "  i=$((i+1)); done\n"
      "set +e; \"$0\" index . ; echo \"first $?\"; ls *.js | wc -l\n"
      "mount -o remount,size=64m tmpfs \"$PWD/..\" ; \"$0\" index . --json > out.json; echo "
      "\"second $?\"; "
      "cat out.json\n";
  const Ran ran =
      run({"-Urm", "/bin/sh", "-c", script, DELTAGRAPH_PROGRAM}, {.program = "/usr/bin/unshare"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("first 5"), std::string::npos) << ran.out << ran.err;
  EXPECT_NE(ran.err.find("full"), std::string::npos) << ran.err;
  EXPECT_NE(ran.out.find("\n60\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("second 0"), std::string::npos) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("\"total\":60"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace dg
