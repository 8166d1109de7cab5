#include "tests/support/database.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "events/json_text.h"
#include "events/names.h"
#include "storage/history/history.h"

namespace dg {
namespace {

using Row = std::vector<std::optional<std::string>>;

constexpr std::size_t kAllRows = 100'000'000;
constexpr int kPatienceMs = 120'000;

std::vector<Row> rows(Reader& reader, const std::string& statement) {
  Result<Reader::Table> table = reader.sql(statement, kAllRows, kPatienceMs);
  if (!table) throw std::runtime_error(statement + ": " + table.error().message());
  if (table->truncated) throw std::runtime_error(statement + ": the answer was cut");
  return std::move(table->rows);
}

std::string text(const std::optional<std::string>& cell) {
  return cell.value_or("NULL");
}

/// What is wrong with the log, on its way out of a walk.
Error wrong(std::string what) {
  return {ErrorKind::corrupt, "log", std::move(what), ""};
}

void take_file(FoldedState& state, const History::FileRow& row) {
  if (row.removed) return state.remove_file(row.id);
  std::string path;
  append_utf8(path, row.path);
  state.set_file(row.id, {std::move(path), row.hash, row.places});
}

std::string sorted_text(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

std::string clean(std::string_view text) {
  std::string out;
  append_utf8(out, text);
  return out;
}

std::string relation_line(const FileVersion& file, const Edge& edge) {
  const Atom& atom = file.facts->atoms[raw(edge.source)];
  std::uint32_t line = 0;
  for (std::uint32_t i = 0; i < edge.sites.count && line == 0; ++i) {
    const Site& site = file.links->sites[edge.sites.begin + i];
    if (site.ordinal != kNoOrdinal) {
      line = file.facts->references[atom.references.begin + site.ordinal].at.line;
    }
  }
  const bool known = line != 0 && atom.kind != AtomKind::module;
  return "relation " + std::to_string(raw(file.atoms[raw(edge.source)])) + " " +
         std::string(to_string(edge.relation)) + " " + std::to_string(raw(edge.target)) + " " +
         std::string(to_string(edge.confidence)) + " sites " + std::to_string(edge.sites.count) +
         " line " + (known ? std::to_string(line) : "NULL");
}

}  // namespace

std::string fold_log(Reader& reader, FoldedState& state) {
  std::uint64_t expected = 1;
  History::Walk walk;
  walk.event = [&](const Event& event) -> Result<> {
    const auto what = state.apply(event);
    return what ? Result<>(wrong(*what)) : Result<>(Ok{});
  };
  walk.file = [&](const History::FileRow& row) -> Result<> {
    take_file(state, row);
    return Ok{};
  };
  walk.transaction = [&](const History::Transaction& commit) -> Result<> {
    if (raw(commit.sequence) == expected++) return Ok{};
    return wrong("sequence " + std::to_string(raw(commit.sequence)) + " follows a gap");
  };
  const Result<> walked = reader.history().walk(Sequence{0}, Sequence{INT64_MAX}, walk);
  return walked ? std::string() : walked.error().message();
}

std::string rows_text(Reader& reader) {
  std::vector<std::string> lines;
  for (const Row& row :
       rows(reader,
            "SELECT rowid, id, name, atom_type, file_path, line_start, line_end, complexity, "
            "is_exported, is_async, version FROM atoms WHERE state = 'live'")) {
    std::string line = "atom";
    for (const auto& cell : row) line += " " + clean(text(cell));
    lines.push_back(std::move(line));
  }
  for (const Row& row : rows(reader,
                             "SELECT r.source_id, r.relation_type, r.target_id, r.confidence, "
                             "CAST(r.weight AS INTEGER), s.line_start + r.line_number "
                             "FROM atom_relations r JOIN atoms s ON s.rowid = r.source_id")) {
    lines.push_back("relation " + text(row[0]) + " " + text(row[1]) + " " + text(row[2]) + " " +
                    text(row[3]) + " sites " + text(row[4]) + " line " + text(row[5]));
  }
  for (const Row& row : rows(reader,
                             "SELECT source_id, relation_type, text, reason, detail, weight "
                             "FROM unresolved_references")) {
    lines.push_back("open " + text(row[0]) + " " + text(row[1]) + " " + clean(text(row[2])) + " " +
                    text(row[3]) + " " + clean(text(row[4])) + " sites " + text(row[5]));
  }
  for (const Row& row : rows(reader, "SELECT path, atom_count, total_lines, size FROM files")) {
    lines.push_back("file " + clean(text(row[0])) + " " + text(row[1]) + " " + text(row[2]) + " " +
                    text(row[3]));
  }
  return sorted_text(std::move(lines));
}

std::string rows_text(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  for (const FileVersionPtr& file : snapshot.files()) {
    const FileFacts& facts = *file->facts;
    lines.push_back("file " + clean(file->path) + " " + std::to_string(file->atoms.size()) + " " +
                    std::to_string(facts.lines) + " " + std::to_string(file->size));
    for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
      const Atom& atom = facts.atoms[i];
      lines.push_back("atom " + std::to_string(raw(file->atoms[i])) + " " +
                      clean(atom_id_text(*file, AtomIndex{i})) + " " +
                      clean(facts.name(atom.name)) + " " + std::string(to_string(atom.kind)) + " " +
                      clean(file->path) + " " + std::to_string(atom.start.line) + " " +
                      std::to_string(atom.end.line) + " " + std::to_string(atom.complexity) +
                      (atom.exported ? " 1" : " 0") + (atom.is_async ? " 1 " : " 0 ") +
                      std::to_string(file->versions[i]));
    }
    for (const Edge& edge : file->links->edges) lines.push_back(relation_line(*file, edge));
    for (const OpenReference& open : file->links->open) {
      lines.push_back("open " + std::to_string(raw(file->atoms[raw(open.source)])) + " " +
                      std::string(to_string(open.relation)) + " " + clean(facts.name(open.text)) +
                      " " + std::string(to_string(open.reason)) + " " +
                      clean(file->links->details[open.detail]) + " sites " +
                      std::to_string(open.sites.count));
    }
  }
  return sorted_text(std::move(lines));
}

}  // namespace dg
