#pragma once
/// \file
/// What is wrong with a request: one finding each, with its code, its place in the JSON document
/// (RFC 6901), what is wrong, and what would be right. Errors block, warnings do not.

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dg::requests {

struct Finding {
  std::string code;     ///< `E3`, `W1`; the README lists them.
  std::string pointer;  ///< `/schemaJson/columns/0/name`; empty: the whole document.
  std::string message;
  std::string suggestion;
  bool is_error() const noexcept { return code.front() == 'E'; }
};

/// Collects findings; beyond kMost errors take the place of warnings and the rest is only counted,
/// so that a hostile document cannot make an answer of any size.
class Findings {
 public:
  static constexpr std::size_t kMost = 100;
  void add(std::string code, std::string pointer, std::string message, std::string suggestion) {
    const bool is_error = code.front() == 'E';
    errors_ += is_error ? 1 : 0;
    if (all_.size() == kMost) {
      ++dropped_;
      const auto warning = std::find_if(all_.rbegin(), all_.rend(),
                                        [](const Finding& each) { return !each.is_error(); });
      if (!is_error || warning == all_.rend()) return;
      all_.erase(std::next(warning).base());
    }
    all_.push_back(
        {std::move(code), std::move(pointer), std::move(message), std::move(suggestion)});
  }
  std::size_t errors() const noexcept { return errors_; }
  std::size_t dropped() const noexcept { return dropped_; }  ///< Found beyond kMost.
  const std::vector<Finding>& all() const noexcept { return all_; }
  bool has(std::string_view code) const noexcept {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const Finding& finding) { return finding.code == code; });
  }

 private:
  std::vector<Finding> all_;
  std::size_t errors_ = 0, dropped_ = 0;
};

}  // namespace dg::requests
