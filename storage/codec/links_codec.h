#pragma once
/// \file
/// FileLinks, and the ids and versions of a file's atoms, as compact byte strings: what a start
/// reads instead of linking again. decode accepts any bytes and answers nothing for what encode
/// cannot have written for these facts: every index is checked against them.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/file_version.h"

namespace dg {

std::string encode_links(const FileLinks& links);
std::optional<FileLinks> decode_links(std::string_view bytes, const FileFacts& facts);

/// Sites as (ordinal, confidence, rule), for a relation's row and inside encode_links.
void append_sites(std::string& out, std::span<const Site> sites);

struct AtomRows {
  std::vector<AtomId> ids;
  std::vector<std::uint32_t> versions;
};
std::string encode_atom_rows(const FileVersion& file);
std::optional<AtomRows> decode_atom_rows(std::string_view bytes, std::size_t atoms);

}  // namespace dg
