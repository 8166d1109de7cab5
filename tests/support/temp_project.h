#pragma once
/// \file
/// A project folder of a test: real files in a temporary folder that goes with the object.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dg {

class TempProject {
 public:
  TempProject() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "deltagraph-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("no temporary folder: " + pattern);
    root_ = std::filesystem::canonical(pattern);
  }
  ~TempProject() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TempProject(const TempProject&) = delete;
  TempProject& operator=(const TempProject&) = delete;

  const std::filesystem::path& root() const noexcept { return root_; }
  std::filesystem::path path(std::string_view file) const { return root_ / file; }

  /// Truncate and write, as simple editors save; makes the folders above.
  void write(std::string_view file, std::string_view text) const {
    std::filesystem::create_directories(path(file).parent_path());
    std::ofstream out(path(file), std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path(file).string());
  }
  std::string read(std::string_view file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void remove(std::string_view file) const { std::filesystem::remove_all(path(file)); }
  void rename(std::string_view from, std::string_view to) const {
    std::filesystem::create_directories(path(to).parent_path());
    std::filesystem::rename(path(from), path(to));
  }

 private:
  std::filesystem::path root_;
};

}  // namespace dg
