// The atoms of a file as bytes, for checkpoints.

#include <algorithm>
#include <limits>

#include "events/atom_codec.h"
#include "events/file_state.h"
#include "events/json_text.h"

namespace dg {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::string id_prefix(const std::string& path) {
  std::string prefix;
  append_utf8(prefix, path);
  return prefix += "::";
}

}  // namespace

std::string encode_atoms(const FileState& state) {
  const std::string prefix = id_prefix(state.path);
  std::string out;
  out.reserve(16 + state.atoms.size() * 128);
  out.push_back(static_cast<char>(kFormat));
  put_varint(out, state.atoms.size());
  std::uint32_t previous = 0;
  for (std::size_t i = 0; i < state.atoms.size(); ++i) {
    const AtomId id = state.places.atoms[i].id;
    put_signed(out, std::int64_t{raw(id)} - previous);
    previous = raw(id);
    put_varint(out, state.atoms[i].version);
    put_atom(out, id, state.atoms[i], prefix);
  }
  return out;
}

bool FileFold::begin(std::string_view checkpoint) {
  const std::string prefix = id_prefix(path_);
  ByteReader in(checkpoint);
  atoms_.clear();
  if (in.number(255) != kFormat) return false;
  bool ok = true;
  std::uint32_t id = 0;
  const std::uint32_t count = in.count();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    id = read_near(in, id, ok);
    const auto [place, is_new] = atoms_.try_emplace(id);
    FoldedAtom& atom = place->second;
    atom.version = in.number(kMax32);
    if (!ok || !is_new || !read_atom(in, AtomId{id}, prefix, atom)) return false;
    if (!std::is_sorted(atom.edges.begin(), atom.edges.end()) ||
        !std::is_sorted(atom.open.begin(), atom.open.end())) {
      return false;
    }
    atom.content.file = id_;
  }
  return in.ok() && in.at_end();
}

}  // namespace dg
