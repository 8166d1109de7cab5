/// decode_facts() takes any bytes. The checksum is repaired, so that the decoder behind it is
/// reached; what it accepts must encode to the same bytes.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "parser/check.h"
#include "parser/facts_codec.h"
#include "parser/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kHeader = 9;
  if (bytes.size() >= kHeader) {
    const std::uint64_t sum = XXH3_64bits(bytes.data() + kHeader, bytes.size() - kHeader);
    std::memcpy(bytes.data() + 1, &sum, sizeof sum);
  }
  const auto facts = dg::decode_facts(bytes);
  if (!facts) return 0;
  DG_ENFORCE(dg::encode_facts(*facts) == bytes, "one value has one encoding");
  dg::print_facts(*facts);
  return 0;
}
