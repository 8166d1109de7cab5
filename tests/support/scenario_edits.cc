#include "tests/support/scenario_edits.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include "daemon/watch/ignore.h"

namespace dg {
namespace {

constexpr std::array<std::string_view, 9> kEdits = {"file",   "s",    "append", "insert", "cut",
                                                    "delete", "move", "touch",  "rescan"};

std::string joined(const Command& edit, std::string_view newline) {
  std::string text;
  for (const std::string& line : edit.body) text.append(line).append(newline);
  return text;
}

std::string file_text(const Command& edit, const std::vector<std::string>& words) {
  const auto has = [&](std::string_view flag) {
    return std::find(words.begin() + 1, words.end(), flag) != words.end();
  };
  const std::string body =
      has("raw") ? unescaped(joined(edit, "")) : joined(edit, has("crlf") ? "\r\n" : "\n");
  std::string text = has("bom") ? "\xEF\xBB\xBF" : "";
  const auto times = std::find(words.begin() + 1, words.end(), "x");
  const int count = times == words.end() ? 1 : std::stoi(*(times + 1));
  for (int i = 0; i < count; ++i) text += body;
  return text;
}

/// `PATH /old/new/g`, where \/ stands for a slash.
void substitute(const TempProject& project, const Command& edit) {
  const std::size_t space = edit.rest.find(' ');
  std::array<std::string, 3> parts;
  std::size_t part = 0;
  for (std::size_t i = space + 2; i < edit.rest.size(); ++i) {
    if (edit.rest[i] == '/' && edit.rest[i - 1] != '\\' && part < 2) {
      ++part;
    } else {
      parts[part] += edit.rest[i];
    }
  }
  if (part != 2) throw std::runtime_error("s needs /old/new/: " + edit.rest);
  const std::string path = edit.rest.substr(0, space);
  const std::string old = unescaped(parts[0]);
  const std::string now = unescaped(parts[1]);
  std::string text = project.read(path);
  std::size_t at = text.find(old);
  if (at == std::string::npos) throw std::runtime_error(path + " does not hold '" + old + "'");
  do {
    text.replace(at, old.size(), now);
    at = text.find(old, at + now.size());
  } while (parts[2] == "g" && at != std::string::npos);
  project.write(path, text);
}

/// The offset at which a line (from 1) begins.
std::size_t line_begin(const std::string& text, std::size_t line) {
  std::size_t at = 0;
  for (std::size_t i = 1; i < line; ++i) {
    at = text.find('\n', at);
    if (at == std::string::npos) throw std::runtime_error("no line " + std::to_string(line));
    ++at;
  }
  return at;
}

/// A path, and below a folder every file in it.
void note(const TempProject& project, const std::string& path, SettledChange& change) {
  if (!std::filesystem::is_directory(project.path(path))) {
    change.paths.push_back(path);
    return;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project.path(path))) {
    if (entry.is_regular_file()) {
      change.paths.push_back(entry.path().lexically_relative(project.root()).generic_string());
    }
  }
}

}  // namespace

bool is_edit(const std::string& verb) {
  return std::find(kEdits.begin(), kEdits.end(), verb) != kEdits.end();
}

void make_edit(const TempProject& project, const Command& edit, SettledChange& change) {
  if (edit.verb == "rescan") {
    change.rescan = true;
    return;
  }
  const std::vector<std::string> words = words_of(edit.rest);
  if (words.empty()) throw std::runtime_error(edit.verb + " needs a path");
  const std::string& path = words[0];
  const bool exists = std::filesystem::exists(project.path(path));
  if (edit.verb != "file" && !exists) throw std::runtime_error(path + " does not exist");
  note(project, path, change);
  if (edit.verb == "file") {
    project.write(path, file_text(edit, words));
  } else if (edit.verb == "s") {
    substitute(project, edit);
  } else if (edit.verb == "append") {
    project.write(path, project.read(path) + joined(edit, "\n"));
  } else if (edit.verb == "insert") {
    std::string text = project.read(path);
    text.insert(line_begin(text, std::stoul(words.at(1))), joined(edit, "\n"));
    project.write(path, text);
  } else if (edit.verb == "cut") {
    std::string text = project.read(path);
    const std::size_t from = line_begin(text, std::stoul(words.at(1)));
    text.erase(from, line_begin(text, std::stoul(words.at(2)) + 1) - from);
    project.write(path, text);
  } else if (edit.verb == "delete") {
    project.remove(path);
  } else if (edit.verb == "move") {
    project.rename(path, words.at(1));
    note(project, words.at(1), change);
  } else {
    project.write(path, project.read(path));
  }
}

void settle(SettledChange& change) {
  if (change.rescan) change.paths.clear();
  std::sort(change.paths.begin(), change.paths.end());
  change.paths.erase(std::unique(change.paths.begin(), change.paths.end()), change.paths.end());
  for (const std::string& path : change.paths) {
    if (IgnoreRules::is_rule_file(path)) change.rescan = true;
  }
}

}  // namespace dg
