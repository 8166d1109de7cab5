#pragma once
/// \file
/// History over a connection. Internal to storage/.

#include <string>

#include "storage/history/history.h"
#include "storage/sqlite/connection.h"

namespace dg {

class HistoryReader final : public History {
 public:
  /// The connection must outlive this; `thing` names the database in errors.
  HistoryReader(Connection& connection, std::string thing);

  Result<Extent> extent() override;
  Result<std::optional<Compacted>> compacted() override;
  Result<Moment> at_time(std::int64_t unix_ms, std::int64_t now_ms) override;
  Result<std::vector<Transaction>> transactions(Sequence first, Sequence last, bool newest_first,
                                                std::size_t limit) override;
  Result<std::vector<FileId>> files_changed(Sequence after, Sequence upto) override;
  Result<std::vector<FileState>> files_at(Sequence at, std::span<const FileId> files) override;
  Result<> walk(Sequence after, Sequence upto, const Walk& walk) override;
  Result<std::vector<LogLoss>> losses() override;

 private:
  Connection& connection_;
  std::string thing_;
};

}  // namespace dg
