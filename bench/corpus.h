#pragma once
/// \file
/// The projects that are measured: copies of real packages, and a generated one, in a folder of our
/// own.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "parser/facts.h"

namespace dg::bench {

/// A new folder below the system's temporary one; removed with its content at the end.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A source file that the index parses: not one that it skips as too large or minified.
struct SourceText {
  std::string path;  ///< Relative to the corpus.
  Language language = Language::javascript;
  std::string bytes;
};

struct Corpus {
  std::string name;
  std::filesystem::path root;
  std::vector<SourceText> sources;  ///< Sorted by path.
  std::uint64_t bytes = 0;          ///< Of the sources.
  bool ten_thousand_files = false;  ///< The size that most budgets are set for.
};

/// Copies a folder without its node_modules and .deltagraph, and reads its sources.
Corpus copy_corpus(const std::string& name, const std::filesystem::path& from,
                   const std::filesystem::path& to);
/// Reads the sources of a corpus that lies where it is to be measured.
Corpus read_corpus(const std::string& name, const std::filesystem::path& root);

std::string read_whole(const std::filesystem::path& file);
/// As a simple editor saves: truncate, write, close. When it returns, close(2) has.
void save(const std::filesystem::path& file, std::string_view bytes);

}  // namespace dg::bench
