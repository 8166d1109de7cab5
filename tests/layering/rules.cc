#include "tests/layering/rules.h"

#include <algorithm>
#include <array>
#include <span>

namespace dg::layering {
namespace {

using Names = std::span<const std::string_view>;

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 1> kParser{"parser"};
constexpr std::array<std::string_view, 2> kEvents{"parser", "events"};
constexpr std::array<std::string_view, 3> kGraph{"parser", "events", "graph"};
constexpr std::array<std::string_view, 3> kStorage{"parser", "events", "storage"};
constexpr std::array<std::string_view, 5> kDaemon{"parser", "events", "graph", "storage", "daemon"};
constexpr std::array<std::string_view, 7> kAround{"parser", "events", "graph", "storage",
                                                  "daemon", "tests",  "bench"};

struct Module {
  std::string_view name;
  Names may_include;
  bool product = true;
  bool pure = false;  ///< Touches neither disk nor kernel.
};

constexpr std::array<Module, 7> kModules{{
    {"parser", kParser, true, true},
    {"events", kEvents, true, true},
    {"graph", kGraph, true, true},
    {"storage", kStorage, true, false},
    {"daemon", kDaemon, true, false},
    {"tests", kAround, false, false},
    {"bench", kAround, false, false},
}};

const Module* module_of(std::string_view path) {
  const std::string_view name = path.substr(0, path.find('/'));
  const auto found = std::find_if(kModules.begin(), kModules.end(),
                                  [&](const Module& module) { return module.name == name; });
  return found == kModules.end() ? nullptr : &*found;
}

/// Where a foreign header may be included; tests and benchmarks may include any of them.
struct Home {
  std::string_view prefix;
  std::array<std::string_view, 4> modules;
};

constexpr std::array<Home, 19> kHomes{{
    {"tree_sitter/", {"parser"}},
    {"xxhash.h", {"parser", "events", "graph", "daemon"}},
    {"boost/graph/", {"graph"}},
    {"boost/property_map/", {"graph"}},
    {"boost/iterator/", {"graph"}},
    {"boost/container/", {"graph", "daemon"}},
    {"nlohmann/", {"graph", "daemon"}},
    {"sqlite3.h", {"storage"}},
    {"git2.h", {"daemon"}},
    {"boost/asio", {"daemon"}},
    {"boost/beast", {"daemon"}},
    {"boost/system/", {"daemon"}},
    {"spdlog/", {"daemon"}},
    {"fmt/", {"daemon"}},
    {"CLI/", {"daemon"}},
    {"gtest/", {}},
    {"gmock/", {}},
    {"rapidcheck", {}},
    {"fuzzer/", {}},
}};

/// Standard headers through which code reaches the disk or a terminal. std::filesystem::path is
/// among them; a pure module passes paths as text.
constexpr std::array<std::string_view, 4> kImpureStandard{"filesystem", "fstream", "iostream",
                                                          "csignal"};

/// C++ headers have neither dot nor slash in their names: <vector>, <cstdint>.
bool is_standard(std::string_view header) {
  return header.find_first_of("./") == std::string_view::npos;
}

/// What the C library and the kernel offer: <unistd.h>, <sys/inotify.h>, <linux/magic.h>.
bool is_system(std::string_view header) {
  if (header.starts_with("sys/") || header.starts_with("linux/") ||
      header.starts_with("netinet/") || header.starts_with("sanitizer/")) {
    return true;
  }
  return header.ends_with(".h") && header.find('/') == std::string_view::npos &&
         header != "xxhash.h" && header != "sqlite3.h" && header != "git2.h";
}

/// Inside a module: the files of `folder` know nothing of their own module but what is listed.
struct Inner {
  std::string_view folder;
  std::array<std::string_view, 3> may_include;
};

constexpr std::array<Inner, 2> kInner{{
    {"graph/modules/", {"graph/modules/", "graph/stable_hash.h"}},
    {"graph/link/", {"graph/link/", "graph/modules/", "graph/stable_hash.h"}},
}};

std::string check_inner(std::string_view path, std::string_view target) {
  for (const Inner& inner : kInner) {
    if (!path.starts_with(inner.folder) || !target.starts_with(module_of(path)->name)) continue;
    const bool allowed = std::any_of(
        inner.may_include.begin(), inner.may_include.end(),
        [&](std::string_view prefix) { return !prefix.empty() && target.starts_with(prefix); });
    if (!allowed) return std::string(inner.folder) + " must not know it";
  }
  return {};
}

std::string check_own(std::string_view path, const Module& from, std::string_view target) {
  const Module* to = module_of(target);
  if (to == nullptr || target.find('/') == std::string_view::npos) {
    return "is not written from the repository's root";
  }
  if (contains(from.may_include, to->name)) return check_inner(path, target);
  return std::string(from.name) + " must not know " + std::string(to->name);
}

std::string check_foreign(const Module& from, std::string_view header) {
  const bool impure =
      contains(kImpureStandard, header) || (!is_standard(header) && is_system(header));
  if (impure && from.pure) return std::string(from.name) + " is pure: no disk, no kernel";
  if (is_standard(header) || is_system(header)) return {};
  for (const Home& home : kHomes) {
    if (!header.starts_with(home.prefix)) continue;
    if (!from.product || contains(home.modules, from.name)) return {};
    return std::string(home.prefix) + " is not at home in " + std::string(from.name);
  }
  return "has no home: add it to the table in tests/layering/rules.cc, or do without it";
}

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The next identifier, which is cut off with what stands before it; empty at the end.
std::string next_word(std::string_view& rest) {
  const auto* const begin = std::find_if(rest.begin(), rest.end(), is_word);
  const auto* const end = std::find_if_not(begin, rest.end(), is_word);
  std::string word(begin, end);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
  return word;
}

/// `R07` of `R07_Holds` and of `R07`; empty where a name begins otherwise.
std::string number_at_front(const std::string& name) {
  std::string front = name.substr(0, name.find('_'));
  for (const std::string_view prefix : {"Invariant", "R"}) {
    if (!front.starts_with(prefix)) continue;
    const std::string digits = front.substr(prefix.size());
    const bool number =
        !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
    if (number && (prefix.size() > 1 || digits.size() == 2)) return front;
  }
  return {};
}

bool opens_with_doc(std::string_view text) {
  std::size_t doc_bytes = 0;
  while (!text.empty()) {
    const std::string_view line = trimmed(next_line(text));
    if (line.empty() || line == "#pragma once" || line == "/// \\file") continue;
    if (!line.starts_with("///")) break;
    doc_bytes += line.size() - 3;
  }
  return doc_bytes >= 20;
}

}  // namespace

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = trimmed(next_line(text));
    if (!line.starts_with("#")) continue;
    line = trimmed(line.substr(1));
    if (!line.starts_with("include")) continue;
    line = trimmed(line.substr(7));
    if (line.empty() || (line[0] != '"' && line[0] != '<')) continue;
    const std::size_t end = line.find(line[0] == '"' ? '"' : '>', 1);
    if (end == std::string_view::npos) continue;
    found.push_back({std::string(line.substr(1, end - 1)), line[0] == '"', number});
  }
  return found;
}

