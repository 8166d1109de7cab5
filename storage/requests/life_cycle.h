#pragma once
/// \file
/// The life of a request. Pure; any thread.
///
///     draft -> requested -> approved -> migrated
///                  |            |
///                  +-> rejected <-+      rejected -> draft
///
/// A person's word moves a request along the arrows but for the last: `migrated` is reached by
/// apply alone, and left by rollback alone, which leads back to `approved`. A void approval leads
/// from `approved` to `requested`.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dg::requests {

enum class Status : std::uint8_t { draft, requested, approved, migrated, rejected };
inline constexpr std::array<Status, 5> kStatuses{Status::draft, Status::requested, Status::approved,
                                                 Status::migrated, Status::rejected};

std::string_view to_string(Status status) noexcept;
std::optional<Status> status_named(std::string_view name) noexcept;

/// Whether a person may say so.
bool may_become(Status from, Status to) noexcept;
/// Where a person may lead it from there: `approved or rejected`; empty: nowhere.
std::string_view next_statuses(Status from) noexcept;

}  // namespace dg::requests
