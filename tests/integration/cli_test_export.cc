#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

class CliExport : public CliTest {
 protected:
  CliExport() {
    project_.write("src/odd \"na'me<&>.js", "export const f = () => console.log('\\u0000');\n");
    index();
  }
  std::string text(const std::string& format) const {
    const Ran ran = run({"export", "--no-start", "--format", format});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }
};

TEST_F(CliExport, JsonLinesAreThoseOfTheExchangeFormat) {
  const std::map<std::string, std::vector<std::string>> keys{
      {"atom",
       {"type", "id", "file", "name", "qualified_name", "kind", "line", "end_line", "exported"}},
      {"edge", {"type", "relation", "source", "site", "target", "confidence"}},
      {"unresolved", {"type", "relation", "source", "site", "text", "reason"}}};
  std::istringstream lines(text("jsonl"));
  std::vector<std::string> order;
  bool found = false;
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::ordered_json::parse(line);
    const std::string type = row["type"];
    if (order.empty() || order.back() != type) order.push_back(type);
    std::vector<std::string> names;
    for (const auto& [name, value] : row.items()) names.push_back(name);
    EXPECT_EQ(names, keys.at(type)) << line;
    if (type == "edge" && row["relation"] == "calls" && row["target"]["id"] == "src/cart.js::pay") {
      found = true;
      EXPECT_EQ(row["source"]["id"], "src/shop.js::checkout");
      EXPECT_EQ(row["source"]["line"], 2);
      EXPECT_EQ(row["site"]["col"], 42);
      EXPECT_EQ(row["confidence"], "exact");
    }
  }
  EXPECT_EQ(order, (std::vector<std::string>{"atom", "edge", "unresolved"})) << "sorted by type";
  EXPECT_TRUE(found);
}

TEST_F(CliExport, EveryFormatIsWellFormed) {
  const std::string dot = text("dot");
  EXPECT_TRUE(dot.starts_with("digraph")) << dot;
  EXPECT_NE(dot.find("\"src/shop.js::checkout\" -> \"src/cart.js::pay\" [label=\"calls\"]"),
            std::string::npos);
  EXPECT_NE(dot.find("src/odd \\\"na'me<&>.js"), std::string::npos);
  const std::string graphml = text("graphml");
  EXPECT_NE(graphml.find("src/odd &quot;na'me&lt;&amp;&gt;.js::f"), std::string::npos) << graphml;
  EXPECT_NE(graphml.find("</graphml>"), std::string::npos);
  const std::string sql = text("sql");
  EXPECT_TRUE(sql.starts_with("BEGIN;")) << sql;
  EXPECT_NE(sql.find("na''me"), std::string::npos);
  EXPECT_TRUE(sql.ends_with("COMMIT;\n"));
  EXPECT_EQ(run({"export", "--no-start", "--format", "csv"}).code, 2);
}

/// The same sources, written in the opposite order, indexed in two steps and by another number of
/// threads, at another time and place.
TEST_F(CliExport, Invariant10_NothingDependsOnOrderThreadsOrClock) {
  const TempProject first, second;
  const auto text_of = [](int i) {
    return "import * as next from './m" + std::to_string((i * 7 + 1) % 40) + ".js';\n" +
           "export function f" + std::to_string(i % 5) + "(a) { next.f" + std::to_string(i % 3) +
           "(a); missing(); return a.f1(); }\n";
  };
  const auto write = [&](const TempProject& project, int i) {
    project.write("src/d" + std::to_string(i % 3) + "/m" + std::to_string(i) + ".js", text_of(i));
  };
  const auto index_it = [&](const TempProject& project, const char* threads) {
    const Ran ran = run({"index", project.root().string(), "--threads", threads});
    ASSERT_EQ(ran.code, 0) << ran.err;
  };
  for (int i = 0; i < 40; ++i) write(first, i);
  index_it(first, "1");
  for (int i = 39; i >= 20; --i) write(second, i);
  index_it(second, "4");
  for (int i = 19; i >= 0; --i) write(second, i);
  index_it(second, "4");
  const std::vector<std::vector<std::string>> questions = {
      {"export"},
      {"export", "--format", "dot"},
      {"export", "--format", "graphml"},
      {"export", "--format", "sql"},
      {"find", "f1", "--limit", "500"},
      {"callers", "src/d1/m1.js::f1", "--confidence", "name"},
      {"unresolved", "--limit", "500"},
      {"validate-imports"},
      {"stats"},
  };
  for (std::vector<std::string> words : questions) {
    const std::string name = words[0] + (words.size() > 2 ? " " + words[2] : "");
    const auto answer = [&](const TempProject& project) {
      std::vector<std::string> all = words;
      all.insert(all.end(), {"--no-start", "--project", project.root().string()});
      const std::string text = run(all).out;
      // The last line of an answer tells its sequence and age.
      return words[0] == "export" ? text : text.substr(0, text.rfind("\nseq "));
    };
    const std::string one = answer(first);
    EXPECT_GT(one.size(), 100u) << name;
    EXPECT_EQ(one, answer(second)) << name;
  }
}

TEST_F(CliExport, EdgesByNameAloneAreUnresolvedUnlessAskedFor) {
  project_.write("src/named.js",
                 "class Only { quaintMember() {} }\nexport const f = (x) => x.quaintMember();\n");
  index();
  const std::string edge =
      R"("site":{"line":2,"col":27},"target":{"id":"src/named.js::Only.quaintMember")";
  const std::string open = R"("text":"x.quaintMember","reason":"unknown_receiver")";
  const std::string usual = text("jsonl");
  EXPECT_EQ(usual.find(edge), std::string::npos) << usual;
  EXPECT_NE(usual.find(open), std::string::npos) << usual;
  const std::string all = run({"export", "--no-start", "--confidence", "name"}).out;
  EXPECT_NE(all.find(edge), std::string::npos) << all;
  EXPECT_EQ(all.find(open), std::string::npos) << all;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), std::count(usual.begin(), usual.end(), '\n'));
}

TEST_F(CliExport, AFileIsThereWholeOrNotAtAll) {
  ASSERT_EQ(run({"export", "--no-start", "--output", "graph.jsonl"}).code, 0);
  EXPECT_EQ(project_.read("graph.jsonl"), text("jsonl"));
  const Ran ran = run({"export", "--no-start", "--output", "nowhere/graph.jsonl"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("nowhere/graph.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace dg
