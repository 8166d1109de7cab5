#include "storage/audit/audit_rows.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <set>

#include "storage/schema/ddl.h"

namespace dg {
namespace {

using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

/// What a commit notes beside the state itself: times, and numbers of rows of its own.
bool is_incidental(std::string_view column) {
  static constexpr std::string_view kNames[] = {"rowid",         "extracted_at", "updated_at",
                                                "sequence",      "created_at",   "last_analyzed",
                                                "last_modified", "mtime_ns",     "facts_id"};
  return std::find(std::begin(kNames), std::end(kNames), column) != std::end(kNames);
}

/// The registered columns that somebody fills, `keys` first.
std::vector<std::string> compared_columns(std::string_view table,
                                          std::span<const std::string_view> keys,
                                          std::string_view owner) {
  std::vector<std::string> names(keys.begin(), keys.end());
  for (const schema::Column& column : schema::table(table)->columns) {
    const bool key = std::find(keys.begin(), keys.end(), column.name) != keys.end();
    if (key || column.producer.empty() || column.name == owner || is_incidental(column.name))
      continue;
    names.emplace_back(column.name);
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool same_cell(const Statement& a, const Statement& b, int column) {
  const int type = sqlite3_column_type(a.handle(), column);
  if (type != sqlite3_column_type(b.handle(), column)) return false;
  if (type == SQLITE_NULL) return true;
  if (type == SQLITE_INTEGER) return a.integer(column) == b.integer(column);
  return a.text(column) == b.text(column);
}

/// Whether both give the same rows; at the first difference it stops.
bool same_rows(Statement& a, Statement& b, int columns) {
  bool same = true;
  while (same) {
    const bool row = a.step();
    if (b.step() != row) {
      same = false;
    } else if (!row) {
      return true;
    }
    for (int i = 0; i < columns && same; ++i) same = same_cell(a, b, i);
  }
  a.reset();
  b.reset();
  return same;
}

std::vector<Row> all_rows(Statement& statement, std::size_t columns, std::size_t keys) {
  std::vector<Row> rows;
  while (statement.step()) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < static_cast<int>(columns); ++i) {
      if (statement.is_null(i)) {
        row.emplace_back(std::nullopt);
        continue;
      }
      const bool blob = sqlite3_column_type(statement.handle(), i) == SQLITE_BLOB;
      row.emplace_back((blob ? "\1" : "") + std::string(statement.text(i)));
    }
  }
  std::sort(rows.begin(), rows.end(), [keys](const Row& a, const Row& b) {
    return std::lexicographical_compare(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(keys),
                                        b.begin(), b.begin() + static_cast<std::ptrdiff_t>(keys));
  });
  return rows;
}

/// A cell for people; of packed bytes their number and a hash (FNV-1a), by which to tell them
/// apart.
std::string shown(const Cell& cell) {
  if (!cell) return "NULL";
  if (cell->empty() || cell->front() != '\1') return *cell;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : *cell) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[64];
  std::snprintf(text, sizeof text, "%zu bytes #%08x", cell->size() - 1,
                static_cast<unsigned>(hash ^ hash >> 32));
  return text;
}

std::string key_text(const Row& row, std::size_t keys) {
  std::string text;
  for (std::size_t i = 0; i < keys; ++i) text += (i == 0 ? "" : " ") + shown(row[i]);
  return text;
}

/// The columns in which `row` differs from `other`; all where there is no other.
std::string columns_text(const Row& row, const Row* other, const std::vector<std::string>& names,
                         std::size_t keys) {
  std::string text;
  for (std::size_t i = keys; i < row.size(); ++i) {
    if (other != nullptr && row[i] == (*other)[i]) continue;
    text += (text.empty() ? "" : ", ") + names[i] + "=" + shown(row[i]);
  }
  return text.empty() ? "there" : text;
}

}  // namespace

struct RowAudit::Probe {
  std::string table;
  std::vector<std::string> columns;
  std::size_t keys = 0;
  bool of_atom = false;
  Statement stored, expected;
};

