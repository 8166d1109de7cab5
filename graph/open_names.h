#pragma once
/// \file
/// What an open reference says of the name it mentions. Pure.

#include <string_view>

#include "graph/snapshot.h"

namespace dg {

/// Whether the reason says that the reference leads out of the project for certain.
bool leaves_the_project(OpenReason reason) noexcept;

/// The name that an open reference of `source` mentions last: `pay` in `shop.cart?.pay()`.
std::string_view mentioned_name(const AtomRef& source, const OpenReference& open) noexcept;

}  // namespace dg
