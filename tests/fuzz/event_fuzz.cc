// Fuzz target: stored event bytes. Whatever is read from a database is an event or nothing, and
// what was read once is read again from what is written of it.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "events/event.h"
#include "events/file_state.h"
#include "events/names.h"
#include "events/positions.h"

namespace {

/// The first three bytes choose the header, so that every operation and field set is reached.
dg::EventHeader header_of(const std::uint8_t* data) {
  dg::EventHeader header;
  header.sequence = dg::Sequence{7};
  header.atom = dg::AtomId{3};
  header.operation = static_cast<dg::Operation>(data[0] % 6);
  header.version_before = 4;
  header.version_after = 5;
  header.changed = static_cast<dg::FieldSet>((data[1] | data[2] << 8) & 0x1FF);
  return header;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const dg::EventHeader header = header_of(data);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  if (const auto event = dg::decode_event(header, bytes)) {
    std::string written;
    dg::encode_event(*event, written);
    if (dg::decode_event(header, written) != event) std::abort();
  }
  if (const auto places = dg::unpack_positions(bytes)) {
    if (dg::unpack_positions(dg::pack_places(*places)) != places) std::abort();
  }
  dg::FileFold fold(dg::FileId{1}, "a.js");
  if (fold.begin(bytes)) static_cast<void>(std::move(fold).finish({}, {}));
  dg::fields_from_json(bytes);
  return 0;
}
