// The questions, asked of a handmade project: every expected answer can be read off make_shop().

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/queries/callers.h"
#include "graph/queries/export_rows.h"
#include "graph/queries/find.h"
#include "graph/queries/impact.h"
#include "graph/queries/outline.h"
#include "graph/queries/path.h"
#include "graph/queries/resolve.h"
#include "graph/queries/show.h"
#include "graph/queries/stands_for.h"
#include "graph/queries/stats.h"
#include "graph/queries/unresolved.h"
#include "graph/words.h"
#include "tests/modules/graph_test_snapshot_support.h"

namespace dg {
namespace {

using test::add_edge;
using test::FactsMaker;
using test::make_file;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kCartModule = 1, kCart = 2, kCartPay = 3, kCartHelper = 4;
constexpr std::uint32_t kMainModule = 5, kCheckout = 6, kPayAll = 7, kGetUserName = 8;

/// b/cart.js: class Cart (lines 10–30) with pay (12–17); helper (40–45)
/// a.js:      checkout (10), payAll (20), getUserName (30)
/// checkout -calls-> Cart.pay twice, -instantiates-> Cart; payAll -calls(name)-> Cart.pay,
/// -references-> checkout; getUserName -calls-> payAll; Cart.pay -calls-> helper
SnapshotPtr make_shop() {
  FactsMaker cart;
  const AtomIndex cart_class =
      cart.atom("Cart", "Cart", AtomKind::class_, AtomIndex{0}, {10, 1}, {30, 2});
  const AtomIndex pay =
      cart.atom("pay", "Cart.pay", AtomKind::method, cart_class, {12, 3}, {17, 4});
  const std::uint32_t to_helper = cart.call("helper", {14, 7});
  cart.function("helper", 40);

  FactsMaker main;
  const AtomIndex checkout = main.function("checkout", 10);
  const std::uint32_t construct = main.call("Cart", {11, 9});
  const std::uint32_t second_pay = main.call("pay", {13, 5});
  const std::uint32_t first_pay = main.call("pay", {12, 5});
  const AtomIndex pay_all = main.function("payAll", 20);
  const std::uint32_t pay_by_name = main.call("pay", {21, 5});
  const std::uint32_t use_checkout = main.call("checkout", {22, 5});
  const std::uint32_t log = main.call("log", {23, 5});
  const std::uint32_t unknown_pay = main.call("pay", {24, 5});
  const AtomIndex name = main.function("getUserName", 30);
  const std::uint32_t to_all = main.call("payAll", {31, 5});
  const NameId log_text = main.name("log");
  const NameId pay_text = main.name("pay");

  auto cart_file = make_file(1, "b/cart.js", kCartModule, cart.make());
  add_edge(*cart_file, pay, Relation::calls, kCartHelper, {to_helper});
  auto main_file = make_file(2, "a.js", kMainModule, main.make());
  add_edge(*main_file, checkout, Relation::calls, kCartPay, {second_pay, first_pay});
  add_edge(*main_file, checkout, Relation::instantiates, kCart, {construct});
  add_edge(*main_file, pay_all, Relation::calls, kCartPay, {pay_by_name}, Confidence::name);
  add_edge(*main_file, pay_all, Relation::references, kCheckout, {use_checkout});
  add_edge(*main_file, name, Relation::calls, kPayAll, {to_all});
  auto links = std::make_shared<FileLinks>(*main_file->links);
  const auto open = [&](NameId text, OpenReason reason, std::uint32_t ordinal) {
    links->open.push_back({pay_all,
                           Relation::calls,
                           reason,
                           text,
                           0,
                           {static_cast<std::uint32_t>(links->sites.size()), 1}});
    links->sites.push_back({ordinal, Confidence::exact, 0});
  };
  open(log_text, OpenReason::builtin, log);
  open(pay_text, OpenReason::unknown_receiver, unknown_pay);
  main_file->links = std::move(links);
  return load_snapshot(Sequence{7}, {main_file, cart_file}, {}, {{"old.js::gone", AtomId{9}, 3}},
                       AtomId{10}, FileId{3});
}

std::vector<std::uint32_t> raw_ids(const std::vector<AtomId>& ids) {
  std::vector<std::uint32_t> numbers;
  for (const AtomId id : ids) numbers.push_back(raw(id));
  return numbers;
}
std::vector<std::uint32_t> resolved(const Snapshot& snapshot, std::string_view text) {
  return raw_ids(resolve_atom(snapshot, text).candidates);
}
std::vector<std::uint32_t> found(const Snapshot& snapshot, std::string_view text) {
  std::vector<std::uint32_t> ids;
  for (const FindHit& hit : find_by_name(snapshot, text)) ids.push_back(raw(hit.id));
  return ids;
}

TEST(LoadSnapshot, IsConsistentAndKnowsWhatIsRetired) {
  const SnapshotPtr shop = make_shop();
  test::expect_consistent(*shop);
  EXPECT_EQ(shop->sequence(), Sequence{7});
  EXPECT_EQ(shop->atom_id_bound(), 10u);
  EXPECT_FALSE(shop->atom(AtomId{9}));
  EXPECT_FALSE(shop->atom_with_id("old.js::gone"));
}

TEST(Resolve, TakesIdsPlacesAndNames) {
  const SnapshotPtr shop = make_shop();
  EXPECT_THAT(resolved(*shop, "b/cart.js::Cart.pay"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "./b/cart.js::Cart.pay"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "Cart.pay"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "pay"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "b/cart.js:12"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "b/cart.js:14"), ElementsAre(kCartPay)) << "inside";
  EXPECT_THAT(resolved(*shop, "b/cart.js:14:9"), ElementsAre(kCartPay));
  EXPECT_THAT(resolved(*shop, "b/cart.js:20:9"), ElementsAre(kCart));
  EXPECT_THAT(resolved(*shop, "b/cart.js:35:1"), ElementsAre(kCartModule));
  EXPECT_THAT(resolved(*shop, "b/cart.js"), ElementsAre(kCartModule));
  EXPECT_THAT(resolved(*shop, "<module>"), ElementsAre(kMainModule, kCartModule)) << "by path";
  for (const char* nothing : {"", "nope", "b/none.js:1", "b/cart.js:0", "b/cart.js:", "::", ":",
                              ".", "b/cart.js::nope", "old.js::gone", "a.js:99999999999"}) {
    EXPECT_THAT(resolved(*shop, nothing), IsEmpty()) << nothing;
  }
}

TEST(Find, RanksExactThenPrefixThenWord) {
  const SnapshotPtr shop = make_shop();
  EXPECT_THAT(found(*shop, "pay"), ElementsAre(kCartPay, kPayAll));
  EXPECT_THAT(found(*shop, "PAY"), ElementsAre(kCartPay, kPayAll));
  EXPECT_EQ(find_by_name(*shop, "PAY")[0].match, NameMatch::folded);
  EXPECT_EQ(find_by_name(*shop, "pay")[1].match, NameMatch::prefix);
  EXPECT_THAT(found(*shop, "user"), ElementsAre(kGetUserName));
  EXPECT_EQ(find_by_name(*shop, "username")[0].match, NameMatch::word) << "over word ends";
  EXPECT_THAT(found(*shop, "ser"), IsEmpty()) << "not inside a word";
  EXPECT_THAT(found(*shop, "na"), ElementsAre(kGetUserName)) << "below three letters";
  EXPECT_THAT(found(*shop, "Cart.pay"), ElementsAre(kCartPay));
  EXPECT_THAT(found(*shop, "cart.p"), ElementsAre(kCartPay));
  EXPECT_THAT(found(*shop, "Art.pay"), IsEmpty());
  EXPECT_THAT(found(*shop, ""), IsEmpty());
  EXPECT_THAT(found(*shop, "."), IsEmpty());
}

TEST(Words, BeginWherePeopleSeeThem) {
  EXPECT_TRUE(has_word("getUserName", "user"));
  EXPECT_TRUE(has_word("get_user_name", "user"));
  EXPECT_TRUE(has_word("HTTPServer", "server"));
  EXPECT_TRUE(has_word("HTTPServer", "http"));
  EXPECT_TRUE(has_word("utf8Decode", "8dec"));
  EXPECT_TRUE(has_word("#private", "priv"));
  EXPECT_FALSE(has_word("HTTPServer", "ttps"));
  EXPECT_FALSE(has_word("getUserName", "sername"));
}

TEST(Callers, HaveAllTheirSitesInOrder) {
  const SnapshotPtr shop = make_shop();
  const std::vector<Neighbour> pay = callers(*shop, AtomId{kCartPay});
  ASSERT_EQ(pay.size(), 2u);
  EXPECT_EQ(raw(pay[0].source), kCheckout);
  ASSERT_EQ(pay[0].sites.size(), 2u);
  EXPECT_EQ(pay[0].sites[0].at, (Position{12, 5}));
  EXPECT_EQ(pay[0].sites[1].at, (Position{13, 5}));
  EXPECT_EQ(raw(pay[1].source), kPayAll);
  EXPECT_EQ(pay[1].confidence, Confidence::name);

  EdgeFilter sure;
  sure.worst = Confidence::inferred;
  EXPECT_EQ(callers(*shop, AtomId{kCartPay}, sure).size(), 1u);
  EXPECT_THAT(callers(*shop, AtomId{kCheckout}), IsEmpty());
  EdgeFilter with_references;
  with_references.relations.add(Relation::references);
  EXPECT_EQ(callers(*shop, AtomId{kCheckout}, with_references).size(), 1u);
  EXPECT_THAT(callers(*shop, AtomId{12345}), IsEmpty());
}

TEST(Callees, ComeInTheOrderOfTheirFirstSite) {
  const SnapshotPtr shop = make_shop();
  const std::vector<Neighbour> of = callees(*shop, AtomId{kCheckout});
  ASSERT_EQ(of.size(), 2u);
  EXPECT_EQ(raw(of[0].target), kCart);
  EXPECT_EQ(of[0].relation, Relation::instantiates);
  EXPECT_EQ(raw(of[1].target), kCartPay);
}

TEST(Impact, GoesLevelByLevel) {
  const SnapshotPtr shop = make_shop();
  const Impact impact = impact_of(*shop, AtomId{kCartHelper});
  EXPECT_THAT(impact.per_level, ElementsAre(1u, 2u, 1u));
  ASSERT_EQ(impact.atoms.size(), 4u);
  EXPECT_EQ(raw(impact.atoms[0].id), kCartPay);
  EXPECT_EQ(raw(impact.atoms[1].id), kCheckout);
  EXPECT_EQ(raw(impact.atoms[3].id), kGetUserName);
  EXPECT_EQ(raw(impact.atoms[3].via), kPayAll);
  EXPECT_EQ(impact.files, 2u);
  EXPECT_FALSE(impact.cut);
  ImpactOptions shallow;
  shallow.max_depth = 2;
  EXPECT_TRUE(impact_of(*shop, AtomId{kCartHelper}, shallow).cut);
  shallow.max_depth = 3;
  EXPECT_FALSE(impact_of(*shop, AtomId{kCartHelper}, shallow).cut);
}

TEST(Path, IsShortestAndSaysNothingWhereThereIsNone) {
  const SnapshotPtr shop = make_shop();
  const std::vector<Neighbour> path =
      shortest_path(*shop, AtomId{kGetUserName}, AtomId{kCartHelper});
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(raw(path[0].target), kPayAll);
  EXPECT_EQ(raw(path[1].target), kCartPay);
  EXPECT_EQ(path[2].sites[0].at, (Position{14, 7}));
  EXPECT_THAT(shortest_path(*shop, AtomId{kCartHelper}, AtomId{kGetUserName}), IsEmpty());
  EXPECT_THAT(shortest_path(*shop, AtomId{kCart}, AtomId{kCart}), IsEmpty());
  EXPECT_THAT(shortest_path(*shop, AtomId{kCart}, AtomId{9}), IsEmpty()) << "retired";
}

TEST(Show, CountsEdgesAndMentions) {
  const SnapshotPtr shop = make_shop();
  const AtomCard card = show_atom(*shop, AtomId{kCartPay});
  EXPECT_EQ(card.id_text, "b/cart.js::Cart.pay");
  EXPECT_EQ(raw(card.owner), kCart);
  EXPECT_EQ(card.signature, "pay()");
  EXPECT_EQ(card.incoming[static_cast<int>(Relation::calls)], 2u);
  EXPECT_EQ(card.outgoing[static_cast<int>(Relation::calls)], 1u);
  EXPECT_EQ(card.mentions.possible, 1u) << "payAll calls some `pay` of which nothing is known";
  EXPECT_EQ(show_atom(*shop, AtomId{kPayAll}).open_sites, 2u);
  EXPECT_EQ(shop->open_mentions("log").possible, 0u);
  EXPECT_EQ(shop->open_mentions("log").elsewhere, 1u);
  const std::vector<OpenUse> uses = open_uses(*shop, AtomId{kPayAll});
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0].text, "log");
  EXPECT_EQ(uses[1].sites[0].at, (Position{24, 5}));
}

