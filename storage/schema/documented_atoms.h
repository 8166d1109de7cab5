#pragma once
/// \file
/// The columns and indexes of `atoms`, in a file of their own because there are 58 documented ones.

#include <span>

#include "storage/schema/registry.h"

namespace dg::schema {

std::span<const Column> atom_columns() noexcept;
std::span<const Index> atom_indexes() noexcept;

}  // namespace dg::schema
