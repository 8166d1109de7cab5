#pragma once
/// \file
/// The hash chain over stored rows: what a transaction hashes to, and whether all still do
/// (events/chain.h says how and against what). Internal to storage/; throws Failure.
///
/// A transaction's rows are its atom_events, its transaction_files and its own row but for the
/// columns `content_digest` and `chain`, which hold the results. They are read back from the
/// tables, so that what is hashed is what is stored. system_metadata keeps the last link
/// (`chain_head`), which tells a log whose end is missing, and the link before the first
/// transaction that is left (`chain_base`), where older ones were compacted away.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/chain.h"
#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace dg {

class ChainRows {
 public:
  /// Prepares its statements on the tables as they are; the connection must outlive this.
  explicit ChainRows(const Connection& connection);
  /// Adds the events [first, first + count) and the file rows of one transaction.
  void add(RowDigest& digest, std::int64_t sequence, std::int64_t first_event, std::int64_t events);
  /// The same in parts: each next() adds at most `rows`, less where all are added.
  void begin(std::int64_t sequence, std::int64_t first_event, std::int64_t events);
  std::size_t next(RowDigest& digest, std::size_t rows);

 private:
  struct Rows {
    std::string table;
    std::vector<std::string> columns;
    Statement statement;
    bool done = false;
  };
  static Rows rows_of(const Connection& connection, const std::string& table,
                      const std::string& where);
  static std::size_t add_rows(RowDigest& digest, Rows& rows, std::size_t limit);
  Rows events_, files_;
};

/// Verifies the log in pieces, all at the commit of the connection's transaction, which must stay
/// open meanwhile. Goes on past what is broken: behind it, the first stored link counts.
class ChainWalk {
 public:
  /// The connection must outlive this.
  explicit ChainWalk(const Connection& connection);
  /// Looks at about so many rows more; false when all are looked at.
  bool step(std::size_t rows);
  const ChainCheck& check() const noexcept { return check_; }

 private:
  void begin_transaction();
  void end_transaction();
  void look_behind();
  void broken(std::int64_t sequence, std::string reason);

  const Connection& connection_;
  ChainRows rows_;
  std::vector<std::string> columns_;  ///< Of `transactions`.
  Statement row_;                     ///< Stands at the transaction under way.
  bool under_way_ = false;
  RowDigest digest_;  ///< Of the rows of the transaction under way.
  ChainCheck check_;
  std::int64_t last_ = 0;
  std::optional<std::int64_t> next_event_;
  ContentHash link_;
  bool chained_ = false;    ///< A transaction with a link was seen.
  bool link_known_ = true;  ///< False behind a break.
};

/// `12 0123456789abcdef0123456789abcdef`: a sequence and its link, as system_metadata has it.
std::string chain_text(std::int64_t sequence, const ContentHash& link);

/// Reads the whole log at the connection's commit. O(rows of the log).
ChainCheck check_chain(const Connection& connection);

}  // namespace dg
