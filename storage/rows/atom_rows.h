#pragma once
/// \file
/// Writes the atoms of one file's delta: rows of `atoms` and of the full-text index. An atom that
/// only moved has its lines rewritten, without a new version; one that is reconciled has its rows
/// replaced, whatever they hold. Internal to storage/; throws Failure.

#include <cstdint>
#include <string>

#include "events/delta.h"
#include "storage/rows/version_rows.h"
#include "storage/search_text.h"
#include "storage/sqlite/row_statement.h"

namespace dg {

/// Thrown when a row is not at the version that the delta starts from.
struct VersionConflict {
  AtomId atom{};
  std::uint32_t expected = 0;
};

/// What every row of one commit shares.
struct CommitContext {
  std::int64_t sequence = 0;
  std::int64_t now_ms = 0;
  bool distrust = false;  ///< Stored facts are compared with what they should be, and written anew.
};

class AtomRowWriter {
 public:
  AtomRowWriter();
  ~AtomRowWriter();
  void prepare(const Connection& connection);
  /// Takes the id texts of atoms that get another one out of the way, so that two atoms may change
  /// names with each other. To be called before any write() of the commit.
  void free_id_texts(const FileDelta& delta);
  /// \returns rows written.
  std::uint32_t write(const FileDelta& delta, const CommitContext& context);
  /// Writes what follows from the atoms of a file anew: full text and versions.
  void write_derived(const FileVersion& file);
  /// Only the versions: rows of atom_versions.
  void write_versions(const FileVersion& file) { versions_.write_all(file); }

 private:
  struct Statements;
  struct LinkCounts;
  void put(const FileVersion& file, const AtomChange& change, const LinkCounts& counts,
           const CommitContext& context);
  void remove(const AtomChange& change, const CommitContext& context);
  void reconcile(const FileDelta& delta, const AtomChange& change, const LinkCounts& counts,
                 const CommitContext& context);
  std::uint32_t put_unchanged(const FileDelta& delta, const LinkCounts& before,
                              const LinkCounts& after);
  void index_text(const FileDelta& delta, const AtomChange& change);
  void put_text(AtomId atom, const SearchText& text);

  std::unique_ptr<Statements> statements_;
  VersionRowWriter versions_;
  const Connection* connection_ = nullptr;
  std::string id_, signature_, words_;  ///< Scratch.
};

}  // namespace dg
