#include "graph/stable_hash.h"

#include <xxhash.h>

namespace dg {

std::uint64_t hash_text(std::string_view text) noexcept {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace dg
