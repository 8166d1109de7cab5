#pragma once
/// \file
/// Runs independent pieces of work on a few threads. Which thread runs which piece is left open, so
/// the pieces must not depend on one another; the caller combines their results in index order.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace dg {

/// Calls work(i) for every i below `count`, on at most `threads` threads including the caller's.
/// `grain` pieces at least make another thread worth its start (about 30 µs).
template <typename Work>
void for_each_parallel(std::size_t count, unsigned threads, std::size_t grain, Work work) {
  const std::size_t useful =
      std::min<std::size_t>(threads, count / std::max<std::size_t>(grain, 1));
  if (useful <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::jthread> helpers;
  helpers.reserve(useful - 1);
  for (std::size_t i = 1; i < useful; ++i) helpers.emplace_back(loop);
  loop();
}

}  // namespace dg
