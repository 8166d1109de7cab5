#include "storage/transaction.h"

#include <algorithm>
#include <charconv>

#include "events/event.h"
#include "events/names.h"
#include "parser/extractor_version.h"
#include "storage/audit/notes.h"
#include "storage/clock.h"
#include "storage/connect.h"
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
  Integer impact{*this, "impact"};
  Real impact_score{*this, "impact_score"};
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
  Integer rows_written{*this, "rows_written"};
  Text replica{*this, "replica"};
  Blob content_digest{*this, "content_digest"};
  Blob chain{*this, "chain"};
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

/// Sets a column of a row and tells the digest what is stored.
class HashedRow {
 public:
  explicit HashedRow(RowDigest& digest) : digest_(digest) {}
  void operator()(const Integer& column, std::int64_t value) {
    column.set(value);
    digest_.integer(column.name(), value);
  }
  void operator()(const Text& column, std::string_view value) {
    column.set_or_null(value);
    if (!value.empty()) digest_.text(column.name(), value);
  }

 private:
  RowDigest& digest_;
};

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
  Statement head, by_id, last_event, metadata;
};

TransactionWriter::TransactionWriter(const Connection& connection,
                                     const std::string& extractor_options, UnixClock clock)
    : connection_(connection),
      extractor_options_(extractor_options),
      clock_(std::move(clock)),
      statements_(std::make_unique<Statements>()),
      files_(extractor_options),
      chain_rows_(connection),
      field_names_(std::size_t{1} << (8 * sizeof(FieldSet))) {
  Statements& s = *statements_;
  s.insert_event.prepare(connection);
  s.insert_transaction.prepare(connection);
  s.upsert_config.prepare(connection);
  s.delete_config.prepare(connection);
  s.upsert_metadata.prepare(connection);
  s.head = connection.prepare(
      "SELECT sequence, id, chain FROM transactions ORDER BY sequence DESC LIMIT 1");
  s.by_id = connection.prepare(
      "SELECT rows_written, events, committed_ms FROM transactions WHERE id = ?1");
  // Numbers go on where compaction has left no event.
  s.last_event = connection.prepare(
      "SELECT max(coalesce((SELECT max(id) FROM atom_events), 0), coalesce((SELECT first_event + "
      "events - 1 FROM transactions ORDER BY sequence DESC LIMIT 1), 0))");
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
  if (row.step()) head = {row.integer(0), uuid_v7_ms(row.text(1)), content_hash_from(row.text(2))};
  row.reset();
  head.sequence = last_sequence(connection_);
  return head;
}

std::optional<CommitCounts> TransactionWriter::repeated(const std::string& id) {
  if (id.empty()) return std::nullopt;
  Statement& row = statements_->by_id;
  row.bind_text(1, id);
  std::optional<CommitCounts> counts;
  if (row.step()) {
    counts = CommitCounts{static_cast<std::uint32_t>(row.integer(0)),
                          static_cast<std::uint32_t>(row.integer(1)), row.integer(2), true};
  }
  row.reset();
  return counts;
}

CommitCounts TransactionWriter::write(const Delta& delta, const TransactionInfo& info,
                                      const std::string& replica) {
  replica_ = replica;
  const Head last = head();
  const auto wanted = static_cast<std::int64_t>(raw(info.sequence));
  if (last.sequence + 1 != wanted) throw SequenceConflict{last.sequence, wanted};

  const CommitContext context{wanted, clock_(), info.cause == Cause::reconcile};
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
  counts.events = static_cast<std::uint32_t>(next_event_ - first_event_);
  counts.rows_written += counts.events + 1;
  counts.committed_ms = context.now_ms;
  write_transaction(delta, info, context, last, counts);
  return counts;
}

void TransactionWriter::write_events(const FileDelta& delta, const TransactionInfo& info,
                                     const CommitContext& context) {
  const InsertEvent& row = statements_->insert_event;
  const auto impact_of = [&](AtomId atom) {
    const auto at = std::lower_bound(
        info.impacts.begin(), info.impacts.end(), atom,
        [](const AtomImpact& impact, AtomId wanted) { return impact.atom < wanted; });
    return at != info.impacts.end() && at->atom == atom ? &*at : nullptr;
  };
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
    if (const AtomImpact* impact = impact_of(event.atom)) {
      row.impact.set(impact->reached_by);
      const auto live = static_cast<double>(std::max<std::uint64_t>(1, info.live_atoms));
      row.impact_score.set(impact->reached_by / live);
    } else {
      row.impact.null();
      row.impact_score.null();
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
    std::uint64_t known = 0;  // What is no number was not written by this program.
    if (look.step()) {
      const std::string_view text = look.text(0);
      std::from_chars(text.data(), text.data() + text.size(), known);
    }
    look.reset();
    if (next_file + 1 > known)
      put_metadata("next_file", std::to_string(next_file + 1), context.now_ms);
  }
  if (context.sequence == 1) note_extractor();
}

