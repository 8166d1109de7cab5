#pragma once
/// \file
/// What looking up a member and looking up a parent have in common. Internal to the evaluator;
/// pure.

#include <cstdint>
#include <span>

#include "graph/link/values.h"

namespace dg {

/// Code repeats one property thousands of times only where it is generated; the first say enough,
/// and an answer must not cost as much as the file.
std::span<const FileIndex::Row> few(std::span<const FileIndex::Row> rows) noexcept;

/// Of methods of one name the last with a body counts; overload signatures and abstract methods
/// only where there is none, and of these the first.
std::uint32_t method_of(const FileFacts& facts, std::span<const FileIndex::Row> members,
                        bool is_static) noexcept;

/// By which rule a member of this receiver was found.
LinkRule rule_of_member(const Value& receiver, bool inherited) noexcept;

}  // namespace dg
