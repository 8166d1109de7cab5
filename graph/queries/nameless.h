#pragma once
/// \file
/// What files export without a name (`module.exports = () => …`, `export default class …`), found
/// by the name that its users most often give it: that of the file.

#include <string_view>
#include <vector>

#include "graph/snapshot.h"

namespace dg {

/// `makeSerializable` for `lib/util/makeSerializable.js`, `retry` for `retry/index.ts`.
std::string_view name_of_file(std::string_view path) noexcept;

/// Whether an atom is what its module exports without a name. O(1).
bool is_nameless_export(const AtomRef& atom) noexcept;

/// Sorted by path. O(nameless exports of the project).
std::vector<AtomId> nameless_exports(const Snapshot& snapshot, std::string_view file_name);

}  // namespace dg
