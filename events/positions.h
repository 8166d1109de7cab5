#pragma once
/// \file
/// Where the atoms and references of a file stand, and how large they and the file are, apart from
/// what they are: stored with each transaction's file row, so that a shift of lines costs one small
/// blob and no event (invariant 6).
///
/// Format: LEB128 varints (dwarfstd.org, DWARF 5 §7.6); a format version, the file's figures, the
/// atoms in source order (id, start, end, name, number of own references, complexity, lines of
/// code), their references, then the texts of those references whose targets are not all exact
/// (step to the reference, length, bytes). Places are written as (line − line of the place before,
/// column), lines zig-zag coded (protobuf.dev/programming-guides/encoding). unpack() accepts any
/// bytes; in format 2 there are no texts.

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
  std::uint16_t complexity = 1;
  std::uint32_t code_lines = 0;
  friend bool operator==(const AtomPlace&, const AtomPlace&) = default;
};

/// What is known of a file as a whole.
struct FileFigures {
  Language language = Language::javascript;
  SkipReason skipped = SkipReason::none;
  std::uint32_t lines = 0;
  std::uint64_t size = 0;  ///< Bytes.
  std::uint32_t problem_count = 0;
  std::optional<Problem> first_problem;
  friend bool operator==(const FileFigures&, const FileFigures&) = default;
};

/// What a reference says, as written: an answer that leaves uncertain edges out lists it as open.
struct ReferenceText {
  std::uint32_t reference = 0;  ///< Into FilePlaces::references.
  std::string text;
  friend bool operator==(const ReferenceText&, const ReferenceText&) = default;
};

struct FilePlaces {
  FileFigures figures;
  std::vector<AtomPlace> atoms;      ///< In source order.
  std::vector<Position> references;  ///< Grouped by atom.
  /// Of references with a target that is less than exact, in order. Nothing: format 2, not known.
  std::optional<std::vector<ReferenceText>> texts = std::vector<ReferenceText>();
  /// Texts that are not known are equal to any.
  friend bool operator==(const FilePlaces& a, const FilePlaces& b) {
    return a.figures == b.figures && a.atoms == b.atoms && a.references == b.references &&
           (!a.texts || !b.texts || a.texts == b.texts);
  }
};

FilePlaces places_of(const FileVersion& file);  ///< O(atoms + references + sites).
std::string pack_places(const FilePlaces& places);
std::string pack_positions(const FileVersion& file);  ///< pack_places(places_of(file)).
std::optional<FilePlaces> unpack_positions(
    std::string_view bytes);  ///< Nothing for what was not packed.

}  // namespace dg
