#pragma once
/// \file
/// Whether a request makes sense by itself, and among the tables and requests that are there:
/// errors E1 to E15, which block, and warnings W1 to W13. Any thread.
///
///     E1 no primary key              E6 malformed, unknown type    E11 foreign key
///     E2 more than one               E7 table is there             E12 default
///     E3 table name                  E8 two names for the table    E13 too large
///     E4 other name                  E9 name twice                 E14 change impossible
///     E5 dangerous or reserved name  E10 unknown column            E15 another request's
///
///     W1 no created_at   W5 without index        W9  UUID key without generator
///     W2 no updated_at   W6 JSON without index   W10 keyword as a name
///     W3 VARCHAR         W7 time of another type W11 naming
///     W4 BIGINT          W8 key of another type  W12 values are lost   W13 another request

#include <optional>
#include <string>
#include <vector>

#include "storage/requests/definition.h"
#include "storage/requests/finding.h"
#include "storage/requests/request.h"

namespace dg::requests {

/// What a request is judged against.
struct World {
  /// A request that is under way: requested or approved.
  struct Open {
    std::string id, table;
    bool creates = false;
    std::vector<std::string> indexes;  ///< That it makes.
  };
  std::vector<Definition> tables;         ///< Made by requests.
  std::vector<std::string> other_tables;  ///< There, but made by nobody that we know.
  std::vector<std::string> index_names;   ///< All that are there.
  std::vector<Open> open;                 ///< But the one that is judged.

  const Definition* table(std::string_view name) const noexcept;
};

struct Checked {
  Findings findings;
  std::optional<Change> change;  ///< There where there are no errors.
};

/// O(document × tables).
Checked check(const SchemaRequest& request, const World& world);

}  // namespace dg::requests
