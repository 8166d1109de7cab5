// The persistent containers behind snapshots: they must be what std::set and std::vector are, and a
// copy must not see what is done to its original later.

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "graph/incoming.h"
#include "graph/persistent.h"
#include "graph/text_hash.h"

namespace dg {
namespace {

TEST(PersistentVector, CopyKeepsItsElementsWhileTheOriginalIsWritten) {
  PersistentVector<int, 4> first;
  for (int i = 0; i < 10; ++i) first.at_for_write(static_cast<std::size_t>(i)) = i;
  first.freeze();
  PersistentVector<int, 4> second = first;
  second.at_for_write(5) = 500;
  second.at_for_write(100) = 7;
  second.freeze();
  EXPECT_EQ(first[5], 5);
  EXPECT_EQ(first[100], 0);
  EXPECT_EQ(second[5], 500);
  EXPECT_EQ(second[4], 4);
  EXPECT_EQ(second[100], 7);
  EXPECT_EQ(second[50], 0) << "elements never written are T{}";
}

TEST(PersistentVector, UnchangedChunksAreShared) {
  PersistentVector<int, 4> first;
  first.at_for_write(0) = 1;
  first.at_for_write(9) = 2;
  first.freeze();
  PersistentVector<int, 4> second = first;
  second.at_for_write(0) = 3;
  EXPECT_EQ(&first[9], &second[9]);
  EXPECT_NE(&first[0], &second[0]);
}

std::set<std::uint64_t> contents(const HashIndex& index, const std::vector<std::uint64_t>& hashes) {
  std::set<std::uint64_t> all;
  for (const std::uint64_t hash : hashes) {
    const auto found = index.candidates(hash);
    all.insert(found.begin(), found.end());
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  }
  return all;
}

TEST(HashIndex, IsASetUnderRandomInsertsErasesAndCopies) {
  std::mt19937_64 random(20261121);
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 0; i < 3000; ++i) hashes.push_back(mix_bits(i + 1));
  HashIndex index;
  std::set<std::uint64_t> expected;
  std::vector<std::pair<HashIndex, std::set<std::uint64_t>>> kept;
  for (int step = 0; step < 60'000; ++step) {
    // A tenth of the writes goes to one hash: names such as `constructor` must not break the table.
    const std::uint64_t hash = random() % 10 == 0 ? hashes[0] : hashes[random() % hashes.size()];
    const auto id = static_cast<std::uint32_t>(random() % 4000);
    if (random() % 3 == 0) {
      index.erase(hash, id);
      expected.erase(HashIndex::entry(hash, id));
    } else {
      index.insert(hash, id);
      expected.insert(HashIndex::entry(hash, id));
    }
    if (step % 10'000 == 9'999) {
      index.freeze();
      kept.emplace_back(index, expected);
    }
  }
  EXPECT_EQ(contents(index, hashes), expected);
  EXPECT_EQ(index.size(), expected.size());
  for (const auto& [old, then] : kept) EXPECT_EQ(contents(old, hashes), then);
}

TEST(HashIndex, BulkInsertEqualsSingleInserts) {
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> hashes, entries;
  for (std::uint64_t i = 0; i < 500; ++i) hashes.push_back(mix_bits(i));
  for (int i = 0; i < 20'000; ++i) {
    entries.push_back(
        HashIndex::entry(hashes[random() % 500], static_cast<std::uint32_t>(random() % 100)));
  }
  HashIndex bulk, single;
  bulk.insert_all(entries);
  for (const std::uint64_t entry : entries) single.insert(entry, HashIndex::id_of(entry));
  EXPECT_EQ(contents(bulk, hashes), contents(single, hashes));
  EXPECT_EQ(bulk.size(), single.size());
  EXPECT_EQ(bulk.size(), std::set<std::uint64_t>(entries.begin(), entries.end()).size());
}

TEST(Incoming, ChangesKeepItSortedAndLossesTakeAway) {
  const auto edge = [](std::uint32_t source, Relation relation, Confidence confidence) {
    return InEdge{AtomId{source}, relation, confidence};
  };
  std::vector<Incoming::Change> first{
      {AtomId{9}, edge(3, Relation::calls, Confidence::exact), true},
      {AtomId{2}, edge(7, Relation::calls, Confidence::name), true},
      {AtomId{2}, edge(3, Relation::references, Confidence::exact), true},
      {AtomId{2}, edge(3, Relation::calls, Confidence::exact), true}};
  const auto before = Incoming::with(nullptr, first);
  ASSERT_NE(before, nullptr);
  ASSERT_EQ(before->of(AtomId{2}).size(), 3u);
  EXPECT_EQ(before->of(AtomId{2})[0], edge(3, Relation::calls, Confidence::exact));
  EXPECT_EQ(before->of(AtomId{2})[2], edge(7, Relation::calls, Confidence::name));

  // A change of confidence is a loss and a gain of the same edge.
  std::vector<Incoming::Change> second{
      {AtomId{2}, edge(7, Relation::calls, Confidence::exact), true},
      {AtomId{2}, edge(7, Relation::calls, Confidence::name), false},
      {AtomId{2}, edge(3, Relation::calls, Confidence::exact), false},
      {AtomId{9}, edge(3, Relation::calls, Confidence::exact), false},
      {AtomId{11}, edge(1, Relation::calls, Confidence::exact), true}};
  const auto after = Incoming::with(before.get(), second);
  ASSERT_EQ(after->of(AtomId{2}).size(), 2u);
  EXPECT_EQ(after->of(AtomId{2})[1], edge(7, Relation::calls, Confidence::exact));
  EXPECT_TRUE(after->of(AtomId{9}).empty());
  EXPECT_EQ(after->of(AtomId{11}).size(), 1u);
  EXPECT_EQ(before->of(AtomId{2}).size(), 3u) << "the old slab stays as it was";

  std::vector<Incoming::Change> all_gone;
  for (const std::uint32_t target : {2u, 11u}) {
    for (const InEdge& in : after->of(AtomId{target}))
      all_gone.push_back({AtomId{target}, in, false});
  }
  EXPECT_EQ(Incoming::with(after.get(), all_gone), nullptr);
}

}  // namespace
}  // namespace dg
