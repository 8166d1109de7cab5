// The laws of deltas (events/delta_algebra.h) on random edits of a small project.

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <sstream>

#include "events/delta_algebra.h"
#include "events/names.h"
#include "graph/snapshot.h"
#include "parser/parse.h"
#include "tests/support/random_edits.h"

namespace dg {
namespace {

/// All that a delta says, one thing a line.
std::string text_of(const Delta& delta) {
  std::ostringstream out;
  const auto edge = [&](const char* sign, const RelationChange& r) {
    out << sign << raw(r.source) << ' ' << to_string(r.relation) << ' ' << raw(r.target) << ' '
        << to_string(r.confidence) << '\n';
  };
  const auto open = [&](const char* sign, const OpenChange& o) {
    out << sign << raw(o.source) << ' ' << to_string(o.relation) << ' ' << o.text << ' '
        << to_string(o.reason) << ' ' << o.detail << '\n';
  };
  for (const FileDelta& file : delta.files) {
    out << (file.before ? file.before->path : "new") << " -> "
        << (file.after ? file.after->path : "gone") << '\n';
    for (const AtomChange& change : file.atoms) {
      out << to_string(change.operation) << ' ' << raw(change.id) << ' ' << change.version_before
          << ' ' << change.version_after << ' ' << fields_json(change.changed) << '\n';
    }
    for (const RelationChange& r : file.gained) edge("+ ", r);
    for (const RelationChange& r : file.lost) edge("- ", r);
    for (const OpenChange& o : file.opened) open("open ", o);
    for (const OpenChange& o : file.closed) open("close ", o);
  }
  for (const ConfigFile& config : delta.configs) {
    out << "config " << config.path << ": " << config.was.value_or("none") << " -> "
        << (config.removed ? "none" : config.content) << '\n';
  }
  return out.str();
}

SourceChange source_change(const Sources& sources, const std::string& path) {
  SourceChange change;
  change.path = path;
  const auto file = sources.files().find(path);
  const bool source = language_of(path).has_value();
  if (file == sources.files().end() || !source) return change;
  change.hash = {1, std::hash<std::string>()(file->second)};
  change.size = file->second.size();
  change.facts = std::make_shared<const FileFacts>(Parser().parse(path, file->second));
  return change;
}

/// Every state that random edits lead through, each with the delta that led to it.
struct History {
  std::vector<SnapshotPtr> states{empty_snapshot()};
  std::vector<Delta> deltas;

  explicit History(std::uint64_t seed) {
    Sources sources = small_project();
    std::vector<std::string> all;
    for (const auto& [path, text] : sources.files()) all.push_back(path);
    advance_to(sources, all);
    for (const Edit& edit : random_edits(seed, 60))
      advance_to(sources, sources.apply(edit).touched);
  }

  void advance_to(const Sources& sources, const std::vector<std::string>& paths) {
    ChangeSet changes;
    for (const std::string& path : paths) {
      if (language_of(path)) changes.sources.push_back(source_change(sources, path));
    }
    change_configs(changes);
    Advance advanced = dg::advance(states.back(), std::move(changes));
    if (advanced.delta.empty()) return;
    states.push_back(advanced.next);
    deltas.push_back(std::move(advanced.delta));
  }
  /// Every few states a configuration file comes, changes, stays the same or goes.
  void change_configs(ChangeSet& changes) {
    const std::size_t turn = states.size();
    const std::string path = turn % 2 == 0 ? "package.json" : "lib/tsconfig.json";
    switch (turn % 7) {
      case 1:
      case 2:
        changes.configs.push_back({path, "{\"name\": \"p" + std::to_string(turn) + "\"}", false});
        break;
      case 4:
        changes.configs.push_back({path, "{\"name\": \"p\"}", false});
        break;
      case 5:
        changes.configs.push_back({path, "", true});
        break;
      default:
        break;
    }
  }
  Delta between(std::size_t from, std::size_t to) const {
    Delta delta = delta_between(states[from]->files(), states[to]->files());
    std::map<std::string, std::pair<std::optional<std::string>, std::optional<std::string>>> ends;
    for (const ConfigFile& config : states[from]->configs())
      ends[config.path].first = config.content;
    for (const ConfigFile& config : states[to]->configs())
      ends[config.path].second = config.content;
    for (const auto& [path, end] : ends) {
      if (end.first != end.second)
        delta.configs.push_back({path, end.second.value_or(""), !end.second, end.first});
    }
    return delta;
  }
};

class DeltaAlgebra : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DeltaAlgebra, ADeltaAndItsInverseAreNothing) {
  const History history(GetParam());
  for (std::size_t i = 0; i < history.deltas.size(); ++i) {
    const Delta& delta = history.deltas[i];
    EXPECT_TRUE(compose(delta, invert(delta)).empty()) << i;
    EXPECT_TRUE(compose(invert(delta), delta).empty()) << i;
    EXPECT_EQ(text_of(invert(delta)), text_of(history.between(i + 1, i))) << i;
  }
}

TEST_P(DeltaAlgebra, ASeriesComposedIsTheDifferenceOfItsEnds) {
  const History history(GetParam());
  ASSERT_GT(history.deltas.size(), 30u);
  DeltaCounts seen;
  std::size_t configs = 0;
  for (std::size_t from = 0; from < history.deltas.size(); from += 5) {
    Delta all;
    for (std::size_t to = from; to < history.deltas.size() && to < from + 12; ++to) {
      all = compose(all, history.deltas[to]);
      EXPECT_EQ(text_of(all), text_of(history.between(from, to + 1))) << from << ".." << to;
    }
    const DeltaCounts counts = count(all);
    seen.renamed += counts.renamed;
    seen.moved += counts.moved;
    seen.deleted += counts.deleted;
    configs += all.configs.size();
  }
  EXPECT_GT(configs, 0u);
  EXPECT_GT(seen.renamed + seen.moved, 0u) << "the edits rename and move nothing";
  EXPECT_GT(seen.deleted, 0u);
}

TEST_P(DeltaAlgebra, CompositionIsAssociative) {
  const History history(GetParam());
  for (std::size_t i = 0; i + 2 < history.deltas.size(); i += 3) {
    const Delta& a = history.deltas[i];
    const Delta& b = history.deltas[i + 1];
    const Delta& c = history.deltas[i + 2];
    EXPECT_EQ(text_of(compose(compose(a, b), c)), text_of(compose(a, compose(b, c)))) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeltaAlgebra, testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace dg
