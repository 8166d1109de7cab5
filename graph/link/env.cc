#include "graph/link/env.h"

#include <algorithm>
#include <utility>

#include "graph/stable_hash.h"

namespace dg {
namespace {

std::uint64_t content_of(const Environment& environment) noexcept {
  std::uint64_t hash = environment.slots.size();
  for (const Environment::Slot& slot : environment.slots) {
    hash = mix(mix(hash, slot.key), slot.values.open ? 1 : 0);
    for (const Value& v : slot.values.list) {
      const std::uint64_t what = static_cast<std::uint64_t>(v.kind) << 8 | (v.promise ? 1U : 0U) |
                                 static_cast<std::uint64_t>(v.confidence) << 1;
      const std::uint64_t where = v.file == nullptr ? 0 : v.file->ordinal + 1;
      hash = mix(mix(hash, what << 32 | where), std::uint64_t{v.index} << 32 | v.env);
    }
  }
  return hash;
}

}  // namespace

const Values* Environment::find(std::uint64_t key) const noexcept {
  for (const Slot& slot : slots) {
    if (slot.key == key) return &slot.values;
  }
  return nullptr;
}

void Environment::add(std::uint64_t key, const Values& values) {
  const auto at =
      std::find_if(slots.begin(), slots.end(), [&](const Slot& s) { return s.key >= key; });
  if (at != slots.end() && at->key == key) {
    join(at->values, values);
  } else if (slots.size() < kMaxSlots) {
    slots.insert(at, Slot{key, values});
  }
}

void Environment::set(std::uint64_t key, const Values& values) {
  for (Slot& slot : slots) {
    if (slot.key == key) {
      slot.values = values;
      return;
    }
  }
  add(key, values);
}

std::uint32_t Environments::intern(Environment environment) {
  if (environment.slots.empty()) return 0;
  std::uint32_t& known = by_content_[content_of(environment)];
  if (known == 0) {
    known = static_cast<std::uint32_t>(all_.size());
    all_.push_back(std::move(environment));
  }
  return known;
}

}  // namespace dg
