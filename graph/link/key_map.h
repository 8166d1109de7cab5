#pragma once
/// \file
/// KeyMap: a small open-addressing table from 64-bit keys to plain values, for the memory of one
/// linking: no allocation per entry, nothing is removed. References stay valid until the next
/// insert.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/stable_hash.h"

namespace dg {

template <typename T>
class KeyMap {
 public:
  /// The value under a key, made by default where there is none. Amortised O(1).
  T& operator[](std::uint64_t key) {
    if ((used_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = find(key);
    if (!slot.used) {
      slot = {key, T{}, true};
      ++used_;
    }
    return slot.value;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    T value{};
    bool used = false;
  };

  Slot& find(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = mix(0, key) & mask;
    while (slots_[i].used && slots_[i].key != key) i = (i + 1) & mask;
    return slots_[i];
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.used) find(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace dg
