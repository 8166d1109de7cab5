// Events, their codec, packed positions and replay: the log alone gives the state (invariant 3).

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "events/event.h"
#include "events/json_text.h"
#include "events/names.h"
#include "events/positions.h"
#include "events/replay.h"
#include "tests/modules/events_test_support.h"

namespace dg {
namespace {

using test::FileBuilder;
using test::never;

FileDelta delta_of(const std::shared_ptr<FileVersion>& before,
                   const std::shared_ptr<FileVersion>& after) {
  FileDelta delta = diff_file(before.get(), after.get(), {never});
  delta.before = before;
  delta.after = after;
  return delta;
}

struct Stored {
  EventHeader header;
  std::string payload;
};

std::vector<Stored> events_of(const FileDelta& delta, std::uint64_t sequence) {
  std::vector<Stored> stored;
  for_each_event(delta, Sequence{sequence}, [&](const Event& event) {
    Stored& one = stored.emplace_back();
    one.header = event;
    encode_event(event, one.payload);
    const auto back = decode_event(one.header, one.payload);
    ASSERT_TRUE(back.has_value()) << one.payload;
    EXPECT_EQ(*back, event) << one.payload;
  });
  return stored;
}

/// Folds a delta's events after a trip through their stored form.
void fold(FoldedState& state, const FileDelta& delta, std::uint64_t sequence) {
  for (const Stored& one : events_of(delta, sequence)) {
    const auto event = decode_event(one.header, one.payload);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(state.apply(*event), std::nullopt);
  }
  if (delta.after == nullptr) {
    state.remove_file(delta.before->id);
    return;
  }
  const auto places = unpack_positions(pack_positions(*delta.after));
  ASSERT_TRUE(places.has_value());
  state.set_file(delta.after->id, {delta.after->path, delta.after->hash, *places});
}

FileBuilder first() {
  FileBuilder builder("src/a.js");
  builder.hash(1).atom(2, "pay", {}, 3, 3).atom(3, "check", {}, 9, 1);
  builder.edge(2, Relation::calls, 3, {{0, Confidence::exact, 1}, {2, Confidence::exact, 1}});
  builder.edge(2, Relation::references, 8)
      .edge(1, Relation::contains, 2, {{kNoOrdinal, Confidence::exact, 16}});
  builder.open(2, "console.log", OpenReason::global, "", {{1, Confidence::exact, 0}});
  return builder;
}

/// first() with all that can change of an atom changed.
FileBuilder changed_all_over() {
  FileBuilder later("src/a.js");
  const auto changed = [](Atom& a, FileBuilder& b) {
    a.kind = AtomKind::method;
    a.form = FunctionForm::method;
    a.is_static = a.ambient = a.exported = a.is_async = true;
    a.test_callee = b.name("it");
    a.doc = b.name("x\"\\\n\x01\xE2\x82");
    a.body_hash = 7;
    a.parent = AtomIndex{1};
  };
  later.hash(2).atom(3, "check", {}, 1, 1).atom(2, "settle", changed, 9, 3);
  later.edge(2, Relation::calls, 3, {{0, Confidence::exact, 1}, {2, Confidence::exact, 1}});
  return later;
}

TEST(Events, AWholeAtomIsBytes) {
  const auto file = first().build();
  const auto events = events_of(delta_of(nullptr, file), 4);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].header.sequence, Sequence{4});
  EXPECT_TRUE(tells_whole(events[1].header.operation));
  EXPECT_EQ(events[1].payload.front(), 1);
  EXPECT_LT(events[1].payload.size(), 80u) << "in text it would be 300";
  const auto gone = events_of(delta_of(file, nullptr), 5);
  EXPECT_EQ(gone[1].payload.front(), 2);
  EXPECT_EQ(gone[1].payload.substr(1), events[1].payload.substr(1));
}

TEST(Events, AChangeIsReadableJson) {
  const auto events = events_of(delta_of(first().build(), changed_all_over().build()), 2);
  const auto settled = std::find_if(events.begin(), events.end(), [](const Stored& stored) {
    return stored.header.atom == AtomId{2};
  });
  ASSERT_NE(settled, events.end());
  EXPECT_EQ(
      settled->payload,
      R"j({"was":{"id":"src/a.js::pay","file":1,"name":"pay","kind":"function","form":"none",)j"
      R"j("static":0,"ambient":0,"test":"","signature":"pay()","doc":"",)j"
      R"j("body":"00000000000003ea","exported":0,"async":0,"owner":1},)j"
      R"j("now":{"id":"src/a.js::settle","file":1,"name":"settle","kind":"method",)j"
      R"j("form":"method","static":1,"ambient":1,"test":"it","signature":"settle()",)j"
      "\"doc\":\"x\\\"\\\\\\n\\u0001\xEF\xBF\xBD\","
      R"j("body":"0000000000000007","exported":1,"async":1,"owner":3},)j"
      R"j("lost":[["references",8,"exact",[0,0,1]]],)j"
      R"j("closed":[["calls","console.log","global","",[1,0,0]]]})j");
}

