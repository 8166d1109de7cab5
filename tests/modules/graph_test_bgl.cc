// Boost.Graph's algorithms on a snapshot as it is. The concepts are checked in graph/bgl.h itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/visitors.hpp>

#include "graph/bgl.h"
#include "tests/modules/graph_test_snapshot_support.h"

namespace dg {
namespace {

using test::add_edge;
using test::FactsMaker;
using test::make_file;
using ::testing::ElementsAre;

/// Atoms 1 (module), 2..6; 2 -> 3 -> 4 -> 2 is a cycle, 4 -> 5 by name only, 6 alone; 4
/// -references-> 6. Id 7 is retired.
SnapshotPtr make_cycle() {
  FactsMaker facts;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    facts.function(name, static_cast<std::uint32_t>(10 * (name[0] - 'a' + 1)));
  }
  auto file = make_file(1, "cycle.js", 1, facts.make());
  add_edge(*file, AtomIndex{1}, Relation::calls, 3, {kNoOrdinal});
  add_edge(*file, AtomIndex{2}, Relation::calls, 4, {kNoOrdinal});
  add_edge(*file, AtomIndex{3}, Relation::calls, 2, {kNoOrdinal});
  add_edge(*file, AtomIndex{3}, Relation::calls, 5, {kNoOrdinal}, Confidence::name);
  add_edge(*file, AtomIndex{3}, Relation::references, 6, {kNoOrdinal});
  return load_snapshot(Sequence{1}, {file}, {}, {{"cycle.js::f", AtomId{7}, 2}}, AtomId{8},
                       FileId{2});
}

std::vector<int> components(const CallGraph& graph) {
  std::vector<int> component(num_vertices(graph));
  boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  return component;
}

TEST(CallGraph, VerticesAreTheLiveAtoms) {
  const CallGraph graph(make_cycle());
  EXPECT_EQ(num_vertices(graph), 6u);
  std::size_t index = 0;
  for (auto [at, end] = vertices(graph); at != end; ++at) {
    EXPECT_EQ(get(boost::vertex_index, graph, *at), index++);
  }
  EXPECT_EQ(get(boost::vertex_name, graph, AtomId{3}), "b");
}

TEST(CallGraph, EdgesPassTheFilterInBothDirections) {
  const CallGraph calls(make_cycle());
  EXPECT_EQ(out_degree(AtomId{4}, calls), 2u);
  EXPECT_EQ(in_degree(AtomId{5}, calls), 1u);
  EXPECT_EQ(in_degree(AtomId{6}, calls), 0u);
  EXPECT_EQ(degree(AtomId{2}, calls), 2u);
  EdgeFilter sure;
  sure.worst = Confidence::exact;
  sure.relations.add(Relation::references);
  const CallGraph exact(make_cycle(), sure);
  EXPECT_EQ(out_degree(AtomId{4}, exact), 2u);
  EXPECT_EQ(in_degree(AtomId{5}, exact), 0u);
  EXPECT_EQ(in_degree(AtomId{6}, exact), 1u);
  std::vector<std::uint32_t> next;
  for (auto [at, end] = adjacent_vertices(AtomId{4}, exact); at != end; ++at)
    next.push_back(raw(*at));
  EXPECT_THAT(next, ElementsAre(2u, 6u));
}

TEST(CallGraph, BreadthFirstSearchFindsDistances) {
  const CallGraph graph(make_cycle());
  std::vector<int> distance(num_vertices(graph), 0);
  const auto distances =
      boost::make_iterator_property_map(distance.begin(), get(boost::vertex_index, graph));
  boost::breadth_first_search(graph, AtomId{2},
                              boost::visitor(boost::make_bfs_visitor(
                                  boost::record_distances(distances, boost::on_tree_edge()))));
  EXPECT_THAT(distance, ElementsAre(0, 0, 1, 2, 3, 0));
}

TEST(CallGraph, StrongComponentsAreTheCycles) {
  const CallGraph graph(make_cycle());
  const std::vector<int> component = components(graph);
  EXPECT_EQ(component[1], component[2]);
  EXPECT_EQ(component[2], component[3]);
  EXPECT_NE(component[4], component[1]);
  EXPECT_NE(component[5], component[1]);
  EXPECT_NE(component[0], component[5]);
}

TEST(CallGraph, EmptyProject) {
  const CallGraph graph(empty_snapshot());
  EXPECT_EQ(num_vertices(graph), 0u);
  EXPECT_TRUE(components(graph).empty());
}

}  // namespace
}  // namespace dg
