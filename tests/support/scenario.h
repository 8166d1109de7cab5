#pragma once
/// \file
/// A scenario: sources, edits in steps, and what must be true after each, as one text file.
///
///     # A renamed callee leaves its caller open.
///     file a.ts
///       export function pay() {}
///     file b.ts
///       import { pay } from './a';
///       export function checkout() { pay(); }
///     callers a.ts::pay
///       calls b.ts::checkout 2:30
///
///     step the callee gets another name
///     s a.ts /pay/settle/
///     open b.ts
///       checkout calls pay not_found 2:30
///     work parsed relinked
///       parsed 1, relinked 2
///
/// A line at the margin is a comment (`#`), the begin of a step, or a command; the lines below it
/// that are indented by two spaces are its body. Edits are listed in scenario_edits.h, questions in
/// scenario_questions.h; a question's body is its expected answer, `nothing` where there is none.
/// All edits of a step are made before it is settled, as one change set. The commands before the
/// first `step` are the first step. With UPDATE_EXPECT=1 the runner rewrites the answers in place.

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dg {

struct Command {
  std::string verb;               ///< First word of the line.
  std::string rest;               ///< What follows it, without the space.
  std::vector<std::string> body;  ///< Without the indent.
  std::size_t line = 0;           ///< In the scenario's file, from 1.
  std::size_t body_end = 0;       ///< The line after the body's last one.
};

struct Step {
  std::string name;
  std::vector<Command> edits;
  std::vector<Command> questions;
};

struct Scenario {
  std::filesystem::path path;
  std::vector<std::string> lines;  ///< As on disk.
  std::vector<Step> steps;
};

/// Throws std::runtime_error with file and line for what is no scenario.
Scenario read_scenario(const std::filesystem::path& path);

/// Rewrites the scenario's file with new answers, each for the command on that line.
void rewrite_answers(const Scenario& scenario,
                     const std::vector<std::pair<std::size_t, std::vector<std::string>>>& answers);

/// Splits at spaces. `"a b"` is one word.
std::vector<std::string> words_of(const std::string& text);

/// \n \r \t \0 \\ \/ \xNN.
std::string unescaped(const std::string& text);

}  // namespace dg
