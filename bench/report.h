#pragma once
/// \file
/// What a run of the benchmarks found: figures beside their budgets (DESIGN §7), as a table for
/// people and as JSON for comparison with other runs.

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace dg::bench {

using Json = nlohmann::ordered_json;

struct Figure {
  std::string corpus;
  std::string name;  ///< `cold index`, `save to visible, p99`.
  double value = 0;
  std::string unit;  ///< `ms`, `MB`, `x` (a ratio), `n` (a count).
  /// Most the value may be; none where DESIGN sets none for a corpus of this size.
  std::optional<double> budget;
};

class Report {
 public:
  /// Also prints one line, so that a long run shows how far it is.
  void add(Figure figure);
  /// A line for each measure, a column for each corpus; `!` marks what is over its budget, and the
  /// last column has the budget of the last corpus that has one.
  void print_table(std::FILE* out) const;
  Json to_json() const;  ///< {"machine": {…}, "build": {…}, "figures": […]}

 private:
  std::vector<Figure> figures_;
};

}  // namespace dg::bench
