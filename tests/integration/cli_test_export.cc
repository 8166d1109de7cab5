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
