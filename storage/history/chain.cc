#include "storage/history/chain.h"

#include <algorithm>
#include <charconv>
#include <optional>

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

std::string digits_of(const ContentHash& link) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const char c : content_hash_bytes(link)) {
    digits += kDigits[static_cast<unsigned char>(c) >> 4];
    digits += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return digits;
}

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

/// Walks the transactions in order, and says what is wrong with the first bad one.
class Walk {
 public:
  explicit Walk(Connection& connection)
      : connection_(connection),
        rows_(connection),
        columns_(columns_of(connection, "transactions")) {}

  ChainCheck run() {
    if (const std::optional<Link> base = stored_link(connection_, "chain_base")) {
      last_ = base->sequence;
      link_ = hash_from(base->digits);
    }
    Statement row = connection_.prepare(
        "SELECT " + listed(columns_) +
        ", sequence, id, first_event, events, content_digest, chain FROM transactions "
        "ORDER BY sequence");
    while (!check_.broken && row.step()) look_at(row);
    if (!check_.broken) look_behind();
    check_.head = chained_ ? digits_of(link_) : std::string();
    return std::move(check_);
  }

 private:
  void broken(std::int64_t sequence, std::string reason) {
    check_.broken = static_cast<Sequence>(sequence);
    check_.reason = std::move(reason);
  }

  void look_at(const Statement& row) {
    const int own = static_cast<int>(columns_.size());
    const std::int64_t sequence = row.integer(own);
    if (sequence != last_ + 1) {
      return broken(last_ + 1, sequence <= last_ ? "it is there twice"
                                                 : "it is missing; the next one that is there is " +
                                                       std::to_string(sequence));
    }
    const std::int64_t first = row.integer(own + 2), events = row.integer(own + 3);
    if (next_event_ && first != *next_event_) {
      return broken(sequence, "its events begin at " + std::to_string(first) + ", not at " +
                                  std::to_string(*next_event_) + ": events are missing or doubled");
    }
    next_event_ = first + events;
    ++check_.transactions;
    last_ = sequence;
    if (row.is_null(own + 4) || row.is_null(own + 5)) {
      // Only what was written before there were chains has none.
      if (chained_) return broken(sequence, "it has no digest");
      ++check_.without_digest;
      return;
    }
    RowDigest digest;
    rows_.add(digest, sequence, first, events);
    add_cells(digest, row, columns_);
    digest.end_row("transactions");
    const ContentHash content = digest.digest();
    if (content != content_hash_from(row.text(own + 4)))
      return broken(sequence, "its rows are not those that were committed");
    link_ = chain_link(link_, content);
    if (link_ != content_hash_from(row.text(own + 5)))
      return broken(sequence, "it does not follow the transaction before it: the log forks here");
    chained_ = true;
  }

  /// What no transaction claims, and whether the end is there.
  void look_behind() {
    if (const std::optional<Link> head = stored_link(connection_, "chain_head")) {
      if (head->sequence > last_)
        return broken(last_ + 1, "the log ends before " + std::to_string(head->sequence) +
                                     ", the last transaction that was committed");
      if (head->sequence < last_) return broken(last_, "it was added behind the log's head");
      if (head->digits != digits_of(link_))
        return broken(last_, "it is not the transaction that was committed last");
    } else if (chained_) {
      return broken(last_, "the log's head is not noted");
    }
    const std::int64_t last_event = connection_.integer("SELECT max(id) FROM atom_events");
    if (next_event_ && last_event >= *next_event_)
      return broken(last_, "there are events behind the last transaction's");
    const std::int64_t last_file =
        connection_.integer("SELECT max(sequence) FROM transaction_files");
    if (last_file > last_) return broken(last_, "there are file rows behind the last transaction");
  }

  Connection& connection_;
  ChainRows rows_;
  std::vector<std::string> columns_;
  ChainCheck check_;
  std::int64_t last_ = 0;
  std::optional<std::int64_t> next_event_;
  ContentHash link_;
  bool chained_ = false;
};

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

void ChainRows::add_rows(RowDigest& digest, Rows& rows) {
  while (rows.statement.step()) {
    add_cells(digest, rows.statement, rows.columns);
    digest.end_row(rows.table);
  }
}

void ChainRows::add(RowDigest& digest, std::int64_t sequence, std::int64_t first_event,
                    std::int64_t events) {
  events_.statement.bind(1, first_event);
  events_.statement.bind(2, first_event + events);
  add_rows(digest, events_);
  files_.statement.bind(1, sequence);
  add_rows(digest, files_);
}

std::string chain_text(std::int64_t sequence, const ContentHash& link) {
  return std::to_string(sequence) + " " + digits_of(link);
}

ChainCheck check_chain(Connection& connection) {
  return Walk(connection).run();
}

}  // namespace dg
