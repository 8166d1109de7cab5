#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "tests/layering/rules.h"
#include "tests/layering/sources.h"

namespace dg::layering {

void PrintTo(const Finding& finding, std::ostream* out) {
  *out << finding.path << ':' << finding.line << ": " << finding.what;
}

namespace {

namespace fs = std::filesystem;

template <typename Check>
std::vector<Finding> check_all(const Check& check) {
  std::vector<Finding> all;
  for (const SourceFile& source : own_sources()) {
    const std::vector<Finding> findings = check(source.path, source.text);
    all.insert(all.end(), findings.begin(), findings.end());
  }
  return all;
}

std::vector<std::string> findings_of(std::string_view path, std::string_view text) {
  std::vector<std::string> whats;
  for (const Finding& finding : check_includes(path, text)) whats.push_back(finding.what);
  return whats;
}

using Whats = std::vector<std::string>;

TEST(Layering, TheTreeIsRead) {
  const std::vector<SourceFile> sources = own_sources();
  const auto has = [&](std::string_view path) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const SourceFile& source) { return source.path == path; });
  };
  for (const char* path :
       {"parser/parse.h", "events/delta.h", "graph/snapshot.h", "storage/store.h",
        "daemon/pipeline.h", "tests/layering/layering_test.cc"}) {
    EXPECT_TRUE(has(path)) << path;
  }
}

TEST(Layering, IncludesFollowTheArrows) {
  EXPECT_EQ(check_all(check_includes), std::vector<Finding>());
}

TEST(Layering, FilesAreShortAndHeadersSayWhatTheyAreFor) {
  EXPECT_EQ(check_all(check_shape), std::vector<Finding>());
}

TEST(Layering, TheTopFolderHoldsTheLayoutOnly) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(DELTAGRAPH_SOURCE_DIR)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(check_top_level(names), std::vector<Finding>());
}

TEST(Layering, Invariant9_TablesAreDescribedInTheRegistryAlone) {
  EXPECT_EQ(check_all(check_tables), std::vector<Finding>());
}

/// README says so. R-21 belongs to the protocol's own issue, R-30 to R-32 and R-34 to the schema's;
/// R-35 is `./dev fuzz`.
TEST(Layering, EachInvariantAndEachTargetHasATestOfItsNumber) {
  std::set<std::string> missing;
  for (int i = 1; i <= 11; ++i) missing.insert("Invariant" + std::to_string(i));
  for (int i = 1; i <= 29; ++i) {
    if (i != 21) missing.insert(i < 10 ? "R0" + std::to_string(i) : "R" + std::to_string(i));
  }
  missing.insert("R33");
  for (const SourceFile& source : own_sources()) {
    if (!source.path.starts_with("tests/") || !source.path.ends_with(".cc")) continue;
    for (const std::string& number : numbers_of(source.text)) missing.erase(number);
  }
  EXPECT_EQ(missing, std::set<std::string>());
}

/// The schema's capabilities (S1, S3 to S5), each in a test's name; `S5_05_to_S5_18` is all
/// between.
TEST(Layering, EachCapabilityOfTheSchemaHasATestOfItsNumber) {
  std::set<std::string> missing;
  const auto want = [&](int source, int first, int last) {
    for (int i = first; i <= last; ++i) missing.insert(capability(source, i));
  };
  want(1, 1, 42);
  want(1, 46, 50);
  want(3, 1, 17);
  want(4, 1, 31);
  want(5, 1, 53);
  for (const SourceFile& source : own_sources()) {
    if (!source.path.starts_with("tests/") || !source.path.ends_with(".cc")) continue;
    for (const std::string& id : capabilities_of(source.text)) missing.erase(id);
  }
  EXPECT_EQ(missing, std::set<std::string>());
}

/// Whether the text has a CREATE TABLE with the table's name and columns.
bool writes_a_table(std::string_view text) {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  constexpr std::string_view kUnless = "IF NOT EXISTS ";
  for (std::size_t at = text.find(kCreate); at != std::string_view::npos; at = text.find(kCreate)) {
    text.remove_prefix(at + kCreate.size());
    std::string_view rest = text;
    if (rest.starts_with(kUnless)) rest.remove_prefix(kUnless.size());
    const std::size_t name = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
    if (name == 0 || name == std::string_view::npos) continue;
    rest.remove_prefix(name);
    if (rest.starts_with("(") || rest.starts_with(" (")) return true;
  }
  return false;
}

