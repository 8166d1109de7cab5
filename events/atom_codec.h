#pragma once
/// \file
/// An atom with its links as bytes: LEB128 numbers, texts with their length in front. Internal to
/// events/: checkpoints and the events that tell a whole atom are made of it. The reader takes any
/// bytes and never runs past their end; pure, any thread.

#include <string>
#include <string_view>

#include "events/bytes.h"
#include "events/file_state.h"

namespace dg {

/// All but version and file. Links keep their order. `prefix` is left out of the id text, which
/// must begin with it.
void put_atom(std::string& out, AtomId id, const FoldedAtom& atom, std::string_view prefix);
/// False for what put_atom() cannot have written.
[[nodiscard]] bool read_atom(ByteReader& in, AtomId id, std::string_view prefix, FoldedAtom& atom);

/// A number near another, as a signed difference; `ok` turns false where it leaves 32 bits.
std::uint32_t read_near(ByteReader& in, std::uint32_t base, bool& ok);

}  // namespace dg
