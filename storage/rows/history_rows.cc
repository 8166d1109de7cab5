#include "storage/rows/history_rows.h"

#include "events/file_state.h"
#include "events/positions.h"
#include "storage/rows/file_rows.h"

namespace dg {
namespace {

struct InsertTransactionFile : RowStatement {
  InsertTransactionFile() : RowStatement(Verb::insert, "transaction_files") {}
  Integer sequence{*this, "sequence"};
  Integer file_id{*this, "file_id"};
  Text path{*this, "path"};
  Blob content_hash{*this, "content_hash"};
  Blob positions{*this, "positions"};
  Integer first_event{*this, "first_event"};
  Integer events{*this, "events"};
  Integer fold{*this, "fold"};
};

struct InsertFileSnapshot : RowStatement {
  InsertFileSnapshot() : RowStatement(Verb::insert, "file_snapshots") {}
  Integer file_id{*this, "file_id"};
  Integer sequence{*this, "sequence"};
  Blob state{*this, "state"};
};

}  // namespace

struct HistoryRowWriter::Statements {
  InsertTransactionFile insert_file;
  InsertFileSnapshot insert_snapshot;
  Statement last_fold;
};

HistoryRowWriter::HistoryRowWriter() : statements_(std::make_unique<Statements>()) {}
HistoryRowWriter::~HistoryRowWriter() = default;

void HistoryRowWriter::prepare(const Connection& connection) {
  statements_->insert_file.prepare(connection);
  statements_->insert_snapshot.prepare(connection);
  statements_->last_fold = connection.prepare(
      "SELECT fold FROM transaction_files WHERE file_id = ?1 ORDER BY sequence DESC LIMIT 1");
}

std::uint32_t HistoryRowWriter::write(const FileDelta& delta, const EventRange& events,
                                      const CommitContext& context) {
  if (delta.after == nullptr) {
    put_removed(*delta.before, events, context);
    return 1;
  }
  std::uint32_t rows = 0;
  if (delta.before != nullptr && delta.before->id != delta.after->id) {
    put_removed(*delta.before, {events.first, 0}, context);
    ++rows;
  }
  return rows + put(*delta.after, events, context);
}

std::int64_t HistoryRowWriter::fold_before(FileId file) {
  Statement& row = statements_->last_fold;
  row.bind(1, std::int64_t{raw(file)});
  const std::int64_t fold = row.step() ? row.integer(0) : 0;
  row.reset();
  return fold;
}

std::uint32_t HistoryRowWriter::put(const FileVersion& file, const EventRange& events,
                                    const CommitContext& context) {
  const std::int64_t fold = fold_before(file.id) + events.count;
  const bool checkpoint = fold > longest_fold(file.atoms.size());
  const std::string hash = content_hash_bytes(file.hash);
  const std::string positions = pack_positions(file);
  const InsertTransactionFile& row = statements_->insert_file;
  row.sequence.set(context.sequence);
  row.file_id.set(raw(file.id));
  row.path.set(file.path);
  row.content_hash.set(hash);
  row.positions.set(positions);
  row.first_event.set(events.first);
  row.events.set(events.count);
  row.fold.set(checkpoint ? 0 : fold);
  statements_->insert_file.run();
  if (!checkpoint) return 1;

  const std::string state = encode_atoms(file_state_of(file));
  const InsertFileSnapshot& snapshot = statements_->insert_snapshot;
  snapshot.file_id.set(raw(file.id));
  snapshot.sequence.set(context.sequence);
  snapshot.state.set(state);
  statements_->insert_snapshot.run();
  return 2;
}

void HistoryRowWriter::put_removed(const FileVersion& file, const EventRange& events,
                                   const CommitContext& context) {
  const InsertTransactionFile& row = statements_->insert_file;
  row.sequence.set(context.sequence);
  row.file_id.set(raw(file.id));
  row.path.set(file.path);
  row.content_hash.null();
  row.positions.null();
  row.first_event.set(events.first);
  row.events.set(events.count);
  row.fold.set(0);
  statements_->insert_file.run();
}

}  // namespace dg
