#include "tests/modules/graph_test_snapshot_support.h"

#include <algorithm>
#include <set>

#include "events/digest.h"
#include "graph/queries/unresolved.h"

namespace dg::test {
namespace {

struct Scan {
  std::map<AtomId, std::vector<InEdge>> incoming;
  std::map<std::string, std::vector<AtomId>> named;
  std::map<std::string, OpenMentions> mentions;
  Totals totals;
  std::uint64_t digest = 0;
};

void scan_file(const Snapshot& snapshot, const FileVersionPtr& file, Scan& scan) {
  scan.digest += file_digest(*file);
  ++scan.totals.files;
  scan.totals.atoms += file->atoms.size();
  scan.totals.lines += file->facts->lines;
  for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
    const AtomRef atom = snapshot.atom(file->atoms[i]);
    ASSERT_EQ(atom.file, file.get());
    ASSERT_EQ(raw(atom.index), i);
    const AtomRef by_text = snapshot.atom_with_id(atom_id_text(*file, AtomIndex{i}));
    ASSERT_TRUE(by_text);
    EXPECT_EQ(by_text.id(), file->atoms[i]);
    for (const std::string& name : {std::string(atom.name()), std::string(atom.qualified_name())}) {
      std::vector<AtomId>& ids = scan.named[name];
      if (ids.empty() || ids.back() != file->atoms[i]) ids.push_back(file->atoms[i]);
    }
  }
  for (const Edge& edge : file->links->edges) {
    ++scan.totals.edges[static_cast<int>(edge.relation)];
    scan.totals.sites[static_cast<int>(edge.relation)] += edge.sites.count;
    scan.incoming[edge.target].push_back(
        {file->atoms[raw(edge.source)], edge.relation, edge.confidence});
  }
}

void count_mentions(const Snapshot& snapshot, Scan& scan) {
  std::set<std::string> names;
  for (const auto& [name, ids] : scan.named) names.insert(name);
  for (const FileVersionPtr& file : snapshot.files()) {
    for (const OpenReference& open : file->links->open) {
      scan.totals.open[static_cast<int>(open.reason)] += open.sites.count;
      names.insert(std::string(file->facts->name(open.text)));
    }
  }
  std::size_t asked = 0;
  for (const std::string& name : names) {
    if (++asked > 50) break;  // Each is a scan of the project.
    scan.mentions[name] = {
        static_cast<std::uint32_t>(open_sites_mentioning(snapshot, name, true).size()),
        static_cast<std::uint32_t>(open_sites_mentioning(snapshot, name, false).size())};
  }
}

}  // namespace

void expect_consistent(const Snapshot& snapshot) {
  Scan scan;
  for (const FileVersionPtr& file : snapshot.files()) {
    ASSERT_EQ(snapshot.file(file->id), file);
    ASSERT_EQ(snapshot.file_at(file->path), file);
    scan_file(snapshot, file, scan);
  }
  count_mentions(snapshot, scan);
  EXPECT_EQ(snapshot.digest(), scan.digest);
  const Totals& totals = snapshot.totals();
  EXPECT_EQ(totals.files, scan.totals.files);
  EXPECT_EQ(totals.atoms, scan.totals.atoms);
  EXPECT_EQ(totals.lines, scan.totals.lines);
  for (int i = 0; i < kRelationCount; ++i) {
    EXPECT_EQ(totals.edges[i], scan.totals.edges[i]) << i;
    EXPECT_EQ(totals.sites[i], scan.totals.sites[i]) << i;
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(totals.open[i], scan.totals.open[i]) << i;
  for (std::uint32_t id = 0; id < snapshot.atom_id_bound(); ++id) {
    std::vector<InEdge> expected = scan.incoming[AtomId{id}];
    std::sort(expected.begin(), expected.end());
    const auto found = snapshot.incoming(AtomId{id});
    EXPECT_EQ(std::vector<InEdge>(found.begin(), found.end()), expected) << id;
    scan.incoming.erase(AtomId{id});
  }
  EXPECT_TRUE(scan.incoming.empty()) << "edges lead to ids in use";
  for (const auto& [name, ids] : scan.named) EXPECT_EQ(snapshot.atoms_named(name), ids) << name;
  for (const auto& [name, sites] : scan.mentions) {
    const OpenMentions mentions = snapshot.open_mentions(name);
    EXPECT_EQ(mentions.possible, sites.possible) << name;
    EXPECT_EQ(mentions.possible + mentions.elsewhere, sites.elsewhere) << name;
  }
}

}  // namespace dg::test