RowAudit::RowAudit(const Connection& stored, const std::string& extractor_options)
    : stored_(stored),
      expected_(":memory:", Connection::Mode::read_write_create),
      files_(extractor_options) {
  for (const schema::Table& table : schema::tables())
    expected_.execute(schema::create_table_sql(table));
  for (const schema::NamedSql& table : schema::virtual_tables())
    expected_.execute(std::string(table.sql));
  files_.prepare(expected_);
  atoms_.prepare(expected_);
  links_.prepare(expected_);

  const auto add = [this](std::string_view table, std::vector<std::string_view> keys,
                          std::string_view owner, bool of_atom) {
    std::vector<std::string> columns = compared_columns(table, keys, owner);
    const std::string select = listed(columns);
    std::string from = std::string(table) + " WHERE " + std::string(owner) + " = ?1";
    if (!keys.empty()) {
      from += " ORDER BY ";
      for (const std::string_view key : keys)
        from += (key == keys[0] ? "" : ", ") + std::string(key);
    }
    add_probe(table, select, from, std::move(columns), keys.size(), of_atom);
  };
  add("files", {}, "id", false);
  add("file_links", {}, "file_id", false);
  add_probe("cache_entries", "c.key, c.value",
            "files f JOIN cache_entries c ON c.id = f.facts_id WHERE f.id = ?1", {"key", "value"},
            0, false);
  add("atoms", {}, "rowid", true);
  add("atom_relations", {"relation_type", "target_id"}, "source_id", true);
  add("unresolved_references", {"relation_type", "text", "reason", "detail"}, "source_id", true);
  add("atom_versions", {}, "atom_id", true);
  // The index keeps no text; the number of tokens of each of its columns is what can be read back.
  add_probe("atom_search", "sz", "atom_search_docsize WHERE id = ?1", {"tokens"}, 0, true);
}

RowAudit::~RowAudit() = default;

void RowAudit::add_probe(std::string_view table, std::string_view select, std::string_view from,
                         std::vector<std::string> columns, std::size_t keys, bool of_atom) {
  const std::string sql = "SELECT " + std::string(select) + " FROM " + std::string(from);
  auto probe = std::make_unique<Probe>();
  probe->table = table;
  probe->columns = std::move(columns);
  probe->keys = keys;
  probe->of_atom = of_atom;
  probe->stored = stored_.prepare(sql);
  probe->expected = expected_.prepare(sql);
  probes_.push_back(std::move(probe));
}

namespace {

/// The links of the atoms [first, end), which lie together in either list.
template <typename Link>
std::span<const Link> links_of(const std::vector<Link>& all, std::size_t first, std::size_t end) {
  const auto at = [&](std::size_t atom) {
    return std::lower_bound(all.begin(), all.end(), atom, [](const Link& link, std::size_t wanted) {
      return raw(link.source) < wanted;
    });
  };
  return {at(first), at(end)};
}

/// Copies links with their sites.
template <typename Link>
void copy_links(std::span<const Link> links, const std::vector<Site>& sites,
                std::vector<Link>& to_links, std::vector<Site>& to_sites) {
  for (Link link : links) {
    const auto begin = sites.begin() + link.sites.begin;
    link.sites.begin = static_cast<std::uint32_t>(to_sites.size());
    to_sites.insert(to_sites.end(), begin, begin + link.sites.count);
    to_links.push_back(link);
  }
}

/// The file with the links of the atoms [first, end) alone.
FileVersion part_of(const FileVersion& file, std::size_t first, std::size_t end) {
  auto links = std::make_shared<FileLinks>();
  const FileLinks& all = *file.links;
  copy_links(links_of(all.edges, first, end), all.sites, links->edges, links->sites);
  copy_links(links_of(all.open, first, end), all.sites, links->open, links->sites);
  links->details = all.details;
  FileVersion part = file;
  part.links = std::move(links);
  return part;
}

}  // namespace

void RowAudit::write_expected(const FileVersionPtr& file, std::size_t first, std::size_t end) {
  const CommitContext context;
  FileDelta delta;
  delta.after = file;
  if (first == 0) files_.write(delta, context);
  if (first != 0 || end != file->atoms.size())
    delta.after = std::make_shared<const FileVersion>(part_of(*file, first, end));
  delta.atoms.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) {
    AtomChange& change = delta.atoms.emplace_back();
    change.id = file->atoms[i];
    change.after = AtomIndex{static_cast<std::uint32_t>(i)};
    change.version_before = file->versions[i] - 1;
    change.version_after = file->versions[i];
  }
  atoms_.write(delta, context);
  links_.write(delta, context);
}

std::vector<TableFault> RowAudit::compare(const FileVersionPtr& file, std::size_t first,
                                          std::size_t count) {
  std::vector<TableFault> faults;
  const std::size_t end = std::min(file->atoms.size(), first + count);
  expected_.execute("BEGIN");
  write_expected(file, first, end);
  for (const std::unique_ptr<Probe>& probe : probes_) {
    if (!probe->of_atom) {
      if (first == 0) check(*probe, raw(file->id), *file, kNoAtom, faults);
      continue;
    }
    for (std::size_t i = first; i < end; ++i)
      check(*probe, raw(file->atoms[i]), *file, file->atoms[i], faults);
  }
  expected_.execute("ROLLBACK");
  return faults;
}

