// Renames and moves between real parsed sources: what is found, and what must not be.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "events/match.h"
#include "parser/parse.h"

namespace dg {
namespace {

using Texts = std::map<std::string, std::string>;

/// The two states of a project, with ids by id text as the graph gives them.
class Change {
 public:
  Change(const Texts& before, const Texts& after) {
    for (const auto& [path, text] : before) sides_[path].before = version(path, text, true);
    for (const auto& [path, text] : after) sides_[path].after = version(path, text, false);
  }

  /// "a.js::old -> b.js::new", sorted; nested and module atoms only where `all`.
  std::vector<std::string> found(bool all = false) const {
    std::vector<MatchSides> sides;
    for (const auto& [path, side] : sides_) {
      sides.push_back({side.before.get(), side.after.get()});
    }
    std::vector<std::string> lines;
    for (const AtomMatch& match : match_atoms(sides)) {
      const FileVersion& from = *sides[match.file_before].before;
      const FileVersion& to = *sides[match.file_after].after;
      const bool top = from.facts->atoms[raw(match.before)].parent == AtomIndex{};
      if (!all && !top) continue;
      lines.push_back(atom_id_text(from, match.before) + " -> " + atom_id_text(to, match.after));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  std::shared_ptr<FileVersion> version(const std::string& path, const std::string& text, bool old) {
    auto file = std::make_shared<FileVersion>();
    file->path = path;
    file->hash = {1, std::hash<std::string>()(text)};
    file->facts = std::make_shared<const FileFacts>(Parser().parse(path, text));
    for (std::uint32_t i = 0; i < file->facts->atoms.size(); ++i) {
      file->atoms.push_back(kNoAtom);
      const std::string id_text = atom_id_text(*file, AtomIndex{i});
      if (old) ids_.emplace(id_text, AtomId{static_cast<std::uint32_t>(ids_.size() + 1)});
      const auto known = ids_.find(id_text);
      if (known != ids_.end()) file->atoms.back() = known->second;
    }
    return file;
  }

  struct Side {
    std::shared_ptr<FileVersion> before, after;
  };
  std::map<std::string, Side> sides_;
  std::map<std::string, AtomId> ids_;
};

using Lines = std::vector<std::string>;

const std::string kPay =
    "function pay(order) {\n  const fee = order.total * rate(order);\n"
    "  if (fee > LIMIT) throw new Error('too much');\n  return order.total + fee;\n}\n";
const std::string kRate =
    "function rate(order) {\n  return order.foreign ? order.table.foreign : order.table.home;\n}\n";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

TEST(Match, ARenameInOneFile) {
  const Change change({{"a.js", kPay + kRate}},
                      {{"a.js", replaced(kPay, "pay", "settle") + kRate}});
  EXPECT_EQ(change.found(), Lines{"a.js::pay -> a.js::settle"});
}

TEST(Match, ARenameThatChangesALineOfTheBody) {
  std::string settle = replaced(kPay, "pay", "settle");
  settle = replaced(settle, "'too much'", "'too much: ' + fee");
  EXPECT_EQ(Change({{"a.js", kPay}}, {{"a.js", settle}}).found(),
            Lines{"a.js::pay -> a.js::settle"});
}

TEST(Match, ARenameThatRewritesTheBodyIsNone) {
  const Change change({{"a.js", kPay}},
                      {{"a.js",
                        "function send(mail) {\n  for (const to of mail.list) {\n"
                        "    smtp.queue(to, mail.body, { retry: 3 });\n  }\n}\n"}});
  EXPECT_EQ(change.found(), Lines{});
}

TEST(Match, TwoThatAreAlikeGoToTheLikelier) {
  const std::string near = replaced(replaced(kPay, "pay", "near"), "LIMIT", "MAXIMUM");
  const std::string same = replaced(kPay, "pay", "same");
  EXPECT_EQ(Change({{"a.js", kPay}}, {{"a.js", near + same}}).found(),
            Lines{"a.js::pay -> a.js::same"});
}

TEST(Match, SeveralRenamesAtOnce) {
  const Change change({{"a.js", kPay + kRate}},
                      {{"a.js", replaced(kRate, "rate", "quota") + replaced(kPay, "pay", "buy")}});
  // `pay` calls `rate`, which has gone: a small change of its body.
  EXPECT_EQ(change.found(), (Lines{"a.js::pay -> a.js::buy", "a.js::rate -> a.js::quota"}));
}

TEST(Match, AMoveToAnotherFile) {
  const Change change({{"a.js", kPay + kRate}, {"b.js", "b();\n"}},
                      {{"a.js", kRate}, {"b.js", "b();\n" + kPay}});
  EXPECT_EQ(change.found(), Lines{"a.js::pay -> b.js::pay"});
}

TEST(Match, AMoveWithAnotherNameOnlyWhereTheCodeIsTheSame) {
  const std::string buy = replaced(kPay, "pay", "buy");
  EXPECT_EQ(Change({{"a.js", kPay}, {"b.js", ""}}, {{"a.js", ""}, {"b.js", buy}}).found(),
            Lines{"a.js::pay -> b.js::buy"});
  EXPECT_EQ(Change({{"a.js", kPay}, {"b.js", ""}},
                   {{"a.js", ""}, {"b.js", replaced(buy, "order.total + fee", "fee")}})
                .found(),
            Lines{});
}

TEST(Match, AMovedFileTakesEverythingAlong) {
  const std::string text = kPay + kRate + "const small = 1;\n[1].map(() => rate({}));\n";
  const Change change({{"lib/a.js", text}}, {{"src/b.js", text}});
  EXPECT_EQ(change.found(true),
            (Lines{"lib/a.js::<anonymous> -> src/b.js::<anonymous>",
                   "lib/a.js::<module> -> src/b.js::<module>", "lib/a.js::pay -> src/b.js::pay",
                   "lib/a.js::rate -> src/b.js::rate", "lib/a.js::small -> src/b.js::small"}));
}

TEST(Match, AMovedFileThatChangesIsFoundUpToAHalf) {
  EXPECT_EQ(Change({{"a.js", kPay + kRate}}, {{"b.js", kPay}}).found(true),
            (Lines{"a.js::<module> -> b.js::<module>", "a.js::pay -> b.js::pay"}));
  // Too little in common for the file; the function is found by itself.
  const std::string other = "export const list = [" + replaced(std::string(60, '7'), "7", "7, ") +
                            "];\nfunction run(a, b) {\n  while (a.next()) b.push(a.value, list);\n"
                            "  return b.filter(Boolean).map(String).join();\n}\n";
  EXPECT_EQ(Change({{"a.js", kPay + other}}, {{"b.js", kPay + replaced(kPay, "pay", "two") +
                                                           replaced(kRate, "rate", "three")}})
                .found(true),
            Lines{"a.js::pay -> b.js::pay"});
}

TEST(Match, AClassTakesItsMembersAlong) {
  const std::string cart =
      "class Cart {\n  constructor() { this.items = []; }\n"
      "  add(item) { this.items.push(item); return this; }\n"
      "  total() { return this.items.reduce((sum, i) => sum + i.price, 0); }\n}\n";
  EXPECT_EQ(Change({{"a.js", cart}}, {{"a.js", replaced(cart, "Cart", "Basket")}}).found(true),
            (Lines{"a.js::Cart -> a.js::Basket", "a.js::Cart.add -> a.js::Basket.add",
                   "a.js::Cart.constructor -> a.js::Basket.constructor",
                   "a.js::Cart.total -> a.js::Basket.total",
                   "a.js::Cart.total.<anonymous> -> a.js::Basket.total.<anonymous>"}));
}

TEST(Match, MembersOfAnotherClassAreNotTheSame) {
  const std::string reader =
      "class Reader {\n  constructor(input) { this.input = input; this.at = 0; }\n"
      "  next() { return this.input[this.at++]; }\n}\n";
  const std::string writer =
      "class Writer {\n  constructor(input) { this.input = input; this.at = 0; }\n"
      "  write(d, e) { for (const x of d) this.input.push(encode(x, e)); }\n"
      "  flush() { this.input.length = 0; this.at = 0; return this; }\n}\n";
  EXPECT_EQ(Change({{"a.js", reader}}, {{"b.js", writer}}).found(true), Lines{});
}

TEST(Match, TinyCodeIsAlikeByChance) {
  EXPECT_EQ(Change({{"a.js", "const a = 1;\n"}}, {{"a.js", "const b = 1;\n"}}).found(), Lines{});
  EXPECT_EQ(Change({{"a.js", "const f = () => 1;\n"}}, {{"a.js", "const g = () => 1;\n"}}).found(),
            Lines{});
}

TEST(Match, OtherKindsAreNotTheSame) {
  EXPECT_EQ(
      Change({{"a.js", kPay}}, {{"a.js", "const settle = " + replaced(kPay, "pay", "")}}).found(),
      (Lines{"a.js::pay -> a.js::settle"}));
  EXPECT_EQ(Change({{"a.js", kPay}}, {{"a.js", replaced(kPay, "function pay", "function* pays")}})
                .found(),
            Lines{});
}

TEST(Match, TiesGoByPathAndPlaceWhateverTheOrder) {
  const Change change({{"a.js", kPay}, {"b.js", kPay}},
                      {{"c.js", kPay + "one();\n"}, {"d.js", kPay}});
  EXPECT_EQ(change.found(), (Lines{"a.js::pay -> d.js::pay", "b.js::pay -> c.js::pay"}));
}

TEST(Match, ManyCandidatesStayAffordable) {
  // 2,000 functions of one shape go and 2,000 others come: no pair is compared needlessly.
  std::string before, after;
  for (int i = 0; i < 2000; ++i) {
    before += replaced(kRate, "rate", "old" + std::to_string(i));
    after += replaced(kRate, "rate", "new" + std::to_string(i));
  }
  EXPECT_EQ(Change({{"a.js", before}}, {{"a.js", after}}).found().size(), 2000u);
}

}  // namespace
}  // namespace dg
