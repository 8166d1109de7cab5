#pragma once
/// \file
/// Writes one Delta as one SQLite transaction's rows: files, atoms, relations, open references,
/// full text, events, configuration files and the transaction's own row. Begin and commit are the
/// caller's. Internal to storage/; throws Failure, VersionConflict or SequenceConflict.

#include <cstdint>
#include <memory>
#include <string>

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

class TransactionWriter {
 public:
  /// Prepares all statements on a connection, which must outlive this.
  TransactionWriter(const Connection& connection, const std::string& extractor_options);
  ~TransactionWriter();

  struct Head {
    std::int64_t sequence = 0, committed_ms = 0, started_ms = 0, graph_digest = 0;
  };
  Head head();  ///< The last transaction; zeros for none.
  CommitCounts write(const Delta& delta, const TransactionInfo& info);
  void note_extractor();  ///< Stored facts are the running extractor's.

 private:
  struct Statements;
  void write_events(const FileDelta& delta, const TransactionInfo& info,
                    const CommitContext& context);
  void write_config(const ConfigFile& config, const CommitContext& context);
  void write_metadata(const Delta& delta, const CommitContext& context);
  void put_metadata(std::string_view key, std::string_view value, std::int64_t now_ms);
  void write_transaction(const Delta& delta, const TransactionInfo& info,
                         const CommitContext& context);

  const Connection& connection_;
  std::string extractor_options_;
  std::unique_ptr<Statements> statements_;
  FileRowWriter files_;
  AtomRowWriter atoms_;
  LinkRowWriter links_;
  HistoryRowWriter history_;
  std::int64_t first_event_ = 0, next_event_ = 0;
  std::string payload_;                   ///< Scratch.
  std::vector<std::string> field_names_;  ///< By FieldSet, made when first needed.
};

}  // namespace dg
