#include "storage/audit/audit.h"

#include <system_error>

#include "storage/audit/audit_log.h"
#include "storage/audit/audit_rows.h"
#include "storage/connect.h"
#include "storage/history/chain.h"

namespace dg {
namespace {

class SqliteAudit final : public Audit {
 public:
  SqliteAudit(std::filesystem::path database, const std::string& extractor_options,
              const std::string& vfs)
      : database_(std::move(database)),
        connection_(connect_reader(database_, vfs)),
        rows_(connection_, extractor_options) {}

  Result<Head> begin() override {
    return guarded([&] {
      transaction_.reset();
      transaction_ = std::make_unique<ReadTransaction>(connection_);
      Head head;
      head.sequence = static_cast<Sequence>(transaction_->sequence());
      head.graph_digest = static_cast<std::uint64_t>(connection_.integer(
          "SELECT graph_digest FROM transactions ORDER BY sequence DESC LIMIT 1"));
      return head;
    });
  }

  Result<std::vector<TableFault>> compare(std::span<const FileVersionPtr> files) override {
    return guarded([&] { return rows_.compare(files); });
  }
  Result<std::vector<TableFault>> strays(std::span<const FileVersionPtr> files) override {
    return guarded([&] { return rows_.strays(files); });
  }
  Result<std::vector<std::string>> integrity() override {
    return guarded([&] {
      std::vector<std::string> findings;
      // The short check leaves the full-text index's own structure to the long one.
      for (const char* pragma : {"PRAGMA quick_check(20)", "PRAGMA integrity_check(atom_search)"}) {
        Statement check = connection_.prepare(pragma);
        while (check.step()) {
          if (check.text(0) != "ok") findings.emplace_back(check.text(0));
        }
      }
      return findings;
    });
  }
  Result<std::vector<LoggedTransaction>> transactions() override {
    return guarded([&] { return logged_transactions(connection_); });
  }
  Result<std::vector<LoggedEvent>> events(std::int64_t first, std::size_t limit,
                                          std::int64_t* next) override {
    return guarded([&] { return logged_events(connection_, first, limit, next); });
  }
  Result<std::vector<LoggedFile>> files(Sequence first, Sequence last) override {
    return guarded([&] { return logged_files(connection_, first, last); });
  }
  Result<std::uint32_t> logged_version(AtomId atom) override {
    return guarded([&] { return dg::logged_version(connection_, atom); });
  }
  Result<ChainCheck> chain() override {
    return guarded([&] { return check_chain(connection_); });
  }
  Result<std::vector<RemovedAtom>> removed() override {
    return guarded([&] { return removed_atoms(connection_); });
  }
  Result<std::vector<LogLoss>> losses() override {
    return guarded([&] { return logged_losses(connection_); });
  }

 private:
  template <typename Work>
  auto guarded(const Work& work) -> Result<decltype(work())> {
    try {
      return work();
    } catch (const Failure& failure) {
      return to_error(failure, database_.string());
    } catch (const std::system_error& error) {
      return Error{ErrorKind::io, database_.string(), error.what(), "Check the disk"};
    }
  }

  std::filesystem::path database_;
  Connection connection_;
  RowAudit rows_;
  std::unique_ptr<ReadTransaction> transaction_;  // Ends before its connection does.
};

}  // namespace

Result<std::unique_ptr<Audit>> Audit::open(const std::filesystem::path& database,
                                           const std::string& extractor_options,
                                           const std::string& vfs) {
  try {
    return std::unique_ptr<Audit>(std::make_unique<SqliteAudit>(database, extractor_options, vfs));
  } catch (const Failure& failure) {
    return to_error(failure, database.string());
  }
}

}  // namespace dg