TEST(Outline, IsTheTreeInSourceOrder) {
  const SnapshotPtr shop = make_shop();
  const FileVersionPtr file = shop->file_at("b/cart.js");
  const std::vector<OutlineEntry> entries = outline(*file);
  std::vector<std::pair<std::string, std::uint32_t>> seen;
  for (const OutlineEntry& entry : entries) seen.emplace_back(entry.atom.name(), entry.depth);
  EXPECT_THAT(seen, ElementsAre(std::pair("<module>", 0u), std::pair("Cart", 1u),
                                std::pair("pay", 2u), std::pair("helper", 1u)));
}

TEST(Unresolved, SitesAreListedByPlace) {
  const SnapshotPtr shop = make_shop();
  ASSERT_EQ(open_sites_mentioning(*shop, "pay", true).size(), 1u);
  EXPECT_THAT(open_sites_mentioning(*shop, "log", true), IsEmpty());
  EXPECT_EQ(open_sites_mentioning(*shop, "log", false).size(), 1u);
}

TEST(ExportRows, AreSortedAndComplete) {
  const SnapshotPtr shop = make_shop();
  std::vector<std::uint32_t> atoms;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  std::size_t open = 0;
  export_rows(
      *shop, Confidence::name,
      {[&](const AtomRef& atom) { atoms.push_back(raw(atom.id())); },
       [&](const EdgeRow& row) { edges.emplace_back(raw(row.source.id()), row.site.at.line); },
       [&](const OpenRow&) { ++open; }});
  EXPECT_THAT(atoms, ElementsAre(5, 6, 7, 8, 1, 2, 3, 4));
  EXPECT_THAT(edges,
              ElementsAre(std::pair(6, 12), std::pair(6, 13), std::pair(6, 11), std::pair(7, 21),
                          std::pair(7, 22), std::pair(8, 31), std::pair(3, 14)));
  EXPECT_EQ(open, 2u);
}