/// S1-47: no second place says what the schema is.
TEST(Layering, S1_47_NoTableIsWrittenOutByHand) {
  EXPECT_TRUE(writes_a_table("\"CREATE TABLE atoms(id TEXT)\""));
  EXPECT_TRUE(writes_a_table("\"CREATE TABLE IF NOT EXISTS atoms (id TEXT)\""));
  EXPECT_FALSE(writes_a_table("\"CREATE TABLE \" + name + \"(\""));
  for (const SourceFile& source : own_sources()) {
    // The exchange format of `export --format sql` has tables of its own.
    const bool is_schema = source.path.starts_with("storage/");
    EXPECT_FALSE(is_schema && writes_a_table(source.text))
        << source.path << ": the registry is the only schema";
  }
}

// --- The checker itself: every rule is shown to be able to fail.
// ------------------------------------

TEST(LayeringRules, AllowedArrowsPass) {
  EXPECT_EQ(findings_of("graph/link/linker.cc",
                        "#include \"graph/link/linker.h\"\n#include \"events/delta.h\"\n"
                        "#include \"parser/facts.h\"\n#include <boost/graph/graph_traits.hpp>\n"
                        "#include <vector>\n"),
            Whats());
  EXPECT_EQ(findings_of("storage/commit.cc",
                        "#include \"events/delta.h\"\n#include <sqlite3.h>\n#include <unistd.h>\n"),
            Whats());
  EXPECT_EQ(findings_of("daemon/service.cc",
                        "#include \"storage/store.h\"\n#include \"graph/snapshot.h\"\n"
                        "#include <sys/inotify.h>\n#include <spdlog/spdlog.h>\n"),
            Whats());
}

TEST(LayeringRules, ForbiddenArrowsAreFound) {
  EXPECT_EQ(findings_of("parser/parse.cc", "#include \"events/ids.h\"\n"),
            Whats{"events/ids.h: parser must not know events"});
  EXPECT_EQ(findings_of("events/diff.cc", "#include \"graph/snapshot.h\"\n"),
            Whats{"graph/snapshot.h: events must not know graph"});
  EXPECT_EQ(findings_of("graph/advance.cc", "#include \"storage/result.h\"\n"),
            Whats{"storage/result.h: graph must not know storage"});
  EXPECT_EQ(findings_of("storage/store.cc", "#include \"graph/link/linker.h\"\n"),
            Whats{"graph/link/linker.h: storage must not know graph"});
  EXPECT_EQ(findings_of("storage/store.cc", "#include \"daemon/pipeline.h\"\n"),
            Whats{"daemon/pipeline.h: storage must not know daemon"});
  EXPECT_EQ(findings_of("graph/link/eval.cc", "#include \"graph/snapshot.h\"\n"),
            Whats{"graph/snapshot.h: graph/link/ must not know it"});
  EXPECT_EQ(findings_of("graph/modules/resolve.cc", "#include \"graph/link/linker.h\"\n"),
            Whats{"graph/link/linker.h: graph/modules/ must not know it"});
  EXPECT_EQ(findings_of("daemon/main.cc", "#include \"tests/support/vfs.h\"\n"),
            Whats{"tests/support/vfs.h: daemon must not know tests"});
  EXPECT_EQ(findings_of("daemon/main.cc", "#include \"pipeline.h\"\n"),
            Whats{"pipeline.h: is not written from the repository's root"});
}

TEST(LayeringRules, ForeignHeadersOutsideTheirHomeAreFound) {
  EXPECT_EQ(findings_of("daemon/a.cc", "#include <sqlite3.h>\n#include <tree_sitter/api.h>\n"),
            (Whats{"sqlite3.h: sqlite3.h is not at home in daemon",
                   "tree_sitter/api.h: tree_sitter/ is not at home in daemon"}));
  EXPECT_EQ(findings_of("storage/a.cc", "#include <nlohmann/json.hpp>\n"),
            Whats{"nlohmann/json.hpp: nlohmann/ is not at home in storage"});
  EXPECT_EQ(findings_of("graph/a.cc", "#include <boost/asio.hpp>\n#include <gtest/gtest.h>\n"),
            (Whats{"boost/asio.hpp: boost/asio is not at home in graph",
                   "gtest/gtest.h: gtest/ is not at home in graph"}));
  EXPECT_EQ(
      findings_of("daemon/a.cc", "#include <rocksdb/db.h>\n"),
      Whats{"rocksdb/db.h: has no home: add it to the table in tests/layering/rules.cc, or do "
            "without it"});
  EXPECT_EQ(findings_of("tests/a.cc", "#include <gtest/gtest.h>\n#include <sqlite3.h>\n"), Whats());
}

