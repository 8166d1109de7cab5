#include "storage/history/chain.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "parser/hexadecimal.h"
#include "storage/rows/file_rows.h"

namespace dg {
namespace {

/// Columns that hold the result of hashing.
bool is_result(std::string_view column) {
  return column == "content_digest" || column == "chain";
}

/// Names of a table's columns, sorted, as the database has them.
std::vector<std::string> columns_of(const Connection& connection, const std::string& table) {
  std::vector<std::string> names;
  Statement rows = connection.prepare("SELECT name FROM pragma_table_xinfo(?1) ORDER BY name");
  rows.bind_text(1, table);
  while (rows.step()) {
    if (!is_result(rows.text(0))) names.emplace_back(rows.text(0));
  }
  return names;
}

std::string listed(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& name : columns) list += (list.empty() ? "" : ", ") + name;
  return list;
}

void add_cells(RowDigest& digest, const Statement& row, const std::vector<std::string>& columns) {
  for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
    const std::string& name = columns[static_cast<std::size_t>(i)];
    switch (sqlite3_column_type(row.handle(), i)) {
      case SQLITE_INTEGER:
        digest.integer(name, row.integer(i));
        break;
      case SQLITE_FLOAT:
        digest.real(name, row.real(i));
        break;
      case SQLITE_TEXT:
        digest.text(name, row.text(i));
        break;
      case SQLITE_BLOB:
        digest.blob(name, row.text(i));
        break;
      default:
        break;
    }
  }
}

struct Link {
  std::int64_t sequence = 0;
  std::string digits;  ///< Hexadecimal.
};

/// A link as system_metadata keeps it; nothing where there is none.
std::optional<Link> stored_link(const Connection& connection, std::string_view key) {
  Statement row = connection.prepare("SELECT value FROM system_metadata WHERE key = ?1");
  row.bind_text(1, key);
  if (!row.step()) return std::nullopt;
  const std::string text(row.text(0));
  Link link;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), link.sequence);
  link.digits = end.ptr < text.data() + text.size() ? std::string(end.ptr + 1) : std::string();
  return link;
}

ContentHash hash_from(const std::string& digits) {
  ContentHash hash;
  if (digits.size() != 32) return hash;
  std::from_chars(digits.data(), digits.data() + 16, hash.high, 16);
  std::from_chars(digits.data() + 16, digits.data() + 32, hash.low, 16);
  return hash;
}

}  // namespace

ChainRows::Rows ChainRows::rows_of(const Connection& connection, const std::string& table,
                                   const std::string& where) {
  Rows rows;
  rows.table = table;
  rows.columns = columns_of(connection, table);
  rows.statement =
      connection.prepare("SELECT " + listed(rows.columns) + " FROM " + table + " WHERE " + where);
  return rows;
}

ChainRows::ChainRows(const Connection& connection)
    : events_(rows_of(connection, "atom_events", "id >= ?1 AND id < ?2 ORDER BY id")),
      files_(rows_of(connection, "transaction_files", "sequence = ?1 ORDER BY file_id")) {}

std::size_t ChainRows::add_rows(RowDigest& digest, Rows& rows, std::size_t limit) {
  std::size_t added = 0;
  while (added < limit && rows.statement.step()) {
    add_cells(digest, rows.statement, rows.columns);
    digest.end_row(rows.table);
    ++added;
  }
  return added;
}

void ChainRows::begin(std::int64_t sequence, std::int64_t first_event, std::int64_t events) {
  events_.statement.bind(1, first_event);
  events_.statement.bind(2, first_event + events);
  files_.statement.bind(1, sequence);
  events_.done = files_.done = false;
}

std::size_t ChainRows::next(RowDigest& digest, std::size_t rows) {
  std::size_t added = 0;
  for (Rows* part : {&events_, &files_}) {
    // A statement that is at its end would begin anew.
    if (part->done) continue;
    const std::size_t wanted = rows - added;
    const std::size_t got = add_rows(digest, *part, wanted);
    part->done = got < wanted;
    added += got;
  }
  return added;
}

void ChainRows::add(RowDigest& digest, std::int64_t sequence, std::int64_t first_event,
                    std::int64_t events) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  begin(sequence, first_event, events);
  next(digest, kAll);
}

