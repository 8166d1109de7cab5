#include "bench/corpus.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "bench/measure.h"
#include "daemon/watch/crawl.h"
#include "parser/parse.h"

namespace dg::bench {

namespace fs = std::filesystem;

WorkFolder::WorkFolder() {
  std::string pattern = (fs::temp_directory_path() / "deltagraph-bench-XXXXXX").string();
  require(::mkdtemp(pattern.data()) != nullptr, pattern + ": " + std::strerror(errno));
  path_ = fs::canonical(pattern);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;  // What cannot be removed is left to the system's own clean-up.
  fs::remove_all(path_, ignored);
}

std::string read_whole(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  require(in.good(), file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void save(const fs::path& file, std::string_view bytes) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  require(fd >= 0, file.string() + ": " + std::strerror(errno));
  const ssize_t written = ::write(fd, bytes.data(), bytes.size());
  const int closed = ::close(fd);
  require(written == static_cast<ssize_t>(bytes.size()) && closed == 0,
          file.string() + ": was not written whole");
}

Corpus read_corpus(const std::string& name, const fs::path& root) {
  const Result<Listing> listing = crawl(root);
  require(static_cast<bool>(listing), listing ? "" : listing.error().message());
  Corpus corpus{name, root, {}, 0, false};
  Parser parser;
  for (const FileStat& file : listing->sources) {
    SourceText source{file.path, *language_of(file.path), read_whole(root / file.path)};
    if (parser.parse(source.path, source.bytes).skipped != SkipReason::none) continue;
    corpus.bytes += source.bytes.size();
    corpus.sources.push_back(std::move(source));
  }
  require(!corpus.sources.empty(), root.string() + ": has no sources to measure");
  return corpus;
}

Corpus copy_corpus(const std::string& name, const fs::path& from, const fs::path& to) {
  require(fs::is_directory(from), from.string() + ": is no folder");
  fs::create_directories(to);
  for (fs::recursive_directory_iterator it(from), end; it != end; ++it) {
    const std::string file = it->path().filename().string();
    if (file == "node_modules" || file == ".deltagraph" || file == ".git") {
      it.disable_recursion_pending();
      continue;
    }
    const fs::path target = to / it->path().lexically_relative(from);
    if (it->is_directory()) {
      fs::create_directories(target);
    } else if (it->is_regular_file()) {
      fs::copy_file(it->path(), target);
    }
  }
  return read_corpus(name, to);
}

}  // namespace dg::bench