TEST(LayeringRules, PureModulesReachNeitherDiskNorKernel) {
  EXPECT_EQ(findings_of("parser/a.cc", "#include <fstream>\n#include <unistd.h>\n"),
            (Whats{"fstream: parser is pure: no disk, no kernel",
                   "unistd.h: parser is pure: no disk, no kernel"}));
  EXPECT_EQ(findings_of("events/a.h", "#include <filesystem>\n"),
            Whats{"filesystem: events is pure: no disk, no kernel"});
  EXPECT_EQ(findings_of("graph/a.cc", "#include <sys/stat.h>\n"),
            Whats{"sys/stat.h: graph is pure: no disk, no kernel"});
}

TEST(LayeringRules, IncludesAreReadAsTheCompilerReadsThem) {
  const std::vector<Include> includes =
      includes_of("// #include \"a/b.h\"\n  #  include <x/y.h>  // why\n#include\t\"c/d.h\"");
  ASSERT_EQ(includes.size(), 2u);
  EXPECT_EQ(includes[0].target, "x/y.h");
  EXPECT_EQ(includes[0].line, 2);
  EXPECT_FALSE(includes[0].quoted);
  EXPECT_EQ(includes[1].target, "c/d.h");
  EXPECT_TRUE(includes[1].quoted);
}

TEST(LayeringRules, ShapeIsChecked) {
  const std::string doc = "#pragma once\n/// \\file\n/// What this header is for, in a sentence.\n";
  EXPECT_EQ(check_shape("a/b.h", doc + "int f();\n").size(), 0u);
  EXPECT_EQ(check_shape("a/b.h", "#pragma once\n#include <vector>\n" + doc).size(), 1u);
  EXPECT_EQ(check_shape("a/b.h", "#pragma once\n/// Short.\nint f();\n").size(), 1u);
  EXPECT_EQ(check_shape("a/b.cc", "int f();\n").size(), 0u);
  EXPECT_EQ(check_shape("a/b.cc", std::string(kMaxLines, '\n')).size(), 0u);
  EXPECT_EQ(check_shape("a/b.cc", std::string(kMaxLines + 1, '\n')).size(), 1u);
}

TEST(LayeringRules, TablesOutsideOfTheRegistryAreFound) {
  const char* const text = "// CREATE TABLE is not written here\nrun(\"create unique index i\");\n";
  const std::vector<Finding> found = check_tables("storage/backup/copy.cc", text);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 2);
  EXPECT_EQ(check_tables("storage/schema/ddl.cc", text).size(), 0u);
  EXPECT_EQ(check_tables("storage/store.cc", "\"SELECT sql FROM t\"").size(), 0u);
}

TEST(LayeringRules, NumbersOfTestsAreRead) {
  EXPECT_EQ(numbers_of("TEST(R97, Holds) {}\nTEST_F(Store,\n  R98_Holds) {}\n"
                       "TEST_P(Invariant99, R1_IsNone) {}\nTEST(Invariant, Xr96_IsNone) {}\n"),
            (std::vector<std::string>{"R97", "R98", "Invariant99"}));
}

TEST(LayeringRules, CapabilitiesAreReadFromTheNamesOfTests) {
  EXPECT_EQ(capabilities_of("TEST(S9_98_A, S8_01_to_S8_03_Holds_S7_12) {}\n// S6_01\n"
                            "TEST_F(Store,\n  R98_S5_077_Holds) {}\nEXPECT(S4_04);"),
            (std::vector<std::string>{"S9_98", "S8_01", "S8_02", "S8_03", "S7_12"}));
}

TEST(LayeringRules, TopLevelIsChecked) {
  EXPECT_EQ(check_top_level({"dev", "parser", ".git"}).size(), 0u);
  EXPECT_EQ(check_top_level({"utils", "notes.md"}).size(), 2u);
}

}  // namespace
}  // namespace dg::layering