std::vector<Finding> check_includes(std::string_view path, std::string_view text) {
  const Module* from = module_of(path);
  if (from == nullptr) return {{std::string(path), 0, "is in no module"}};
  std::vector<Finding> findings;
  for (const Include& include : includes_of(text)) {
    const std::string what = include.quoted ? check_own(path, *from, include.target)
                                            : check_foreign(*from, include.target);
    if (!what.empty()) {
      findings.push_back({std::string(path), include.line, include.target + ": " + what});
    }
  }
  return findings;
}

std::vector<Finding> check_shape(std::string_view path, std::string_view text) {
  std::vector<Finding> findings;
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (lines > kMaxLines) {
    findings.push_back({std::string(path), 0,
                        std::to_string(lines) + " lines, over " + std::to_string(kMaxLines) +
                            ": it is about more than one thing"});
  }
  if (path.ends_with(".h") && !opens_with_doc(text)) {
    findings.push_back({std::string(path), 1, "does not open with a doc comment"});
  }
  return findings;
}

std::vector<Finding> check_top_level(const std::vector<std::string>& names) {
  // The second row holds what a checkout gets beside its files: git's, the builds', an editor's.
  static constexpr std::array<std::string_view, 26> kAllowed{"CMakeLists.txt",
                                                             "CMakePresets.json",
                                                             "README.md",
                                                             "LICENSE",
                                                             "dev",
                                                             "package.json",
                                                             "package-lock.json",
                                                             ".ci",
                                                             ".clang-format",
                                                             ".clang-tidy",
                                                             ".gitignore",
                                                             ".npmrc",
                                                             "parser",
                                                             "events",
                                                             "graph",
                                                             "storage",
                                                             "daemon",
                                                             "tests",
                                                             "bench",
                                                             ".git",
                                                             "build",
                                                             "node_modules",
                                                             ".deltagraph",
                                                             ".cache",
                                                             ".vscode",
                                                             ".idea"};
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    if (!contains(kAllowed, name)) findings.push_back({name, 0, "has no place in the layout"});
  }
  return findings;
}

