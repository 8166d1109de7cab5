#pragma once
/// \file
/// Environments: what the parameters and type parameters of generic or curried code stand for at
/// one use of it. Equal ones are one, so that values which hold them can be compared.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <deque>

#include "graph/link/key_map.h"
#include "graph/link/values.h"

namespace dg {

/// A handful of values by key, sorted. Keys of containers are ordinals; of code see binding_slot().
struct Environment {
  struct Slot {
    std::uint64_t key = 0;
    Values values;
  };
  boost::container::small_vector<Slot, 2> slots;

  const Values* find(std::uint64_t key) const noexcept;
  /// Joined to what the key has. More than kMaxSlots keys are not kept.
  void add(std::uint64_t key, const Values& values);
  /// In place of what the key has.
  void set(std::uint64_t key, const Values& values);
};

inline constexpr std::size_t kMaxSlots = 10;

inline std::uint64_t binding_slot(const LinkFile& file, BindingIndex binding) noexcept {
  return std::uint64_t{file.ordinal} << 32 | raw(binding) | std::uint64_t{1} << 63;
}

/// Thread rule: as the Evaluator that owns it.
class Environments {
 public:
  /// 0 for an empty one. Amortised O(slots).
  std::uint32_t intern(Environment environment);
  const Environment& operator[](std::uint32_t id) const noexcept { return all_[id]; }

 private:
  std::deque<Environment> all_{Environment{}};
  KeyMap<std::uint32_t> by_content_;
};

}  // namespace dg
