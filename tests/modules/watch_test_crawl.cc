// Listing and reading a project, with everything that can lie in a folder (RELIABILITY R-17).

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "daemon/watch/crawl.h"
#include "tests/modules/watch_test_support.h"

namespace dg::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> paths_of(const std::vector<FileStat>& files) {
  std::vector<std::string> out;
  for (const FileStat& file : files) out.push_back(file.path);
  return out;
}

class CrawlTest : public testing::Test {
 protected:
  Listing list() const {
    Result<Listing> listing = crawl(tree.root());
    EXPECT_TRUE(listing) << (listing ? "" : listing.error().message());
    return listing ? *std::move(listing) : Listing();
  }
  std::string trouble(const Listing& listing, std::string_view path) const {
    for (const Listing::Trouble& at : listing.troubles) {
      if (at.path == path) return at.reason;
    }
    return "none";
  }
  TempTree tree;
};

TEST_F(CrawlTest, ListsSourcesConfigsAndFoldersSorted) {
  for (const char* path : {"b.ts", "a.js", "src/z.tsx", "src/deep/er/y.cjs", "src-x/m.mjs",
                           "readme.md", "package.json", "src/tsconfig.build.json", "data.json",
                           "jsconfig.json", "node_modules/p/index.js", "dist/bundle.js"}) {
    tree.write(path, "x");
  }
  tree.mkdir("empty");
  const Listing listing = list();
  EXPECT_THAT(paths_of(listing.sources),
              ElementsAre("a.js", "b.ts", "src-x/m.mjs", "src/deep/er/y.cjs", "src/z.tsx"));
  EXPECT_THAT(paths_of(listing.configs),
              ElementsAre("jsconfig.json", "package.json", "src/tsconfig.build.json"));
  EXPECT_THAT(listing.folders, ElementsAre("", "empty", "src", "src-x", "src/deep", "src/deep/er"));
  EXPECT_THAT(listing.troubles, IsEmpty());
  EXPECT_EQ(listing.sources[0].size, 1u);
  EXPECT_GT(listing.sources[0].mtime_ns, 1'000'000'000'000'000'000);
}

TEST_F(CrawlTest, RulesOfNestedFoldersApply) {
  tree.write(".gitignore", "*.gen.js\n");
  tree.write("src/.gitignore", "!a.gen.js\n/local/\n");
  for (const char* path :
       {"a.gen.js", "src/a.gen.js", "src/b.gen.js", "src/local/x.js", "local/y.js"}) {
    tree.write(path, "");
  }
  EXPECT_THAT(paths_of(list().sources), ElementsAre("local/y.js", "src/a.gen.js"));
}

TEST_F(CrawlTest, R17_LinksAreNotFollowedOut) {
  fs::create_directory(tree.outer() / "elsewhere");
  std::ofstream(tree.outer() / "elsewhere" / "x.js") << "secret";
  tree.write("src/a.js", "a");
  fs::create_symlink("a.js", tree.at("src/same.js"));
  fs::create_symlink("../src", tree.at("src/loop"));
  fs::create_symlink(tree.outer() / "elsewhere", tree.at("out"));
  fs::create_symlink(tree.outer() / "elsewhere/x.js", tree.at("out.js"));
  fs::create_symlink("nowhere", tree.at("dangling.js"));
  fs::create_symlink("self.js", tree.at("self.js"));
  fs::create_symlink("user@host.1", tree.at(".#a.js"));
  const Listing listing = list();
  EXPECT_THAT(paths_of(listing.sources), ElementsAre("src/a.js"));
  EXPECT_THAT(listing.folders, ElementsAre("", "src"));
  EXPECT_THAT(trouble(listing, "out"), HasSubstr("out of the project"));
  EXPECT_THAT(trouble(listing, "out.js"), HasSubstr("out of the project"));
  EXPECT_THAT(trouble(listing, "dangling.js"), HasSubstr("link to nothing"));
  EXPECT_THAT(trouble(listing, "self.js"), HasSubstr("back to itself"));
  EXPECT_EQ(listing.troubles.size(), 4u);

  for (const char* path : {"out.js", "out/x.js", "src/same.js", "src/loop/a.js", "self.js"}) {
    const auto read = read_file(tree.root(), path, 1000);
    ASSERT_TRUE(read) << path;
    EXPECT_FALSE(read->has_value()) << path;
  }
  // Nor does a path lead out, however long it is (one call of the kernel takes 4,096 bytes).
  std::string winding;
  while (winding.size() < 5000) winding += "src/../";
  const std::string outside = (tree.outer() / "elsewhere/x.js").string();
  for (const std::string& path : {std::string("../elsewhere/x.js"), winding + "../elsewhere/x.js",
                                  outside, std::string("..")}) {
    const auto read = read_file(tree.root(), path, 1000);
    ASSERT_TRUE(read) << path;
    EXPECT_FALSE(read->has_value()) << path;
  }
  const auto cut = read_file(tree.root(), std::string_view("src/a.js\0x", 10), 1000);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(cut->has_value()) << "a NUL ends no path of ours";
}

