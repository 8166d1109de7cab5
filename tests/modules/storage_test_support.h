#pragma once
/// \file
/// A project made by hand, for tests of storage alone: files of named functions that call each
/// other, and the deltas between their versions.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "events/delta.h"
#include "storage/store.h"
#include "tests/support/temp_project.h"

namespace dg {

/// Puts the temporary folders of this process on a memory disk where there is one: what is tested
/// here is what reaches the files, not how long a sync takes.
bool use_memory_disk();

/// One function of a file. `calls` names targets by id text; `open` names that nothing declares.
struct FunctionSpec {
  std::string name;
  std::uint32_t line = 1;
  std::string signature = {};
  std::string doc = {};
  std::vector<std::string> calls = {};
  std::vector<std::string> open = {};
  std::uint64_t body = 1;
};

class HandmadeProject {
 public:
  /// The difference that writing this file makes. `fill` stands for the file's other content.
  FileDelta put(const std::string& path, const std::vector<FunctionSpec>& functions,
                std::uint64_t fill = 0);
  FileDelta remove(const std::string& path);
  AtomId id_of(const std::string& id_text);
  /// From now on the one id text stands for the atom of the other, which gets another name or file.
  void rename(const std::string& from, const std::string& to);
  const std::map<std::string, FileVersionPtr>& files() const noexcept { return files_; }

 private:
  std::map<std::string, FileVersionPtr> files_;
  std::map<std::string, AtomId> ids_;
  std::map<AtomId, std::uint32_t> ended_;
  std::uint32_t next_atom_ = 1, next_file_ = 1;
};

/// A delta of these files, in the order a delta has.
Delta delta_of(std::vector<FileDelta> files);
/// Its id is the same for the same sequence.
TransactionInfo at_sequence(std::uint64_t sequence, Cause cause = Cause::file_watcher);

/// Changes the file as no program of ours does: any statements, triggers dropped first.
void edit_behind_its_back(const std::filesystem::path& database, const std::string& sql);

/// Text of everything that load() gives but times, so that two states can be compared and printed.
std::string describe(const StoredProject& project);
/// The same for what should have been stored.
std::string describe(const HandmadeProject& project, std::uint64_t sequence);

/// The rows of a query as text: cells joined by `|`, rows by newlines. Fails the test on an error.
std::string ask(Reader& reader, const std::string& sql);

std::string file_bytes(const std::filesystem::path& path);

}  // namespace dg
