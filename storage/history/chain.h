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
#include <string>

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

 private:
  struct Rows {
    std::string table;
    std::vector<std::string> columns;
    Statement statement;
  };
  static Rows rows_of(const Connection& connection, const std::string& table,
                      const std::string& where);
  static void add_rows(RowDigest& digest, Rows& rows);
  Rows events_, files_;
};

/// `12 0123456789abcdef0123456789abcdef`: a sequence and its link, as system_metadata has it.
std::string chain_text(std::int64_t sequence, const ContentHash& link);

/// Reads the whole log at the connection's commit. O(rows of the log).
ChainCheck check_chain(Connection& connection);

}  // namespace dg
