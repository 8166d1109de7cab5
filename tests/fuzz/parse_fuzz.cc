/// Any bytes, in any language, give facts that survive a round trip through the codec.
/// The first byte chooses the language and a low depth limit.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/check.h"
#include "parser/facts_codec.h"
#include "parser/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr const char* kPaths[] = {"a.js", "a.ts", "a.tsx"};
  static dg::Parser deep, shallow(dg::ParseOptions{.max_depth = 12});
  dg::Parser& parser = (data[0] & 0x40) != 0 ? shallow : deep;
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  const dg::FileFacts facts = parser.parse(kPaths[data[0] % 3], source);
  const auto back = dg::decode_facts(dg::encode_facts(facts));
  DG_ENFORCE(back.has_value() && *back == facts, "facts of any source survive the codec");
  return 0;
}