void RowAudit::check(Probe& probe, std::int64_t id, const FileVersion& file, AtomId atom,
                     std::vector<TableFault>& faults) {
  probe.stored.bind(1, id);
  probe.expected.bind(1, id);
  if (same_rows(probe.stored, probe.expected, static_cast<int>(probe.columns.size()))) return;
  const std::size_t width = probe.columns.size();
  const std::vector<Row> stored = all_rows(probe.stored, width, probe.keys);
  const std::vector<Row> expected = all_rows(probe.expected, width, probe.keys);
  const auto same_key = [&](const Row& a, const Row& b) {
    return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(probe.keys), b.begin());
  };
  const auto fault = [&](const Row* here, const Row* there) {
    TableFault& found = faults.emplace_back();
    found.table = probe.table;
    found.file = file.id;
    found.atom = atom;
    found.row = key_text(here != nullptr ? *here : *there, probe.keys);
    if (here != nullptr) found.stored = columns_text(*here, there, probe.columns, probe.keys);
    if (there != nullptr) found.expected = columns_text(*there, here, probe.columns, probe.keys);
  };
  auto a = stored.begin();
  auto b = expected.begin();
  while (a != stored.end() || b != expected.end()) {
    if (a != stored.end() && b != expected.end() && same_key(*a, *b)) {
      if (*a != *b) fault(&*a, &*b);
      ++a, ++b;
    } else if (b == expected.end() || (a != stored.end() && *a < *b)) {
      fault(&*a++, nullptr);
    } else {
      fault(nullptr, &*b++);
    }
  }
}

/// Walks the owners of rows table by table, in the order of their ids.
struct RowAudit::StraySearch {
  struct Table {
    const char* name;
    const char* sql;  ///< Owners behind ?1 in their order, at most ?2.
    bool of_atom;
  };
  static constexpr Table kTables[] = {
      {"files", "SELECT id FROM files WHERE id > ?1 ORDER BY id LIMIT ?2", false},
      {"file_links", "SELECT file_id FROM file_links WHERE file_id > ?1 ORDER BY file_id LIMIT ?2",
       false},
      {"atoms",
       "SELECT rowid FROM atoms WHERE rowid > ?1 AND state = 'live' ORDER BY rowid LIMIT ?2", true},
      {"atom_relations",
       "SELECT DISTINCT source_id FROM atom_relations WHERE source_id > ?1 ORDER BY source_id "
       "LIMIT ?2",
       true},
      {"unresolved_references",
       "SELECT DISTINCT source_id FROM unresolved_references WHERE source_id > ?1 ORDER BY "
       "source_id LIMIT ?2",
       true},
      {"atom_versions",
       "SELECT atom_id FROM atom_versions WHERE atom_id > ?1 ORDER BY atom_id LIMIT ?2", true},
      {"atom_search", "SELECT id FROM atom_search_docsize WHERE id > ?1 ORDER BY id LIMIT ?2",
       true},
  };

  explicit StraySearch(std::span<const FileVersionPtr> files) {
    for (const FileVersionPtr& file : files) {
      known_files.insert(raw(file->id));
      for (const AtomId atom : file->atoms) {
        if (live.size() <= raw(atom)) live.resize(raw(atom) + std::size_t{1});
        live[raw(atom)] = true;
      }
    }
  }
  bool knows(const Table& table, std::int64_t id) const {
    if (!table.of_atom) return known_files.contains(id);
    return id > 0 && static_cast<std::size_t>(id) < live.size() &&
           live[static_cast<std::size_t>(id)];
  }

  std::set<std::int64_t> known_files;
  std::vector<bool> live;  ///< By AtomId.
  std::size_t at = 0;      ///< In kTables.
  std::int64_t after = std::numeric_limits<std::int64_t>::min();
};

bool RowAudit::strays(std::span<const FileVersionPtr> files, std::size_t rows,
                      std::vector<TableFault>& found) {
  if (stray_search_ == nullptr) stray_search_ = std::make_unique<StraySearch>(files);
  StraySearch& search = *stray_search_;
  const StraySearch::Table& table = StraySearch::kTables[search.at];
  Statement owners = stored_.prepare(table.sql);
  owners.bind(1, search.after);
  owners.bind(2, static_cast<std::int64_t>(rows));
  std::size_t read = 0;
  for (; owners.step(); ++read) {
    search.after = owners.integer(0);
    if (search.knows(table, search.after)) continue;
    TableFault& fault = found.emplace_back();
    fault.table = table.name;
    if (table.of_atom) {
      fault.atom = static_cast<AtomId>(search.after);
    } else {
      fault.file = static_cast<FileId>(search.after);
    }
    fault.row = std::to_string(search.after);
    fault.stored = "there";
  }
  if (read == rows) return true;
  search.after = std::numeric_limits<std::int64_t>::min();
  if (++search.at < std::size(StraySearch::kTables)) return true;
  stray_search_.reset();
  return false;
}

}  // namespace dg
