// Sources that no person wrote: linking ends soon, and says what it did not follow to the end.

#include <gtest/gtest.h>

#include <string>

#include "events/ids.h"
#include "tests/modules/graph_test_linker_support.h"

namespace dg::testing_support {
namespace {

std::string repeat(int count, const auto& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line(i);
  return text;
}
std::string s(int i) {
  return std::to_string(i);
}

TEST(LinkerBounds, ShortAliasChainsAreFollowedEndlessOnesAreOpen) {
  const auto alias = [](int i) { return "const a" + s(i + 1) + " = a" + s(i) + ";\n"; };
  const LinkProject project({{"a.js", "function a0() {}\n" + repeat(3000, alias) + "a20();\n"},
                             {"b.js", "const x = y; const y = x; x();\n"}});
  EXPECT_NE(project.text("a.js").find("<module> calls a.js::a0 exact alias"), std::string::npos);
  EXPECT_NE(project.text("b.js").find("?calls x unknown_receiver"), std::string::npos);
}

TEST(LinkerBounds, ADeepClassChainFindsItsNearestMembers) {
  const auto link = [](int i) {
    return "class C" + s(i + 1) + " extends C" + s(i) + " { m() { super.m(); } }\n";
  };
  const std::string text = LinkProject({{"a.js", "class C0 { m() {} }\n" + repeat(500, link) +
                                                     "new C500().m(); new C500().none();\n"}})
                               .text("a.js");
  EXPECT_NE(text.find("C500.m calls a.js::C499.m exact super_member"), std::string::npos);
  EXPECT_NE(text.find("<module> calls a.js::C500.m exact"), std::string::npos);
  EXPECT_NE(text.find("?calls new C500().none unknown_receiver"), std::string::npos);
}

TEST(LinkerBounds, AClassThatExtendsItselfHasNoMoreMembers) {
  const std::string text = links_of(
      {{"a.js",
        "import {B} from './b';\nexport class A extends B { m() { this.x(); super.m(); } }\n"},
       {"b.js", "import {A} from './a';\nexport class B extends A { m() {} }\n"}},
      "a.js");
  EXPECT_NE(text.find("A extends b.js::B exact"), std::string::npos);
  EXPECT_NE(text.find("A.m calls b.js::B.m exact super_member"), std::string::npos);
  EXPECT_NE(text.find("?calls this.x"), std::string::npos);
}

TEST(LinkerBounds, ManyAssignmentsOfOneNameAreCut) {
  const auto assign = [](int) { return std::string("o.a = function () {};\n"); };
  const LinkProject project({{"a.js", "const o = {};\n" + repeat(2000, assign) + "o.a();\n"}});
  std::size_t calls = 0;
  for (const Edge& edge : project.link("a.js").edges) calls += edge.relation == Relation::calls;
  EXPECT_EQ(calls, 64u);
}

TEST(LinkerBounds, FilesWithoutFactsLink) {
  const LinkProject project({{"empty.js", ""},
                             {"binary.js", std::string("\0\1\2\0\0\0", 6)},
                             {"min.js", "var a=1;" + std::string(40000, ';')},
                             {"use.js", "import {x} from './min'; import './binary'; x();"}});
  for (const std::string& path : project.paths()) {
    EXPECT_FALSE(project.interface_items(path).empty()) << path;
    EXPECT_EQ(project.link(path).edges.size(), path == "use.js" ? 2u : 0u) << path;
  }
  EXPECT_EQ(project.text("use.js"), "<module> ?calls x no_source 1:45\n");
}

}  // namespace
}  // namespace dg::testing_support
