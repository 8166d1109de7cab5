#pragma once
/// \file
/// 64-bit hashes of texts and of sequences of numbers, the same on every machine and in every run:
/// what interface keys and values are made of. XXH3 for texts (github.com/Cyan4973/xxHash), the
/// finaliser of SplitMix64 (Steele, Lea, Flood 2014) to fold numbers.

#include <cstdint>
#include <string_view>

namespace dg {

std::uint64_t hash_text(std::string_view text) noexcept;

/// Order matters: mix(a, b) and mix(b, a) differ.
constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t value) noexcept {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15u + value + 0x632be59bd9b4e019u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace dg