TEST(Stats, CountKinds) {
  const Stats stats = stats_of(*make_shop());
  EXPECT_EQ(stats.totals.atoms, 8u);
  EXPECT_EQ(stats.atoms_by_kind[static_cast<int>(AtomKind::module)], 2u);
  EXPECT_EQ(stats.atoms_by_kind[static_cast<int>(AtomKind::function)], 4u);
  EXPECT_EQ(stats.open_sites, 2u);
}

std::vector<std::string> stood_for(const SnapshotPtr& snapshot, std::string_view id) {
  std::vector<std::string> ids;
  for (const AtomId each : stands_for(*snapshot, snapshot->atom_with_id(id))) {
    const AtomRef atom = snapshot->atom(each);
    ids.push_back(atom_id_text(*atom.file, atom.index));
  }
  return ids;
}

TEST(StandsFor, AVariableForTheFunctionItWasGivenAndAModuleForItsNamelessExport) {
  test::Project project;
  project
      .write("a.js",
             "function pay() {}\nexport const charge = pay;\nexport const total = pay();\n"
             "export let later = pay;\nlater = null;\nexport const both = [pay];\n")
      .write("b.js", "const { charge } = require('./a.js');\nconst again = charge;\nagain();\n")
      .write("c.js", "module.exports = function () {};\nfunction inner() {}\n")
      .write("d.js", "export default () => 1;\n")
      .commit();
  const SnapshotPtr now = project.snapshot();
  EXPECT_THAT(stood_for(now, "a.js::charge"), ElementsAre("a.js::pay"));
  EXPECT_THAT(stood_for(now, "b.js::again"), ElementsAre("a.js::pay"));
  EXPECT_THAT(stood_for(now, "c.js::<module>"), ElementsAre("c.js::module.exports"));
  EXPECT_THAT(stood_for(now, "d.js::<module>"), ElementsAre("d.js::default"));
  for (const char* id :
       {"a.js::pay", "a.js::total", "a.js::later", "a.js::both", "a.js::<module>", "c.js::inner"}) {
    EXPECT_THAT(stood_for(now, id), ElementsAre()) << id;
  }
}

}  // namespace
}  // namespace dg
