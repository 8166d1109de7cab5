#include "storage/audit/audit.h"

#include <system_error>

#include "storage/audit/audit_log.h"
#include "storage/audit/audit_notes.h"
#include "storage/audit/audit_rows.h"
#include "storage/connect.h"
#include "storage/guarded.h"
#include "storage/history/chain.h"
#include "storage/history/log_rows.h"

namespace dg {
namespace {

/// While it lives, SQLite asks every few pages or steps of its machine whether to go on.
class Interruptible {
 public:
  Interruptible(const Connection& connection, const std::function<bool()>& go_on)
      : connection_(connection) {
    if (!go_on) return;
    sqlite3_progress_handler(
        connection.handle(), Audit::kPagesBetween,
        [](void* asked) { return (*static_cast<const std::function<bool()>*>(asked))() ? 0 : 1; },
        const_cast<std::function<bool()>*>(&go_on));
  }
  ~Interruptible() { sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  const Connection& connection_;
};

class SqliteAudit final : public Audit {
 public:
  SqliteAudit(std::filesystem::path database, const std::string& extractor_options,
              const std::string& vfs)
      : database_(std::move(database)),
        connection_(connect_reader(database_, vfs)),
        rows_(connection_, extractor_options),
        notes_(connection_) {}

  Result<Head> begin() override {
    return guarded([&] {
      chain_.reset();
      transaction_.reset();
      transaction_ = std::make_unique<ReadTransaction>(connection_);
      Head head;
      head.sequence = static_cast<Sequence>(transaction_->sequence());
      head.graph_digest = static_cast<std::uint64_t>(connection_.integer(
          "SELECT graph_digest FROM transactions ORDER BY sequence DESC LIMIT 1"));
      return head;
    });
  }

  Result<std::vector<TableFault>> compare(const FileVersionPtr& file, std::size_t first,
                                          std::size_t count) override {
    return guarded([&] { return rows_.compare(file, first, count); });
  }
  Result<bool> strays(std::span<const FileVersionPtr> files, std::size_t rows,
                      std::vector<TableFault>& found) override {
    return guarded([&] { return rows_.strays(files, rows, found); });
  }
  Result<std::vector<std::string>> integrity(const std::function<bool()>& go_on) override {
    return guarded([&] {
      const Interruptible interruptible(connection_, go_on);
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
  Result<std::vector<LoggedTransaction>> transactions(Sequence after, std::size_t limit) override {
    return guarded([&] { return logged_transactions(connection_, after, limit); });
  }
  Result<std::vector<LoggedEvent>> events(Sequence commit, std::size_t limit,
                                          std::int64_t* last) override {
    return guarded([&] { return logged_events(connection_, commit, limit, last); });
  }
  Result<Beyond> beyond() override {
    return guarded([&] { return beyond_the_log(connection_); });
  }
  Result<bool> notes(std::size_t rows, std::vector<TableFault>& found) override {
    return guarded([&] { return notes_.step(rows, found); });
  }
  Result<std::vector<ConfigFile>> configs() override {
    return guarded([&] {
      std::vector<ConfigFile> configs;
      Statement rows = connection_.prepare("SELECT path, content FROM config_files ORDER BY path");
      while (rows.step())
        configs.push_back({std::string(rows.text(0)), std::string(rows.text(1)), false});
      return configs;
    });
  }
  Result<std::vector<LoggedFile>> files(Sequence after, FileId file, std::size_t limit) override {
    return guarded([&] { return logged_files(connection_, after, file, limit); });
  }
  Result<std::uint32_t> logged_version(AtomId atom) override {
    return guarded([&] { return dg::logged_version(connection_, atom); });
  }
  Result<bool> walk_chain(std::size_t rows, ChainCheck& check) override {
    return guarded([&] {
      if (chain_ == nullptr) chain_ = std::make_unique<ChainWalk>(connection_);
      if (chain_->step(rows)) return true;
      check = chain_->check();
      chain_.reset();
      return false;
    });
  }
  Result<std::vector<RemovedAtom>> removed(AtomId after, std::size_t limit) override {
    return guarded([&] { return removed_atoms(connection_, after, limit); });
  }
  Result<std::vector<LogLoss>> losses() override {
    return guarded([&] { return logged_losses(connection_); });
  }

 private:
  template <typename Work>
  auto guarded(const Work& work) -> Result<decltype(work())> {
    return dg::guarded(database_.string(), [&] {
      try {
        return work();
      } catch (const std::system_error& error) {
        throw Error{ErrorKind::io, database_.string(), error.what(), "Check the disk"};
      }
    });
  }

  std::filesystem::path database_;
  Connection connection_;
  RowAudit rows_;
  NoteAudit notes_;
  std::unique_ptr<ReadTransaction> transaction_;  // Ends before its connection does.
  std::unique_ptr<ChainWalk> chain_;              // Under way.
};

}  // namespace

Result<std::unique_ptr<Audit>> Audit::open(const std::filesystem::path& database,
                                           const std::string& extractor_options,
                                           const std::string& vfs) {
  return guarded(database.string(), [&] {
    return std::unique_ptr<Audit>(std::make_unique<SqliteAudit>(database, extractor_options, vfs));
  });
}

}  // namespace dg
