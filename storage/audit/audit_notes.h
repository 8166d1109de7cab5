#pragma once
/// \file
/// The third half of an Audit: values beside the state (notes.h). Internal to storage/; throws
/// Failure.

#include <cstdint>
#include <limits>
#include <vector>

#include "storage/audit/audit.h"
#include "storage/sqlite/connection.h"

namespace dg {

class NoteAudit {
 public:
  /// The connection must outlive this.
  explicit NoteAudit(const Connection& connection) : connection_(connection) {}
  /// As Audit::notes().
  bool step(std::size_t rows, std::vector<TableFault>& found);

 private:
  const Connection& connection_;
  std::size_t at_ = 0;  ///< In notes().
  std::int64_t after_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace dg