ChainWalk::ChainWalk(const Connection& connection)
    : connection_(connection),
      rows_(connection),
      columns_(columns_of(connection, "transactions")),
      row_(connection.prepare("SELECT " + listed(columns_) +
                              ", sequence, id, first_event, events, content_digest, chain FROM "
                              "transactions ORDER BY sequence")) {
  if (const std::optional<Link> base = stored_link(connection, "chain_base")) {
    last_ = base->sequence;
    link_ = hash_from(base->digits);
  }
}

void ChainWalk::broken(std::int64_t sequence, std::string reason) {
  link_known_ = false;
  const Sequence at = static_cast<Sequence>(sequence);
  if (!check_.breaks.empty() && check_.breaks.back().sequence == at) return;
  check_.breaks.push_back({at, std::move(reason)});
}

bool ChainWalk::step(std::size_t rows) {
  while (rows > 0) {
    if (!under_way_) {
      if (!row_.step()) {
        look_behind();
        check_.head = chained_ ? hexadecimal(content_hash_bytes(link_)) : std::string();
        return false;
      }
      begin_transaction();
      --rows;
    }
    const std::size_t added = rows_.next(digest_, rows);
    rows -= added;
    if (rows > 0) end_transaction();
  }
  return true;
}

void ChainWalk::begin_transaction() {
  const int own = static_cast<int>(columns_.size());
  const std::int64_t sequence = row_.integer(own);
  const std::int64_t first = row_.integer(own + 2), events = row_.integer(own + 3);
  if (sequence != last_ + 1) {
    broken(last_ + 1, "it is missing; the next one that is there is " + std::to_string(sequence));
  } else if (next_event_ && first != *next_event_) {
    broken(sequence, "its events begin at " + std::to_string(first) + ", not at " +
                         std::to_string(*next_event_) + ": events are missing or doubled");
  }
  next_event_ = first + events;
  last_ = sequence;
  ++check_.transactions;
  digest_.clear();
  rows_.begin(sequence, first, events);
  under_way_ = true;
}

void ChainWalk::end_transaction() {
  under_way_ = false;
  const int own = static_cast<int>(columns_.size());
  if (row_.is_null(own + 4) || row_.is_null(own + 5)) {
    // Only what was written before there were chains has none.
    if (chained_) broken(last_, "it has no digest");
    ++check_.without_digest;
    return;
  }
  add_cells(digest_, row_, columns_);
  digest_.end_row("transactions");
  const ContentHash content = digest_.digest();
  const ContentHash stored = content_hash_from(row_.text(own + 5));
  if (content != content_hash_from(row_.text(own + 4))) {
    broken(last_, "its rows are not those that were committed");
    next_event_.reset();  // Where its events end is not known either.
  } else if (link_known_ && chain_link(link_, content) != stored) {
    broken(last_, "it does not follow the transaction before it: the log forks here");
  }
  link_ = stored;
  link_known_ = chained_ = true;
}

/// What no transaction claims, and whether the end is there.
void ChainWalk::look_behind() {
  if (const std::optional<Link> head = stored_link(connection_, "chain_head")) {
    if (head->sequence > last_)
      return broken(last_ + 1, "the log ends before " + std::to_string(head->sequence) +
                                   ", the last transaction that was committed");
    if (head->sequence < last_) return broken(last_, "it was added behind the log's head");
    if (head->digits != hexadecimal(content_hash_bytes(link_)))
      return broken(last_, "it is not the transaction that was committed last");
  } else if (chained_) {
    return broken(last_, "the log's head is not noted");
  }
  const std::int64_t last_event = connection_.integer("SELECT max(id) FROM atom_events");
  if (next_event_ && last_event >= *next_event_)
    return broken(last_, "there are events behind the last transaction's");
  const std::int64_t last_file = connection_.integer("SELECT max(sequence) FROM transaction_files");
  if (last_file > last_) return broken(last_, "there are file rows behind the last transaction");
}

std::string chain_text(std::int64_t sequence, const ContentHash& link) {
  return std::to_string(sequence) + " " + hexadecimal(content_hash_bytes(link));
}

ChainCheck check_chain(const Connection& connection) {
  ChainWalk walk(connection);
  while (walk.step(std::numeric_limits<std::size_t>::max())) {
  }
  return walk.check();
}

}  // namespace dg
