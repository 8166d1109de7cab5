#include "storage/requests/life_cycle.h"

namespace dg::requests {

std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::draft:
      return "draft";
    case Status::requested:
      return "requested";
    case Status::approved:
      return "approved";
    case Status::migrated:
      return "migrated";
    case Status::rejected:
      return "rejected";
  }
  return {};
}

std::optional<Status> status_named(std::string_view name) noexcept {
  for (const Status status : kStatuses) {
    if (to_string(status) == name) return status;
  }
  return std::nullopt;
}

bool may_become(Status from, Status to) noexcept {
  switch (from) {
    case Status::draft:
      return to == Status::requested;
    case Status::requested:
      return to == Status::approved || to == Status::rejected;
    case Status::approved:
      return to == Status::rejected;
    case Status::rejected:
      return to == Status::draft;
    case Status::migrated:
      break;
  }
  return false;
}

std::string_view next_statuses(Status from) noexcept {
  switch (from) {
    case Status::draft:
      return "requested";
    case Status::requested:
      return "approved or rejected";
    case Status::approved:
      return "rejected";
    case Status::rejected:
      return "draft";
    case Status::migrated:
      break;
  }
  return {};
}

}  // namespace dg::requests
