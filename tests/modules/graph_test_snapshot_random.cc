// Random edits of small generated projects: after each one the snapshot must equal a fresh index
// (invariant 2), everything kept incrementally must agree with a scan, and no snapshot taken before
// may have changed. A failure prints the seed and the step.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "graph/queries/callers.h"
#include "graph/queries/find.h"
#include "graph/queries/impact.h"
#include "tests/modules/graph_test_snapshot_support.h"

namespace dg {
namespace {

using test::dump;
using test::Project;

/// Few names in few files, so that edits often hit what others depend on.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string path() {
    static constexpr const char* kPaths[] = {"a.js",      "b.js",         "c.ts",
                                             "lib/d.js",  "lib/index.js", "lib/e.mjs",
                                             "lib/f.cjs", "lib/g.tsx",    "deep/er/h.js"};
    return kPaths[below(std::size(kPaths))];
  }
  std::string name() {
    static constexpr const char* kNames[] = {"pay", "run", "Cart", "init", "get", "toString", "x"};
    return kNames[below(std::size(kNames))];
  }
  /// Mostly of a file that may exist, from the file at `from`; else one of all kinds that lead
  /// away.
  std::string specifier(const std::string& from) {
    static constexpr const char* kElsewhere[] = {"fs", "pkg/sub", "@/d", "./none", "./lib", "."};
    if (below(5) == 0) return kElsewhere[below(std::size(kElsewhere))];
    std::string up = "./";
    for (const char c : from) {
      if (c == '/') up += "../";
    }
    const std::string to = path();
    return up + (below(2) == 0 ? to : to.substr(0, to.rfind('.')));
  }

  std::string item(const std::string& path_of_file) {
    const std::string n = name(), m = name(), k = name(), s = specifier(path_of_file);
    switch (below(60) < 1 ? 19 : below(22)) {
      case 0:
        return "export function " + n + "(a) { " + m + "(); a." + k + "(); }\n";
      case 1:
        return "function " + n + "() { return " + m + "; }\n";
      case 2:
        return "export class " + n + " extends " + m + " { " + k + "() { this." + m + "(); super." +
               k + "(); } }\n";
      case 3:
        return "import { " + n + " } from '" + s + "';\n";
      case 4:
        return "import " + n + ", * as ns" + m + " from '" + s + "';\nns" + m + "." + k + "();\n";
      case 5:
        return "export * from '" + s + "';\n";
      case 6:
        return "export { " + n + " as " + m + " } from '" + s + "';\n";
      case 7:
        return "export default function " + n + "() { new " + m + "(); }\n";
      case 8:
        return "const { " + n + ": " + m + "1 } = require('" + s + "'); " + m + "1();\n";
      case 9:
        return "module.exports = { " + n + ", " + m + "() { " + k + "(); } };\n";
      case 10:
        return "exports." + n + " = function () { " + m + "(); };\n";
      case 11:
        return "const o" + n + " = new " + m + "(); o" + n + "." + k + "();\n";
      case 12:
        return "setTimeout(" + n + "); [1].map(" + m + ");\n";
      case 13:
        return m + ".prototype." + n + " = function () { this." + k + "(); };\n";
      case 14:
        return "export const " + n + "2 = { " + m + ": () => " + k + "(), " + k + ": " + m +
               " };\n";
      case 15:
        return "it('" + n + "', () => { " + m + "(); });\n";
      case 16:
        return "export let " + n + "3 = 1; function w" + m + "() { " + n + "3 = 2; bus.emit('" + k +
               "'); bus.on('" + n + "', " + m + "); }\n";
      case 17:
        return "export * as " + n + "4 from '" + s + "';\n";
      case 18:
        return "const p" + n + " = import('" + s + "').then((q) => q." + m + "());\n";
      case 19:
        return below(4) != 0 ? "export { " + n + ", " + m + " };\n"
                             : "function " + n + "( {{{ \n";  // Broken.
      case 20:
        return "// " + n + "\n\n";
      default:
        return "export { " + n + " };\n";
    }
  }

 private:
  std::mt19937_64 random_;
};

/// The files as lists of items, so that edits can insert, delete, move and revert.
class RandomProject {
 public:
  RandomProject(std::uint64_t seed, unsigned threads) : generate(seed), project(threads) {}

