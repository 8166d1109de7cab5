// advance(): what changes, what is shared, how much work is done, and invariants 2, 6 and 7 of the
// design on small projects.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/queries/callers.h"
#include "tests/modules/graph_test_snapshot_support.h"

namespace dg {
namespace {

using test::dump;
using test::expect_consistent;
using test::Project;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Invariant 2, and that all that is kept incrementally agrees with a scan.
void expect_equals_rebuild(const Project& project) {
  EXPECT_EQ(dump_difference(dump(*project.snapshot()), dump(*project.fresh())), "");
  expect_consistent(*project.snapshot());
}

std::vector<std::string> caller_ids(const Project& project, std::string_view id_text) {
  std::vector<std::string> ids;
  const Snapshot& snapshot = *project.snapshot();
  for (const Neighbour& caller : callers(snapshot, project.id(id_text))) {
    const AtomRef atom = snapshot.atom(caller.source);
    ids.push_back(atom_id_text(*atom.file, atom.index));
  }
  return ids;
}

std::vector<std::string> paths(const Delta& delta) {
  std::vector<std::string> all;
  for (const FileDelta& file : delta.files) {
    all.push_back((file.after != nullptr ? file.after : file.before)->path);
  }
  return all;
}

/// b calls a.pay; c is a stranger.
Project shop() {
  Project project;
  project.write("a.js", "export function pay() {}\n")
      .write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n")
      .write("c.js", "export function other() { return 1; }\n");
  project.commit();
  return project;
}

TEST(Advance, FirstIndexLinksEverythingOnce) {
  Project project;
  project.write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n")
      .write("a.js", "export function pay() {}\n");
  const Advance first = project.commit();
  EXPECT_EQ(first.next->sequence(), Sequence{1});
  EXPECT_EQ(first.work.relinked, 2u);
  EXPECT_THAT(paths(first.delta), ElementsAre("a.js", "b.js"));
  EXPECT_THAT(caller_ids(project, "a.js::pay"), ElementsAre("b.js::checkout"));
  EXPECT_EQ(raw(project.id("a.js::<module>")), 1u) << "ids follow paths, not the order of arrival";
  EXPECT_EQ(raw(project.id("a.js::pay")), 2u);
  expect_equals_rebuild(project);
}

TEST(Advance, NothingChangedGivesTheBaseItself) {
  Project project = shop();
  const SnapshotPtr base = project.snapshot();
  EXPECT_EQ(project.commit().next, base);
  project.write("a.js", "export function pay() {}\n");
  const Advance same = project.commit();
  EXPECT_EQ(same.next, base);
  EXPECT_TRUE(same.delta.empty());
  EXPECT_EQ(same.work.relinked, 0u);
  project.remove("never.js").remove_config("package.json");
  EXPECT_EQ(project.commit().next, base);
  EXPECT_EQ(advance(empty_snapshot(), {}).next->sequence(), Sequence{0});
}

TEST(Advance, BodyEditRelinksOneFile) {
  Project project = shop();
  const SnapshotPtr base = project.snapshot();
  project.write("a.js", "export function pay() { return 42; }\n");
  const Advance edit = project.commit();
  EXPECT_EQ(edit.work.relinked, 1u);
  EXPECT_EQ(edit.work.links_changed, 0u);
  EXPECT_THAT(paths(edit.delta), ElementsAre("a.js"));
  EXPECT_EQ(project.snapshot()->file_at("b.js"), base->file_at("b.js")) << "shared";
  EXPECT_EQ(edit.next->sequence(), Sequence{2});
  expect_equals_rebuild(project);
}

TEST(Advance, Invariant6_ShiftOfLinesChangesNoAtomAndNoLink) {
  Project project = shop();
  const SnapshotPtr base = project.snapshot();
  project.write(
      "b.js",
      "\n\n// moved\nimport { pay } from './a.js';\nexport function checkout() { pay(); }\n");
  const Advance shift = project.commit();
  EXPECT_EQ(shift.work.relinked, 1u);
  EXPECT_EQ(shift.work.links_changed, 0u);
  ASSERT_EQ(shift.delta.files.size(), 1u);
  EXPECT_TRUE(shift.delta.files[0].moved_only);
  EXPECT_THAT(shift.delta.files[0].atoms, IsEmpty());
  EXPECT_EQ(project.snapshot()->file_at("b.js")->versions, base->file_at("b.js")->versions);
  const std::vector<Neighbour> pay = callers(*project.snapshot(), project.id("a.js::pay"));
  ASSERT_EQ(pay.size(), 1u);
  EXPECT_EQ(pay[0].sites[0].at.line, 5u);
  expect_equals_rebuild(project);
}

TEST(Advance, RemovedExportLeavesItsCallersOpenAndComesBackUnderItsId) {
  Project project = shop();
  const AtomId pay = project.id("a.js::pay");
  project.write("a.js", "export function settle() {}\n");
  const Advance gone = project.commit();
  EXPECT_EQ(gone.work.relinked, 2u);
  EXPECT_FALSE(project.snapshot()->atom_with_id("a.js::pay"));
  EXPECT_EQ(project.snapshot()->open_mentions("pay").possible, 1u);
  expect_equals_rebuild(project);

  project.write("a.js", "export function pay() {}\n");
  project.commit();
  EXPECT_EQ(project.id("a.js::pay"), pay);
  const FileVersionPtr file = project.snapshot()->file_at("a.js");
  EXPECT_EQ(file->versions[raw(project.snapshot()->atom(pay).index)], 3u)
      << "created, deleted, created again";
  EXPECT_THAT(caller_ids(project, "a.js::pay"), ElementsAre("b.js::checkout"));
  expect_equals_rebuild(project);
}

TEST(Advance, RemovedFileIsRelinkedByItsDependentsAndComesBack) {
  Project project = shop();
  const AtomId pay = project.id("a.js::pay");
  project.remove("a.js");
  const Advance gone = project.commit();
  EXPECT_EQ(gone.work.relinked, 1u) << "b.js alone";
  EXPECT_EQ(project.snapshot()->file_at("a.js"), nullptr);
  EXPECT_THAT(project.snapshot()->incoming(pay), IsEmpty());
  expect_equals_rebuild(project);
  project.write("a.js", "\nexport function pay() {}\n");
  EXPECT_EQ(project.commit().work.relinked, 2u);
  EXPECT_EQ(project.id("a.js::pay"), pay);
  EXPECT_THAT(caller_ids(project, "a.js::pay"), ElementsAre("b.js::checkout"));
  expect_equals_rebuild(project);
}

TEST(Advance, NewFileIsSeenByThoseWhoMissedIt) {
  Project project;
  project.write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n");
  project.commit();
  project.write("a.js", "export function pay() {}\n");
  EXPECT_EQ(project.commit().work.relinked, 2u);
  EXPECT_THAT(caller_ids(project, "a.js::pay"), ElementsAre("b.js::checkout"));
  expect_equals_rebuild(project);
}

TEST(Advance, ExportThatShadowsAStarExportRelinksTheImporters) {
  Project project;
  project.write("deep.js", "export function pay() {}\nexport function keep() {}\n")
      .write("barrel.js", "export * from './deep.js';\n")
      .write("user.js", "import { pay } from './barrel.js';\nexport function go() { pay(); }\n")
      .write("stranger.js", "export function alone() {}\n");
  project.commit();
  EXPECT_THAT(caller_ids(project, "deep.js::pay"), ElementsAre("user.js::go"));
  project.write("barrel.js", "export * from './deep.js';\nexport function pay() {}\n");
  const Advance shadowed = project.commit();
  EXPECT_EQ(shadowed.work.relinked, 2u) << "barrel.js and user.js";
  EXPECT_THAT(caller_ids(project, "barrel.js::pay"), ElementsAre("user.js::go"));
  EXPECT_THAT(caller_ids(project, "deep.js::pay"), IsEmpty());
  expect_equals_rebuild(project);
}

TEST(Advance, LastChangeOfAPathCounts) {
  Project project = shop();
  project.write("a.js", "export function nope() {}\n")
      .remove("a.js")
      .write("a.js", "export function pay() { }\n");
  const Advance twice = project.commit();
  EXPECT_THAT(paths(twice.delta), ElementsAre("a.js"));
  EXPECT_THAT(caller_ids(project, "a.js::pay"), ElementsAre("b.js::checkout"));
  expect_equals_rebuild(project);
}

TEST(Advance, OtherTimeOfTheSameBytesIsNoChange) {
  Project project = shop();
  const FileVersionPtr before = project.snapshot()->file_at("a.js");
  SourceChange touched;
  touched.path = "a.js";
  touched.hash = before->hash;
  touched.size = before->size;
  touched.mtime_ns = before->mtime_ns + 5;
  touched.facts = std::make_shared<FileFacts>(*before->facts);
  EXPECT_EQ(advance(project.snapshot(), {{touched}, {}}).next, project.snapshot());

  SourceChange removed;
  removed.path = "c.js";
  const Advance both = advance(project.snapshot(), {{touched, removed}, {}});
  EXPECT_THAT(paths(both.delta), ElementsAre("c.js"));
  EXPECT_EQ(both.next->file_at("a.js")->mtime_ns, touched.mtime_ns);
}

TEST(Advance, ConfigurationRelinksThoseItConcerns) {
  Project project;
  project.write("src/lib/a.ts", "export function pay(): void {}\n")
      .write("src/b.ts", "import { pay } from '@/a';\nexport function go() { pay(); }\n")
      .write("src/c.ts", "export function alone() {}\n");
  project.commit();
  EXPECT_THAT(caller_ids(project, "src/lib/a.ts::pay"), IsEmpty());
  project.config("tsconfig.json",
                 R"({"compilerOptions":{"baseUrl":".","paths":{"@/*":["src/lib/*"]}}})");
  const Advance configured = project.commit();
  EXPECT_EQ(configured.work.relinked, 1u);
  ASSERT_EQ(configured.delta.configs.size(), 1u);
  EXPECT_THAT(caller_ids(project, "src/lib/a.ts::pay"), ElementsAre("src/b.ts::go"));
  expect_equals_rebuild(project);
  project.remove_config("tsconfig.json");
  EXPECT_TRUE(project.commit().delta.configs[0].removed);
  EXPECT_THAT(project.snapshot()->configs(), IsEmpty());
  EXPECT_THAT(caller_ids(project, "src/lib/a.ts::pay"), IsEmpty());
  expect_equals_rebuild(project);
}

TEST(Advance, MemberNamesAreKnownAcrossFiles) {
  Project project;
  project.write("a.js", "export class Cart { settleAll() {} }\n")
      .write("b.js", "export function go(x) { x.settleAll(); }\n");
  project.commit();
  const auto before = caller_ids(project, "a.js::Cart.settleAll");
  project.write("c.js", "export class Other { unrelated() {} }\n");
  EXPECT_EQ(project.commit().work.relinked, 1u);
  expect_equals_rebuild(project);
  project.write("c.js", "export class Other { settleAll() {} }\n");
  EXPECT_EQ(project.commit().work.relinked, 2u) << "who asked for that member name";
  expect_equals_rebuild(project);
  project.remove("c.js");
  project.commit();
  EXPECT_EQ(caller_ids(project, "a.js::Cart.settleAll"), before);
  expect_equals_rebuild(project);
}

TEST(Advance, Invariant7_OrderAndThreadsDoNotMatter) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"a.js", "export class A { run() { this.go(); } go() {} }\n"},
      {"b.js", "import { A } from './a.js';\nexport class B extends A { go() { super.go(); } }\n"},
      {"c.js", "const { B } = require('./b.js');\nmodule.exports = () => new B().run();\n"},
      {"d.js", "import c from './c.js';\nexport default function () { c(); x.run(); }\n"},
      {"e.js", "export * from './a.js';\nexport * from './d.js';\n"}};
  Project together(4);
  for (const auto& [path, text] : files) together.write(path, text);
  together.commit();
  Project forwards, backwards;
  for (std::size_t i = 0; i < files.size(); ++i) {
    forwards.write(files[i].first, files[i].second);
    forwards.commit();
    const auto& [path, text] = files[files.size() - 1 - i];
    backwards.write(path, text);
    backwards.commit();
  }
  EXPECT_EQ(dump_difference(dump(*together.snapshot()), dump(*forwards.snapshot())), "");
  EXPECT_EQ(dump_difference(dump(*together.snapshot()), dump(*backwards.snapshot())), "");
  expect_consistent(*backwards.snapshot());
}

TEST(Advance, BrokenAndEmptySourcesAreData) {
  Project project = shop();
  for (const char* text :
       {"", "export function pay( {", "\xff\xfe\x00", "}}}}", "export * from './a.js'"}) {
    project.write("a.js", text);
    project.commit();
    expect_equals_rebuild(project);
  }
}

TEST(Advance, NamesWithSeparatorsStayApart) {
  Project project;
  project
      .write(
          "a.js",
          "it('b::c', () => { x(); });\nconst o = { '__proto__x': () => 1, constructor() {} };\n")
      .write("__proto__.js", "export function constructor() {}\nexport function toString() {}\n");
  project.commit();
  expect_equals_rebuild(project);
}

}  // namespace
}  // namespace dg
