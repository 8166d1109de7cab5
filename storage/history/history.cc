#include <algorithm>
#include <optional>

#include "storage/connect.h"
#include "storage/history/file_history.h"
#include "storage/history/history_reader.h"
#include "storage/history/log_rows.h"
#include "storage/history/reading.h"
#include "storage/load.h"

namespace dg {
namespace {

std::int64_t number(Sequence sequence) {
  return static_cast<std::int64_t>(raw(sequence));
}

std::string select_transactions(std::string_view rest) {
  return std::string("SELECT ")
      .append(kTransactionColumns)
      .append(" FROM transactions t WHERE t.sequence BETWEEN ?1 AND ?2 ORDER BY t.sequence ")
      .append(rest);
}

}  // namespace

HistoryReader::HistoryReader(Connection& connection, std::string thing)
    : connection_(connection), thing_(std::move(thing)) {}

Result<History::Extent> HistoryReader::extent() {
  return reading(thing_, [&] {
    Extent extent;
    const ReadTransaction transaction(connection_);
    Statement row = connection_.prepare(
        "SELECT sequence, committed_ms FROM transactions "
        "WHERE sequence = (SELECT min(sequence) FROM transactions) "
        "OR sequence = (SELECT max(sequence) FROM transactions) ORDER BY sequence");
    while (row.step()) {
      extent.last = static_cast<Sequence>(row.integer(0));
      extent.last_ms = row.integer(1);
      if (raw(extent.first) != 0) continue;
      extent.first = extent.last;
      extent.first_ms = extent.last_ms;
    }
    extent.compacted = raw(extent.first) > 1;
    return extent;
  });
}

Result<std::optional<History::Compacted>> HistoryReader::compacted() {
  return reading(thing_, [&] {
    std::optional<Compacted> found;
    Statement row = connection_.prepare(
        "SELECT m.value ->> 'first', m.value ->> 'commits_lost', m.value ->> 'events_lost', "
        "m.updated_at, t.committed_ms FROM system_metadata m LEFT JOIN transactions t "
        "ON t.sequence = m.value ->> 'first' WHERE m.key = 'compacted'");
    if (row.step()) {
      found = Compacted{static_cast<Sequence>(row.integer(0)), row.integer(4), row.integer(3),
                        static_cast<std::uint64_t>(row.integer(1)),
                        static_cast<std::uint64_t>(row.integer(2))};
    }
    return found;
  });
}

Result<History::Moment> HistoryReader::at_time(std::int64_t unix_ms, std::int64_t now_ms) {
  return reading(thing_, [&] {
    const ReadTransaction transaction(connection_);
    Moment moment;
    Statement last =
        connection_.prepare("SELECT max(sequence) FROM transactions WHERE committed_ms <= ?1");
    last.bind(1, unix_ms);
    if (last.step()) moment.at = static_cast<Sequence>(last.integer(0));
    last.reset();
    Statement later = connection_.prepare(
        "SELECT count(*) FROM transactions WHERE committed_ms > ?1 AND committed_ms <= ?2 "
        "AND sequence < ?3");
    later.bind(1, unix_ms);
    later.bind(2, now_ms);
    later.bind(3, number(moment.at));
    if (later.step()) moment.later = static_cast<std::uint64_t>(later.integer(0));
    later.reset();
    return moment;
  });
}

Result<std::vector<History::Transaction>> HistoryReader::transactions(Sequence first, Sequence last,
                                                                      bool newest_first,
                                                                      std::size_t limit) {
  return reading(thing_, [&] {
    std::vector<Transaction> found;
    Statement rows =
        connection_.prepare(select_transactions(newest_first ? "DESC LIMIT ?3" : "LIMIT ?3"));
    rows.bind(1, number(first));
    rows.bind(2, number(last));
    rows.bind(3, static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000'000)));
    while (rows.step()) found.push_back(transaction_of(rows));
    return found;
  });
}

Result<std::vector<FileId>> HistoryReader::files_changed(Sequence after, Sequence upto) {
  return reading(thing_, [&] {
    std::vector<FileId> files;
    Statement rows = connection_.prepare(
        "SELECT file_id FROM transaction_files WHERE sequence > ?1 AND sequence <= ?2");
    rows.bind(1, number(after));
    rows.bind(2, number(upto));
    while (rows.step()) files.push_back(static_cast<FileId>(rows.integer(0)));
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
  });
}

Result<std::vector<FileState>> HistoryReader::files_at(Sequence at, std::span<const FileId> files) {
  return reading(thing_, [&] {
    const ReadTransaction transaction(connection_);
    FileHistory history(connection_);
    std::vector<FileState> states;
    states.reserve(files.size());
    for (const FileId file : files) {
      if (std::optional<FileState> state = history.at(file, at))
        states.push_back(std::move(*state));
    }
    return states;
  });
}

namespace {

/// Carries an Error of a function of the walk through reading().
struct Ended {
  Error error;
};

void check(const Result<>& result) {
  if (!result) throw Ended{result.error()};
}

}  // namespace

namespace {

/// One walk over the log, with or without somebody who hears of holes.
class LogWalk {
 public:
  LogWalk(const Connection& connection, const History::Walk& walk)
      : connection_(connection),
        walk_(walk),
        events_(connection),
        files_(
            connection.prepare("SELECT file_id, path, content_hash, positions, first_event, events "
                               "FROM transaction_files WHERE sequence = ?1 ORDER BY file_id")) {}

  void run(Sequence after, Sequence upto) {
    Statement rows = connection_.prepare(select_transactions({}));
    rows.bind(1, number(after) + 1);
    rows.bind(2, number(upto));
    std::uint64_t expected = raw(after) + 1;
    while (rows.step()) {
      const History::Transaction current = transaction_of(rows);
      if (walk_.hole && raw(current.sequence) != expected) {
        hole({Sequence{expected}, kNoAtom, kNoFile,
              "commits " + std::to_string(expected) + " to " +
                  std::to_string(raw(current.sequence) - 1)});
      }
      expected = raw(current.sequence) + 1;
      events(current);
      files(current.sequence);
      check(walk_.transaction(current));
    }
  }

 private:
  void hole(const History::Hole& hole) { check(walk_.hole(hole)); }

  void events(const History::Transaction& commit) {
    if (!walk_.hole) {
      return events_.each(commit.first_event, commit.events,
                          [&](const Event& event) { check(walk_.event(event)); });
    }
    const auto take = [&](const LoggedEvent& logged) {
      if (logged.event) return check(walk_.event(*logged.event));
      hole({commit.sequence, logged.header.atom, kNoFile,
            "an event of atom " + std::to_string(raw(logged.header.atom)) +
                ", which cannot be read"});
    };
    const std::int64_t lacking =
        events_.each_of(commit.sequence, commit.first_event, commit.events, take);
    if (lacking == 0) return;
    hole({commit.sequence, kNoAtom, kNoFile,
          std::to_string(lacking) + " of " + std::to_string(commit.events) + " events"});
  }

  void files(Sequence sequence) {
    files_.bind(1, number(sequence));
    while (files_.step()) {
      const FileId id{static_cast<std::uint32_t>(files_.integer(0))};
      std::optional<History::FileRow> row;
      try {
        row = file_row_of(files_);
      } catch (const Damage& damage) {
        if (!walk_.hole) throw;
        hole({sequence, kNoAtom, id, damage.what});
        continue;
      }
      check(walk_.file(*row));
    }
  }

  const Connection& connection_;
  const History::Walk& walk_;
  EventRows events_;
  Statement files_;
};

}  // namespace

Result<> HistoryReader::walk(Sequence after, Sequence upto, const Walk& walk) {
  try {
    return reading(thing_, [&] {
      const ReadTransaction transaction(connection_);
      LogWalk(connection_, walk).run(after, upto);
      return Ok{};
    });
  } catch (const Ended& ended) {
    return ended.error;
  }
}

Result<std::vector<LogLoss>> HistoryReader::losses() {
  return reading(thing_, [&] { return logged_losses(connection_); });
}

}  // namespace dg
