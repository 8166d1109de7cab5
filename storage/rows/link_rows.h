#pragma once
/// \file
/// Writes the links of one file's delta: rows of `atom_relations` and `unresolved_references`. Only
/// rows that differ are written, and all of an atom that is reconciled; lines are counted from the
/// source atom, so that moved code rewrites none. Internal to storage/; throws Failure.

#include <cstdint>
#include <memory>

#include "events/delta.h"
#include "storage/rows/atom_rows.h"

namespace dg {

class LinkRowWriter {
 public:
  LinkRowWriter();
  ~LinkRowWriter();
  void prepare(const Connection& connection);
  /// Which rows to write. Where atoms move between files, all rows that go must go before any
  /// comes.
  enum class Rows { all, that_go, that_stay_or_come };
  /// \returns rows written.
  std::uint32_t write(const FileDelta& delta, const CommitContext& context, Rows rows = Rows::all);

 private:
  struct Statements;
  std::uint32_t write_relations(const FileDelta& delta, const CommitContext& context, Rows which);
  std::uint32_t write_open(const FileDelta& delta, Rows which);
  void forget(AtomId atom);
  std::unique_ptr<Statements> statements_;
};

}  // namespace dg
