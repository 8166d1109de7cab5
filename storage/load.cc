#include "storage/load.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "parser/facts_codec.h"
#include "storage/codec/links_codec.h"
#include "storage/connect.h"
#include "storage/history/logged_files.h"
#include "storage/rows/file_rows.h"

namespace dg {
namespace {

/// Facts shared by files of equal content, while one thread reads.
using SharedFacts = std::unordered_map<std::int64_t, std::shared_ptr<const FileFacts>>;

std::shared_ptr<const FileFacts> facts_of(const Statement& row, SharedFacts& known) {
  const std::int64_t id = row.integer(5);
  std::shared_ptr<const FileFacts>& facts = known[id];
  if (facts != nullptr) return facts;
  std::optional<FileFacts> decoded = decode_facts(row.text(6));
  if (!decoded) throw Damage{"the stored facts of " + std::string(row.text(1))};
  facts = std::make_shared<const FileFacts>(*std::move(decoded));
  return facts;
}

FileVersionPtr file_of(const Statement& row, SharedFacts& known) {
  auto file = std::make_shared<FileVersion>();
  file->id = static_cast<FileId>(row.integer(0));
  file->path = row.text(1);
  file->hash = content_hash_from(row.text(2));
  file->mtime_ns = row.integer(3);
  file->size = static_cast<std::uint64_t>(row.integer(4));
  file->facts = facts_of(row, known);
  std::optional<AtomRows> atoms = decode_atom_rows(row.text(7), file->facts->atoms.size());
  std::optional<FileLinks> links = decode_links(row.text(8), *file->facts);
  if (!atoms || !links) throw Damage{"the stored links of " + file->path};
  file->atoms = std::move(atoms->ids);
  file->versions = std::move(atoms->versions);
  file->links = std::make_shared<const FileLinks>(*std::move(links));
  return file;
}

/// Its facts or links cannot be decoded.
struct UnreadableFile {
  FileId id{};
  std::string path;
};

struct Files {
  std::vector<FileVersionPtr> whole;
  std::vector<UnreadableFile> unreadable;
};

/// The files whose id lies in [first, last).
Files read_files(Connection& connection, std::int64_t first, std::int64_t last) {
  Statement rows = connection.prepare(
      "SELECT f.id, f.path, f.content_hash, f.mtime_ns, f.size, f.facts_id, c.value, l.atoms, "
      "l.links FROM files f LEFT JOIN cache_entries c ON c.id = f.facts_id "
      "LEFT JOIN file_links l ON l.file_id = f.id WHERE f.id >= ?1 AND f.id < ?2 ORDER BY f.id");
  rows.bind(1, first);
  rows.bind(2, last);
  SharedFacts known;
  Files files;
  while (rows.step()) {
    try {
      files.whole.push_back(file_of(rows, known));
    } catch (const Damage&) {
      files.unreadable.push_back({static_cast<FileId>(rows.integer(0)), std::string(rows.text(1))});
    }
  }
  return files;
}

struct Moved {};  ///< Another connection committed meanwhile.

/// Reads parts of the files side by side. The first failure of any thread is thrown.
Files read_files_in_parallel(Connection& own, const Connect& connect, std::int64_t sequence) {
  const std::int64_t count = own.integer("SELECT count(*) FROM files");
  const std::int64_t first = own.integer("SELECT min(id) FROM files");
  const std::int64_t end = own.integer("SELECT max(id) FROM files") + 1;
  const unsigned threads =
      count < 256 ? 1 : std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
  if (threads == 1) return read_files(own, first, end);

  std::vector<Files> parts(threads);
  std::mutex mutex;
  std::exception_ptr failure;
  const auto read_part = [&](unsigned part) {
    try {
      const std::int64_t from = first + (end - first) * part / threads;
      const std::int64_t to = first + (end - first) * (part + 1) / threads;
      if (part == 0) {
        parts[part] = read_files(own, from, to);
        return;
      }
      Connection connection = connect();
      const ReadTransaction transaction(connection);
      if (transaction.sequence() != sequence) throw Moved{};
      parts[part] = read_files(connection, from, to);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (failure == nullptr) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned part = 1; part < threads; ++part) workers.emplace_back(read_part, part);
    read_part(0);
  }
  if (failure != nullptr) std::rethrow_exception(failure);
  Files files;
  files.whole.reserve(static_cast<std::size_t>(count));
  for (Files& part : parts) {
    files.whole.insert(files.whole.end(), std::make_move_iterator(part.whole.begin()),
                       std::make_move_iterator(part.whole.end()));
    files.unreadable.insert(files.unreadable.end(), part.unreadable.begin(), part.unreadable.end());
  }
  return files;
}

std::optional<std::string> metadata(Connection& connection, std::string_view key) {
  Statement row = connection.prepare("SELECT value FROM system_metadata WHERE key = ?1");
  row.bind_text(1, key);
  if (!row.step()) return std::nullopt;
  return std::string(row.text(0));
}

/// Digits alone; 0 for anything else.
std::uint64_t number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  for (const char c : text.value_or("")) {
    if (c < '0' || c > '9') return 0;  // None that was written: what is stored tells instead.
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// The next FileId: behind all that were ever given away, as far as anybody knows.
std::uint64_t next_file(Connection& connection) {
  const auto highest = static_cast<std::uint64_t>(connection.integer(
      "SELECT max(coalesce((SELECT max(id) FROM files WHERE id < 1 << 31), 0), coalesce((SELECT "
      "max(file_id) FROM transaction_files WHERE file_id < 1 << 31), 0)) + 1"));
  const std::uint64_t noted = number(metadata(connection, "next_file"));
  constexpr std::uint64_t kMost = std::uint64_t{1} << 31;  // Beyond it is no FileId.
  return noted > kMost ? highest : std::max(noted, highest);
}

void read_small_things(Connection& connection, StoredProject& project) {
  Statement head = connection.prepare(
      "SELECT graph_digest, committed_ms FROM transactions ORDER BY sequence DESC LIMIT 1");
  if (head.step()) {
    project.graph_digest = static_cast<std::uint64_t>(head.integer(0));
    project.committed_ms = head.integer(1);
  }
  project.extractor_version =
      static_cast<std::uint32_t>(number(metadata(connection, "extractor_version")));
  project.options = metadata(connection, "extractor_options").value_or("");
  project.replica = metadata(connection, "replica").value_or("");
  project.copied_from = metadata(connection, "copied_from").value_or("");

  Statement configs = connection.prepare("SELECT path, content FROM config_files ORDER BY path");
  while (configs.step()) {
    project.configs.push_back({std::string(configs.text(0)), std::string(configs.text(1)), false});
  }
  Statement retired = connection.prepare(
      "SELECT id, rowid, version FROM atoms WHERE state = 'removed' ORDER BY rowid");
  while (retired.step()) {
    project.retired.push_back({std::string(retired.text(0)),
                               static_cast<AtomId>(retired.integer(1)),
                               static_cast<std::uint32_t>(retired.integer(2))});
  }
  project.next_atom = static_cast<AtomId>(connection.integer("SELECT max(rowid) FROM atoms") + 1);
  project.next_file = static_cast<FileId>(next_file(connection));
}

/// Whose word counts for a file that both tell of.
enum class Trust { tables, log };

LoggedProject read_once(const Connect& connect, Trust trust) {
  Connection connection = connect();
  const ReadTransaction transaction(connection);
  LoggedProject read;
  StoredProject& project = read.project;
  project.sequence = static_cast<Sequence>(transaction.sequence());
  read_small_things(connection, project);
  Files files = read_files_in_parallel(connection, connect, transaction.sequence());
  project.files = std::move(files.whole);
  if (!files.unreadable.empty() || trust == Trust::log) {
    LoggedFiles logged(connection, read);
    for (const UnreadableFile& file : files.unreadable) logged.restore(file.id, file.path);
    if (trust == Trust::log) logged.compare();
  }
  std::sort(project.files.begin(), project.files.end(),
            [](const FileVersionPtr& a, const FileVersionPtr& b) { return a->path < b->path; });
  return read;
}

LoggedProject read(const Connect& connect, Trust trust) {
  constexpr int kAttempts = 20;
  for (int attempt = 0;; ++attempt) {
    try {
      return read_once(connect, trust);
    } catch (const Moved&) {
      if (attempt + 1 == kAttempts) {
        Failure failure;
        failure.code = SQLITE_BUSY;
        failure.text = "it is written to all the time";
        throw failure;
      }
    }
  }
}

}  // namespace

StoredProject read_project(const Connect& connect) {
  return read(connect, Trust::tables).project;
}

LoggedProject read_project_by_log(const Connect& connect) {
  return read(connect, Trust::log);
}

}  // namespace dg
