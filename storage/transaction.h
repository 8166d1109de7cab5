#pragma once
/// \file
/// Writes one Delta as one SQLite transaction's rows: files, atoms, relations, open references,
/// full text, events, configuration files and the transaction's own row. Begin and commit are the
/// caller's. Internal to storage/; throws Failure, VersionConflict or SequenceConflict.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "storage/audit/repair.h"
#include "storage/history/chain.h"
#include "storage/rows/atom_rows.h"
#include "storage/rows/file_rows.h"
#include "storage/rows/history_rows.h"
#include "storage/rows/link_rows.h"
#include "storage/store.h"

namespace dg {

/// Thrown when the stored sequence is not the one before the transaction's.
struct SequenceConflict {
  std::int64_t stored = 0, wanted = 0;
};

/// Begin of the keys in system_metadata under which the log's losses are noted; the sequence of
/// each follows.
inline constexpr std::string_view kLossKey = "lost_history:";

class TransactionWriter {
 public:
  /// Prepares all statements on a connection, which must outlive this.
  TransactionWriter(const Connection& connection, const std::string& extractor_options,
                    UnixClock clock);
  ~TransactionWriter();

  struct Head {
    std::int64_t sequence = 0;
    std::int64_t id_ms = 0;  ///< Time in its id.
    ContentHash chain;       ///< Zeros where there is none.
  };
  Head head();  ///< The last transaction; zeros for none.
  /// The counts of the transaction with this id; nothing where there is none.
  std::optional<CommitCounts> repeated(const std::string& id);
  CommitCounts write(const Delta& delta, const TransactionInfo& info, const std::string& replica);
  void note_extractor();  ///< Stored facts are the running extractor's.
  /// Writes what is derived of these files anew, and deletes rows that belong to nothing.
  void write_derived(const Derived& derived);
  void write_versions(const std::vector<FileVersionPtr>& files);  ///< All rows of atom_versions.

 private:
  struct Statements;
  void write_events(const FileDelta& delta, const TransactionInfo& info,
                    const CommitContext& context);
  void write_config(const ConfigFile& config, const CommitContext& context);
  void write_metadata(const Delta& delta, const CommitContext& context);
  void put_metadata(std::string_view key, std::string_view value, std::int64_t now_ms);
  void drop_stray_atom(AtomId atom);
  void write_transaction(const Delta& delta, const TransactionInfo& info,
                         const CommitContext& context, const Head& last,
                         const CommitCounts& counts);

  const Connection& connection_;
  std::string extractor_options_;
  UnixClock clock_;
  std::unique_ptr<Statements> statements_;
  FileRowWriter files_;
  AtomRowWriter atoms_;
  LinkRowWriter links_;
  ChainRows chain_rows_;
  RowDigest digest_;  ///< Scratch.
  std::string replica_;
  HistoryRowWriter history_;
  std::int64_t first_event_ = 0, next_event_ = 0;
  std::string payload_;                   ///< Scratch.
  std::vector<std::string> field_names_;  ///< By FieldSet, made when first needed.
};

}  // namespace dg