  void edit() {
    const std::string path = generate.path();
    std::vector<std::string>& items = files_[path];
    while (items.size() < 6) items.push_back(generate.item(path));
    switch (generate.below(10)) {
      case 0:
        files_.erase(path);
        project.remove(path);
        return;
      case 1:
        project.config("tsconfig.json", generate.below(2) == 0
                                            ? R"({"compilerOptions":{"paths":{"@/*":["./lib/*"]}}})"
                                            : R"({"compilerOptions":{}})");
        break;
      case 2: {  // Move an item into another file.
        const std::string other = generate.path();
        if (items.empty() || other == path) break;
        files_[other].push_back(items.back());
        items.pop_back();
        save(other);
        break;
      }
      case 3:
        if (!items.empty())
          items.erase(items.begin() + static_cast<std::ptrdiff_t>(generate.below(items.size())));
        break;
      case 4:
        if (!items.empty()) items[generate.below(items.size())] = generate.item(path);
        break;
      case 5:  // Take back what was done to some file.
        if (!history_.empty()) {
          const auto& [old_path, old_items] = history_[generate.below(history_.size())];
          files_[old_path] = old_items;
          save(old_path);
        }
        return;
      default:
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(generate.below(items.size() + 1)),
                     generate.item(path));
    }
    save(path);
  }

  Generator generate;
  Project project;

 private:
  void save(const std::string& path) {
    std::string text;
    for (const std::string& item : files_[path]) text += item;
    project.write(path, text);
    history_.emplace_back(path, files_[path]);
  }

  std::map<std::string, std::vector<std::string>> files_;
  std::vector<std::pair<std::string, std::vector<std::string>>> history_;
};

class RandomEdits : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomEdits, Invariant2_IncrementalEqualsRebuild) {
  RandomProject random(GetParam(), 1 + static_cast<unsigned>(GetParam() % 3));
  std::vector<std::pair<SnapshotPtr, std::string>> kept;
  Sequence last{};
  for (int step = 0; step < 80; ++step) {
    SCOPED_TRACE("seed " + std::to_string(GetParam()) + ", step " + std::to_string(step));
    for (std::size_t i = 0; i <= random.generate.below(3); ++i) random.edit();
    const SnapshotPtr before = random.project.snapshot();
    const Advance done = random.project.commit();
    const Snapshot& now = *random.project.snapshot();
    if (done.delta.empty()) {
      ASSERT_EQ(done.next, before);
    } else {
      ASSERT_EQ(raw(now.sequence()), raw(last) + 1);
    }
    last = now.sequence();
    ASSERT_EQ(dump_difference(dump(now), dump(*random.project.fresh())), "");
    test::expect_consistent(now);
    if (::testing::Test::HasFailure()) return;
    if (step % 8 == 0) kept.emplace_back(random.project.snapshot(), dump(now));
  }
  for (const auto& [snapshot, then] : kept) {
    EXPECT_EQ(dump_difference(dump(*snapshot), then), "") << "a snapshot never changes";
    test::expect_consistent(*snapshot);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomEdits, ::testing::Range<std::uint64_t>(1, 25));

/// What a restart makes of a snapshot: its parts through load_snapshot().
SnapshotPtr reloaded(const Snapshot& snapshot, std::vector<RetiredAtom> retired, FileId next_file) {
  return load_snapshot(snapshot.sequence(), snapshot.files(), snapshot.configs(),
                       std::move(retired), AtomId{snapshot.atom_id_bound()}, next_file);
}

TEST(LoadSnapshot, GoesOnAsIfNothingHadHappened) {
  RandomProject random(4711, 1);
  std::map<AtomId, RetiredAtom> retired;
  SnapshotPtr restarted = empty_snapshot();
  FileId next_file{1};
  for (int step = 0; step < 120; ++step) {
    random.edit();
    const Advance done = random.project.commit();
    if (done.delta.empty()) continue;
    ChangeSet same;
    for (const FileDelta& file : done.delta.files) {
      const FileVersion& side = file.after != nullptr ? *file.after : *file.before;
      if (file.before != nullptr && file.after != nullptr &&
          file.before->facts == file.after->facts)
        continue;
      same.sources.push_back({side.path, side.hash, side.mtime_ns, side.size,
                              file.after != nullptr ? file.after->facts : nullptr});
    }
    same.configs = done.delta.configs;
    const Advance again = advance(restarted, std::move(same), 1);
    ASSERT_EQ(again.next->digest(), done.next->digest())
        << "step " << step << ": same ids, same links";
    ASSERT_EQ(again.work.relinked, done.work.relinked);
    for (const FileDelta& file : again.delta.files) {
      if (file.after != nullptr)
        next_file = FileId{std::max(raw(next_file), raw(file.after->id) + 1)};
      for (const AtomChange& change : file.atoms) {
        if (change.after == kNone<AtomIndex>) {
          retired[change.id] = {atom_id_text(*file.before, change.before), change.id,
                                change.version_after};
        } else {
          retired.erase(change.id);
        }
      }
    }
    std::vector<RetiredAtom> list;
    for (const auto& [id, atom] : retired) list.push_back(atom);
    restarted = reloaded(*again.next, list, next_file);
    ASSERT_EQ(restarted->digest(), again.next->digest());
    test::expect_consistent(*restarted);
  }
}

TEST(Snapshot, ReadersAreUndisturbedByAWriter) {
  RandomProject random(99, 2);
  for (int i = 0; i < 20; ++i) random.edit();
  random.project.commit();
  std::mutex mutex;
  SnapshotPtr published = random.project.snapshot();
  std::atomic<bool> stop{false};
  std::atomic<int> rounds{0};
  const auto read = [&] {
    while (!stop) {
      SnapshotPtr snapshot;
      {
        const std::lock_guard lock(mutex);
        snapshot = published;
      }
      const std::string before = dump(*snapshot);
      for (std::uint32_t id = 1; id < snapshot->atom_id_bound(); ++id) {
        callers(*snapshot, AtomId{id});
        impact_of(*snapshot, AtomId{id});
      }
      find_by_name(*snapshot, "pay");
      snapshot->open_mentions("pay");
      EXPECT_EQ(dump(*snapshot), before);
      ++rounds;
    }
  };
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 2; ++i) readers.emplace_back(read);
    for (int step = 0; step < 150 || rounds < 4; ++step) {
      random.edit();
      const SnapshotPtr next = random.project.commit().next;
      const std::lock_guard lock(mutex);
      published = next;
    }
    stop = true;
  }
  EXPECT_EQ(dump_difference(dump(*random.project.snapshot()), dump(*random.project.fresh())), "");
}

}  // namespace
}  // namespace dg
