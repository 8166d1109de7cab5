#pragma once
/// \file
/// Where the atoms and references of a file stand, apart from what they are: stored with each
/// transaction's file row, so that a shift of lines costs one small blob and no event (invariant
/// 6).
///
/// Format: LEB128 varints (dwarfstd.org, DWARF 5 §7.6); a format version, the atoms in source order
/// (id, start, end, name, number of own references), then their references. Places are written as
/// (line − line of the place before, column), lines zig-zag coded (protobuf.dev/programming-guides/
/// encoding). unpack() accepts any bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/file_version.h"

namespace dg {

struct AtomPlace {
  AtomId id{};
  Position start, end, name_at;
  Range references;  ///< Into FilePlaces::references: a Site's ordinal counts from its begin.
  friend bool operator==(const AtomPlace&, const AtomPlace&) = default;
};

struct FilePlaces {
  std::vector<AtomPlace> atoms;      ///< In source order.
  std::vector<Position> references;  ///< Grouped by atom.
  friend bool operator==(const FilePlaces&, const FilePlaces&) = default;
};

FilePlaces places_of(const FileVersion& file);  ///< O(atoms + references).
std::string pack_places(const FilePlaces& places);
std::string pack_positions(const FileVersion& file);  ///< pack_places(places_of(file)).
std::optional<FilePlaces> unpack_positions(
    std::string_view bytes);  ///< Nothing for what was not packed.

}  // namespace dg
