// What incremental linking rests on: links are a function of facts, and a file whose noted keys all
// keep their values links as before.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/modules/graph_test_linker_support.h"

namespace dg::testing_support {
namespace {

using Sources = std::map<std::string, std::string>;

/// Small projects at random, rich in the forms through which one file can depend on another.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Sources project() {
    Sources sources;
    for (int i = 0; i < kFiles; ++i) sources[path(i)] = file();
    return sources;
  }
  std::string file() { return pick(2) == 0 ? commonjs() : esm(); }
  static std::string path(int i) { return "f" + std::to_string(i) + ".js"; }
  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

 private:
  static constexpr int kFiles = 5;

  std::string other() { return "./f" + std::to_string(pick(kFiles)); }
  std::string name() { return std::string(1, static_cast<char>('a' + pick(4))); }
  std::string number() { return std::to_string(pick(100)); }

  std::string use() {
    switch (pick(7)) {
      case 0:
        return "x." + name() + "();";
      case 1:
        return "new x." + name() + "()." + name() + "();";
      case 2:
        return "y." + name() + "." + name() + "();";
      case 3:
        return "x." + name() + "()." + name() + "();";
      case 4:
        return "y();";
      case 5:
        return "new y()." + name() + "();";
      default:
        return name() + "();";
    }
  }
  std::string body() {
    std::string text = "{ const v = " + number() + "; ";
    for (int i = pick(3); i >= 0; --i) text += use() + " ";
    switch (pick(5)) {
      case 0:
        return text + "return new x." + name() + "(); }";
      case 1:
        return text + "return y; }";
      case 2:
        return text + "const z = new " + name() + "(); return z; }";
      case 3:
        return text + "return this; }";
      default:
        return text + "}";
    }
  }
  std::string klass(const std::string& extends) {
    std::string text = "class " + name() + extends + " {";
    if (pick(2) == 0) text += " constructor() { this.f = new x." + name() + "(); }";
    for (int i = pick(3); i >= 0; --i) {
      text += (pick(4) == 0 ? " static " : " ") + name() + "() " + body();
    }
    return text + " run() { this." + name() + "(); this.f." + name() + "(); } }\n";
  }
  std::string declaration() {
    const std::string n = name();
    switch (pick(6)) {
      case 0:
        return klass("");
      case 1:
        return klass(" extends x." + name());
      case 2:
        return "const " + n + " = {" + name() + "() " + body() + ", " + name() + ": x};\n";
      case 3:
        return "function " + n + "() " + body() + "\n" + n + ".prototype." + name() +
               " = function () " + body() + ";\n";
      case 4:
        return "const " + n + " = y." + name() + ";\n";
      default:
        return "function " + n + "() " + body() + "\n";
    }
  }
  std::string commonjs() {
    std::string text = "const x = require('" + other() + "'), y = require('" + other() + "');\n";
    for (int i = pick(4); i >= 0; --i) text += declaration();
    switch (pick(5)) {
      case 0:
        text += "module.exports = " + name() + ";\n";
        break;
      case 1:
        text += "module.exports = require('" + other() + "');\n";
        break;
      case 2:
        text += "module.exports = {" + name() + ", ...y};\n";
        break;
      case 3:
        text += "exports." + name() + " = new " + name() + "();\n";
        break;
      default:
        break;
    }
    for (int i = pick(3); i >= 0; --i) {
      const std::string n = name();
      text += "exports." + n + " = " + n + ";\n";
    }
    return text + use() + "\n";
  }
  std::string esm() {
    std::string text = "import * as x from '" + other() + "';\nimport y, {" + name() +
                       " as q} from '" + other() + "';\nq();\n";
    for (int i = pick(4); i >= 0; --i) text += (pick(2) == 0 ? "export " : "") + declaration();
    if (pick(2) == 0) text += "export * from '" + other() + "';\n";
    if (pick(2) == 0)
      text += "export {" + name() + " as d, default} from '" + other() + "';\n";
    else if (pick(2) == 0)
      text += "export default new " + name() + "();\n";
    return text + use() + "\n";
  }

  std::mt19937_64 random_;
};

TEST(LinkerIncremental, LinksDoNotDependOnDenseIds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Sources sources = Generator(seed).project();
    EXPECT_EQ(LinkProject(sources, Numbering::forward).all(),
              LinkProject(sources, Numbering::backward).all())
        << "seed " << seed;
  }
}

std::set<std::uint64_t> changed_keys(const LinkProject& before, const LinkProject& after) {
  std::set<std::uint64_t> keys;
  std::set<std::string> paths;
  for (const std::string& path : before.paths()) paths.insert(path);
  for (const std::string& path : after.paths()) paths.insert(path);
  for (const std::string& path : paths) {
    const auto items = [&](const LinkProject& project) {
      return project.file_at(path).version == nullptr ? std::vector<InterfaceItem>()
                                                      : project.interface_items(path);
    };
    const std::vector<InterfaceItem> a = items(before), b = items(after);
    std::vector<InterfaceItem> differing;
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(),
                                  std::back_inserter(differing));
    for (const InterfaceItem& item : differing) keys.insert(item.key);
  }
  return keys;
}

