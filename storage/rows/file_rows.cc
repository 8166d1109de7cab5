#include "storage/rows/file_rows.h"

#include "events/names.h"
#include "parser/extractor_version.h"
#include "parser/facts_codec.h"
#include "parser/hexadecimal.h"
#include "storage/codec/links_codec.h"
#include "storage/rows/signature_json.h"

namespace dg {
namespace {

/// FNV-1a, 64 bit (datatracker.ietf.org/doc/draft-eastlake-fnv): options are short and friendly.
std::uint64_t fnv1a(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

struct UpsertFile : RowStatement {
  UpsertFile() : RowStatement(Verb::upsert, "files") {}
  Integer id{*this, "id"};
  Text path{*this, "path"};
  Integer last_analyzed{*this, "last_analyzed"};
  Integer atom_count{*this, "atom_count"};
  Integer total_complexity{*this, "total_complexity"};
  Integer total_lines{*this, "total_lines"};
  Text imports_json{*this, "imports_json"};
  Text exports_json{*this, "exports_json"};
  Blob content_hash{*this, "content_hash"};
  Integer size{*this, "size"};
  Integer mtime_ns{*this, "mtime_ns"};
  Text language{*this, "language"};
  Integer parse_error_count{*this, "parse_error_count"};
  Text skip_reason{*this, "skip_reason"};
  Integer analysis_version{*this, "analysis_version"};
  Integer facts_id{*this, "facts_id"};
};

struct DeleteFile : RowStatement {
  DeleteFile() : RowStatement(Verb::remove, "files") {}
  Integer id{*this, "id", ColumnHandle::Role::key};
};

struct UpsertLinks : RowStatement {
  UpsertLinks() : RowStatement(Verb::upsert, "file_links") {}
  Integer file_id{*this, "file_id"};
  Blob atoms{*this, "atoms"};
  Blob links{*this, "links"};
};

struct DeleteLinks : RowStatement {
  DeleteLinks() : RowStatement(Verb::remove, "file_links") {}
  Integer file_id{*this, "file_id", ColumnHandle::Role::key};
};

struct InsertFacts : RowStatement {
  InsertFacts() : RowStatement(Verb::insert, "cache_entries") {}
  Text key{*this, "key"};
  Blob value{*this, "value"};
  Integer created_at{*this, "created_at"};
  Integer updated_at{*this, "updated_at"};
};

struct InsertUnused : RowStatement {
  InsertUnused() : RowStatement(Verb::insert, "cache_unused") {}
  Integer entry_id{*this, "entry_id"};
  Integer since{*this, "since"};
  Integer bytes{*this, "bytes"};
};

struct DeleteUnused : RowStatement {
  DeleteUnused() : RowStatement(Verb::remove, "cache_unused") {}
  Integer entry_id{*this, "entry_id", ColumnHandle::Role::key};
};

struct DeleteFacts : RowStatement {
  DeleteFacts() : RowStatement(Verb::remove, "cache_entries") {}
  Integer id{*this, "id", ColumnHandle::Role::key};
};

/// First column of the first row, after binding one integer; `missing` where there is no row.
std::int64_t look_up(Statement& statement, std::int64_t key, std::int64_t missing) {
  statement.bind(1, key);
  const std::int64_t value =
      statement.step() && !statement.is_null(0) ? statement.integer(0) : missing;
  statement.reset();
  return value;
}

}  // namespace

std::string content_hash_bytes(const ContentHash& hash) {
  std::string bytes;
  bytes.reserve(16);
  for (const std::uint64_t half : {hash.high, hash.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>((half >> shift) & 0xff);
    }
  }
  return bytes;
}

ContentHash content_hash_from(std::string_view bytes) noexcept {
  ContentHash hash;
  if (bytes.size() != 16) return hash;
  for (std::size_t i = 0; i < 8; ++i) {
    hash.high = hash.high << 8 | static_cast<unsigned char>(bytes[i]);
    hash.low = hash.low << 8 | static_cast<unsigned char>(bytes[i + 8]);
  }
  return hash;
}

FactsKey::FactsKey(const std::string& extractor_options) {
  prefix_ = "facts:" + std::to_string(kExtractorVersion) + "-";
  prefix_ += hexadecimal(fnv1a(extractor_options));
  prefix_ += ':';
}

const std::string& FactsKey::of(const ContentHash& hash, Language language) {
  key_.assign(prefix_).append(to_string(language)).append(":");
  key_ += hexadecimal(hash.high) + hexadecimal(hash.low);
  return key_;
}

struct FileRowWriter::Statements {
  UpsertFile upsert_file;
  DeleteFile delete_file;
  UpsertLinks upsert_links;
  DeleteLinks delete_links;
  InsertFacts insert_facts;
  InsertUnused insert_unused;
  DeleteUnused delete_unused;
  DeleteFacts delete_facts;
  Statement correct_facts, set_facts_id;
  Statement facts_of_file, facts_by_key, facts_in_use, facts_size, unused_bytes, unused_oldest;
};

FileRowWriter::FileRowWriter(const std::string& extractor_options)
    : key_(extractor_options), statements_(std::make_unique<Statements>()) {}
FileRowWriter::~FileRowWriter() = default;

void FileRowWriter::prepare(const Connection& connection) {
  Statements& s = *statements_;
  s.upsert_file.prepare(connection);
  s.delete_file.prepare(connection);
  s.upsert_links.prepare(connection);
  s.delete_links.prepare(connection);
  s.insert_facts.prepare(connection);
  s.insert_unused.prepare(connection);
  s.delete_unused.prepare(connection);
  s.delete_facts.prepare(connection);
  s.correct_facts =
      connection.prepare("UPDATE cache_entries SET value = ?2 WHERE id = ?1 AND value <> ?2");
  s.set_facts_id = connection.prepare("UPDATE files SET facts_id = ?2 WHERE id = ?1");
  s.facts_of_file = connection.prepare("SELECT facts_id FROM files WHERE id = ?1");
  s.facts_by_key = connection.prepare("SELECT id FROM cache_entries WHERE key = ?1");
  s.facts_in_use = connection.prepare("SELECT 1 FROM files WHERE facts_id = ?1 LIMIT 1");
  s.facts_size = connection.prepare("SELECT length(value) FROM cache_entries WHERE id = ?1");
  s.unused_bytes = connection.prepare("SELECT sum(bytes) FROM cache_unused WHERE ?1 = 0");
  s.unused_oldest =
      connection.prepare("SELECT entry_id, bytes FROM cache_unused ORDER BY since, entry_id");
  released_ = false;
}

std::uint32_t FileRowWriter::write(const FileDelta& delta, const CommitContext& context) {
  const FileId id = delta.after != nullptr ? delta.after->id : delta.before->id;
  const std::int64_t facts_before =
      delta.before == nullptr ? 0 : look_up(statements_->facts_of_file, raw(delta.before->id), 0);
  if (delta.after == nullptr || (delta.before != nullptr && delta.before->id != id)) {
    remove(*delta.before);
  }
  if (delta.after == nullptr) {
    release_facts(facts_before, context);
    return 2;
  }
  const std::int64_t facts = store_facts(*delta.after, context);
  put_file(*delta.after, facts, context);
  put_links(*delta.after);
  if (facts_before != facts) release_facts(facts_before, context);
  return facts_before == facts ? 2 : 3;
}

std::uint32_t FileRowWriter::write_packed(const FileVersion& file, const CommitContext& context) {
  CommitContext distrusting = context;
  distrusting.distrust = true;
  Statement& row = statements_->set_facts_id;
  row.bind(1, std::int64_t{raw(file.id)});
  row.bind(2, store_facts(file, distrusting));
  row.run();
  put_links(file);
  return 3;
}

void FileRowWriter::remove(const FileVersion& file) {
  statements_->delete_file.id.set(raw(file.id));
  statements_->delete_file.run();
  statements_->delete_links.file_id.set(raw(file.id));
  statements_->delete_links.run();
}

std::int64_t FileRowWriter::store_facts(const FileVersion& file, const CommitContext& context) {
  const std::string& key = key_.of(file.hash, file.facts->language);
  Statement& look = statements_->facts_by_key;
  look.bind_text(1, key);
  const std::int64_t known = look.step() ? look.integer(0) : 0;
  look.reset();
  if (known != 0) {
    statements_->delete_unused.entry_id.set(known);
    statements_->delete_unused.run();
    if (context.distrust) correct_facts(known, *file.facts);
    return known;
  }
  const std::string encoded = encode_facts(*file.facts);
  const InsertFacts& row = statements_->insert_facts;
  row.key.set(key);
  row.value.set(encoded);
  row.created_at.set(context.now_ms);
  row.updated_at.set(context.now_ms);
  statements_->insert_facts.run();
  look.bind_text(1, key);
  const std::int64_t id = look.step() ? look.integer(0) : 0;
  look.reset();
  return id;
}

void FileRowWriter::correct_facts(std::int64_t entry, const FileFacts& facts) {
  const std::string encoded = encode_facts(facts);
  statements_->correct_facts.bind(1, entry);
  statements_->correct_facts.bind_blob(2, encoded);
  statements_->correct_facts.run();
}

void FileRowWriter::release_facts(std::int64_t facts, const CommitContext& context) {
  if (facts == 0 || look_up(statements_->facts_in_use, facts, 0) != 0) return;
  const InsertUnused& row = statements_->insert_unused;
  row.entry_id.set(facts);
  row.since.set(context.sequence);
  row.bytes.set(look_up(statements_->facts_size, facts, 0));
  statements_->insert_unused.run();
  released_ = true;
}

std::uint32_t FileRowWriter::bound_cache() {
  if (!released_) return 0;
  released_ = false;
  std::int64_t excess = look_up(statements_->unused_bytes, 0, 0) - kUnusedFactsBytes;
  if (excess <= 0) return 0;
  std::vector<std::int64_t> dropped;
  while (excess > 0 && statements_->unused_oldest.step()) {
    dropped.push_back(statements_->unused_oldest.integer(0));
    excess -= statements_->unused_oldest.integer(1);
  }
  statements_->unused_oldest.reset();
  for (const std::int64_t entry : dropped) {
    statements_->delete_unused.entry_id.set(entry);
    statements_->delete_unused.run();
    statements_->delete_facts.id.set(entry);
    statements_->delete_facts.run();
  }
  return static_cast<std::uint32_t>(dropped.size());
}

void FileRowWriter::put_file(const FileVersion& file, std::int64_t facts,
                             const CommitContext& context) {
  const FileFacts& content = *file.facts;
  std::int64_t complexity = 0;
  for (const Atom& atom : content.atoms) complexity += atom.complexity;
  std::string imports, exports;
  imports_json(content, imports);
  exports_json(content, exports);
  const std::string hash = content_hash_bytes(file.hash);

  const UpsertFile& row = statements_->upsert_file;
  row.id.set(raw(file.id));
  row.path.set(file.path);
  row.last_analyzed.set(context.now_ms);
  row.atom_count.set(static_cast<std::int64_t>(content.atoms.size()));
  row.total_complexity.set(complexity);
  row.total_lines.set(content.lines);
  row.imports_json.set(imports);
  row.exports_json.set(exports);
  row.content_hash.set(hash);
  row.size.set(static_cast<std::int64_t>(file.size));
  row.mtime_ns.set(file.mtime_ns);
  row.language.set(to_string(content.language));
  row.parse_error_count.set(content.problem_count);
  row.skip_reason.set_or_null(content.skipped == SkipReason::none ? std::string_view()
                                                                  : to_string(content.skipped));
  row.analysis_version.set(kExtractorVersion);
  row.facts_id.set(facts);
  statements_->upsert_file.run();
}

void FileRowWriter::put_links(const FileVersion& file) {
  const std::string atoms = encode_atom_rows(file);
  const std::string links = encode_links(*file.links);
  const UpsertLinks& row = statements_->upsert_links;
  row.file_id.set(raw(file.id));
  row.atoms.set(atoms);
  row.links.set(links);
  statements_->upsert_links.run();
}

}  // namespace dg