void TransactionWriter::write_derived(const Derived& derived) {
  const CommitContext context{head().sequence, clock_(), true};
  for (const FileVersionPtr& file : derived.files) {
    files_.write_packed(*file, context);
    atoms_.write_derived(*file);
  }
  for (const FileId file : derived.stray_files) {
    for (const char* sql :
         {"DELETE FROM files WHERE id = ?1", "DELETE FROM file_links WHERE file_id = ?1"}) {
      Statement remove = connection_.prepare(sql);
      remove.bind(1, std::int64_t{raw(file)});
      remove.run();
    }
  }
  for (const AtomId atom : derived.stray_atoms) drop_stray_atom(atom);
  for (const LogLoss& loss : derived.losses) {
    put_metadata(std::string(kLossKey) + std::to_string(raw(loss.sequence)), loss.what,
                 context.now_ms);
  }
  if (raw(derived.lost_until) != 0)
    put_metadata("lost_until", std::to_string(raw(derived.lost_until)), context.now_ms);
  if (derived.configs_differ) {
    connection_.prepare("DELETE FROM config_files").run();
    for (const ConfigFile& config : derived.configs) write_config(config, context);
  }
  if (!derived.notes) return;
  for (const Note& note : notes()) connection_.prepare(note.fix).run();
}

void TransactionWriter::write_versions(const std::vector<FileVersionPtr>& files) {
  for (const FileVersionPtr& file : files) atoms_.write_versions(*file);
}

/// An atom that the log knows keeps its row, as a removed one; any other never was.
void TransactionWriter::drop_stray_atom(AtomId atom) {
  for (const char* sql :
       {"DELETE FROM atom_relations WHERE source_id = ?1",
        "DELETE FROM unresolved_references WHERE source_id = ?1",
        "DELETE FROM atom_search WHERE rowid = ?1", "DELETE FROM atom_versions WHERE atom_id = ?1",
        "DELETE FROM atoms WHERE rowid = ?1 AND NOT EXISTS "
        "(SELECT 1 FROM atom_events WHERE atom_id = ?1)",
        "UPDATE atoms SET state = 'removed', version = "
        "(SELECT max(new_version) FROM atom_events WHERE atom_id = ?1) WHERE rowid = ?1"}) {
    Statement statement = connection_.prepare(sql);
    statement.bind(1, std::int64_t{raw(atom)});
    statement.run();
  }
}

void TransactionWriter::note_extractor() {
  const std::int64_t now_ms = clock_();
  put_metadata("extractor_version", std::to_string(kExtractorVersion), now_ms);
  put_metadata("extractor_options", extractor_options_, now_ms);
}

void TransactionWriter::write_transaction(const Delta& delta, const TransactionInfo& info,
                                          const CommitContext& context, const Head& last,
                                          const CommitCounts& written) {
  const DeltaCounts counts = count(delta);
  const auto sequence = static_cast<std::uint64_t>(context.sequence);
  // Ids rise whatever the clock does (RFC 9562 §6.2).
  const std::string id =
      info.id.empty() ? make_uuid_v7(std::max(context.now_ms, last.id_ms), sequence) : info.id;
  digest_.clear();
  chain_rows_.add(digest_, context.sequence, first_event_, written.events);

  const InsertTransaction& row = statements_->insert_transaction;
  HashedRow put(digest_);
  put(row.sequence, context.sequence);
  put(row.id, id);
  put(row.cause, to_string(info.cause));
  put(row.started_ms, info.started_ms);
  put(row.committed_ms, context.now_ms);
  put(row.files, counts.files);
  put(row.atoms_created, counts.created);
  put(row.atoms_updated, counts.updated + counts.renamed + counts.moved);
  put(row.atoms_deleted, counts.deleted);
  put(row.relations_gained, counts.relations_gained);
  put(row.relations_lost, counts.relations_lost);
  put(row.first_event, first_event_);
  put(row.events, written.events);
  put(row.graph_digest, static_cast<std::int64_t>(info.graph_digest));
  put(row.git_head, info.git_head);
  put(row.rows_written, written.rows_written);
  put(row.replica, replica_);
  digest_.end_row("transactions");
  const ContentHash content = digest_.digest();
  const ContentHash link = chain_link(last.chain, content);
  const std::string content_bytes = content_hash_bytes(content);
  const std::string link_bytes = content_hash_bytes(link);
  row.content_digest.set(content_bytes);
  row.chain.set(link_bytes);
  statements_->insert_transaction.run();
  put_metadata("chain_head", chain_text(context.sequence, link), context.now_ms);
}

}  // namespace dg
