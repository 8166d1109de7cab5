// One file's history: folded, packed, and turned back into a FileVersion.

#include <gtest/gtest.h>

#include <random>

#include "events/delta.h"
#include "events/digest.h"
#include "events/file_state.h"
#include "tests/modules/events_test_support.h"

namespace dg::test {
namespace {

FileBuilder sample() {
  FileBuilder builder("src/a.js", 4);
  builder.hash(7)
      .atom(
          2, "Cart", [](Atom& a, FileBuilder&) { a.kind = AtomKind::class_; }, 3)
      .atom(
          9, "Cart.get:total",
          [](Atom& a, FileBuilder& b) {
            a.name = b.name("total");
            a.parent = AtomIndex{1};
            a.kind = AtomKind::getter;
            a.is_static = a.is_async = a.exported = true;
            a.doc = b.name("The sum of it.");
            a.complexity = 7;
            a.code_lines = 3;
          },
          5, 3)
      .atom(5, "<anonymous>#2", {}, 9, 1);
  builder.edge(1, Relation::contains, 2, {{kNoOrdinal, Confidence::exact, 16}})
      .edge(9, Relation::calls, 5, {{2, Confidence::inferred, 4}, {0, Confidence::exact, 1}})
      .edge(9, Relation::references, 77)
      .open(9, "fs.read", OpenReason::external, "fs", {{1, Confidence::exact, 0}})
      .open(5, "x", OpenReason::global)
      .versions(6);
  return builder;
}

TEST(FileStates, MakeAFileVersionWithTheSameState) {
  const auto file = sample().build();
  const FileState state = file_state_of(*file);
  const FileVersionPtr back = file_version_of(state);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(file_state_of(*back), state);
  EXPECT_EQ(file_digest(*back), file_digest(*file));
  const Atom& getter = back->facts->atoms[2];
  EXPECT_EQ(atom_id_text(*back, AtomIndex{2}), "src/a.js::Cart.get:total");
  EXPECT_EQ(back->facts->name(getter.name), "total");
  EXPECT_EQ(getter.parent, AtomIndex{1});
  EXPECT_EQ(getter.complexity, 7);
  EXPECT_EQ(getter.code_lines, 3u);
  EXPECT_EQ(getter.params.begin, kNoIndex) << "what history does not hold is not made up";
  EXPECT_LT(getter.byte_end, getter.byte_begin);
}

TEST(FileStates, GoThroughACheckpoint) {
  const auto file = sample().build();
  const FileState state = file_state_of(*file);
  FileFold fold(file->id, file->path);
  ASSERT_TRUE(fold.begin(encode_atoms(state)));
  EXPECT_EQ(std::move(fold).finish(state.hash, state.places), state);
}

TEST(FileStates, IllFormedTextIsKeptAsTheLogHasIt) {
  FileBuilder builder("a.js");
  builder.atom(2, "na\xFFme", [](Atom& a, FileBuilder& b) { a.doc = b.name("\xC3("); });
  const auto file = builder.open(2, "x\xFE.y", OpenReason::global, "", {}).build();
  const FileState state = file_state_of(*file);
  const FileVersionPtr back = file_version_of(state);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(file_state_of(*back), state);
  EXPECT_EQ(file_digest(*back), file_digest(*file));
}

TEST(FileStates, BytesThatNobodyWroteAreRefused) {
  const FileState state = file_state_of(*sample().build());
  const std::string written = encode_atoms(state);
  std::mt19937 random(5);
  int read = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string bytes = written;
    if (i % 2 == 0) bytes.resize(random() % bytes.size());
    for (std::size_t flips = i % 2 == 0 ? 0 : 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    FileFold fold(state.id, state.path);
    if (!fold.begin(bytes)) continue;
    ++read;
    // What can be read may be of another file's making; it is never more than a wrong state.
    if (const auto folded = std::move(fold).finish(state.hash, state.places)) {
      static_cast<void>(file_version_of(*folded));
    }
  }
  EXPECT_LT(read, 2000) << "no cut text is read";
  FileFold fold(state.id, state.path);
  EXPECT_FALSE(fold.begin(""));
  EXPECT_FALSE(fold.begin(written + '\0'));
}

TEST(FileStates, PartsThatDoNotFitMakeNoFile) {
  const FileState whole = file_state_of(*sample().build());
  const auto broken = [&](const std::function<void(FileState&)>& change) {
    FileState state = whole;
    change(state);
    return file_version_of(state) == nullptr;
  };
  EXPECT_FALSE(broken([](FileState&) {}));
  EXPECT_TRUE(broken([](FileState& s) { s.atoms.clear(); }));
  EXPECT_TRUE(broken([](FileState& s) { s.atoms[1].content.id_text = "b.js::Cart"; }));
  EXPECT_TRUE(broken([](FileState& s) { s.atoms[1].content.owner = AtomId{99}; }));
  EXPECT_TRUE(broken([](FileState& s) { s.atoms[0].content.owner = AtomId{2}; }));
  EXPECT_TRUE(broken([](FileState& s) { s.atoms[2].edges[0].sites[0].ordinal = 3; }));
  EXPECT_TRUE(broken([](FileState& s) { s.places.atoms[2].id = AtomId{2}; }));
}

TEST(FileFolds, TolerateWhatMovedAwayAndBack) {
  const auto file = sample().build();
  const FileState state = file_state_of(*file);
  FileFold fold(file->id, file->path);
  ASSERT_TRUE(fold.begin(encode_atoms(state)));
  // Atom 5 is in another file for a while, of which this file's events say nothing.
  Event arrival;
  arrival.sequence = Sequence{9};
  arrival.atom = AtomId{5};
  arrival.operation = Operation::move;
  arrival.version_before = 8;
  arrival.version_after = 9;
  arrival.was = state.atoms[3].content;
  arrival.was.file = FileId{1};
  arrival.now = state.atoms[3].content;
  arrival.lost = {{Relation::calls, AtomId{1}, Confidence::exact, {{0, Confidence::exact, 1}}, {}}};
  arrival.gained = {{Relation::calls, AtomId{9}, Confidence::exact, {}, {{0, {}, 1}}}};
  EXPECT_EQ(fold.apply(arrival), std::nullopt);
  FilePlaces places = state.places;
  places.atoms.erase(places.atoms.begin() + 2);  // Atom 9 has left.
  const std::optional<FileState> after = std::move(fold).finish(state.hash, places);
  ASSERT_TRUE(after);
  ASSERT_EQ(after->atoms.size(), 3u);
  EXPECT_EQ(after->atoms[2].version, 9u);
  EXPECT_EQ(after->atoms[2].edges.size(), 1u);
  EXPECT_TRUE(after->atoms[2].open.empty());
}

TEST(FileFolds, SayWhatContradictsThem) {
  const auto file = sample().build();
  const FileState state = file_state_of(*file);
  FileFold fold(file->id, file->path);
  ASSERT_TRUE(fold.begin(encode_atoms(state)));
  Event update;
  update.sequence = Sequence{9};
  update.atom = AtomId{5};
  update.operation = Operation::update;
  update.version_before = 4;
  update.version_after = 5;
  EXPECT_EQ(fold.apply(update), "atom 5 at sequence 9: version 5 follows 6");
  update.atom = AtomId{6};
  EXPECT_EQ(fold.apply(update), "atom 6 at sequence 9: update of what is not there");
  update.atom = AtomId{5};
  update.version_before = 6;
  update.version_after = 7;
  update.lost = {{Relation::calls, AtomId{1}, Confidence::exact, {}, {}}};
  EXPECT_EQ(fold.apply(update), "atom 5 at sequence 9: loses a link that it does not have");
}

}  // namespace
}  // namespace dg::test
