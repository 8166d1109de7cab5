// Module resolution: from a specifier to a file of the project, by the files and configurations of
// a small project given as text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/names.h"
#include "graph/link/linker.h"
#include "graph/modules/modules.h"

namespace dg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class ModulesTest : public ::testing::Test {
 protected:
  void files(std::initializer_list<const char*> paths) {
    for (const char* path : paths) files_.insert(path);
  }
  void config(const std::string& path, const std::string& content) {
    configs_.set({path, content, false});
  }
  Resolution resolution(std::string_view from, std::string_view specifier, bool commonjs = false) {
    asked_.clear();
    consulted_.clear();
    return resolve_module(
        configs_, {from, specifier, commonjs, false},
        [this](std::string_view path) {
          asked_.emplace_back(path);
          return files_.contains(std::string(path));
        },
        [this](std::string_view path) { consulted_.emplace_back(path); });
  }
  /// The path, or the reason and its detail in parentheses.
  std::string resolve(std::string_view from, std::string_view specifier, bool commonjs = false) {
    const Resolution found = resolution(from, specifier, commonjs);
    if (!found.path.empty()) return found.path;
    std::string text = "(" + std::string(to_string(found.reason));
    return text + (found.detail.empty() ? "" : " " + found.detail) + ")";
  }
  std::string require(std::string_view from, std::string_view specifier) {
    return resolve(from, specifier, true);
  }

  std::set<std::string> files_;
  ModuleConfigs configs_;
  std::vector<std::string> asked_, consulted_;
};

TEST_F(ModulesTest, RelativePathsWithAndWithoutExtension) {
  files({"a.js", "lib/b.js", "lib/c.ts", "lib/d.tsx", "lib/e.mjs", "lib/f.cjs", "lib/g.jsx"});
  EXPECT_EQ(resolve("lib/b.js", "../a.js"), "a.js");
  EXPECT_EQ(resolve("lib/b.js", "../a"), "a.js");
  EXPECT_EQ(resolve("a.js", "./lib/c"), "lib/c.ts");
  EXPECT_EQ(resolve("a.js", "./lib/d"), "lib/d.tsx");
  EXPECT_EQ(resolve("a.js", "./lib/e"), "lib/e.mjs");
  EXPECT_EQ(resolve("a.js", "./lib/f"), "lib/f.cjs");
  EXPECT_EQ(resolve("a.js", "./lib/./g"), "lib/g.jsx");
  EXPECT_EQ(resolve("a.js", "./nothing"), "(no_module)");
  EXPECT_EQ(resolve("a.js", "../outside"), "(no_module)");
}

TEST_F(ModulesTest, TheImportersLanguageDecidesBetweenTwins) {
  files({"x.js", "x.ts", "x.d.ts", "only.d.ts", "a.ts", "b.js"});
  EXPECT_EQ(resolve("a.ts", "./x"), "x.ts");
  EXPECT_EQ(resolve("b.js", "./x"), "x.js");
  EXPECT_EQ(resolve("a.ts", "./x.js"), "x.ts");
  EXPECT_EQ(resolve("b.js", "./x.js"), "x.js");
  EXPECT_EQ(resolve("b.js", "./only"), "only.d.ts");
}

TEST_F(ModulesTest, JavaScriptNamesLeadToTypeScriptSources) {
  files({"m.ts", "n.tsx", "p.mts", "q.cts", "a.ts", "b.js"});
  EXPECT_EQ(resolve("a.ts", "./m.js"), "m.ts");
  EXPECT_EQ(resolve("a.ts", "./n.jsx"), "n.tsx");
  EXPECT_EQ(resolve("a.ts", "./n.js"), "n.tsx");
  EXPECT_EQ(resolve("a.ts", "./p.mjs"), "p.mts");
  EXPECT_EQ(resolve("a.ts", "./q.cjs"), "q.cts");
  EXPECT_EQ(resolve("b.js", "./m.js"), "m.ts");
}

TEST_F(ModulesTest, AFileBeatsAFolderOfItsName) {
  files({"utils.js", "utils/index.js", "only/index.ts", "a.js"});
  EXPECT_EQ(resolve("a.js", "./utils"), "utils.js");
  EXPECT_EQ(resolve("a.js", "./utils/"), "utils/index.js");
  EXPECT_EQ(resolve("a.js", "./only"), "only/index.ts");
  EXPECT_EQ(resolve("utils/index.js", "."), "utils/index.js");
  EXPECT_EQ(resolve("utils/index.js", ".."), "(no_module)");
  files({"index.js"});
  EXPECT_EQ(resolve("utils/index.js", ".."), "index.js");
}

