#pragma once
/// \file
/// Time and its statistics, as the benchmarks take them.

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace dg::bench {

class Stopwatch {
 public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Durations in milliseconds. Percentiles are nearest-rank: always a value that was measured.
class Samples {
 public:
  void add(double ms) { values_.push_back(ms); }
  std::size_t size() const noexcept { return values_.size(); }
  double percentile(double p) const;  ///< 0 < p <= 100; O(n log n).
  double median() const { return percentile(50); }

 private:
  std::vector<double> values_;
};

/// An answer that was timed was wrong, or the thing to be measured failed: there is no figure.
class WrongAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Every timed answer goes through here.
inline void require(bool right, const std::string& what) {
  if (!right) throw WrongAnswer(what);
}

}  // namespace dg::bench
