#pragma once
/// \file
/// The row half of an Audit: stored rows against those that the writers would write now. Internal
/// to storage/; throws Failure.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/audit/audit.h"
#include "storage/rows/atom_rows.h"
#include "storage/rows/file_rows.h"
#include "storage/rows/link_rows.h"
#include "storage/sqlite/connection.h"

namespace dg {

class RowAudit {
 public:
  /// `stored` must outlive this.
  RowAudit(const Connection& stored, const std::string& extractor_options);
  ~RowAudit();

  /// As Audit's.
  std::vector<TableFault> compare(const FileVersionPtr& file, std::size_t first, std::size_t count);
  bool strays(std::span<const FileVersionPtr> files, std::size_t rows,
              std::vector<TableFault>& found);

 private:
  struct Probe;
  void add_probe(std::string_view table, std::string_view select, std::string_view from,
                 std::vector<std::string> columns, std::size_t keys, bool of_atom);
  void write_expected(const FileVersionPtr& file, std::size_t first, std::size_t end);
  void check(Probe& probe, std::int64_t id, const FileVersion& file, AtomId atom,
             std::vector<TableFault>& faults);

  const Connection& stored_;
  Connection expected_;  ///< In memory; rolled back after each comparison.
  FileRowWriter files_;
  AtomRowWriter atoms_;
  LinkRowWriter links_;
  std::vector<std::unique_ptr<Probe>> probes_;
  struct StraySearch;
  std::unique_ptr<StraySearch> stray_search_;  ///< Under way.
};

}  // namespace dg
