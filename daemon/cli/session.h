#pragma once
/// \file
/// One run of the command line: what all commands are given, and where they write.

#include <cstdio>
#include <filesystem>
#include <string>

#include "daemon/cli/terminal.h"
#include "daemon/requests/request.h"
#include "storage/result.h"

namespace dg {

/// DESIGN §5.
enum class Exit : int {
  done = 0,
  no_result = 1,
  usage = 2,
  ambiguous = 3,
  not_found = 4,
  trouble = 5
};
Exit exit_of(ErrorKind kind) noexcept;

/// Options that every command takes.
struct Settings {
  std::string project;  ///< Empty: find_project().
  bool json = false;
  bool no_start = false;  ///< Answer from the database when no service runs.
  bool sync = false;      ///< First wait until all that is on disk is visible.
  ColorChoice color = ColorChoice::automatic;
};

struct Session {
  explicit Session(const Settings& chosen)
      : settings(chosen), out(stdout, chosen.color), err(stderr, chosen.color) {}
  /// Answers go to a stream that stays the caller's, and what is said beside them too.
  Session(const Settings& chosen, std::FILE* stream)
      : settings(chosen), out(stream, chosen.color), err(stream, chosen.color) {}

  Settings settings;
  Terminal out;
  Terminal err;
  std::filesystem::path cwd = std::filesystem::current_path();

  /// `deltagraph: thing: reason. cure` and the candidates, or the JSON of it, on standard error.
  int fail(const Error& error);
  /// A line beside the answer: on standard error, so that standard output holds the answer alone.
  /// With --json {"notice": text}.
  void notice(const std::string& text);
  /// Flushes and turns what could not be written into an error.
  int finish(Exit code);
};

/// One line of JSON; invalid UTF-8 becomes U+FFFD.
std::string json_text(const Json& json);

}  // namespace dg
