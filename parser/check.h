#pragma once
/// \file
/// The two checks of the code base, and its only macros.
///
/// A check writes down a belief of the programmer. It must not be reachable from user input:
/// bad input is a value (a problem, a Result), never a check.

#include <cstdio>
#include <cstdlib>

namespace dg {

/// Prints the broken belief and aborts; the supervisor restarts the service and the state is
/// re-derived from disk, which is cheaper than going on with a state nobody understands.
[[noreturn]] inline void check_failed(const char* condition, const char* file, int line,
                                      const char* belief) noexcept {
  std::fprintf(stderr, "%s:%d: broken belief: %s (%s)\n", file, line, belief, condition);
  std::abort();
}

}  // namespace dg

/// Holds in every build; for cheap conditions.
#define DG_ENFORCE(condition, belief) \
  ((condition) ? static_cast<void>(0) : ::dg::check_failed(#condition, __FILE__, __LINE__, belief))

/// Holds in debug and sanitized builds; for conditions that cost more than O(1).
#ifdef NDEBUG
#define DG_SLOW_ENFORCE(condition, belief) static_cast<void>(0)
#else
#define DG_SLOW_ENFORCE(condition, belief) DG_ENFORCE(condition, belief)
#endif
