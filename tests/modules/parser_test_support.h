#pragma once
/// \file
/// Sources and facts as text for the parser's tests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/parse.h"
#include "parser/print.h"

namespace dg::test {

inline FileFacts parse(std::string_view source, std::string_view path = "a.js",
                       ParseOptions options = {}) {
  return Parser(options).parse(path, source);
}

/// One kind of printed line, without positions, in order: "atom", "ref", "import" ….
inline std::vector<std::string> lines_of(const FileFacts& facts, std::string_view kind,
                                         bool positions = false) {
  PrintOptions options;
  options.positions = positions;
  const std::string text = print_facts(facts, options);
  std::vector<std::string> found;
  const std::string prefix = std::string(kind) + " ";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (line.starts_with(prefix)) found.emplace_back(line.substr(prefix.size()));
    begin = end + 1;
  }
  return found;
}

inline std::vector<std::string> lines_of(std::string_view source, std::string_view kind,
                                         std::string_view path = "a.js") {
  return lines_of(parse(source, path), kind);
}

/// "qualified-name kind" of every atom but the module.
inline std::vector<std::string> ids_of(const FileFacts& facts) {
  std::vector<std::string> ids;
  for (std::size_t a = 1; a < facts.atoms.size(); ++a) {
    ids.emplace_back(facts.name(facts.atoms[a].qualified_name));
  }
  return ids;
}
inline std::vector<std::string> ids_of(std::string_view source, std::string_view path = "a.js") {
  return ids_of(parse(source, path));
}

inline const Atom& atom_named(const FileFacts& facts, std::string_view qualified) {
  for (const Atom& atom : facts.atoms) {
    if (facts.name(atom.qualified_name) == qualified) return atom;
  }
  ADD_FAILURE() << "no atom " << qualified;
  return facts.atoms.front();
}

}  // namespace dg::test