TEST(Events, AnUpdateSaysOnlyWhatChanged) {
  const auto before = first().build();
  const auto changed = [](Atom& a, FileBuilder& b) { a.signature = b.name("pay(\"x\")"); };
  FileBuilder later("src/a.js");
  later.hash(2).atom(2, "pay", changed, 3, 3).atom(3, "check", {}, 9, 1);
  later.edge(2, Relation::calls, 3, {{1, Confidence::exact, 1}, {2, Confidence::exact, 1}});
  later.edge(1, Relation::contains, 2, {{kNoOrdinal, Confidence::exact, 16}});
  later.open(2, "console.log", OpenReason::global, "", {{0, Confidence::exact, 0}});
  const auto events = events_of(delta_of(before, later.build()), 2);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].payload,
            R"j({"was":{"signature":"pay()"},"now":{"signature":"pay(\"x\")"},)j"
            R"j("lost":[["references",8,"exact",[0,0,1]]],)j"
            R"j("resited":[["calls",3,"exact",[0,0,1,2,0,1],[1,0,1,2,0,1]]],)j"
            R"j("reopened":[["calls","console.log","global","",[1,0,0],[0,0,0]]]})j");
}

TEST(Events, IllFormedTextIsReplaced) {
  const auto file = FileBuilder("a\xFF.js").atom(2, "x\xE2\x82", {}, 2).build();
  const auto events = events_of(delta_of(nullptr, file), 1);
  EXPECT_NE(events[1].payload.find("a\xEF\xBF\xBD.js::x\xEF\xBF\xBD"), std::string::npos)
      << events[1].payload;
}

void expect_only_whole(const Stored& good) {
  ASSERT_TRUE(decode_event(good.header, good.payload).has_value());
  for (std::size_t cut = 0; cut < good.payload.size(); ++cut) {
    EXPECT_FALSE(decode_event(good.header, good.payload.substr(0, cut)).has_value()) << cut;
  }
  EXPECT_FALSE(decode_event(good.header, good.payload + " ").has_value());
  EventHeader header = good.header;
  header.version_after = 7;
  EXPECT_FALSE(decode_event(header, good.payload).has_value());
  header = good.header;
  header.operation = Operation::delete_;
  EXPECT_FALSE(decode_event(header, good.payload).has_value());
}

TEST(Events, HostilePayloadsAreRefused) {
  expect_only_whole(events_of(delta_of(nullptr, first().build()), 1)[1]);
  const auto good = events_of(delta_of(first().build(), changed_all_over().build()), 2).back();
  expect_only_whole(good);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good.payload;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_FALSE(decode_event(good.header, with("\"owner\":3", "\"owner\":-1")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("\"owner\":3", "\"owner\":4294967296")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("\"owner\":3", "\"owner\":1e3")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("\"function\"", "\"functions\"")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("\"exact\"", "\"sure\"")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("[0,0,1", "[0,3,1")).has_value());
  EXPECT_FALSE(decode_event(good.header, with("[0,0,1", "[0,0")).has_value());
}

// Whatever is done to stored bytes, reading them is an answer or nothing, never a crash.
TEST(Events, MutatedPayloadsNeverCrash) {
  std::mt19937 random(20);
  const auto file = first().build();
  const Stored goods[] = {
      events_of(delta_of(nullptr, file), 1)[1],
      events_of(delta_of(file, changed_all_over().build()), 2).back(),
  };
  const std::string places = pack_positions(*file);
  for (int round = 0; round < 20000; ++round) {
    const Stored& good = goods[round % 2];
    std::string text = good.payload;
    std::string packed = places;
    for (int i = 0; i < 3; ++i) {
      text[random() % text.size()] = static_cast<char>(random());
      packed[random() % packed.size()] = static_cast<char>(random());
    }
    if (const auto event = decode_event(good.header, text)) {
      std::string again;
      encode_event(*event, again);
      EXPECT_TRUE(decode_event(good.header, again).has_value());
    }
    if (const auto back = unpack_positions(packed)) {
      EXPECT_EQ(unpack_positions(pack_places(*back)), *back);
    }
  }
}

TEST(Positions, GoThereAndBack) {
  const auto file = first().build();
  const FilePlaces places = places_of(*file);
  ASSERT_EQ(places.atoms.size(), 3u);
  EXPECT_EQ(places.atoms[1].references, (Range{0, 3}));
  EXPECT_EQ(places.references[1], (Position{4, 13}));
  EXPECT_EQ(unpack_positions(pack_positions(*file)), places);
  EXPECT_EQ(unpack_positions(pack_places({})), FilePlaces{});
  EXPECT_FALSE(unpack_positions("").has_value());
  EXPECT_FALSE(unpack_positions("\x02").has_value());
  // A count that promises more than the bytes can hold.
  EXPECT_FALSE(unpack_positions("\x01\xFF\xFF\xFF\xFF\x0F").has_value());
}

