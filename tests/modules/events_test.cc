// The delta analyzer: what counts as a change, and what does not.

#include <gtest/gtest.h>

#include "events/delta.h"
#include "events/digest.h"
#include "events/dump.h"
#include "events/names.h"
#include "tests/modules/events_test_support.h"

namespace dg {
namespace {

using test::FileBuilder;
using test::never;

FieldSet set(Field field) {
  return static_cast<FieldSet>(field);
}

/// A file with two functions, the first calling the second.
FileBuilder two(std::uint32_t line = 3) {
  FileBuilder builder("src/a.js");
  builder.atom(2, "pay", {}, line, 2).atom(3, "check", {}, line + 5);
  builder.edge(2, Relation::calls, 3)
      .open(2, "console.log", OpenReason::global, "", {{1, Confidence::exact, 0}});
  return builder;
}

TEST(Diff, NewFileCreatesEveryAtomAtVersionOne) {
  const auto after = two().build();
  const FileDelta delta = diff_file(nullptr, after.get(), {never});
  ASSERT_EQ(delta.atoms.size(), 3u);
  for (const AtomChange& change : delta.atoms) {
    EXPECT_EQ(change.operation, Operation::create);
    EXPECT_EQ(change.version_before, 0u);
    EXPECT_EQ(change.version_after, 1u);
    EXPECT_EQ(change.before, kNone<AtomIndex>);
  }
  EXPECT_EQ(after->versions, (std::vector<std::uint32_t>{1, 1, 1}));
  ASSERT_EQ(delta.gained.size(), 1u);
  EXPECT_EQ(delta.gained[0],
            (RelationChange{AtomId{2}, Relation::calls, AtomId{3}, Confidence::exact}));
  ASSERT_EQ(delta.opened.size(), 1u);
  EXPECT_EQ(delta.opened[0].text, "console.log");
  EXPECT_FALSE(delta.moved_only);
}

TEST(Diff, RemovedFileDeletesEveryAtomAndItsLinks) {
  const auto before = two().versions(4).build();
  const FileDelta delta = diff_file(before.get(), nullptr, {never});
  ASSERT_EQ(delta.atoms.size(), 3u);
  for (const AtomChange& change : delta.atoms) {
    EXPECT_EQ(change.operation, Operation::delete_);
    EXPECT_EQ(change.version_before, 4u);
    EXPECT_EQ(change.version_after, 5u);
  }
  EXPECT_EQ(delta.lost.size(), 1u);
  EXPECT_EQ(delta.closed.size(), 1u);
}

TEST(Diff, AnAtomThatComesBackContinuesItsVersions) {
  const auto after = two().build();
  const FileDelta delta =
      diff_file(nullptr, after.get(), {[](AtomId id) { return id == AtomId{3} ? 7u : 0u; }});
  EXPECT_EQ(after->versions, (std::vector<std::uint32_t>{1, 1, 8}));
  EXPECT_EQ(delta.atoms[2].version_before, 7u);
  EXPECT_EQ(delta.atoms[2].version_after, 8u);
}

// Invariant 6.
TEST(Diff, MovedLinesAreNoChange) {
  const auto before = two(3).hash(1).versions(5).build();
  const auto after = two(300).hash(2).build();
  const FileDelta delta = diff_file(before.get(), after.get(), {never});
  EXPECT_TRUE(delta.atoms.empty());
  EXPECT_TRUE(delta.gained.empty() && delta.lost.empty());
  EXPECT_TRUE(delta.opened.empty() && delta.closed.empty());
  EXPECT_TRUE(delta.moved_only);
  EXPECT_EQ(after->versions, (std::vector<std::uint32_t>{5, 5, 5}));
}

TEST(Diff, ReorderedAtomsAreNoChange) {
  const auto before = FileBuilder("a.js").atom(2, "x").atom(3, "y").build();
  const auto after = FileBuilder("a.js").hash(9).atom(3, "y").atom(2, "x").build();
  EXPECT_TRUE(diff_file(before.get(), after.get(), {never}).atoms.empty());
}

struct FieldCase {
  const char* name;
  Field field;
  FileBuilder::Setup change;
};

class ChangedField : public testing::TestWithParam<FieldCase> {};

TEST_P(ChangedField, IsNamedAloneAndRaisesTheVersion) {
  const auto before = FileBuilder("a.js").atom(2, "f").atom(3, "g").versions(2).build();
  const auto after = FileBuilder("a.js").atom(2, "f").atom(3, "g", GetParam().change).build();
  const FileDelta delta = diff_file(before.get(), after.get(), {never});
  ASSERT_EQ(delta.atoms.size(), 1u);
  EXPECT_EQ(delta.atoms[0].id, AtomId{3});
  EXPECT_EQ(delta.atoms[0].operation, Operation::update);
  EXPECT_EQ(delta.atoms[0].changed, set(GetParam().field));
  EXPECT_EQ(after->versions, (std::vector<std::uint32_t>{2, 2, 3}));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, ChangedField,
    testing::Values(
        FieldCase{"name", Field::name, [](Atom& a, FileBuilder& b) { a.name = b.name("h"); }},
        FieldCase{"kind", Field::kind, [](Atom& a, FileBuilder&) { a.kind = AtomKind::arrow; }},
        FieldCase{"form", Field::kind,
                  [](Atom& a, FileBuilder&) { a.form = FunctionForm::expression; }},
        FieldCase{"ambient", Field::kind, [](Atom& a, FileBuilder&) { a.ambient = true; }},
        FieldCase{"signature", Field::signature,
                  [](Atom& a, FileBuilder& b) { a.signature = b.name("g(x)"); }},
        FieldCase{"body", Field::body, [](Atom& a, FileBuilder&) { a.body_hash = 77; }},
        FieldCase{"exported", Field::exported, [](Atom& a, FileBuilder&) { a.exported = true; }},
        FieldCase{"async", Field::async, [](Atom& a, FileBuilder&) { a.is_async = true; }},
        FieldCase{"owner", Field::owner, [](Atom& a, FileBuilder&) { a.parent = AtomIndex{1}; }},
        FieldCase{"doc", Field::doc, [](Atom& a, FileBuilder& b) { a.doc = b.name("Pays."); }}),
    [](const auto& param) { return param.param.name; });

TEST(Diff, MetricsAndPlacesAreNoFields) {
  const auto before = FileBuilder("a.js").atom(2, "f").build();
  const auto after = FileBuilder("a.js")
                         .atom(2, "f",
                               [](Atom& a, FileBuilder&) {
                                 a.code_lines = 9;
                                 a.end = {50, 1};
                                 a.byte_end = 400;
                               })
                         .build();
  EXPECT_TRUE(diff_file(before.get(), after.get(), {never}).atoms.empty());
}

TEST(Diff, ALaterConfidenceIsALossAndAGain) {
  const auto before = FileBuilder("a.js")
                          .atom(2, "f")
                          .edge(2, Relation::calls, 9, {{0, Confidence::name, 15}})
                          .build();
  const auto after = FileBuilder("a.js")
                         .atom(2, "f")
                         .edge(2, Relation::calls, 9, {{0, Confidence::exact, 2}})
                         .build();
  const FileDelta delta = diff_file(before.get(), after.get(), {never});
  ASSERT_EQ(delta.lost.size(), 1u);
  EXPECT_EQ(delta.lost[0].confidence, Confidence::name);
  ASSERT_EQ(delta.gained.size(), 1u);
  EXPECT_EQ(delta.gained[0].confidence, Confidence::exact);
  ASSERT_EQ(delta.atoms.size(), 1u);
  EXPECT_EQ(delta.atoms[0].changed, set(Field::relations));
}

TEST(Diff, OtherSitesOfTheSameEdgeChangeTheAtomButNoRelation) {
  const auto before = FileBuilder("a.js").atom(2, "f").edge(2, Relation::calls, 9).build();
  const auto after =
      FileBuilder("a.js")
          .atom(2, "f")
          .edge(2, Relation::calls, 9, {{0, Confidence::exact, 1}, {4, Confidence::name, 15}})
          .build();
  const FileDelta delta = diff_file(before.get(), after.get(), {never});
  EXPECT_TRUE(delta.gained.empty() && delta.lost.empty());
  ASSERT_EQ(delta.atoms.size(), 1u);
  EXPECT_EQ(delta.atoms[0].changed, set(Field::relations));
}

TEST(Diff, OpenReferencesAreComparedByTextNotByNameId) {
  const auto before = FileBuilder("a.js")
                          .atom(2, "f")
                          .open(2, "y", OpenReason::global)
                          .open(2, "x", OpenReason::global)
                          .build();
  FileBuilder other("a.js");
  other.name("x");  // Gives `x` and `y` other NameIds than before.
  const auto after =
      other.atom(2, "f").open(2, "x", OpenReason::global).open(2, "y", OpenReason::global).build();
  EXPECT_TRUE(diff_file(before.get(), after.get(), {never}).atoms.empty());
}

TEST(Diff, AnotherReasonClosesAndOpens) {
  const auto before = FileBuilder("a.js").atom(2, "f").open(2, "x", OpenReason::no_module).build();
  const auto after =
      FileBuilder("a.js").atom(2, "f").open(2, "x", OpenReason::external, "fs").build();
  const FileDelta delta = diff_file(before.get(), after.get(), {never});
  ASSERT_EQ(delta.opened.size(), 1u);
  EXPECT_EQ(delta.opened[0].detail, "fs");
  ASSERT_EQ(delta.closed.size(), 1u);
  EXPECT_EQ(delta.closed[0].reason, OpenReason::no_module);
}

TEST(Diff, CountsAddUp) {
  Delta delta;
  const auto before = two().build();
  const auto after = FileBuilder("src/a.js").atom(2, "pay", {}, 3, 2).atom(4, "extra").build();
  delta.files.push_back(diff_file(before.get(), after.get(), {never}));
  const DeltaCounts counts = count(delta);
  EXPECT_EQ(counts.files, 1u);
  EXPECT_EQ(counts.created, 1u);
  EXPECT_EQ(counts.updated, 1u);
  EXPECT_EQ(counts.deleted, 1u);
  EXPECT_EQ(counts.relations_lost, 1u);
  EXPECT_EQ(counts.closed, 1u);
}

TEST(Names, GoThereAndBack) {
  for (int i = 0; i < kRelationCount; ++i) {
    const auto relation = static_cast<Relation>(i);
    EXPECT_EQ(relation_named(to_string(relation)), relation);
  }
  for (int i = 0; i < 10; ++i) {
    const auto reason = static_cast<OpenReason>(i);
    EXPECT_EQ(open_reason_named(to_string(reason)), reason);
  }
  for (int i = 0; i < 15; ++i) {
    const auto kind = static_cast<AtomKind>(i);
    EXPECT_EQ(atom_kind_named(to_string(kind)), kind);
  }
  EXPECT_EQ(to_string(AtomKind::namespace_), "namespace");
  EXPECT_EQ(to_string(Relation::implements), "implements");
  EXPECT_EQ(to_string(OpenReason::builtin), "builtin");
  EXPECT_EQ(to_string(Operation::delete_), "delete");
  EXPECT_FALSE(relation_named("").has_value());
  EXPECT_FALSE(relation_named("?").has_value());
}

TEST(Names, FieldSetsGoThereAndBack) {
  for (unsigned fields = 0; fields < 512; ++fields) {
    const auto json = fields_json(static_cast<FieldSet>(fields));
    EXPECT_EQ(fields_from_json(json), static_cast<FieldSet>(fields)) << json;
  }
  EXPECT_EQ(fields_json(3), R"(["name","kind"])");
  for (const char* bad :
       {"", "[", "[\"name\"", "[\"name\",]", "[name]", "[\"nobody\"]", "[\"name\"\"kind\"]"}) {
    EXPECT_FALSE(fields_from_json(bad).has_value()) << bad;
  }
}

TEST(Names, IdTextIsPathAndQualifiedName) {
  const auto file = FileBuilder("src/a::b.js").atom(2, "Cart.pay").build();
  EXPECT_EQ(atom_id_text(*file, AtomIndex{1}), "src/a::b.js::Cart.pay");
  EXPECT_EQ(atom_id_text(*file, AtomIndex{0}), "src/a::b.js::<module>");
}

TEST(Digest, IsASumOfParts) {
  const auto file = two().build();
  const auto moved = two(90).build();
  EXPECT_EQ(file_digest(*file), file_digest(*moved)) << "places count by the content hash alone";
  EXPECT_NE(file_digest(*file), file_digest(*two().hash(5).build()));
  EXPECT_NE(file_digest(*file), file_digest(*two().versions(2).build()));
  EXPECT_NE(file_digest(*file), file_digest(*two().edge(3, Relation::calls, 2).build()));
  EXPECT_NE(file_digest(*file), file_digest(*two().open(3, "x", OpenReason::global).build()));
  std::uint64_t atoms = 0;
  for (std::uint32_t i = 0; i < 3; ++i) atoms += atom_digest(*file, AtomIndex{i});
  const auto bare = FileBuilder("src/a.js").build();
  const std::uint64_t own = file_digest(*bare) - atom_digest(*bare, AtomIndex{0});
  EXPECT_EQ(file_digest(*file), atoms + own);
}

TEST(Digest, DoesNotDependOnTheOrderOfAtoms) {
  const auto a = FileBuilder("a.js").atom(2, "x").atom(3, "y").build();
  const auto b = FileBuilder("a.js").atom(3, "y").atom(2, "x").build();
  EXPECT_EQ(file_digest(*a), file_digest(*b));
}

// Invariant 2 is judged by dumps: they must hold no trace of the past and all of the state.
TEST(Dump, HoldsNoVersionNoIdAndNoTime) {
  const auto a = two().versions(1).build();
  FileBuilder renumbered("src/a.js", 40);
  renumbered.atom(77, "pay", {}, 3, 2).atom(5, "check", {}, 8);
  renumbered.edge(77, Relation::calls, 5)
      .open(77, "console.log", OpenReason::global, "", {{1, Confidence::exact, 0}});
  auto b = renumbered.versions(9).build();
  auto facts = std::make_shared<FileFacts>(*b->facts);
  facts->atoms[1].body_hash = a->facts->atoms[1].body_hash;  // The builder derives it from the id.
  facts->atoms[2].body_hash = a->facts->atoms[2].body_hash;
  b->facts = facts;
  b->mtime_ns = 12345;
  EXPECT_EQ(dump_difference(dump_project({a}), dump_project({b})), "");
  EXPECT_EQ(dump_project({a}), dump_project({b}));
}

TEST(Dump, ShowsPlacesLinksAndReasons) {
  const std::string dump = dump_project({two().build()});
  EXPECT_NE(dump.find("edge\tsrc/a.js::pay\tcalls\tsrc/a.js::check\texact\tat 4:3/exact/1\n"),
            std::string::npos)
      << dump;
  EXPECT_NE(dump.find("open\tsrc/a.js::pay\tcalls\tconsole.log\tglobal\t\tat 4:13/exact/0\n"),
            std::string::npos)
      << dump;
  EXPECT_NE(dump, dump_project({two(4).build()})) << "a dump holds positions";
}

TEST(Dump, SortsFilesAndEscapesWhatWouldBreakALine) {
  const auto a = FileBuilder("b\n.js", 1).build();
  const auto b = FileBuilder("a.js", 2).atom(5, "x\ty").build();
  const std::string dump = dump_project({a, b});
  EXPECT_LT(dump.find("a.js"), dump.find("b\\x0a.js"));
  EXPECT_NE(dump.find("x\\x09y"), std::string::npos);
  EXPECT_EQ(dump, dump_project({b, a}));
}

TEST(Dump, AnEdgeToNowhereIsShown) {
  const auto a = FileBuilder("a.js").edge(1, Relation::imports, 500).build();
  EXPECT_NE(dump_project({a}).find("no live atom"), std::string::npos);
}

TEST(Dump, DifferenceNamesTheLines) {
  const std::string text = dump_difference("a\nb\nc\n", "a\nx\nc\n");
  EXPECT_EQ(text, "- b\n+ x\n");
}

}  // namespace
}  // namespace dg