TEST_F(ModulesTest, NamesWithDotsAreNoExtensions) {
  files({"app.config.js", "user.service.ts", "a.js"});
  EXPECT_EQ(resolve("a.js", "./app.config"), "app.config.js");
  EXPECT_EQ(resolve("a.js", "./user.service"), "user.service.ts");
}

TEST_F(ModulesTest, AFoldersPackageJsonNamesItsEntry) {
  files({"box/lib/main.js", "box/index.js", "box/esm.js", "a.js"});
  config("box/package.json", R"({"main": "./lib/main", "module": "esm.js"})");
  EXPECT_EQ(require("a.js", "./box"), "box/lib/main.js");
  EXPECT_EQ(resolve("a.js", "./box"), "box/esm.js");
  EXPECT_THAT(consulted_, Contains("box/package.json"));
  config("box/package.json", R"({"main": "gone.js"})");
  EXPECT_EQ(require("a.js", "./box"), "box/index.js");
}

TEST_F(ModulesTest, AssetsHaveNoSource) {
  files({"a.js"});
  EXPECT_EQ(resolve("a.js", "./style.css"), "(no_source)");
  EXPECT_EQ(resolve("a.js", "./data.json"), "(no_source)");
  EXPECT_EQ(resolve("a.js", "./logo.svg?inline"), "(no_source)");
  EXPECT_EQ(resolve("a.js", "./style.css.js"), "(no_module)");
}

TEST_F(ModulesTest, NodesModulesAndPackagesAreExternal) {
  files({"a.js"});
  EXPECT_EQ(resolve("a.js", "fs"), "(external fs)");
  EXPECT_EQ(resolve("a.js", "node:fs"), "(external fs)");
  EXPECT_EQ(resolve("a.js", "fs/promises"), "(external fs/promises)");
  EXPECT_EQ(resolve("a.js", "node:test"), "(external test)");
  EXPECT_EQ(resolve("a.js", "lodash/get"), "(external lodash)");
  EXPECT_EQ(resolve("a.js", "@babel/core"), "(external @babel/core)");
  EXPECT_EQ(resolve("a.js", "@scope/pkg/deep/sub"), "(external @scope/pkg)");
  EXPECT_EQ(resolve("a.js", "https://esm.sh/x"), "(external https://esm.sh/x)");
  EXPECT_EQ(resolve("a.js", "@/views/x"), "(no_module @)");
  EXPECT_EQ(resolve("a.js", ""), "(dynamic)");
}

TEST_F(ModulesTest, AbsolutePathsStartAtTheProject) {
  files({"src/main.ts", "src/x.ts"});
  EXPECT_EQ(resolve("src/x.ts", "/src/main.ts"), "src/main.ts");
}

TEST_F(ModulesTest, PathMappingsTakeTheLongestMatch) {
  files({"src/a.ts", "src/lib/b.ts", "src/special.ts", "other/c.ts", "gen/d.ts"});
  config("tsconfig.json", R"({
    // As people write it: comments and trailing commas.
    "compilerOptions": {
      "baseUrl": ".", /* the root */
      "paths": {
        "@/*": ["src/*"],
        "@/lib/*": ["other/*", "src/lib/*"],
        "special": ["src/special.ts"],
        "url/*": ["http://x//y/*", "gen/*"],
      },
    },
  })");
  EXPECT_EQ(resolve("src/a.ts", "@/a"), "src/a.ts");
  EXPECT_EQ(resolve("src/a.ts", "@/lib/c"), "other/c.ts");
  EXPECT_EQ(resolve("src/a.ts", "@/lib/b"), "src/lib/b.ts");
  EXPECT_EQ(resolve("src/a.ts", "special"), "src/special.ts");
  EXPECT_EQ(resolve("src/a.ts", "url/d"), "gen/d.ts");
  EXPECT_EQ(resolve("src/a.ts", "@scope/pkg"), "(external @scope/pkg)") << "`@/*` is not `@*`";
  EXPECT_THAT(configs_.problems(), IsEmpty());
}

