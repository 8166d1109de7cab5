#pragma once
/// \file
/// What the rows of `atoms` say of their columns: which are filled, with what, and how they go
/// together. Values of one commit; live atoms only.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dg {

struct AtomsQuestion {
  std::string type;         ///< Only atoms of this atom_type; empty: all.
  std::size_t samples = 0;  ///< Rows to show, spread evenly over all.
  std::string focus;        ///< A column whose changes over time are wanted; empty: none.
};

/// Of a numeric column's values that are there. Quantiles are by nearest rank.
struct Spread {
  double least = 0, most = 0, mean = 0, median = 0, p75 = 0, p95 = 0;
};

struct FieldReport {
  std::string name, type;
  std::string added_in, producer, description;  ///< As registered; empty: nobody declares it.
  std::uint64_t present = 0;                    ///< Rows in which it is not NULL.
  std::uint64_t distinct = 0;                   ///< Values; 0 where that was not counted (JSON).
  std::optional<Spread> spread;                 ///< Of numbers.
  /// The most frequent values of a text or boolean with few of them, most frequent first.
  std::vector<std::pair<std::string, std::uint64_t>> values;
};

/// Pearson's r over the rows in which both are there.
struct Correlation {
  std::string a, b;
  std::uint64_t rows = 0;
  std::optional<double> r;  ///< None: fewer than 3 rows, or one of them never varies.
};

/// A commit that changed a field of atoms.
struct FieldChange {
  std::uint64_t sequence = 0;
  std::int64_t committed_ms = 0;
  std::uint64_t atoms = 0;
};

struct AtomsReport {
  std::uint64_t total = 0, matching = 0;  ///< `matching` the type that was asked for.
  std::vector<std::pair<std::string, std::uint64_t>> by_type;  ///< Of all, most frequent first.
  std::vector<std::pair<std::string, std::uint64_t>> metrics;  ///< Atoms with calls, exported, ….
  std::vector<FieldReport> fields;                             ///< In the table's order.
  std::vector<Correlation> correlations;
  struct Cell {
    std::string column;
    std::optional<std::string> text;
    bool is_number = false;
  };
  std::vector<std::vector<Cell>> samples;  ///< Without JSON and without what is NULL.
  std::vector<FieldChange> changes;        ///< Of the focus, newest first; at most 100.
  std::uint64_t changed_atoms = 0;         ///< In all commits.
};

}  // namespace dg
