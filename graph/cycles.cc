#include "graph/cycles.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <unordered_map>
#include <utility>

#include "graph/bgl.h"
#include "graph/link/linker.h"

namespace dg {
namespace {

/// The members of each component of more than one vertex, as vertex numbers.
std::vector<std::vector<std::size_t>> larger_than_one(const std::vector<std::size_t>& component,
                                                      std::size_t components) {
  std::vector<std::size_t> size(components, 0), place(components, 0);
  for (const std::size_t each : component) ++size[each];
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t vertex = 0; vertex < component.size(); ++vertex) {
    const std::size_t each = component[vertex];
    if (size[each] < 2) continue;
    if (place[each] == 0) {
      groups.emplace_back().reserve(size[each]);
      place[each] = groups.size();
    }
    groups[place[each] - 1].push_back(vertex);
  }
  return groups;
}

using FileGraph = boost::compressed_sparse_row_graph<boost::directedS>;

}  // namespace

std::vector<std::vector<AtomId>> call_cycles(const SnapshotPtr& snapshot) {
  const CallGraph graph(snapshot);
  std::vector<std::size_t> component(num_vertices(graph));
  const std::size_t components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  std::vector<std::vector<AtomId>> cycles;
  for (const std::vector<std::size_t>& group : larger_than_one(component, components)) {
    std::vector<AtomId>& cycle = cycles.emplace_back();
    for (const std::size_t vertex : group) cycle.push_back(graph.atoms()[vertex]);
    std::sort(cycle.begin(), cycle.end(), [&](AtomId a, AtomId b) {
      return reads_before(snapshot->atom(a), snapshot->atom(b));
    });
  }
  std::sort(cycles.begin(), cycles.end(), [&](const auto& a, const auto& b) {
    return reads_before(snapshot->atom(a.front()), snapshot->atom(b.front()));
  });
  return cycles;
}

std::vector<std::vector<FileId>> import_cycles(const Snapshot& snapshot) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  std::unordered_map<std::uint32_t, std::size_t> number;
  for (std::size_t i = 0; i < files.size(); ++i) number.emplace(raw(files[i]->id), i);
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (const Edge& edge : files[i]->links->edges) {
      if (edge.relation != Relation::imports && edge.relation != Relation::reexports) continue;
      const auto rule = static_cast<LinkRule>(files[i]->links->sites[edge.sites.begin].rule);
      if (rule == LinkRule::type_dependency) continue;
      const AtomRef target = snapshot.atom(edge.target);
      if (target && target.file != files[i].get())
        edges.emplace_back(i, number[raw(target.file->id)]);
    }
  }
  std::sort(edges.begin(), edges.end());
  const FileGraph graph(boost::edges_are_sorted, edges.begin(), edges.end(), files.size());
  std::vector<std::size_t> component(files.size());
  const std::size_t components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  std::vector<std::vector<FileId>> cycles;
  // Files are numbered in the order of their paths, so that all is sorted already.
  for (const std::vector<std::size_t>& group : larger_than_one(component, components)) {
    std::vector<FileId>& cycle = cycles.emplace_back();
    for (const std::size_t vertex : group) cycle.push_back(files[vertex]->id);
  }
  return cycles;
}

template <typename Id>
std::vector<std::vector<Id>> cycles_gained(const std::vector<std::vector<Id>>& before,
                                           const std::vector<std::vector<Id>>& now) {
  std::unordered_map<std::uint32_t, std::size_t> cycle_of;  // From 1; 0 is in none.
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const Id member : before[i]) cycle_of.emplace(raw(member), i + 1);
  }
  const auto was_in = [&](Id member) {
    const auto found = cycle_of.find(raw(member));
    return found == cycle_of.end() ? std::size_t{0} : found->second;
  };
  std::vector<std::vector<Id>> gained;
  for (const std::vector<Id>& cycle : now) {
    const std::size_t first = was_in(cycle.front());
    const bool known = first != 0 && std::all_of(cycle.begin(), cycle.end(), [&](Id member) {
                         return was_in(member) == first;
                       });
    if (!known) gained.push_back(cycle);
  }
  return gained;
}

template std::vector<std::vector<AtomId>> cycles_gained(const std::vector<std::vector<AtomId>>&,
                                                        const std::vector<std::vector<AtomId>>&);
template std::vector<std::vector<FileId>> cycles_gained(const std::vector<std::vector<FileId>>&,
                                                        const std::vector<std::vector<FileId>>&);

}  // namespace dg