// Invariant 3: create, change, shift, delete and come back.
TEST(Replay, FoldingTheLogGivesTheState) {
  FoldedState state;
  const auto v1 = first().build();
  fold(state, delta_of(nullptr, v1), 1);
  EXPECT_EQ(state.difference(FoldedState::of({v1})), "");

  const auto v2 = FileBuilder("src/a.js")
                      .hash(2)
                      .atom(
                          3, "check", [](Atom& a, FileBuilder&) { a.body_hash = 6; }, 20, 1)
                      .atom(4, "x\xFF", {}, 30)
                      .edge(3, Relation::calls, 4, {{0, Confidence::name, 15}})
                      .open(4, "a\xFE", OpenReason::external, "p\xFF")
                      .build();
  fold(state, delta_of(v1, v2), 2);
  EXPECT_EQ(state.difference(FoldedState::of({v2})), "");
  EXPECT_EQ(state.atom(AtomId{3})->version, 2u);
  EXPECT_EQ(state.atom(AtomId{2}), nullptr);

  const auto v3 = first().hash(3).build();
  FileDelta back =
      diff_file(v2.get(), v3.get(), {[](AtomId id) { return id == AtomId{2} ? 2u : 0u; }});
  back.before = v2;
  back.after = v3;
  fold(state, back, 3);
  EXPECT_EQ(state.difference(FoldedState::of({v3})), "");
  EXPECT_EQ(state.atom(AtomId{2})->version, 3u);

  fold(state, delta_of(v3, nullptr), 4);
  EXPECT_EQ(state.difference(FoldedState::of({})), "");
  EXPECT_EQ(state.atom_count(), 0u);
}

TEST(Replay, AShiftOfLinesNeedsPositionsOnly) {
  const auto v1 = first().build();
  FileBuilder shifted("src/a.js");
  shifted.hash(9).atom(2, "pay", {}, 103, 3).atom(3, "check", {}, 109, 1);
  shifted.edge(2, Relation::calls, 3, {{0, Confidence::exact, 1}, {2, Confidence::exact, 1}});
  shifted.edge(2, Relation::references, 8)
      .edge(1, Relation::contains, 2, {{kNoOrdinal, Confidence::exact, 16}});
  shifted.open(2, "console.log", OpenReason::global, "", {{1, Confidence::exact, 0}});
  const auto v2 = shifted.build();
  const FileDelta delta = delta_of(v1, v2);
  EXPECT_TRUE(delta.moved_only);
  FoldedState state;
  fold(state, delta_of(nullptr, v1), 1);
  fold(state, delta, 2);
  EXPECT_EQ(state.difference(FoldedState::of({v2})), "");
}

TEST(Replay, ContradictionsAreNamed) {
  const auto v1 = first().build();
  std::vector<Event> events;
  for_each_event(delta_of(nullptr, v1), Sequence{1}, [&](const Event& e) { events.push_back(e); });
  FoldedState state;
  ASSERT_EQ(state.apply(events[1]), std::nullopt);
  EXPECT_NE(state.apply(events[1]).value_or("").find("created while it is live"),
            std::string::npos);

  FoldedState gap;
  events[1].version_before = 4;
  events[1].version_after = 5;
  EXPECT_NE(gap.apply(events[1]).value_or("").find("version 5 follows 0"), std::string::npos);
}

TEST(Replay, DifferencesAreNamed) {
  const auto v1 = first().build();
  const auto v2 = first().edge(3, Relation::calls, 2).build();
  EXPECT_NE(FoldedState::of({v1}).difference(FoldedState::of({v2})).find("differs in edge"),
            std::string::npos);
  EXPECT_NE(FoldedState::of({v1}).difference(FoldedState::of({})).find("only in the first"),
            std::string::npos);
  const auto v3 = first().hash(44).build();
  EXPECT_NE(FoldedState::of({v1}).difference(FoldedState::of({v3})).find("content hash"),
            std::string::npos);
}

TEST(JsonText, ReplacesMaximalSubparts) {
  const auto clean = [](std::string_view text) {
    std::string out;
    append_utf8(out, text);
    return out;
  };
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(clean("plain \xC3\xA9 \xF0\x9F\x98\x80"), "plain \xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(clean("\xC0\xAF"), r + r);
  EXPECT_EQ(clean("\xED\xA0\x80"), r + r + r) << "a surrogate is no scalar value";
  EXPECT_EQ(clean("a\xF0\x9F\x98"), "a" + r);
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), r + r + r + r);
}

TEST(JsonText, ReadsWhatJsonAllowsInStrings) {
  std::string out;
  EXPECT_TRUE(JsonReader(R"("\u00e9\ud83d\ude00\/\b")").string(out));
  EXPECT_EQ(out, "\xC3\xA9\xF0\x9F\x98\x80/\b");
  for (const char* bad : {"\"", "\"\\\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\x01\"",
                          "\"\xFF\"", "\"\\q\""}) {
    EXPECT_FALSE(JsonReader(bad).string(out)) << bad;
  }
  std::int64_t number = 0;
  EXPECT_TRUE(JsonReader("-12").integer(number));
  EXPECT_EQ(number, -12);
  EXPECT_FALSE(JsonReader("012").integer(number));
  EXPECT_FALSE(JsonReader("99999999999999999999").integer(number));
  EXPECT_FALSE(JsonReader("").integer(number));
}

}  // namespace
}  // namespace dg
