/// Moving code is not changing it (invariant 6): hashes, ids and facts under edits elsewhere; and
/// the codec.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "parser/facts_codec.h"
#include "tests/modules/parser_test_support.h"

namespace dg::test {
namespace {

std::uint64_t body(std::string_view source, std::string_view atom = "f") {
  return atom_named(parse(source), atom).body_hash;
}
std::uint64_t shape(std::string_view source, std::string_view atom = "f") {
  return atom_named(parse(source), atom).shape_hash;
}

TEST(BodyHash, IgnoresPlaceSpaceAndComments) {
  const std::uint64_t hash = body("function f(a) { return a + 'x'; }");
  EXPECT_EQ(hash, body("\n\n/** doc */ function f ( a )\r\n{ /* c */ return a+\"x\"; // d\n}"));
  EXPECT_EQ(hash, body("function g() {}\nfunction f(a) { return a + 'x'; }\nclass C {}"));
  EXPECT_NE(hash, body("function f(a) { return a + 'y'; }"));
  EXPECT_NE(hash, body("function f(b) { return b + 'x'; }"));
  EXPECT_NE(hash, body("function f(a) { return a - 'x'; }"));
  EXPECT_NE(hash, body("async function f(a) { return a + 'x'; }"));
}

TEST(BodyHash, LeavesOutTheOwnName) {
  EXPECT_EQ(body("function f() { return f(1); }"), body("function g() { return g(1); }", "g"));
  EXPECT_NE(body("function f() { return f(1); }"), body("function f() { return g(1); }"));
  EXPECT_EQ(body("class A { m() { x(); } }", "A.m"), body("class A { n() { x(); } }", "A.n"));
  EXPECT_EQ(body("const o = { m: () => x };", "o.m"), body("const o = { n: () => x };", "o.n"));
  EXPECT_EQ(body("const f = () => 1;"), body("const g = () => 1;", "g"));
}

TEST(BodyHash, HasOnePlaceholderForNestedAtoms) {
  const std::uint64_t hash = body("function f() { a(() => 1); }");
  EXPECT_EQ(hash, body("function f() { a(() => { many(); more(); }); }"));
  EXPECT_NE(hash, body("function f() { a(() => 1, () => 2); }"));
  EXPECT_EQ(body("class A { m() { 1 } }", "A"), body("class A { m() { 2 } }", "A"));
}

TEST(BodyHash, CountsTokenBordersAndCrInText) {
  EXPECT_NE(body("function f() { a + ++b; }"), body("function f() { a++ + b; }"));
  EXPECT_EQ(body("function f() { return `a\r\nb`; }"), body("function f() { return `a\nb`; }"));
}

TEST(BodyHash, OfTheModuleIsItsOwnCode) {
  const auto module = [](std::string_view s) { return parse(s).atoms[0].body_hash; };
  EXPECT_EQ(module("f(); function g() { 1 }"), module("f();\n\nfunction g() { 2 }"));
  EXPECT_NE(module("f(); function g() {}"), module("f(1); function g() {}"));
}

TEST(ShapeHash, IgnoresNamesAndLiterals) {
  const std::uint64_t hash = shape("function f(a) { return a.b + 1; }");
  EXPECT_EQ(hash, shape("function f(x) { return x.y + 'z'; }"));
  EXPECT_NE(hash, shape("function f(x) { return x.y - 1; }"));
  EXPECT_NE(hash, shape("function f(x) { return x + 1; }"));
}

/// What must not depend on where code stands.
std::string without_places(const FileFacts& facts) {
  PrintOptions options;
  options.positions = false;
  options.hashes = true;
  return print_facts(facts, options);
}

TEST(Shift, ChangesPositionsOnly) {
  const std::string source =
      "const a = require('a');\nclass C { m() { a.f(() => this.n()); } }\nit('x', () => {});\n";
  const FileFacts before = parse(source), after = parse("\n// a comment\n\n" + source);
  EXPECT_EQ(without_places(before), without_places(after));
  EXPECT_EQ(atom_named(after, "C.m").start.line, atom_named(before, "C.m").start.line + 3);
}

TEST(Shift, AddingCodeElsewhereKeepsIdsAndHashes) {
  const FileFacts before = parse("function f() { g(() => 1); }\nclass A { m() {} }\n");
  const FileFacts after =
      parse("x(() => 2);\nfunction f() { g(() => 1); }\nclass B {}\nclass A { n() {} m() {} }\n");
  for (const char* id : {"f", "f.<anonymous>", "A.m"}) {
    EXPECT_EQ(atom_named(before, id).body_hash, atom_named(after, id).body_hash) << id;
  }
}

TEST(Parser, GivesTheSameFactsAgain) {
  Parser parser;
  const std::string source = "function f() { return g(h => h.i); } exports.k = { f };";
  const FileFacts first = parser.parse("a.js", source);
  parser.parse("b.ts", "interface X { y: Z }");
  parser.parse("c.js", "((((");
  EXPECT_TRUE(first == parser.parse("a.js", source));
  EXPECT_TRUE(first == parse(source));
}

// --- Codec ---

TEST(Codec, RoundTrips) {
  for (const char* source :
       {"", "f();", "export class A extends B { m(a = 1) { this.x = new C(a); } }",
        "const { a, ...b } = require('x'); module.exports = { a, n: { m() {} } };", "(((", "@@@"}) {
    const FileFacts facts = parse(source);
    const std::string bytes = encode_facts(facts);
    const auto back = decode_facts(bytes);
    ASSERT_TRUE(back.has_value()) << source;
    EXPECT_TRUE(*back == facts) << source;
    EXPECT_EQ(encode_facts(*back), bytes) << source;
  }
}

TEST(Codec, RefusesDamage) {
  const std::string bytes =
      encode_facts(parse("export class A extends B { m(a) { this.x = new C(a); } }"));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(decode_facts(std::string_view(bytes).substr(0, n)).has_value()) << n;
    std::string changed = bytes;
    changed[n] = static_cast<char>(changed[n] ^ 0x10);
    EXPECT_FALSE(decode_facts(changed).has_value()) << n;
  }
  EXPECT_FALSE(decode_facts(bytes + "x").has_value());
}

// --- Real code ---

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The packages that the build itself brings, so that the test needs nothing else.
TEST(RealCode, ParsesShiftsAndRoundTrips) {
  const std::filesystem::path root = std::filesystem::path(DELTAGRAPH_SOURCE_DIR) / "node_modules";
  std::size_t files = 0, atoms = 0;
  Parser parser;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || !language_of(path)) continue;
    const std::string source = read(entry.path());
    const FileFacts facts = parser.parse(path, source);
    ++files;
    atoms += facts.atoms.size();
    const auto back = decode_facts(encode_facts(facts));
    ASSERT_TRUE(back.has_value() && *back == facts) << path;
    if (facts.skipped != SkipReason::none || source.starts_with("#!")) continue;
    const FileFacts shifted = parser.parse(path, "\n\n" + source);
    if (shifted.skipped == SkipReason::none && !source.starts_with("\xEF\xBB\xBF")) {
      ASSERT_EQ(without_places(facts), without_places(shifted)) << path;
    }
  }
  EXPECT_GT(files, 20U);
  EXPECT_GT(atoms, 200U);
}

/// What a parser saw before is of no account: every file with a used parser and with a new one, in
/// two orders, behind files that set each of its switches.
TEST(RealCode, AUsedParserGivesWhatANewOneDoes) {
  const std::vector<std::string> sources = {
      "import { createRequire } from 'module';\nconst require = createRequire(import.meta.url);\n"
      "require('./a.js');\n",
      "const a = require('./a.js');\nmodule.exports = a;\n",
      "exports.b = function () { return this; };\nthis.c = 1;\n",
      "export default class { #p = 1; static { run(); } }\n",
      "function broken( { return }}} const x = require('x')",
      "Object.defineProperty(exports, '__esModule', { value: true });\n",
      "",
      std::string(40, '(')};
  Parser used;
  for (std::size_t first = 0; first < sources.size(); ++first) {
    for (std::size_t second = 0; second < sources.size(); ++second) {
      (void)used.parse("a.js", sources[first]);
      ASSERT_EQ(encode_facts(used.parse("b.js", sources[second])),
                encode_facts(Parser().parse("b.js", sources[second])))
          << "after:\n"
          << sources[first] << "\nthis one:\n"
          << sources[second];
    }
  }
}

}  // namespace
}  // namespace dg::test
