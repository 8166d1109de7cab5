#include <set>
#include <sstream>
#include <string>

#include "tests/integration/cli_test_support.h"

namespace dg {
namespace {

/// All questions are asked of the database alone: what a service adds is in cli_test_service.cc.
class CliQuestions : public CliTest {
 protected:
  CliQuestions() { index(); }
  Ran ask(std::vector<std::string> arguments, const RunOptions& options = {}) const {
    arguments.push_back("--no-start");
    return run(arguments, options);
  }
  nlohmann::json json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Ran ran = ask(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.json();
  }
};

TEST_F(CliQuestions, Invariant1_EveryAnswerCarriesItsFreshness) {
  const std::vector<std::vector<std::string>> questions{{"find", "pay"},
                                                        {"show", "pay"},
                                                        {"outline", "src/cart.js"},
                                                        {"callers", "pay"},
                                                        {"callees", "pay"},
                                                        {"impact", "pay"},
                                                        {"path", "checkout", "charge"},
                                                        {"stats"},
                                                        {"sql", "SELECT 1"},
                                                        {"resolve", "pay"},
                                                        {"why", "checkout", "pay"},
                                                        {"why-not", "pay", "checkout"},
                                                        {"explain-import", "src/shop.js"},
                                                        {"unresolved"},
                                                        {"validate-imports"},
                                                        {"why-ignored", "node_modules/a.js"}};
  for (const auto& question : questions) {
    const nlohmann::json answer = json(question);
    EXPECT_EQ(answer["sequence"], 1) << question[0];
    EXPECT_GE(answer["age_ms"], 0) << question[0];
    EXPECT_EQ(answer["behind"], false) << question[0];
    EXPECT_EQ(answer["pending"], 0) << question[0];
    EXPECT_EQ(answer["live"], false) << question[0];
    EXPECT_NE(ask(question).out.find("seq 1 · "), std::string::npos) << question[0];
    EXPECT_NE(ask(question).out.find("from the database"), std::string::npos) << question[0];
  }
}

TEST_F(CliQuestions, Callers) {
  const nlohmann::json answer = json({"callers", "pay"});
  EXPECT_EQ(answer["atom"]["id"], "src/cart.js::pay");
  ASSERT_EQ(answer["total"], 1);
  const nlohmann::json& item = answer["items"][0];
  EXPECT_EQ(item["atom"]["id"], "src/shop.js::checkout");
  EXPECT_EQ(item["relation"], "calls");
  EXPECT_EQ(item["confidence"], "exact");
  EXPECT_EQ(item["sites"][0]["line"], 2);
  EXPECT_EQ(item["sites"][0]["col"], 42);
  EXPECT_EQ(item["sites"][0]["rule"], "import");
  EXPECT_EQ(answer["truncated"], false);
  EXPECT_EQ(answer["unresolved"]["possible"], 1) << "thing.pay()";
  const Ran text = ask({"callers", "pay"});
  EXPECT_NE(text.out.find("src/shop.js:2:42"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("1 unresolved site mentions this name."), std::string::npos) << text.out;
}

TEST_F(CliQuestions, UnresolvedSaysHowManySitesItLists) {
  project_.write(
      "src/open.js",
      "export function f(a) { a.run(); a.stop(); }\nexport const g = () => [].map(f);\n");
  index();
  const std::string some = ask({"unresolved", "src/open.js"}).out;
  EXPECT_EQ(some.find("2 of 3 unresolved sites in src/open.js listed; "), 0U) << some;
  const std::string all = ask({"unresolved", "src/open.js", "--reasons", "all"}).out;
  EXPECT_EQ(all.find("3 unresolved sites in src/open.js\n"), 0U) << all;
}

TEST_F(CliQuestions, VirtualCallersAreThoseOfWhatIsOverriddenToo) {
  project_.write("src/pets.ts",
                 "export class Pet { speak() {} }\n"
                 "export class Cat extends Pet { speak() { super.speak(); } }\n"
                 "export const any = (pet: Pet) => pet.speak();\n");
  index();
  EXPECT_EQ(ask({"callers", "Cat.speak"}).code, 1);
  const nlohmann::json answer = json({"callers", "Cat.speak", "--virtual"});
  ASSERT_EQ(answer["total"], 1);
  EXPECT_EQ(answer["items"][0]["atom"]["id"], "src/pets.ts::any");
  EXPECT_EQ(answer["items"][0]["declared"], "src/pets.ts::Pet.speak");
  EXPECT_EQ(answer["items"][0]["confidence"], "inferred");
  const Ran text = ask({"callers", "Cat.speak", "--virtual"});
  EXPECT_NE(text.out.find("inferred  as src/pets.ts::Pet.speak"), std::string::npos) << text.out;
  EXPECT_EQ(json({"callees", "any", "--virtual"})["total"], 2);
  EXPECT_EQ(json({"impact", "Cat.speak", "--virtual"})["total"], 1);
  EXPECT_EQ(ask({"callers", "Cat.speak", "--virtual", "--confidence", "exact"}).code, 1);
}

TEST_F(CliQuestions, CallersListsTheUnresolvedSitesWhenAsked) {
  const nlohmann::json answer = json({"callers", "pay", "--unresolved"});
  ASSERT_EQ(answer["unresolved"]["sites"].size(), 1u);
  EXPECT_EQ(answer["unresolved"]["sites"][0]["source"], "src/shop.js::loose");
  EXPECT_EQ(answer["unresolved"]["sites"][0]["place"], "src/shop.js:4:45");
  EXPECT_NE(ask({"callers", "pay", "--unresolved"}).out.find("thing.pay"), std::string::npos);
}

TEST_F(CliQuestions, NoCallersIsSaidAndExitsOne) {
  const Ran ran = ask({"callers", "checkout"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("No callers of src/shop.js::checkout"), std::string::npos) << ran.out;
  const Ran as_json = ask({"callers", "checkout", "--json"});
  EXPECT_EQ(as_json.code, 1);
  EXPECT_EQ(as_json.json()["total"], 0);
}

TEST_F(CliQuestions, AtomsAreNamedByIdPlaceQualifiedAndBareName) {
  for (const char* spec :
       {"src/cart.js::Cart.total", "src/cart.js:6:5", "src/cart.js:6", "Cart.total", "total"}) {
    EXPECT_EQ(json({"callers", spec})["atom"]["id"], "src/cart.js::Cart.total") << spec;
  }
  const Ran below =
      ask({"callers", "cart.js::pay", "--json"}, {.cwd = project_.path("src").string()});
  EXPECT_EQ(below.json()["atom"]["id"], "src/cart.js::pay")
      << "relative to where it is typed: " << below.err;
  EXPECT_EQ(json({"callers", "./src/cart.js:2"})["atom"]["id"], "src/cart.js::pay");
}

TEST_F(CliQuestions, AnAmbiguousNameListsTheCandidatesAndExitsThree) {
  const Ran ran = ask({"callers", "add"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("2 atoms have this name"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("src/cart.js::Cart.add"), std::string::npos);
  EXPECT_NE(ran.err.find("src/shop.js:3:17"), std::string::npos);
  const Ran as_json = ask({"callers", "add", "--json"});
  EXPECT_EQ(as_json.code, 3);
  ASSERT_EQ(as_json.error()["candidates"].size(), 2u) << as_json.err;
  EXPECT_EQ(as_json.error()["kind"], "ambiguous");
  EXPECT_EQ(as_json.error()["candidates"][0]["id"], "src/cart.js::Cart.add");
  EXPECT_EQ(as_json.error()["candidates"][0]["kind"], "method");
}

TEST_F(CliQuestions, AnUnknownNameSuggestsNearOnesAndExitsFour) {
  const Ran ran = ask({"callers", "chekout", "--json"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_EQ(ran.error()["kind"], "not_found");
  EXPECT_EQ(ran.error()["candidates"][0]["id"], "src/shop.js::checkout") << ran.err;
  const Ran nothing = ask({"show", "zzzzzzzzzzz"});
  EXPECT_EQ(nothing.code, 4);
  EXPECT_NE(nothing.err.find("deltagraph find"), std::string::npos) << nothing.err;
  const Ran mentioned = ask({"callers", "fetch"});
  EXPECT_EQ(mentioned.code, 4);
  EXPECT_NE(mentioned.err.find("1 unresolved site mentions 'fetch'"), std::string::npos)
      << mentioned.err;
}

TEST_F(CliQuestions, RelationsAndConfidenceFilter) {
  const nlohmann::json all = json({"callers", "pay", "--relations", "all"});
  EXPECT_GT(all["total"], 1);
  EXPECT_EQ(json({"callers", "pay", "--relations", "calls,contains"})["total"], 2);
  EXPECT_EQ(json({"callers", "pay"})["other_relations"]["contains"], 1);
  EXPECT_EQ(json({"callers", "pay", "--confidence", "exact"})["total"], 1);
  EXPECT_EQ(json({"callers", "pay", "--min-confidence", "exact"})["total"], 1);
  const Ran wrong = ask({"callers", "pay", "--confidence", "sure"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("exact, inferred, name"), std::string::npos) << wrong.err;
  EXPECT_EQ(ask({"callers", "pay", "--relations", "calls,nothing"}).code, 2);
}

TEST_F(CliQuestions, LongAnswersComeInPages) {
  const nlohmann::json whole = json({"find", "a", "--limit", "1000"});
  std::set<std::string> seen;
  std::string cursor;
  std::size_t pages = 0;
  do {
    std::vector<std::string> question{"find", "a", "--limit", "2"};
    if (!cursor.empty()) question.insert(question.end(), {"--cursor", cursor});
    const nlohmann::json page = json(question);
    EXPECT_LE(page["items"].size(), 2u);
    EXPECT_EQ(page["total"], whole["total"]);
    for (const auto& item : page["items"]) EXPECT_TRUE(seen.insert(item["atom"]["id"]).second);
    cursor = page["truncated"] ? page["next_cursor"].get<std::string>() : "";
    ++pages;
  } while (!cursor.empty() && pages < 100);
  EXPECT_EQ(seen.size(), whole["total"].get<std::size_t>());
  EXPECT_GT(pages, 1u);
  EXPECT_NE(
      ask({"find", "a", "--limit", "2"}).out.find("shown; more with --limit N or --cursor 2@1"),
      std::string::npos);
  EXPECT_EQ(ask({"find", "a", "--cursor", "rubbish"}).code, 2);
  EXPECT_EQ(ask({"find", "a", "--limit", "0"}).code, 2);
}

TEST_F(CliQuestions, FindByNamePrefixWordAndText) {
  EXPECT_EQ(json({"find", "checkout"})["items"][0]["match"], "exact");
  EXPECT_EQ(json({"find", "check"})["items"][0]["match"], "prefix");
  const nlohmann::json by_doc = json({"find", "pays", "an", "order"});
  ASSERT_EQ(by_doc["total"], 1) << by_doc.dump();
  EXPECT_EQ(by_doc["items"][0]["atom"]["id"], "src/cart.js::pay");
  EXPECT_EQ(by_doc["items"][0]["match"], "text");
  EXPECT_EQ(by_doc["full_text"], true);
  EXPECT_EQ(json({"find", "pay"})["items"][0]["callers"], 1);
  EXPECT_EQ(json({"find", "add", "--kinds", "method"})["total"], 1);
  EXPECT_EQ(ask({"find", "zzzzzz"}).code, 1);
  EXPECT_EQ(ask({"find", "\"unbalanced ( * \\"}).code, 1) << "any text is a query";
}

TEST_F(CliQuestions, CalleesWithWhatHasNoTarget) {
  const nlohmann::json answer = json({"callees", "src/shop.js::add"});
  std::set<std::string> ids;
  for (const auto& item : answer["items"]) ids.insert(item["atom"]["id"]);
  EXPECT_EQ(ids, (std::set<std::string>{"src/cart.js::Cart", "src/cart.js::Cart.add"}));
  const nlohmann::json charge = json({"callees", "charge"});
  EXPECT_EQ(charge["total"], 0);
  ASSERT_EQ(charge["open"].size(), 1u);
  EXPECT_EQ(charge["open"][0]["text"], "fetch");
  EXPECT_EQ(charge["open"][0]["reason"], "global");
  EXPECT_EQ(charge["unresolved"]["sites"], 1);
}

TEST_F(CliQuestions, ImpactByLevels) {
  const nlohmann::json answer = json({"impact", "charge"});
  EXPECT_EQ(answer["per_level"], (nlohmann::json{1, 1}));
  EXPECT_EQ(answer["items"][1]["atom"]["id"], "src/shop.js::checkout");
  EXPECT_EQ(answer["items"][1]["via"], "src/cart.js::pay");
  EXPECT_EQ(answer["files"], 2);
  const nlohmann::json cut = json({"impact", "charge", "--depth", "1"});
  EXPECT_EQ(cut["total"], 1);
  EXPECT_EQ(cut["cut"], true);
  EXPECT_EQ(ask({"impact", "checkout"}).code, 1);
}

TEST_F(CliQuestions, PathAndItsAbsence) {
  const nlohmann::json answer = json({"path", "checkout", "charge"});
  EXPECT_EQ(answer["found"], true);
  ASSERT_EQ(answer["items"].size(), 2u);
  EXPECT_EQ(answer["items"][1]["target"]["id"], "src/cart.js::charge");
  const Ran none = ask({"path", "charge", "checkout"});
  EXPECT_EQ(none.code, 1);
  EXPECT_NE(none.out.find("No way from"), std::string::npos);
}

TEST_F(CliQuestions, ShowOutlineAndSource) {
  const nlohmann::json card = json({"show", "pay", "--source"});
  EXPECT_EQ(card["atom"]["signature"], "pay(order)") << card.dump();
  EXPECT_EQ(card["atom"]["doc"], "Pays an order.");
  EXPECT_EQ(card["incoming"]["calls"], 1);
  EXPECT_NE(card["source"].get<std::string>().find("return charge(order)"), std::string::npos);
  project_.write("src/cart.js", "changed();\n");
  EXPECT_TRUE(json({"show", "pay", "--source"})["source"].is_null())
      << "never text that is not the atom's";

  const nlohmann::json outline = json({"outline", "src/cart.js"});
  EXPECT_EQ(outline["items"].size(), 6u);
  EXPECT_EQ(outline["items"][4]["atom"]["id"], "src/cart.js::Cart.add");
  EXPECT_EQ(outline["items"][4]["depth"], 2);
  const Ran missing = ask({"outline", "src/carts.js"});
  EXPECT_EQ(missing.code, 4);
  EXPECT_NE(missing.err.find("src/cart.js"), std::string::npos) << missing.err;
}

TEST_F(CliQuestions, SqlReadsAndNothingElse) {
  const nlohmann::json answer =
      json({"sql", "SELECT name, NULL AS hole FROM atoms WHERE name = 'pay'"});
  EXPECT_EQ(answer["columns"], (nlohmann::json{"name", "hole"}));
  EXPECT_EQ(answer["items"], (nlohmann::json::parse(R"([["pay", null]])")));
  EXPECT_EQ(json({"sql", "SELECT * FROM atoms", "--limit", "1"})["truncated"], true);
  for (const char* statement :
       {"DELETE FROM atoms", "SELECT FROM", "PRAGMA journal_mode = DELETE", "ATTACH 'x' AS y"}) {
    const Ran ran = ask({"sql", statement});
    EXPECT_EQ(ran.code, 2) << statement << ran.out << ran.err;
  }
  EXPECT_EQ(json({"sql", "SELECT count(*) FROM atoms WHERE name = 'pay'"})["items"][0][0], 1);
}

TEST_F(CliQuestions, SqlGivesNumbersAsNumbers) {
  const nlohmann::json row =
      json({"sql",
            "SELECT 7, -9223372036854775807, 0.25, 2.0, 1e300, 9e999, -9e999, "
            "'12', x'00ff', NULL"})["items"][0];
  EXPECT_EQ(
      row,
      nlohmann::json::parse(
          R"([7, -9223372036854775807, 0.25, 2.0, 1e300, "Inf", "-Inf", "12", "x'00ff'", null])"));
  EXPECT_TRUE(row[3].is_number_float());
  const Ran text = ask({"sql", "SELECT 7 AS n, 0.25 AS r, NULL AS hole"});
  EXPECT_NE(text.out.find("7  0.25  NULL"), std::string::npos) << text.out;
}

TEST_F(CliQuestions, WhyIgnored) {
  project_.write(".gitignore", "*.gen.js\nout/\n");
  const nlohmann::json by_file = json({"why-ignored", "src/a.gen.js"});
  EXPECT_EQ(by_file["ignored"], true);
  EXPECT_EQ(by_file["rule"]["source"], ".gitignore:1");
  EXPECT_EQ(by_file["rule"]["pattern"], "*.gen.js");
  EXPECT_EQ(json({"why-ignored", "out/deep/a.js"})["rule"]["path"], "out");
  const Ran indexed = ask({"why-ignored", "src/cart.js", "--json"});
  EXPECT_EQ(indexed.code, 1);
  EXPECT_EQ(indexed.json()["indexed"], true);
  EXPECT_EQ(ask({"why-ignored", "../elsewhere.js"}).code, 2);
}

TEST_F(CliQuestions, WhyALinkIsNotFollowed) {
  const TempProject outside;
  outside.write("far.js", "");
  const std::filesystem::path at = project_.root();
  std::filesystem::create_symlink("src/cart.js", at / "file.js");
  std::filesystem::create_directory_symlink("src", at / "folder");
  std::filesystem::create_symlink(outside.path("far.js"), at / "out.js");
  std::filesystem::create_symlink("nowhere.js", at / "broken.js");
  std::filesystem::create_symlink("loop.js", at / "loop.js");
  const auto why = [&](const std::string& path) {
    return nlohmann::json::parse(ask({"why-ignored", path, "--json"}).out);
  };
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"file.js", "src/cart.js", "by its own path, src/cart.js"},
      {"folder", "src", "indexed as src/…"},
      {"folder/cart.js", "src", "folder is a symbolic link to src"},
      {"out.js", "", "outside of the project"},
      {"broken.js", "", "does not exist"},
      {"loop.js", "", "a loop of links"}};
  for (const auto& [path, real, reason] : cases) {
    const nlohmann::json answer = why(path);
    EXPECT_EQ(answer["path"], path);
    EXPECT_EQ(answer["indexed"], false);
    EXPECT_EQ(answer["link"]["real"].is_null() ? "" : answer["link"]["real"], real) << path;
    EXPECT_NE(answer["reason"].get<std::string>().find(reason), std::string::npos)
        << path << ": " << answer["reason"];
  }
  EXPECT_EQ(why("out.js")["link"]["target"], outside.path("far.js").string());
  EXPECT_TRUE(why("src/cart.js")["link"].is_null());
}

TEST_F(CliQuestions, AnEmptyPointIsAUsageError) {
  const std::vector<std::vector<std::string>> all{
      {"callers", "pay", "--at", ""}, {"log", "--since", ""}, {"log", "--until", ""},
      {"diff", "--since", ""},        {"export", "--at", ""}, {"export", "--at", " "}};
  for (const std::vector<std::string>& words : all) {
    const Ran ran = ask(words);
    EXPECT_EQ(ran.code, 2) << words[0] << words[1] << ": " << ran.out << ran.err;
    EXPECT_NE(ran.err.find("point"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(run({"watch", "--since", ""}).code, 2);
}

TEST_F(CliQuestions, ColoursFollowTheirSwitches) {
  const auto painted = [](const Ran& ran) { return ran.out.find("\x1b[") != std::string::npos; };
  EXPECT_FALSE(painted(ask({"callers", "pay"})));
  EXPECT_TRUE(painted(ask({"callers", "pay", "--color", "always"})));
  EXPECT_TRUE(painted(ask({"callers", "pay"}, {.on_terminal = true})));
  EXPECT_FALSE(
      painted(ask({"callers", "pay"}, {.environment = {"NO_COLOR=1"}, .on_terminal = true})));
  EXPECT_FALSE(painted(ask({"callers", "pay", "--color", "never"}, {.on_terminal = true})));
  EXPECT_EQ(ask({"callers", "pay", "--color", "blue"}).code, 2);
}

TEST_F(CliQuestions, ATerminalsWidthIsRespectedAndAPipeIsNeverCut) {
  project_.write("src/long.js", "export function " + std::string(150, 'x') +
                                    "() {}\nexport function brief() {}\n");
  index();
  const RunOptions terminal{.environment = {"NO_COLOR=1"}, .on_terminal = true};
  const Ran narrow = ask({"find", "xxxx"}, terminal);
  EXPECT_NE(narrow.out.find("…"), std::string::npos) << narrow.out;
  for (std::size_t at = 0; at < narrow.out.size();) {
    const std::size_t end = std::min(narrow.out.find('\n', at), narrow.out.size());
    EXPECT_LE(end - at, 70u) << narrow.out.substr(
        at, end - at);  // 60 columns; `…` and `·` take three bytes.
    at = end + 1;
  }
  EXPECT_NE(ask({"find", "xxxx"}).out.find(std::string(150, 'x')), std::string::npos);
  // In a pipe a long cell moves its own line alone.
  EXPECT_EQ(ask({"outline", "src/long.js"}).out.find(std::string(80, ' ')), std::string::npos);
}

TEST_F(CliQuestions, ANumberThatDoesNotFitIsToldWithItsMeaning) {
  for (const char* limit : {"0", "-1", "99999999"}) {
    const Ran ran = ask({"callers", "pay", "--limit", limit});
    EXPECT_EQ(ran.code, 2) << limit;
    EXPECT_NE(ran.err.find("between 1 and 10000. It means: most entries"), std::string::npos)
        << ran.err;
  }
  const Ran watch = run({"watch", "--count", "0"});
  EXPECT_EQ(watch.code, 2) << watch.err;
}

TEST_F(CliQuestions, ValuesGoOnInFurtherLinesOfANarrowTerminal) {
  index();
  const Ran stats =
      ask({"stats"}, {.environment = {"NO_COLOR=1", "COLUMNS=40"}, .on_terminal = true});
  EXPECT_EQ(stats.out.find("…"), std::string::npos) << stats.out;
  EXPECT_NE(stats.out.find("parameter 14.3 %"), std::string::npos) << stats.out;
  std::istringstream lines(stats.out);
  for (std::string line; std::getline(lines, line) && !line.starts_with("seq ");)
    EXPECT_LE(line.size(), 41u) << line;  // With the terminal's `\r`.
}

TEST_F(CliQuestions, APlaceBeyondTheEndSaysHowLongTheFileIs) {
  for (const char* place : {"src/shop.js:99999", "src/shop.js:99999:3"}) {
    const Ran ran = ask({"callers", place});
    EXPECT_EQ(ran.code, 4) << place;
    EXPECT_NE(ran.err.find("the file has 4 lines"), std::string::npos) << ran.err;
  }
}

TEST_F(CliQuestions, OutlineSaysWhatItIsNotFor) {
  const Ran place = ask({"outline", "src/cart.js:2"});
  EXPECT_EQ(place.code, 2);
  EXPECT_NE(place.err.find("deltagraph show src/cart.js:2"), std::string::npos) << place.err;
  const Ran folder = ask({"outline", "src"});
  EXPECT_EQ(folder.code, 2);
  EXPECT_NE(folder.err.find("is a folder with 2 indexed files"), std::string::npos) << folder.err;
  EXPECT_NE(folder.err.find("src/cart.js"), std::string::npos) << folder.err;
}

TEST_F(CliQuestions, AClosedPipeOrAFullDiskIsNoSuccess) {
  const Ran full = run({"-c", "\"$0\" export --no-start > /dev/full", DELTAGRAPH_PROGRAM},
                       {.program = "/bin/sh"});
  EXPECT_EQ(full.code, 5) << full.err;
  EXPECT_NE(full.err.find("standard output"), std::string::npos) << full.err;
}

TEST_F(CliQuestions, AnUnindexedProjectIsSaid) {
  project_.remove(".deltagraph");
  const Ran ran = ask({"callers", "pay"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("is not indexed"), std::string::npos) << ran.err;
  EXPECT_EQ(ask({"callers", "pay", "--sync"}).code, 2);
}

}  // namespace
}  // namespace dg
