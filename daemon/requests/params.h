#pragma once
/// \file
/// The parameters of one request, checked against their declaration before a handler looks at them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/requests/request.h"

namespace dg {

class Params {
 public:
  /// Besides the types of Parameter there is `object`. Refuses what is no object, an unknown name
  /// (and names the nearest known one), a missing required one, a wrong type, a value out of its
  /// limits or choices. A null value counts as not given.
  static Result<Params> check(std::string_view method, std::span<const Parameter> declared,
                              const Json& given);

  bool has(std::string_view name) const;
  std::string text(std::string_view name) const;  ///< Empty where it is not given.
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  bool flag(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  Json object(std::string_view name) const;  ///< Null where it is not given.

 private:
  Json values_ = Json::object();
};

/// The parts of `a,b|c` between separators, blanks around them and empty ones left out.
std::vector<std::string> split(std::string_view text, std::string_view separators);

/// The nearest of `known` to what was typed, or nothing where all are far (a third of the letters).
std::string nearest(std::string_view typed, std::span<const std::string> known);

/// Least number of insertions, deletions, replacements and swaps of neighbours that make `b` of `a`
/// (optimal string alignment; Damerau 1964), ASCII case aside. O(|a|·|b|).
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace dg