TEST_F(CrawlTest, R17_SpecialFilesAreTroublesAndNeverBlock) {
  ASSERT_EQ(::mkfifo(tree.at("fifo.js").c_str(), 0600), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = tree.at("s.js").string();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  std::copy(name.begin(), name.end(), address.sun_path);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  tree.mkdir("folder.js");
  const Listing listing = list();
  EXPECT_THAT(listing.sources, IsEmpty());
  EXPECT_THAT(trouble(listing, "fifo.js"), HasSubstr("no regular file"));
  EXPECT_THAT(trouble(listing, "s.js"), HasSubstr("no regular file"));
  EXPECT_THAT(listing.folders, ElementsAre("", "folder.js"));
  for (const char* path : {"fifo.js", "s.js", "folder.js", "nothing.js", "nothing/at/all.js"}) {
    const auto read = read_file(tree.root(), path, 1000);
    ASSERT_TRUE(read) << path << ": " << read.error().message();
    EXPECT_FALSE(read->has_value()) << path;
  }
  ::close(socket);
}

TEST_F(CrawlTest, R17_NamesAreBytes) {
  const std::string names[] = {"line\nbreak.js", "\xff\xfe.js",    "emoji \xf0\x9f\x8e\x89.ts",
                               "quote\".js",     "back\\slash.js", std::string(240, 'n') + ".js"};
  for (const std::string& name : names) tree.write(name, name);
  const Listing listing = list();
  EXPECT_EQ(listing.sources.size(), std::size(names));
  for (const FileStat& file : listing.sources) {
    const auto read = read_file(tree.root(), file.path, 1000);
    ASSERT_TRUE(read && read->has_value());
    EXPECT_EQ((*read)->bytes, file.path);
  }
}

TEST_F(CrawlTest, R17_PathsLongerThanTheKernelTakesAtOnce) {
  const std::string name(200, 'd');
  std::string path;
  int at = ::open(tree.root().c_str(), O_PATH | O_DIRECTORY);
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(::mkdirat(at, name.c_str(), 0700), 0);
    const int next = ::openat(at, name.c_str(), O_PATH | O_DIRECTORY);
    ::close(at);
    at = next;
    path += name + "/";
  }
  const int file = ::openat(at, "deep.js", O_CREAT | O_WRONLY, 0600);
  ASSERT_EQ(::write(file, "x", 1), 1);
  ::close(file);
  ::close(at);
  EXPECT_GT(path.size(), 4096u);
  EXPECT_THAT(paths_of(list().sources), ElementsAre(path + "deep.js"));
  const auto read = read_file(tree.root(), path + "deep.js", 1000);
  ASSERT_TRUE(read && read->has_value());
  EXPECT_EQ((*read)->bytes, "x");
  run({"rm", "-rf", tree.root().string()});
}

TEST_F(CrawlTest, R17_UnreadableFoldersAndFilesAreTroublesForWhoIsNotRoot) {
  tree.write("open.js", "1");
  tree.write("closed.js", "1");
  tree.write("shut/a.js", "1");
  for (const fs::path& path : {tree.outer(), tree.root()}) fs::permissions(path, fs::perms(0755));
  fs::permissions(tree.at("closed.js"), fs::perms(0));
  fs::permissions(tree.at("shut"), fs::perms(0));
  const int failed = in_child([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 100;
    const Listing listing = list();
    const auto closed = read_file(tree.root(), "closed.js", 1000);
    const auto below = read_file(tree.root(), "shut/a.js", 1000);
    return (paths_of(listing.sources) == std::vector<std::string>{"closed.js", "open.js"} ? 0 : 1) +
           (trouble(listing, "shut").starts_with("cannot be listed") ? 0 : 2) +
           (!closed && closed.error().kind == ErrorKind::io && !closed.error().cure.empty() ? 0
                                                                                            : 4) +
           (!below ? 0 : 8);
  });
  EXPECT_EQ(failed, 0);
  fs::permissions(tree.at("shut"), fs::perms(0700));
}

