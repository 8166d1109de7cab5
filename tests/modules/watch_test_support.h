#pragma once
/// \file
/// A temporary project folder for the tests of daemon/watch.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dg::test {

namespace fs = std::filesystem;

class TempTree {
 public:
  TempTree() {
    std::string name = (fs::temp_directory_path() / "deltagraph-watch-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    outer_ = fs::canonical(name);
    root_ = outer_ / "project";
    fs::create_directory(root_);
  }
  ~TempTree() {
    std::error_code ignored;
    fs::remove_all(outer_, ignored);
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  const fs::path& root() const { return root_; }
  /// A folder around the project, for what must lie outside.
  const fs::path& outer() const { return outer_; }
  fs::path state() const { return root_ / ".deltagraph"; }
  fs::path at(std::string_view path) const { return root_ / path; }

  void mkdir(std::string_view path) const { fs::create_directories(at(path)); }
  void write(std::string_view path, std::string_view text) const {
    fs::create_directories(at(path).parent_path());
    std::ofstream(at(path), std::ios::binary | std::ios::trunc) << text;
  }
  void append(std::string_view path, std::string_view text) const {
    std::ofstream(at(path), std::ios::binary | std::ios::app) << text;
  }
  void remove(std::string_view path) const { fs::remove_all(at(path)); }
  void rename(std::string_view from, std::string_view to) const { fs::rename(at(from), at(to)); }

 private:
  fs::path outer_;
  fs::path root_;
};

/// Runs a program without a shell and answers its standard output; fails the test where it fails.
/// `accept` names one more exit code that is no failure.
inline std::string run(const std::vector<std::string>& words, std::string_view input = {},
                       int accept = 0) {
  const TempTree scratch;
  const fs::path in = scratch.outer() / "in", out = scratch.outer() / "out";
  std::ofstream(in, std::ios::binary) << input;
  const pid_t child = ::fork();
  if (child == 0) {
    const int from = ::open(in.c_str(), O_RDONLY);
    const int to = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(from, 0);
    ::dup2(to, 1);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == accept))
      << words[0] << " " << (words.size() > 1 ? words[1] : "") << " failed";
  std::ifstream file(out, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// git as it is for somebody without any configuration.
inline std::string git(const fs::path& folder, std::vector<std::string> words,
                       std::string_view input = {}, int accept = 0) {
  std::vector<std::string> all = {"git",
                                  "-C",
                                  folder.string(),
                                  "-c",
                                  "user.name=t",
                                  "-c",
                                  "user.email=t@example.org",
                                  "-c",
                                  "core.excludesFile=",
                                  "-c",
                                  "init.defaultBranch=main",
                                  "-c",
                                  "advice.detachedHead=false"};
  all.insert(all.end(), words.begin(), words.end());
  return run(all, input, accept);
}

/// Runs `body` in a child process; its answer is the exit code. For what would change this process:
/// users, namespaces, limits.
inline int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dg::test
