#pragma once
/// \file
/// The hash of the snapshot's in-memory indexes: 64 well-mixed bits of a text. Never stored and
/// never compared between processes; every hit is verified against the text. Pure.
///
/// Multiply-and-fold of 8-byte words with the golden-ratio constant (Knuth, TAOCP 3 §6.4) and a
/// final avalanche (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dg {

constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

inline std::uint64_t text_hash(std::string_view text) noexcept {
  std::uint64_t hash = text.size() * 0x9e3779b97f4a7c15u;
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t taken = text.size() < sizeof word ? text.size() : sizeof word;
    std::memcpy(&word, text.data(), taken);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
    text.remove_prefix(taken);
  }
  return mix_bits(hash);
}

}  // namespace dg