std::vector<Finding> check_tables(std::string_view path, std::string_view text) {
  static constexpr std::array<std::string_view, 2> kVerbs{"CREATE", "ALTER"};
  static constexpr std::array<std::string_view, 3> kBetween{"VIRTUAL", "UNIQUE", "TEMP"};
  static constexpr std::array<std::string_view, 4> kThings{"TABLE", "INDEX", "TRIGGER", "VIEW"};
  std::vector<Finding> findings;
  if (!path.starts_with("storage/") || path.starts_with("storage/schema/") ||
      path.starts_with("storage/requests/")) {
    return findings;
  }
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = trimmed(next_line(text));
    if (line.starts_with("//")) continue;
    std::string verb;
    for (std::string word = next_word(line); !word.empty(); word = next_word(line)) {
      std::transform(word.begin(), word.end(), word.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      if (!verb.empty() && contains(kThings, word)) {
        verb.append(" ").append(word);
        findings.push_back(
            {std::string(path), number, verb + ": tables are described in storage/schema/ alone"});
      }
      if (!contains(kBetween, word)) verb = contains(kVerbs, word) ? word : "";
    }
  }
  return findings;
}

std::vector<std::string> numbers_of(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kMacros{"TEST", "TEST_F", "TEST_P"};
  std::vector<std::string> numbers;
  for (std::string word = next_word(text); !word.empty(); word = next_word(text)) {
    if (!contains(kMacros, word) || !text.starts_with("(")) continue;
    for (int name = 0; name < 2; ++name) {
      const std::string number = number_at_front(next_word(text));
      if (!number.empty()) numbers.push_back(number);
    }
  }
  return numbers;
}

std::string capability(int source, int number) {
  return "S" + std::to_string(source) + (number < 10 ? "_0" : "_") + std::to_string(number);
}

namespace {

/// The number of `S1` (prefix S) or `07` (no prefix); 0: it is none.
int number_of(std::string_view word, std::string_view prefix, std::size_t digits) {
  if (!word.starts_with(prefix)) return 0;
  word.remove_prefix(prefix.size());
  const bool all = word.size() == digits && std::all_of(word.begin(), word.end(), [](char c) {
                     return c >= '0' && c <= '9';
                   });
  int number = 0;
  for (const char c : all ? word : std::string_view()) number = number * 10 + (c - '0');
  return number;
}

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos; name.remove_prefix(end + 1)) {
    end = name.find('_');
    parts.push_back(name.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return parts;
}

/// `S1_07` and `S1_07_to_S1_09` in the name of a test.
void add_capabilities(std::string_view name, std::vector<std::string>& found) {
  const std::vector<std::string_view> parts = parts_of(name);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const int source = number_of(parts[i], "S", 1);
    const int first = source == 0 ? 0 : number_of(parts[i + 1], "", 2);
    if (first == 0) continue;
    const bool range = i + 4 < parts.size() && parts[i + 2] == "to" && parts[i + 3] == parts[i];
    const int last = range ? number_of(parts[i + 4], "", 2) : first;
    for (int each = first; each <= last; ++each) found.push_back(capability(source, each));
    if (range) i += 3;  // And the part that the loop steps over.
  }
}

}  // namespace

std::vector<std::string> capabilities_of(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kMacros{"TEST", "TEST_F", "TEST_P"};
  std::vector<std::string> found;
  for (std::string word = next_word(text); !word.empty(); word = next_word(text)) {
    if (!contains(kMacros, word) || !text.starts_with("(")) continue;
    for (int name = 0; name < 2; ++name) add_capabilities(next_word(text), found);
  }
  return found;
}

}  // namespace dg::layering
