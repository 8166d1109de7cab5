// RowDigest and chain_link: what counts in a digest, and what does not.

#include <gtest/gtest.h>

#include "events/chain.h"

namespace dg {
namespace {

RowDigest row(std::int64_t number, std::string_view text) {
  RowDigest digest;
  digest.integer("a", number);
  digest.text("b", text);
  digest.end_row("t");
  return digest;
}

TEST(EventsChain, TheOrderOfColumnsDoesNotCount) {
  RowDigest other;
  other.text("b", "x");
  other.integer("a", 1);
  other.end_row("t");
  EXPECT_EQ(row(1, "x").digest(), other.digest());
}

TEST(EventsChain, TheOrderOfRowsCounts) {
  RowDigest ab = row(1, "x"), ba = row(2, "x");
  ab.integer("a", 2);
  ab.text("b", "x");
  ab.end_row("t");
  ba.integer("a", 1);
  ba.text("b", "x");
  ba.end_row("t");
  EXPECT_NE(ab.digest(), ba.digest());
}

TEST(EventsChain, ValueNameTypeAndTableCount) {
  const ContentHash base = row(1, "x").digest();
  EXPECT_NE(base, row(2, "x").digest());
  EXPECT_NE(base, row(1, "y").digest());
  EXPECT_NE(base, row(1, "").digest());
  RowDigest blob, name, table;
  blob.integer("a", 1);
  blob.blob("b", "x");
  blob.end_row("t");
  name.integer("a", 1);
  name.text("c", "x");
  name.end_row("t");
  table.integer("a", 1);
  table.text("b", "x");
  table.end_row("u");
  EXPECT_NE(base, blob.digest());
  EXPECT_NE(base, name.digest());
  EXPECT_NE(base, table.digest());
}

TEST(EventsChain, BulkyTransactionsAreFoldedAndStillCountWhole) {
  const std::string bulk(100'000, 'x');
  RowDigest a, b;
  for (int i = 0; i < 40; ++i) {
    for (RowDigest* digest : {&a, &b}) {
      digest->integer("a", digest == &b && i == 3 ? 1'000 : i);
      digest->text("b", bulk);
      digest->end_row("t");
    }
  }
  EXPECT_NE(a.digest(), b.digest());
  EXPECT_NE(a.digest(), row(0, bulk).digest());
}

TEST(EventsChain, ALinkDependsOnTheOneBeforeIt) {
  const ContentHash rows{1, 2};
  EXPECT_NE(chain_link({}, rows), chain_link({0, 1}, rows));
  EXPECT_NE(chain_link({}, rows), chain_link(rows, {}));
  EXPECT_EQ(chain_link({3, 4}, rows), chain_link({3, 4}, rows));
}

}  // namespace
}  // namespace dg
