// Editors' ways to save, as lists of small operations; the watcher looks after every one of them.

#include <cstring>

#include "tests/modules/watch_test_kernel_support.h"

namespace dg::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Paths = std::vector<std::string>;

struct Save {
  const char* name;
  std::vector<std::function<void(const TempTree&)>> steps;
};

class SavePattern : public testing::TestWithParam<Save> {};

TEST_P(SavePattern, R14_GivesExactlyOneChangeOfTheFile) {
  TempTree tree;
  tree.write("src/a.js", "one");
  Watching watching(tree, patient());
  for (const auto& step : GetParam().steps) {
    step(tree);
    watching.look();
  }
  std::vector<SettledChange> changes = std::move(watching.early);
  std::erase_if(changes, [](const SettledChange& change) { return change.empty(); });
  if (changes.empty()) changes.push_back(watching.next());
  for (SettledChange& later : watching.sync()) changes.push_back(std::move(later));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_THAT(changes[0].paths, ElementsAre("src/a.js"));
  EXPECT_FALSE(changes[0].rescan);
}

/// One open file of a save pattern, shared by its steps.
struct OpenFile {
  int fd = -1;
  void write(const char* text) const { ASSERT_GT(::write(fd, text, std::strlen(text)), 0); }
};

Save truncate_and_write(const char* name, bool in_chunks) {
  const auto file = std::make_shared<OpenFile>();
  Save save{name, {[file](const TempTree& tree) {
              file->fd = ::open(tree.at("src/a.js").c_str(), O_WRONLY | O_TRUNC);
            }}};
  for (int i = 0; i < (in_chunks ? 3 : 1); ++i) {
    save.steps.emplace_back([file](const TempTree&) { file->write("two"); });
  }
  save.steps.emplace_back([file](const TempTree&) { ::close(file->fd); });
  return save;
}

const Save kSaves[] = {
    truncate_and_write("TruncateAndWrite", false),
    truncate_and_write("TruncateAndWriteInChunks", true),
    {"EmptiedThenWrittenByAnother",
     {[](const TempTree& t) { t.write("src/a.js", ""); },
      [](const TempTree& t) { t.append("src/a.js", "two"); }}},
    {"WriteTemporaryAndRename",
     {[](const TempTree& t) { t.write("src/a.js.tmp.4711", "two"); },
      [](const TempTree& t) { t.rename("src/a.js.tmp.4711", "src/a.js"); }}},
    {"VimBackupAndRename",  // backupcopy=no: probe, backup, new file, permissions, backup removed
     {[](const TempTree& t) { t.write("src/.a.js.swp", "x"); },
      [](const TempTree& t) { t.write("src/4913", ""); },
      [](const TempTree& t) { t.remove("src/4913"); },
      [](const TempTree& t) { t.rename("src/a.js", "src/a.js~"); },
      [](const TempTree& t) { t.write("src/a.js", "two"); },
      [](const TempTree& t) { ::chmod(t.at("src/a.js").c_str(), 0644); },
      [](const TempTree& t) { t.remove("src/a.js~"); },
      [](const TempTree& t) { t.remove("src/.a.js.swp"); }}},
    {"VimCopyAndOverwrite",  // backupcopy=yes
     {[](const TempTree& t) { fs::copy_file(t.at("src/a.js"), t.at("src/a.js~")); },
      [](const TempTree& t) { t.write("src/a.js", "two"); },
      [](const TempTree& t) { t.remove("src/a.js~"); }}},
    {"EmacsLockAutosaveAndBackup",
     {[](const TempTree& t) { fs::create_symlink("me@host.1:2", t.at("src/.#a.js")); },
      [](const TempTree& t) { t.write("src/#a.js#", "two"); },
      [](const TempTree& t) { t.rename("src/a.js", "src/a.js~"); },
      [](const TempTree& t) { t.write("src/a.js", "two"); },
      [](const TempTree& t) { t.remove("src/#a.js#"); },
      [](const TempTree& t) { t.remove("src/.#a.js"); }}},
    {"JetBrainsSafeWrite",
     {[](const TempTree& t) { t.write("src/a.js___jb_tmp___", "two"); },
      [](const TempTree& t) { t.rename("src/a.js", "src/a.js___jb_old___"); },
      [](const TempTree& t) { t.rename("src/a.js___jb_tmp___", "src/a.js"); },
      [](const TempTree& t) { t.remove("src/a.js___jb_old___"); }}},
    {"DeleteAndCreate",
     {[](const TempTree& t) { t.remove("src/a.js"); },
      [](const TempTree& t) { t.write("src/a.js", "two"); }}},
    {"LinkIntoPlace",
     {[](const TempTree& t) { t.write("src/new", "two"); },
      [](const TempTree& t) { t.remove("src/a.js"); },
      [](const TempTree& t) { fs::create_hard_link(t.at("src/new"), t.at("src/a.js")); },
      [](const TempTree& t) { t.remove("src/new"); }}},
};

INSTANTIATE_TEST_SUITE_P(Editors, SavePattern, testing::ValuesIn(kSaves),
                         [](const auto& save) { return std::string(save.param.name); });

}  // namespace
}  // namespace dg::test