TEST_F(CrawlTest, RootThatCannotBeListedIsAnError) {
  const auto nowhere = crawl(tree.outer() / "nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(nowhere.error().cure.empty());
  tree.write("a.js", "");
  EXPECT_FALSE(crawl(tree.at("a.js")));
  fs::permissions(tree.outer(), fs::perms(0755));
  fs::permissions(tree.root(), fs::perms(0));
  const int failed = in_child([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 100;
    const auto closed = crawl(tree.root());
    return !closed && closed.error().kind == ErrorKind::io ? 0 : 1;
  });
  EXPECT_EQ(failed, 0);
  fs::permissions(tree.root(), fs::perms(0700));
}

TEST_F(CrawlTest, FolderThatIsReachedTwiceIsListedOnce) {
  tree.write("a/x.js", "1");
  tree.mkdir("b");
  tree.mkdir("c");
  // It moves between two listings, which needs no rights as a bind mount does.
  const auto listing = crawl(tree.root(), [&](const std::string& folder, std::uint64_t) {
    if (folder != "b") return;
    fs::remove(tree.at("c"));
    tree.rename("a", "c");
  });
  ASSERT_TRUE(listing) << listing.error().message();
  EXPECT_THAT(paths_of(listing->sources), ElementsAre("a/x.js"));
  EXPECT_THAT(trouble(*listing, "c"), HasSubstr("same folder as a"));
}

TEST_F(CrawlTest, OneFolderAlone) {
  tree.write("src/a.js", "1");
  tree.write("src/sub/b.js", "1");
  tree.write("src/sub/deep/c.js", "1");
  IgnoreRules rules = IgnoreRules::load(tree.root());
  const auto one = list_folder(tree.root(), "src", rules);
  ASSERT_TRUE(one.has_value());
  EXPECT_THAT(paths_of(one->sources), ElementsAre("src/a.js"));
  EXPECT_THAT(one->folders, ElementsAre("src/sub"));
  EXPECT_FALSE(list_folder(tree.root(), "gone", rules).has_value());
  const Listing below = crawl_folder(tree.root(), "src/sub", rules);
  EXPECT_THAT(paths_of(below.sources), ElementsAre("src/sub/b.js", "src/sub/deep/c.js"));
  EXPECT_THAT(below.folders, ElementsAre("src/sub", "src/sub/deep"));
  EXPECT_THAT(crawl_folder(tree.root(), "gone", rules).folders, IsEmpty());
}

TEST_F(CrawlTest, HookSeesEachFolderBeforeItIsListed) {
  tree.write("src/a.js", "1");
  std::vector<std::string> seen;
  const auto listing = crawl(tree.root(), [&](const std::string& folder, std::uint64_t) {
    seen.push_back(folder);
    // What appears between the hook and the listing is listed.
    tree.write(folder.empty() ? "late.js" : folder + "/late.js", "");
  });
  ASSERT_TRUE(listing);
  EXPECT_THAT(seen, ElementsAre("", "src"));
  EXPECT_THAT(paths_of(listing->sources), ElementsAre("late.js", "src/a.js", "src/late.js"));
}

TEST_F(CrawlTest, DeepTreesNeedNoDescriptors) {
  std::string path;
  for (int i = 0; i < 400; ++i) path += "d/";
  tree.write(path + "a.js", "1");
  const int failed = in_child([&] {
    const rlimit limit{16, 16};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const Listing listing = list();
    return listing.sources.size() == 1 && listing.folders.size() == 401 && listing.troubles.empty()
               ? 0
               : 1;
  });
  EXPECT_EQ(failed, 0);
}

TEST_F(CrawlTest, ReadsBytesAndHash) {
  const std::string text("a\0b\r\n\xff", 6);
  tree.write("a.js", text);
  tree.write("b.js", text);
  tree.write("c.js", text + " ");
  tree.write("empty.js", "");
  const auto read = [&](const char* path) { return **read_file(tree.root(), path, 1 << 20); };
  EXPECT_EQ(read("a.js").bytes, text);
  EXPECT_EQ(read("a.js").stat.size, text.size());
  EXPECT_EQ(read("a.js").hash, read("b.js").hash);
  EXPECT_NE(read("a.js").hash, read("c.js").hash);
  EXPECT_EQ(read("empty.js").bytes, "");
  // XXH3-128 of nothing, as its specification gives it.
  EXPECT_EQ(read("empty.js").hash, (ContentHash{0x99aa06d3014798d8, 0x6001c324468d497f}));
  const std::vector<FileStat> listed = list().sources;
  EXPECT_EQ(listed[0].mtime_ns, read("a.js").stat.mtime_ns);
}

TEST_F(CrawlTest, TooLargeFilesAreKnownBySizeAndTime) {
  tree.write("big.js", std::string(1001, 'x'));
  const auto big = read_file(tree.root(), "big.js", 1000);
  ASSERT_TRUE(big && big->has_value());
  EXPECT_TRUE((*big)->too_large);
  EXPECT_EQ((*big)->bytes, "");
  EXPECT_EQ((*big)->stat.size, 1001u);
  EXPECT_EQ((*big)->hash, (*read_file(tree.root(), "big.js", 1000))->hash);
  tree.write("big.js", std::string(1002, 'x'));
  EXPECT_NE((*big)->hash, (*read_file(tree.root(), "big.js", 1000))->hash);
  EXPECT_FALSE((*read_file(tree.root(), "big.js", 1002))->too_large);
}

TEST(ConfigNames, AreKnown) {
  EXPECT_TRUE(is_config_name("package.json"));
  EXPECT_TRUE(is_config_name("a/b/tsconfig.base.json"));
  EXPECT_TRUE(is_config_name("jsconfig.json"));
  EXPECT_FALSE(is_config_name("package-lock.json"));
  EXPECT_FALSE(is_config_name("tsconfig/a.js"));
}

}  // namespace
}  // namespace dg::test
