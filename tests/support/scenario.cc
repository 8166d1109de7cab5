#include "tests/support/scenario.h"

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>

#include "tests/support/scenario_edits.h"
#include "tests/support/scenario_questions.h"

namespace dg {
namespace {

constexpr std::string_view kIndent = "  ";

[[noreturn]] void fail(const std::filesystem::path& path, std::size_t line,
                       const std::string& what) {
  throw std::runtime_error(path.string() + ":" + std::to_string(line) + ": " + what);
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool in_body(const std::string& line) {
  return line.starts_with(kIndent);
}

/// The body that begins at `at`: indented lines, with blank ones between them.
std::size_t body_end(const std::vector<std::string>& lines, std::size_t at) {
  std::size_t end = at;
  for (std::size_t i = at; i < lines.size() && (lines[i].empty() || in_body(lines[i])); ++i) {
    if (!lines[i].empty()) end = i + 1;
  }
  return end;
}

Command command_at(const std::vector<std::string>& lines, std::size_t at) {
  Command command;
  const std::string& head = lines[at];
  const std::size_t space = head.find(' ');
  command.verb = head.substr(0, space);
  command.rest = space == std::string::npos ? "" : head.substr(space + 1);
  command.line = at + 1;
  const std::size_t end = body_end(lines, at + 1);
  for (std::size_t i = at + 1; i < end; ++i) {
    command.body.push_back(lines[i].empty() ? "" : lines[i].substr(kIndent.size()));
  }
  command.body_end = end + 1;
  return command;
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& path) {
  Scenario scenario{path, lines_of(path), {Step{"index", {}, {}}}};
  if (scenario.lines.empty() || !scenario.lines[0].starts_with("# ")) {
    fail(path, 1, "a scenario opens with a comment that says what it shows");
  }
  for (std::size_t at = 0; at < scenario.lines.size();) {
    const std::string& line = scenario.lines[at];
    if (line.empty() || line.starts_with('#')) {
      ++at;
      continue;
    }
    if (in_body(line)) fail(path, at + 1, "an indented line without a command");
    Command command = command_at(scenario.lines, at);
    at = command.body_end - 1;
    if (command.verb == "step") {
      scenario.steps.push_back({command.rest, {}, {}});
    } else if (is_edit(command.verb)) {
      if (!scenario.steps.back().questions.empty()) {
        fail(path, command.line, "an edit after a question; begin a new step");
      }
      scenario.steps.back().edits.push_back(std::move(command));
    } else if (is_question(command.verb)) {
      scenario.steps.back().questions.push_back(std::move(command));
    } else {
      fail(path, command.line, "unknown command '" + command.verb + "'");
    }
  }
  return scenario;
}

void rewrite_answers(const Scenario& scenario,
                     const std::vector<std::pair<std::size_t, std::vector<std::string>>>& answers) {
  std::map<std::size_t, const std::vector<std::string>*> by_line;
  for (const auto& [line, answer] : answers) by_line[line] = &answer;
  std::ofstream out(scenario.path, std::ios::binary | std::ios::trunc);
  for (std::size_t at = 0; at < scenario.lines.size();) {
    out << scenario.lines[at] << '\n';
    const auto answer = by_line.find(at + 1);
    ++at;
    if (answer == by_line.end()) continue;
    for (const std::string& line : *answer->second) {
      out << (line.empty() ? "" : std::string(kIndent) + line) << '\n';
    }
    at = body_end(scenario.lines, at);
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const bool quoted = text[at] == '"';
    const std::size_t begin = quoted ? at + 1 : at;
    const std::size_t end = std::min(text.find(quoted ? '"' : ' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    at = end + (quoted ? 1 : 0);
  }
  return words;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char what = text[++i];
    if (what == 'n') {
      out += '\n';
    } else if (what == 'r') {
      out += '\r';
    } else if (what == 't') {
      out += '\t';
    } else if (what == '0') {
      out += '\0';
    } else if (what == 'x' && i + 2 < text.size()) {
      unsigned byte = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += what;
    }
  }
  return out;
}

}  // namespace dg
