#pragma once
/// \file
/// The migration that a request asks for: UP and DOWN as SQL that a person reviews. Pure; any
/// thread.

#include <cstdint>
#include <string>

#include "storage/requests/definition.h"
#include "storage/requests/request.h"

namespace dg::requests {

struct Migration {
  std::string name;          ///< `20261121_190000_create_review_notes`.
  std::string up, down;      ///< Scripts with a header each.
  std::string hash;          ///< sha256 of both: what an approval is bound to.
  bool destructive = false;  ///< UP loses values of columns.
};

/// `made_ms`: when the request was made; the same request gives the same text.
Migration make_migration(const Change& change, const SchemaRequest& request, std::int64_t made_ms);

/// `YYYYMMDD_HHMMSS` and `YYYY-MM-DDTHH:MM:SSZ` of a time in ms, UTC.
std::string stamp_text(std::int64_t ms);
std::string time_text(std::int64_t ms);

}  // namespace dg::requests