TEST_F(ModulesTest, BaseUrlAloneAndExtends) {
  files({"app/src/util/x.ts", "app/src/main.ts", "shared/y.ts", "tool/z.ts"});
  config("app/tsconfig.json",
         R"({"extends": ["./none", "../tsconfig.base"], "compilerOptions": {"baseUrl": "src"}})");
  config("tool/tsconfig.json", R"({"extends": "../tsconfig.base.json"})");
  config("tsconfig.base.json", R"({"compilerOptions": {"paths": {"#shared/*": ["./shared/*"]}}})");
  EXPECT_EQ(resolve("app/src/main.ts", "util/x"), "app/src/util/x.ts");
  EXPECT_EQ(resolve("tool/z.ts", "#shared/y"), "shared/y.ts") << "relative to the file that has it";
  EXPECT_EQ(resolve("app/src/main.ts", "#shared/y"), "(no_module)") << "relative to the baseUrl";
}

TEST_F(ModulesTest, AnExtendsCycleEnds) {
  files({"a.ts"});
  config("tsconfig.json", R"({"extends": "./jsconfig.json"})");
  config("jsconfig.json", R"({"extends": "./tsconfig.json"})");
  EXPECT_EQ(resolve("a.ts", "pkg"), "(external pkg)");
}

TEST_F(ModulesTest, TheNearestConfigurationCounts) {
  files({"app/a.js", "app/x/z.js", "y/z.js"});
  config("jsconfig.json", R"({"compilerOptions": {"paths": {"~/*": ["./y/*"]}}})");
  EXPECT_EQ(resolve("app/a.js", "~/z"), "y/z.js");
  EXPECT_THAT(consulted_, Contains("app/tsconfig.json")) << "it would change the answer";
  config("app/tsconfig.json", R"({"compilerOptions": {"paths": {"~/*": ["./x/*"]}}})");
  EXPECT_EQ(resolve("app/a.js", "~/z"), "app/x/z.js");
}

TEST_F(ModulesTest, ImportsOfTheOwnPackage) {
  files({"lib/a.js", "lib/node.js", "lib/deep/x.js", "lib/web.js"});
  config("package.json", R"({"name": "self", "imports": {
      "#env": {"browser": "./lib/web.js", "default": "./lib/node.js"},
      "#deep/*": "./lib/deep/*.js", "#fs": "node:fs", "#dep": "left-pad", "#no": null}})");
  EXPECT_EQ(resolve("lib/a.js", "#env"), "lib/node.js");
  EXPECT_EQ(resolve("lib/a.js", "#deep/x"), "lib/deep/x.js");
  EXPECT_EQ(resolve("lib/a.js", "#fs"), "(external fs)");
  EXPECT_EQ(resolve("lib/a.js", "#dep"), "(external left-pad)");
  EXPECT_EQ(resolve("lib/a.js", "#no"), "(no_module)");
  EXPECT_EQ(resolve("lib/a.js", "#unknown"), "(no_module)");
}

TEST_F(ModulesTest, ConditionsOfExports) {
  files({"p/esm.js", "p/cjs.js", "p/types.d.ts", "p/sub.js", "p/f/one.js", "a.js"});
  config("p/package.json", R"({"name": "p", "exports": {
      ".": {"types": "./types.d.ts", "import": "./esm.js", "require": "./cjs.js"},
      "./sub": "./sub.js", "./f/*": "./f/*.js", "./private/*": null}})");
  EXPECT_EQ(resolve("a.js", "p"), "p/esm.js");
  EXPECT_EQ(require("a.js", "p"), "p/cjs.js");
  EXPECT_EQ(resolve("a.js", "p/sub"), "p/sub.js");
  EXPECT_EQ(resolve("a.js", "p/f/one"), "p/f/one.js");
  EXPECT_EQ(resolve("p/sub.js", "p"), "p/esm.js") << "self-reference";
  files_.erase("p/esm.js");
  EXPECT_EQ(resolve("a.js", "p"), "p/cjs.js") << "any code is better than declarations";
}

TEST_F(ModulesTest, WorkspacePackagesWhoseBuildIsMissing) {
  files({"packages/core/src/index.ts", "packages/core/src/util.ts", "packages/ui/src/a.ts",
         "packages/flat/index.js"});
  config("package.json", R"({"private": true, "workspaces": ["packages/*"]})");
  config("packages/core/package.json",
         R"({"name": "@org/core", "main": "./dist/index.js", "types": "./dist/index.d.ts"})");
  config("packages/flat/package.json", R"({"name": "flat"})");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "@org/core"), "packages/core/src/index.ts");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "@org/core/src/util"), "packages/core/src/util.ts");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "@org/core/util"), "packages/core/src/util.ts");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "@org/core/gone"), "(no_module)");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "flat"), "packages/flat/index.js");
  EXPECT_EQ(resolve("packages/ui/src/a.ts", "@org/other"), "(external @org/other)");
  EXPECT_THAT(consulted_, Contains("package:@org/other")) << "it may become one";
}

TEST_F(ModulesTest, SamplesAreNoPackagesOfTheProject) {
  files({"tests/fixtures/react/index.js", "src/a.js", "tests/fixtures/react/b.js"});
  config("tests/fixtures/react/package.json", R"({"name": "react"})");
  EXPECT_EQ(resolve("src/a.js", "react"), "(external react)");
  EXPECT_EQ(resolve("tests/fixtures/react/b.js", "react"), "tests/fixtures/react/index.js");
}

TEST_F(ModulesTest, BrokenConfigurationIsAProblemAndCountsAsEmpty) {
  files({"a.ts", "src/a.ts"});
  config("tsconfig.json", R"({"compilerOptions": {"paths": )");
  config("package.json", "[]");
  EXPECT_EQ(resolve("a.ts", "@/a"), "(no_module @)");
  ASSERT_EQ(configs_.problems().size(), 2u);
  EXPECT_EQ(configs_.problems()[0].path, "package.json");
  EXPECT_EQ(configs_.problems()[0].reason, "is not a JSON object");
  EXPECT_EQ(configs_.problems()[1].reason, "is not valid JSON");
  configs_.set({"tsconfig.json", "", true});
  EXPECT_EQ(configs_.problems().size(), 1u);
}

TEST_F(ModulesTest, OddTypesInConfigurationAreLeftOut) {
  files({"a.ts"});
  config("package.json", R"({"name": 7, "main": ["x"], "exports": 3, "imports": [1]})");
  config("tsconfig.json",
         R"({"extends": 1, "compilerOptions": {"baseUrl": 2, "paths": {"x": 3, "y": [4]}}})");
  EXPECT_EQ(resolve("a.ts", "x"), "(external x)");
  EXPECT_EQ(resolve("a.ts", "#x"), "(no_module)");
}

TEST_F(ModulesTest, WhatPeopleAreTold) {
  files({"a.js", "lib/index.js"});
  const Resolution found = resolve_module(
      configs_, {"a.js", "./lib", false, true},
      [this](std::string_view path) { return files_.contains(std::string(path)); },
      [](std::string_view) {});
  ASSERT_GE(found.steps.size(), 3u);
  EXPECT_EQ(found.steps[0].text, "it is relative to the importing file");
  EXPECT_EQ(found.steps[1].kind, ResolutionStep::Kind::tried);
  EXPECT_EQ(found.steps[1].path, "lib.js");
  EXPECT_EQ(found.steps.back().kind, ResolutionStep::Kind::found);
  EXPECT_EQ(found.steps.back().path, "lib/index.js");
}

/// Keys of the configuration whose value differs between two states.
std::vector<std::uint64_t> changed(const std::vector<InterfaceItem>& before,
                                   const std::vector<InterfaceItem>& after) {
  std::vector<InterfaceItem> differing;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(differing));
  std::vector<std::uint64_t> keys;
  for (const InterfaceItem& item : differing) keys.push_back(item.key);
  return keys;
}

TEST_F(ModulesTest, OnlySettingsThatResolutionReadsChangeTheInterface) {
  config("package.json", R"({"name": "x", "scripts": {"a": "b"}, "main": "m.js"})");
  const auto before = interface_of(configs_);
  config("package.json", R"({"name": "x", "scripts": {"a": "c"}, "version": "2", "main": "m.js"})");
  EXPECT_THAT(changed(before, interface_of(configs_)), IsEmpty());
  config("package.json", R"({"name": "x", "main": "n.js"})");
  EXPECT_THAT(changed(before, interface_of(configs_)), Contains(config_key("package.json")));
  EXPECT_THAT(changed(before, interface_of(configs_)), Not(Contains(config_key("package:x"))));
  config("y/package.json", R"({"name": "x"})");
  EXPECT_THAT(changed(before, interface_of(configs_)), Contains(config_key("package:x")));
}

TEST_F(ModulesTest, CopiesAreValues) {
  config("package.json", R"({"name": "one"})");
  const ModuleConfigs copy = configs_;
  config("package.json", R"({"name": "two"})");
  ASSERT_EQ(copy.files().size(), 1u);
  EXPECT_EQ(copy.files()[0].content, R"({"name": "one"})");
  EXPECT_EQ(configs_.files()[0].content, R"({"name": "two"})");
}

}  // namespace
}  // namespace dg
