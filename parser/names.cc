#include "parser/names.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

namespace dg {
namespace {

constexpr std::size_t kFirstSlots = 1024;

/// Length of the well-formed character at `i`, or 0 (RFC 3629 §4).
std::size_t character_length(std::string_view s, std::size_t i) noexcept {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
  const unsigned char lead = byte(i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || i + length > s.size()) return 0;
  const unsigned char second = byte(i + 1);
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

bool valid_utf8(std::string_view text, std::size_t* at) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t word = 0;
    if (i + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const std::size_t length = character_length(text, i);
    if (length == 0) {
      if (at != nullptr) *at = i;
      return false;
    }
    i += length;
  }
  return true;
}

void repair_utf8(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = character_length(text, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out.append(text, i, length);
      i += length;
    }
  }
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

void NamePool::start(bool valid_utf8) {
  valid_ = valid_utf8;
  bytes_.clear();
  ends_.clear();
  // A table that one huge file blew up would make clearing it for every small file dear.
  if (slots_.empty() || slots_.size() > (1U << 16)) {
    slots_.assign(kFirstSlots, Slot{});
    slots_.shrink_to_fit();
  } else {
    std::fill(slots_.begin(), slots_.end(), Slot{});
  }
  intern("");
}

NameId NamePool::intern(std::string_view text) {
  if (!valid_ && !dg::valid_utf8(text)) {
    repair_utf8(text, repaired_);
    text = repaired_;
  }
  const auto hash = static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()));
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].id != kNoIndex; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && this->text(NameId{slots_[i].id}) == text) {
      return NameId{slots_[i].id};
    }
  }
  const std::uint32_t id = size();
  slots_[i] = {hash, id};
  bytes_.append(text);
  ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  if (std::size_t{id} * 2 > slots_.size()) grow();
  return NameId{id};
}

void NamePool::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.id == kNoIndex) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].id != kNoIndex) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace dg
