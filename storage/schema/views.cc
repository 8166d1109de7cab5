#include "storage/schema/registry.h"

namespace dg::schema {
namespace {

constexpr NamedSql kVirtualTables[] = {
    {"atom_search",
     "Full text over live atoms: rowid is the AtomId. `words` holds the sub-words of the name.",
     "CREATE VIRTUAL TABLE atom_search USING fts5(name, words, signature, doc, content='', "
     "contentless_delete=1, tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co So'\")"},
};

constexpr NamedSql kViews[] = {
    {"live_atoms", "Atoms that exist in the sources now.",
     "CREATE VIEW live_atoms AS SELECT * FROM atoms WHERE state = 'live'"},
    {"functions", "Live atoms under the names of the first design.",
     "CREATE VIEW functions AS SELECT id, file_path AS file, name AS function_name, "
     "line_start AS line, line_end AS end_line, atom_type AS type, "
     "signature_json ->> '$.text' AS signature, "
     "json_object('id', id, 'name', name, 'qualified_name', substr(id, length(file_path) + 3), "
     "'type', atom_type, 'file', file_path, 'line', line_start, 'end_line', line_end, "
     "'complexity', complexity, 'exported', json(iif(is_exported, 'true', 'false')), "
     "'async', json(iif(is_async, 'true', 'false')), 'signature', json(signature_json)) AS data, "
     "version, extracted_at AS created_at, updated_at FROM atoms WHERE state = 'live'"},
    {"relations", "atom_relations with ids as text.",
     "CREATE VIEW relations AS SELECT s.id AS source_id, r.relation_type, t.id AS target_id, "
     "r.weight, s.line_start + r.line_number AS line, r.confidence, r.created_at "
     "FROM atom_relations r JOIN atoms s ON s.rowid = r.source_id "
     "JOIN atoms t ON t.rowid = r.target_id"},
    {"graph_edges", "Every edge with the file and name of both ends.",
     "CREATE VIEW graph_edges AS SELECT s.id AS source_id, s.file_path AS source_file, "
     "s.name AS source_name, t.id AS target_id, t.file_path AS target_file, "
     "t.name AS target_name, r.relation_type AS edge_type, r.confidence, r.weight "
     "FROM atom_relations r JOIN atoms s ON s.rowid = r.source_id "
     "JOIN atoms t ON t.rowid = r.target_id"},
    {"call_graph", "Who calls whom.",
     "CREATE VIEW call_graph AS SELECT s.id AS caller_id, s.name AS caller_name, "
     "s.file_path AS caller_file, t.id AS callee_id, t.name AS callee_name, "
     "t.file_path AS callee_file, r.weight AS sites, r.confidence "
     "FROM atom_relations r JOIN atoms s ON s.rowid = r.source_id "
     "JOIN atoms t ON t.rowid = r.target_id WHERE r.relation_type IN ('calls', 'instantiates')"},
    {"unresolved", "unresolved_references with the source's id as text.",
     "CREATE VIEW unresolved AS SELECT s.id AS source_id, s.file_path AS file, u.relation_type, "
     "u.text, u.reason, u.detail, u.weight FROM unresolved_references u "
     "JOIN atoms s ON s.rowid = u.source_id"},
    {"atom_degrees", "Fan-in and fan-out of live atoms, counted when asked.",
     "CREATE VIEW atom_degrees AS SELECT a.id, "
     "(SELECT count(DISTINCT source_id) FROM atom_relations "
     "WHERE target_id = a.rowid AND source_id <> a.rowid) AS in_degree, "
     "(SELECT count(DISTINCT target_id) FROM atom_relations "
     "WHERE source_id = a.rowid AND target_id <> a.rowid) AS out_degree, "
     "(SELECT count(*) FROM atom_relations WHERE target_id = a.rowid "
     "AND relation_type = 'calls' AND source_id <> a.rowid) AS callers_count, "
     "(SELECT count(*) FROM atom_relations WHERE source_id = a.rowid "
     "AND relation_type = 'calls' AND target_id <> a.rowid) AS callees_count "
     "FROM atoms a WHERE a.state = 'live'"},
    {"events", "atom_events with ids and times as text.",
     "CREATE VIEW events AS SELECT e.id, e.transaction_id AS sequence, a.id AS atom_id, "
     "e.event_type, e.changed_fields, e.previous_version, e.new_version, "
     "strftime('%Y-%m-%dT%H:%M:%fZ', e.timestamp / 1000.0, 'unixepoch') AS time, e.source, e.delta "
     "FROM atom_events e JOIN atoms a ON a.rowid = e.atom_id"},
};

}  // namespace

std::span<const NamedSql> views() noexcept {
  return kViews;
}
std::span<const NamedSql> virtual_tables() noexcept {
  return kVirtualTables;
}

}  // namespace dg::schema
