#pragma once
/// \file
/// Runs the real program as a person or a script does.

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temp_project.h"

namespace dg {

/// What one run of the program left behind.
struct Ran {
  int code = -1;  ///< Exit code; 128 + signal where a signal ended it.
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
  nlohmann::json error() const { return nlohmann::json::parse(err, nullptr, false)["error"]; }
};

struct RunOptions {
  std::string cwd = {};                       ///< Empty: the project.
  std::vector<std::string> environment = {};  ///< `NAME=value`, over the tests' own.
  bool as_nobody = false;                     ///< Another user, where the tests run as root.
  bool on_terminal = false;                   ///< Standard output is a pseudo-terminal.
  std::string program = {};                   ///< Empty: deltagraph.
  std::uint32_t full_beyond = 0;  ///< Bytes of a file; writes beyond give ENOSPC. 0: none.
};

/// A program that goes on running: its standard output line by line.
class Running {
 public:
  Running(pid_t pid, int out) : pid_(pid), out_(out) {}
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Reads until a line holds the text; nothing where the program ends before.
  std::optional<std::string> line_with(const std::string& text);
  void signal(int number) const;
  void stop_reading();  ///< The program's standard output has no reader any more.
  int wait();           ///< Exit code, as Ran::code.

 private:
  pid_t pid_;
  int out_;
  bool waited_ = false;
  std::string buffer_;
};

/// A project of two files, and folders of its own for the home and the sockets, so that tests
/// neither meet each other nor the person who runs them. Services that a test starts end with it.
class CliTest : public testing::Test {
 protected:
  CliTest();
  ~CliTest() override;

  Ran run(const std::vector<std::string>& arguments, const RunOptions& options = {}) const;
  std::unique_ptr<Running> start(const std::vector<std::string>& arguments) const;
  /// Indexes the project; a failure is a failed expectation.
  void index() const;
  std::string root() const { return project_.root().string(); }

  TempProject project_;
  TempProject home_;
  TempProject nobodys_;  ///< Sockets of the other user.

 private:
  pid_t launch(const std::vector<std::string>& arguments, const RunOptions& options, int out,
               int err) const;
};

}  // namespace dg
