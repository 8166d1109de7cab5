#include "tests/layering/sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dg::layering {

namespace fs = std::filesystem;

std::vector<SourceFile> own_sources() {
  const fs::path root = DELTAGRAPH_SOURCE_DIR;
  std::vector<SourceFile> sources;
  for (const char* folder : {"parser", "events", "graph", "storage", "daemon", "tests", "bench"}) {
    fs::recursive_directory_iterator it(root / folder), end;
    for (; it != end; ++it) {
      if (it->path().filename() == "node_modules") it.disable_recursion_pending();
      const std::string extension = it->path().extension().string();
      if (!it->is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      std::ifstream in(it->path(), std::ios::binary);
      sources.push_back({it->path().lexically_relative(root).string(),
                         {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return sources;
}

}  // namespace dg::layering