bool mentions(const std::vector<std::uint64_t>& keys, const std::set<std::uint64_t>& changed) {
  return std::any_of(keys.begin(), keys.end(), [&](auto key) { return changed.contains(key); });
}

TEST(LinkerIncremental, UnchangedKeysMeanUnchangedLinks) {
  int spared = 0, relinked = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Generator generator(seed);
    const Sources sources = generator.project();
    Sources edited = sources;
    const std::string target = Generator::path(generator.pick(5));
    if (generator.pick(6) == 0) {
      edited.erase(target);
    } else {
      edited[target] = generator.file();
    }
    const LinkProject before(sources), after(edited);
    const std::set<std::uint64_t> changed = changed_keys(before, after);
    for (const std::string& path : after.paths()) {
      if (path == target) continue;
      if (mentions(before.link(path).depends_on, changed)) {
        ++relinked;
        continue;
      }
      ++spared;
      EXPECT_EQ(before.lines(path, true), after.lines(path, true))
          << "seed " << seed << ": " << path << " after an edit of " << target;
    }
  }
  EXPECT_GT(spared, 40);
  EXPECT_GT(relinked, 40);
}

/// Small edits are what people make, and what keys must tell apart: one line of one file is taken
/// from another random file, or dropped.
TEST(LinkerIncremental, UnchangedKeysMeanUnchangedLinksAfterSmallEdits) {
  int spared = 0;
  for (std::uint64_t seed = 1000; seed < 1200; ++seed) {
    Generator generator(seed);
    const Sources sources = generator.project();
    Sources edited = sources;
    const std::string target = Generator::path(generator.pick(5));
    std::string& text = edited[target];
    std::vector<std::size_t> starts{0};
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      if (text[i] == '\n') starts.push_back(i + 1);
    }
    const std::size_t line =
        starts[static_cast<std::size_t>(generator.pick(static_cast<int>(starts.size())))];
    const std::string donor = generator.file();
    const std::size_t from = donor.find('\n') + 1;
    const std::string replacement =
        generator.pick(3) == 0 ? "" : donor.substr(from, donor.find('\n', from) + 1 - from);
    text.replace(line, text.find('\n', line) + 1 - line, replacement);
    const LinkProject before(sources), after(edited);
    const std::set<std::uint64_t> changed = changed_keys(before, after);
    for (const std::string& path : after.paths()) {
      if (path == target || mentions(before.link(path).depends_on, changed)) continue;
      ++spared;
      EXPECT_EQ(before.lines(path, true), after.lines(path, true))
          << "seed " << seed << ": " << path << " after an edit of " << target;
    }
  }
  EXPECT_GT(spared, 130);
}

std::set<std::uint64_t> keys_changed_by(const std::string& before, const std::string& after) {
  return changed_keys(LinkProject({{"a.js", before}}), LinkProject({{"a.js", after}}));
}

TEST(LinkerIncremental, ShiftsCommentsAndBodiesChangeNoKey) {
  const std::string source =
      "import {x} from './b';\nexport function pay(a) { x(a); }\n"
      "export class Cart { add(i) { this.items.push(i); } total = 0; }\n"
      "module.exports.z = {m() { return 1; }};\n";
  EXPECT_TRUE(keys_changed_by(source, "\n\n// moved\n" + source).empty());
  std::string edited = source;
  edited.replace(edited.find("x(a);"), 5, "const t = {q: 1}; if (t) x(a, 2);");
  edited.replace(edited.find("this.items.push(i);"), 19, "other(function () { return i; });");
  const std::set<std::uint64_t> changed = keys_changed_by(source, edited);
  const std::vector<std::uint64_t> keys =
      LinkProject(
          {{"a.js", source}, {"c.js", "import {pay, Cart} from './a'; pay(); new Cart().add();"}})
          .link("c.js")
          .depends_on;
  EXPECT_FALSE(mentions(keys, changed)) << "what others read of a.js is as it was";
}

TEST(LinkerIncremental, ShapesReturnsAndExportsChangeKeys) {
  const std::string source =
      "export function make() { return new A(); }\nexport class A { m() {} }\nclass B {}\n";
  const std::string user = "import {make} from './a'; make().m();";
  const std::vector<std::uint64_t> keys =
      LinkProject({{"a.js", source}, {"c.js", user}}).link("c.js").depends_on;
  const auto edit = [&](const std::string& from, const std::string& to) {
    std::string edited = source;
    edited.replace(edited.find(from), from.size(), to);
    return mentions(keys, keys_changed_by(source, edited));
  };
  EXPECT_TRUE(edit("new A()", "new B()"));
  EXPECT_TRUE(edit("class A {", "class A extends B {"));
  EXPECT_TRUE(edit("m() {}", "n() {}"));
  EXPECT_TRUE(edit("export function make", "function make"));
  EXPECT_FALSE(edit("class B {}", "class B { k() {} }"));
}

}  // namespace
}  // namespace dg::testing_support
