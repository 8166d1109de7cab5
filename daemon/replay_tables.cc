#include "daemon/replay_tables.h"

#include <algorithm>
#include <vector>

#include "events/json_text.h"
#include "events/names.h"

namespace dg {
namespace {

/// Atoms whose rows are held at once.
constexpr std::uint32_t kPart = 5000;
constexpr std::size_t kMostRows = 10'000'000;
constexpr int kPatienceMs = 120'000;

std::string cell(const std::optional<std::string>& value) {
  std::string text;
  append_utf8(text, value.value_or("NULL"));
  return text;
}

Result<std::vector<std::string>> lines_of(Reader& reader, const std::string& columns,
                                          const std::string& table, const std::string& key,
                                          std::uint32_t begin) {
  const Result<Reader::Table> read = reader.sql("SELECT " + columns + " FROM " + table + " WHERE " +
                                                    key + " >= " + std::to_string(begin) + " AND " +
                                                    key + " < " + std::to_string(begin + kPart),
                                                kMostRows, kPatienceMs);
  if (!read) return read.error();
  if (read->truncated) {
    return Error{ErrorKind::io, table, "has too many rows to compare", "Use 'validate'."};
  }
  std::vector<std::string> lines;
  for (const auto& row : read->rows) {
    std::string line = table;
    for (const auto& value : row) line += " " + cell(value);
    lines.push_back(std::move(line));
  }
  return lines;
}

/// What the tables should hold for one atom.
void add_lines(AtomId id, const FoldedAtom& atom, std::vector<std::string>& lines) {
  const std::string number = std::to_string(raw(id));
  const AtomContent& content = atom.content;
  lines.push_back("atoms " + number + " " + content.id_text + " " + content.name + " " +
                  std::string(to_string(content.kind)) + " " + std::to_string(atom.version) +
                  (content.exported ? " 1" : " 0") + (content.is_async ? " 1" : " 0"));
  for (const FoldedEdge& edge : atom.edges) {
    lines.push_back("atom_relations " + number + " " + std::string(to_string(edge.relation)) + " " +
                    std::to_string(raw(edge.target)) + " " +
                    std::string(to_string(edge.confidence)) + " " +
                    std::to_string(edge.sites.size()));
  }
  for (const FoldedOpen& open : atom.open) {
    lines.push_back("unresolved_references " + number + " " +
                    std::string(to_string(open.relation)) + " " + open.text + " " +
                    std::string(to_string(open.reason)) + " " + open.detail + " " +
                    std::to_string(open.sites.size()));
  }
}

std::string first_difference(std::vector<std::string>& stored, std::vector<std::string>& folded) {
  std::sort(stored.begin(), stored.end());
  std::sort(folded.begin(), folded.end());
  const auto [at, expected] =
      std::mismatch(stored.begin(), stored.end(), folded.begin(), folded.end());
  if (at == stored.end() && expected == folded.end()) return {};
  if (at == stored.end() || (expected != folded.end() && *expected < *at)) {
    return "the tables lack the row that the log gives: " + *expected;
  }
  return "the tables have a row that the log does not give: " + *at;
}

}  // namespace

Result<std::string> tables_difference(Reader& reader, const FoldedState& state,
                                      std::uint32_t atom_bound, std::uint64_t& rows) {
  for (std::uint32_t begin = 0; begin < atom_bound; begin += kPart) {
    std::vector<std::string> folded, stored;
    for (std::uint32_t id = begin; id < begin + kPart; ++id) {
      if (const FoldedAtom* atom = state.atom(AtomId{id})) add_lines(AtomId{id}, *atom, folded);
    }
    struct Part {
      const char *columns, *table, *key;
    };
    for (const Part& part :
         {Part{"rowid, id, name, atom_type, version, is_exported, is_async", "atoms",
               "state = 'live' AND rowid"},
          Part{"source_id, relation_type, target_id, confidence, CAST(weight AS INTEGER)",
               "atom_relations", "source_id"},
          Part{"source_id, relation_type, text, reason, detail, weight", "unresolved_references",
               "source_id"}}) {
      Result<std::vector<std::string>> lines =
          lines_of(reader, part.columns, part.table, part.key, begin);
      if (!lines) return lines.error();
      rows += lines->size();
      stored.insert(stored.end(), lines->begin(), lines->end());
    }
    if (std::string difference = first_difference(stored, folded); !difference.empty()) {
      return difference;
    }
  }
  return std::string();
}

}  // namespace dg
