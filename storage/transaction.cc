#include "storage/transaction.h"

#include <algorithm>
#include <chrono>

#include "events/event.h"
#include "events/names.h"
#include "storage/uuid.h"

namespace dg {
namespace {

struct InsertEvent : RowStatement {
  InsertEvent() : RowStatement(Verb::insert, "atom_events") {}
  Integer id{*this, "id"};
  Integer atom_id{*this, "atom_id"};
  Text event_type{*this, "event_type"};
  Text changed_fields{*this, "changed_fields"};
  Integer timestamp{*this, "timestamp"};
  Text source{*this, "source"};
  Integer transaction_id{*this, "transaction_id"};
  Integer previous_version{*this, "previous_version"};
  Integer new_version{*this, "new_version"};
  Text delta{*this, "delta"};
  Blob state{*this, "state"};
};

struct InsertTransaction : RowStatement {
  InsertTransaction() : RowStatement(Verb::insert, "transactions") {}
  Integer sequence{*this, "sequence"};
  Text id{*this, "id"};
  Text cause{*this, "cause"};
  Integer started_ms{*this, "started_ms"};
  Integer committed_ms{*this, "committed_ms"};
  Integer files{*this, "files"};
  Integer atoms_created{*this, "atoms_created"};
  Integer atoms_updated{*this, "atoms_updated"};
  Integer atoms_deleted{*this, "atoms_deleted"};
  Integer relations_gained{*this, "relations_gained"};
  Integer relations_lost{*this, "relations_lost"};
  Integer first_event{*this, "first_event"};
  Integer events{*this, "events"};
  Integer graph_digest{*this, "graph_digest"};
  Text git_head{*this, "git_head"};
};

struct UpsertConfig : RowStatement {
  UpsertConfig() : RowStatement(Verb::upsert, "config_files") {}
  Text path{*this, "path"};
  Text content{*this, "content"};
  Integer updated_at{*this, "updated_at"};
};

struct DeleteConfig : RowStatement {
  DeleteConfig() : RowStatement(Verb::remove, "config_files") {}
  Text path{*this, "path", ColumnHandle::Role::key};
};

struct UpsertMetadata : RowStatement {
  UpsertMetadata() : RowStatement(Verb::upsert, "system_metadata") {}
  Text key{*this, "key"};
  Text value{*this, "value"};
  Integer updated_at{*this, "updated_at"};
};

std::int64_t unix_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string_view to_string(Cause cause) noexcept {
  static constexpr std::string_view kCauses[] = {"initial-scan", "file-watcher", "atomic-edit",
                                                 "overlay",      "cli",          "mcp",
                                                 "reconcile",    "migration"};
  return kCauses[static_cast<std::size_t>(cause)];
}

struct TransactionWriter::Statements {
  InsertEvent insert_event;
  InsertTransaction insert_transaction;
  UpsertConfig upsert_config;
  DeleteConfig delete_config;
  UpsertMetadata upsert_metadata;
  Statement head, last_event, metadata;
};

TransactionWriter::TransactionWriter(const Connection& connection,
                                     const std::string& extractor_options)
    : connection_(connection),
      extractor_options_(extractor_options),
      statements_(std::make_unique<Statements>()),
      files_(extractor_options),
      field_names_(std::size_t{1} << (8 * sizeof(FieldSet))) {
  Statements& s = *statements_;
  s.insert_event.prepare(connection);
  s.insert_transaction.prepare(connection);
  s.upsert_config.prepare(connection);
  s.delete_config.prepare(connection);
  s.upsert_metadata.prepare(connection);
  s.head = connection.prepare(
      "SELECT sequence, committed_ms, started_ms, graph_digest FROM transactions "
      "ORDER BY sequence DESC LIMIT 1");
  s.last_event = connection.prepare("SELECT max(id) FROM atom_events");
  s.metadata = connection.prepare("SELECT value FROM system_metadata WHERE key = ?1");
  files_.prepare(connection);
  atoms_.prepare(connection);
  links_.prepare(connection);
  history_.prepare(connection);
}

TransactionWriter::~TransactionWriter() = default;

TransactionWriter::Head TransactionWriter::head() {
  Statement& row = statements_->head;
  Head head;
  if (row.step()) head = {row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
  row.reset();
  return head;
}

CommitCounts TransactionWriter::write(const Delta& delta, const TransactionInfo& info) {
  const Head last = head();
  const auto wanted = static_cast<std::int64_t>(raw(info.sequence));
  if (last.sequence + 1 != wanted) throw SequenceConflict{last.sequence, wanted};

  // Commit times never go back, whatever the clock does.
  const CommitContext context{wanted, std::max(unix_ms(), last.committed_ms)};
  first_event_ = statements_->last_event.step() ? statements_->last_event.integer(0) + 1 : 1;
  statements_->last_event.reset();
  next_event_ = first_event_;

  CommitCounts counts;
  for (const FileDelta& file : delta.files) atoms_.free_id_texts(file);
  const bool moves = count(delta).moved != 0;
  if (moves) {
    for (const FileDelta& file : delta.files) {
      counts.rows_written += links_.write(file, context, LinkRowWriter::Rows::that_go);
    }
  }
  const auto link_rows = moves ? LinkRowWriter::Rows::that_stay_or_come : LinkRowWriter::Rows::all;
  // Removals first: a path or an id text that moves from one file to another is free by then.
  for (const bool removal : {true, false}) {
    for (const FileDelta& file : delta.files) {
      if ((file.after == nullptr) != removal) continue;
      counts.rows_written += files_.write(file, context);
      counts.rows_written += atoms_.write(file, context);
      counts.rows_written += links_.write(file, context, link_rows);
      const std::int64_t first = next_event_;
      write_events(file, info, context);
      counts.rows_written += history_.write(file, {first, next_event_ - first}, context);
    }
  }
  for (const ConfigFile& config : delta.configs) write_config(config, context);
  counts.rows_written += static_cast<std::uint32_t>(delta.configs.size());
  counts.rows_written += files_.bound_cache();
  write_metadata(delta, context);
  write_transaction(delta, info, context);
  counts.events = static_cast<std::uint32_t>(next_event_ - first_event_);
  counts.rows_written += counts.events + 1;
  counts.committed_ms = context.now_ms;
  return counts;
}

void TransactionWriter::write_events(const FileDelta& delta, const TransactionInfo& info,
                                     const CommitContext& context) {
  const InsertEvent& row = statements_->insert_event;
  for_each_event(delta, info.sequence, [&](const Event& event) {
    encode_event(event, payload_);
    std::string& fields = field_names_[event.changed];
    if (event.changed != 0 && fields.empty()) fields = fields_json(event.changed);
    row.id.set(next_event_++);
    row.atom_id.set(raw(event.atom));
    row.event_type.set(to_string(event.operation));
    row.changed_fields.set_or_null(fields);
    row.timestamp.set(context.now_ms);
    row.source.set(to_string(info.cause));
    row.transaction_id.set(context.sequence);
    row.previous_version.set(event.version_before);
    row.new_version.set(event.version_after);
    if (tells_whole(event.operation)) {
      row.delta.null();
      row.state.set(payload_);
    } else {
      row.delta.set(payload_);
      row.state.null();
    }
    statements_->insert_event.run();
  });
}

void TransactionWriter::write_config(const ConfigFile& config, const CommitContext& context) {
  if (config.removed) {
    statements_->delete_config.path.set(config.path);
    statements_->delete_config.run();
    return;
  }
  statements_->upsert_config.path.set(config.path);
  statements_->upsert_config.content.set(config.content);
  statements_->upsert_config.updated_at.set(context.now_ms);
  statements_->upsert_config.run();
}

void TransactionWriter::put_metadata(std::string_view key, std::string_view value,
                                     std::int64_t now_ms) {
  Statement& look = statements_->metadata;
  look.bind_text(1, key);
  const bool same = look.step() && look.text(0) == value;
  look.reset();
  if (same) return;
  statements_->upsert_metadata.key.set(key);
  statements_->upsert_metadata.value.set(value);
  statements_->upsert_metadata.updated_at.set(now_ms);
  statements_->upsert_metadata.run();
}

void TransactionWriter::write_metadata(const Delta& delta, const CommitContext& context) {
  std::uint64_t next_file = 0;
  for (const FileDelta& file : delta.files) {
    if (file.before == nullptr) next_file = std::max<std::uint64_t>(next_file, raw(file.after->id));
  }
  if (next_file != 0) {
    Statement& look = statements_->metadata;
    look.bind_text(1, "next_file");
    const std::uint64_t known = look.step() ? std::stoull(std::string(look.text(0))) : 0;
    look.reset();
    if (next_file + 1 > known)
      put_metadata("next_file", std::to_string(next_file + 1), context.now_ms);
  }
  if (context.sequence == 1) note_extractor();
}

void TransactionWriter::note_extractor() {
  const std::int64_t now_ms = unix_ms();
  put_metadata("extractor_version", std::to_string(kExtractorVersion), now_ms);
  put_metadata("extractor_options", extractor_options_, now_ms);
}

void TransactionWriter::write_transaction(const Delta& delta, const TransactionInfo& info,
                                          const CommitContext& context) {
  const DeltaCounts counts = count(delta);
  const std::string id = make_uuid_v7(context.now_ms);
  const InsertTransaction& row = statements_->insert_transaction;
  row.sequence.set(context.sequence);
  row.id.set(id);
  row.cause.set(to_string(info.cause));
  row.started_ms.set(info.started_ms);
  row.committed_ms.set(context.now_ms);
  row.files.set(counts.files);
  row.atoms_created.set(counts.created);
  row.atoms_updated.set(counts.updated + counts.renamed + counts.moved);
  row.atoms_deleted.set(counts.deleted);
  row.relations_gained.set(counts.relations_gained);
  row.relations_lost.set(counts.relations_lost);
  row.first_event.set(first_event_);
  row.events.set(next_event_ - first_event_);
  row.graph_digest.set(static_cast<std::int64_t>(info.graph_digest));
  row.git_head.set_or_null(info.git_head);
  statements_->insert_transaction.run();
}

}  // namespace dg
