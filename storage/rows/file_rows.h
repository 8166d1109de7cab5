#pragma once
/// \file
/// Writes the file side of one file's delta: `files`, `file_links`, and the stored facts with their
/// bound. Internal to storage/; throws Failure.

#include <cstdint>
#include <memory>
#include <string>

#include "events/delta.h"
#include "storage/rows/atom_rows.h"

namespace dg {

/// The key of a file version's facts in `cache_entries`. Facts of another extractor or other
/// options have other keys and are never found.
class FactsKey {
 public:
  explicit FactsKey(const std::string& extractor_options);
  const std::string& of(const ContentHash& hash,
                        Language language);  ///< Valid until the next call.

 private:
  std::string prefix_, key_;
};

class FileRowWriter {
 public:
  explicit FileRowWriter(const std::string& extractor_options);
  ~FileRowWriter();
  void prepare(const Connection& connection);
  /// \returns rows written.
  std::uint32_t write(const FileDelta& delta, const CommitContext& context);
  /// Writes the facts and links of a file, packed, whatever is stored. \returns rows written.
  std::uint32_t write_packed(const FileVersion& file, const CommitContext& context);
  /// Drops unused facts, the longest unused first, until they fit the bound. \returns rows written.
  std::uint32_t bound_cache();

 private:
  struct Statements;
  void remove(const FileVersion& file);
  std::int64_t store_facts(const FileVersion& file, const CommitContext& context);
  void correct_facts(std::int64_t entry, const FileFacts& facts);
  void release_facts(std::int64_t facts, const CommitContext& context);
  void put_file(const FileVersion& file, std::int64_t facts, const CommitContext& context);
  void put_links(const FileVersion& file);

  FactsKey key_;
  std::unique_ptr<Statements> statements_;
  bool released_ = false;  ///< Something became unused in this transaction.
};

/// Encoded facts of former file versions kept at most.
inline constexpr std::int64_t kUnusedFactsBytes = std::int64_t{32} << 20;

/// Big endian, so that it reads as the usual hexadecimal digits.
std::string content_hash_bytes(const ContentHash& hash);
ContentHash content_hash_from(std::string_view bytes) noexcept;  ///< Zero for a wrong size.

}  // namespace dg
