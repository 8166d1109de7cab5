#include "storage/schema/documented_atoms.h"
#include "storage/schema/registry.h"

namespace dg::schema {
namespace {

using enum ColumnType;

constexpr std::string_view kParser = "parser";
constexpr std::string_view kLinker = "linker";
constexpr std::string_view kCommit = "commit";
constexpr std::string_view kNobody;

constexpr Column needed(std::string_view name, ColumnType type, std::string_view producer,
                        std::string_view description, std::string_view default_value = {}) {
  return {name, type, false, true, "v0.9", producer, description, default_value, {}};
}
constexpr Column maybe(std::string_view name, ColumnType type, std::string_view producer,
                       std::string_view description) {
  return {name, type, true, true, "v0.9", producer, description, {}, {}};
}
constexpr Column own(std::string_view name, ColumnType type, bool nullable,
                     std::string_view producer, std::string_view description,
                     std::string_view default_value = {}, std::string_view check = {}) {
  return {name, type, nullable, false, "0.1", producer, description, default_value, check};
}

// --- files -------------------------------------------------------------------------------------

constexpr Column kFiles[] = {
    own("id", integer, true, kCommit, "The dense FileId; never reused."),
    needed("path", text, kParser, "Project-relative path with / separators, bytes as on disk."),
    needed("last_analyzed", integer, kCommit, "Commit that stored it; ms since 1970, UTC."),
    needed("atom_count", integer, kParser, "Atoms in the file, the module atom included."),
    needed("total_complexity", integer, kParser, "Sum of its atoms' cyclomatic complexity."),
    needed("total_lines", integer, kParser, "Lines in the file."),
    maybe("module_name", text, kNobody, "Name of the package that the file belongs to."),
    maybe("imports_json", json, kParser,
          "[{\"source\",\"type\",\"imported\",\"local\"}] in source order."),
    maybe("exports_json", json, kParser, "[{\"name\",\"type\",\"source\"}] in source order."),
    own("content_hash", blob, true, kCommit, "XXH3-128 of the bytes, big endian.", {},
        "length(content_hash) = 16"),
    own("size", integer, false, kCommit, "Bytes.", "0"),
    own("mtime_ns", integer, false, kCommit, "Modification time when read; ns since 1970.", "0"),
    own("language", text, true, kParser, "javascript, typescript or tsx."),
    own("parse_error_count", integer, false, kParser, "Syntax problems found.", "0"),
    own("skip_reason", text, true, kParser,
        "Why it has no atoms but its module: too_large, minified, generated, binary, too_complex."),
    own("analysis_version", integer, false, kCommit, "Extractor version of its facts.", "0"),
    refers(own("facts_id", integer, true, kCommit, "cache_entries.id of its facts."),
           "cache_entries.id"),
};
constexpr Index kFileIndexes[] = {
    {"idx_files_module_name", "module_name", false, true, "module_name IS NOT NULL"},
    {"idx_files_facts_id", "facts_id", false, false, {}},
};

// --- atom_relations ----------------------------------------------------------------------------

constexpr Column kAtomRelations[] = {
    refers(
        needed("source_id", integer, kLinker, "atoms.rowid; the view relations shows ids as text."),
        "atoms.rowid"),
    needed("relation_type", text, kLinker,
           "calls, instantiates, references, extends, implements, overrides, imports, reexports, "
           "reads_state, writes_state, emits, listens or contains."),
    refers(needed("target_id", integer, kLinker, "atoms.rowid."), "atoms.rowid"),
    {"id",
     integer,
     true,
     true,
     "v0.9",
     kNobody,
     "Not stored: (source_id, relation_type, target_id) is the key.",
     {},
     {}},
    needed("weight", real, kLinker, "Number of sites.", "1"),
    maybe(
        "line_number", integer, kLinker,
        "Line of the first site, counted from the source atom's first line (0 is that line). NULL "
        "where the source is a module or no site stands for the relation."),
    maybe("context_json", json, kNobody, "Not stored: `sites` leads to the place."),
    needed("created_at", integer, kCommit, "First committed; ms since 1970, UTC."),
    own("confidence", text, false, kLinker, "exact, inferred or name: the best of its sites'.",
        "'exact'", "confidence IN ('exact', 'inferred', 'name')"),
    own("sites", blob, true, kLinker, "Packed (ordinal, confidence, rule) of each site."),
};
constexpr Index kAtomRelationIndexes[] = {
    // The primary key serves source_id and (source_id, relation_type).
    {"idx_atom_relations_target_id", "target_id, relation_type", false, true, {}, true},
};

// --- system_files ------------------------------------------------------------------------------

constexpr Column kSystemFiles[] = {
    needed("path", text, kNobody, "Project-relative path."),
    maybe("display_path", text, kNobody, "Path as shown to people."),
    maybe("culture", text, kNobody,
          "entrypoint, auditor, gatekeeper, laws, script, citizen or unknown; first hit."),
    maybe("culture_role", text, kNobody, "What the culture means, in words."),
    maybe("risk_score", real, kNobody, "0 to 1."),
    maybe("semantic_analysis_json", json, kNobody, "Storage keys, events, globals, routes, env."),
    maybe("semantic_connections_json", json, kNobody, "Derived from semantic facts."),
    maybe("exports_json", json, kNobody, "See files.exports_json."),
    maybe("imports_json", json, kNobody, "See files.imports_json."),
    maybe("definitions_json", json, kNobody, "Definitions of the file."),
    maybe("used_by_json", json, kNobody, "Files that import it."),
    maybe("calls_json", json, kNobody, "Top-level calls."),
    maybe("identifier_refs_json", json, kNobody, "Identifiers mentioned."),
    maybe("depends_on_json", json, kNobody, "Files that it imports."),
    maybe("transitive_depends_json", json, kNobody, "Never stored per row: O(n^2)."),
    maybe("transitive_dependents_json", json, kNobody, "Never stored per row: O(n^2)."),
    needed("updated_at", integer, kNobody, "ms since 1970, UTC."),
};
constexpr Index kSystemFileIndexes[] = {
    {"idx_system_files_culture", "culture", false, true, {}},
    {"idx_system_files_risk_score", "risk_score DESC", false, true, {}},
};

// --- semantic_connections ----------------------------------------------------------------------

constexpr Column kSemanticConnections[] = {
    {"id", integer, true, true, "v0.9", kNobody, "Row number.", {}, {}},
    needed("connection_type", text, kNobody,
           "sharedState, eventListener, envVar, route or colocation."),
    needed("source_path", text, kNobody, "File of one end."),
    needed("target_path", text, kNobody, "File of the other end."),
    maybe("connection_key", text, kNobody, "What they share: event, variable, route."),
    maybe("context_json", json, kNobody, "Role and place."),
    needed("weight", real, kNobody, "Strength.", "1"),
    needed("created_at", integer, kNobody, "ms since 1970, UTC."),
};
constexpr Index kSemanticConnectionIndexes[] = {
    {"idx_semantic_connections_connection_type", "connection_type", false, true, {}},
    {"idx_semantic_connections_source_path", "source_path", false, true, {}},
    {"idx_semantic_connections_target_path", "target_path", false, true, {}},
    {"idx_semantic_connections_connection_key", "connection_key", false, true, {}},
};

// --- cache_entries -----------------------------------------------------------------------------

constexpr Column kCacheEntries[] = {
    own("id", integer, true, kCommit, "Row number; files.facts_id refers to it."),
    needed("key", text, kCommit,
           "facts:<extractor>:<language>:<content hash> for the facts of one version of a file."),
    needed("value", any, kCommit, "Encoded facts (BLOB), or JSON text of other producers."),
    maybe("expiry", integer, kNobody, "ms since 1970; NULL: never. Facts do not expire by time."),
    needed("created_at", integer, kCommit, "ms since 1970, UTC."),
    needed("updated_at", integer, kCommit, "ms since 1970, UTC."),
};
constexpr Index kCacheEntryIndexes[] = {
    {"idx_cache_entries_expiry", "expiry", false, true, "expiry IS NOT NULL"},
};

// --- atom_versions -----------------------------------------------------------------------------

constexpr Column kAtomVersions[] = {
    refers(needed("atom_id", integer, kCommit, "atoms.rowid; live atoms only."), "atoms.rowid"),
    needed("hash", text, kParser,
           "64 bits, hexadecimal, over the fields of field_hashes_json: the same source has the "
           "same, wherever it stands and whenever it was read."),
    needed("field_hashes_json", json, kParser,
           "32 bits, hexadecimal, of each of name (qualified), kind, signature, body (the token "
           "stream), doc; 1 for exported and async. What an atom does not have is left out."),
    needed("last_modified", integer, kCommit,
           "Commit in which one of these last changed; ms since 1970, UTC."),
    needed("file_path", text, kParser, "Project-relative path."),
    needed("atom_name", text, kParser, "Simple name."),
};
constexpr Index kAtomVersionIndexes[] = {
    {"idx_atom_versions_file_path", "file_path", false, true, {}},
};

// --- atom_events -------------------------------------------------------------------------------

constexpr Column kAtomEvents[] = {
    {"id", integer, true, true, "v0.9", kCommit, "Event number, rising with time.", {}, {}},
    refers(needed("atom_id", integer, kCommit, "atoms.rowid; the view events shows ids as text."),
           "atoms.rowid"),
    needed("event_type", text, kCommit, "create, update, delete, rename, move or reconcile."),
    maybe("changed_fields", json, kCommit, "Names of the changed fields; NULL for a delete."),
    maybe("before_state", json, kNobody, "Only in snapshots of state."),
    maybe("after_state", json, kNobody, "Only in snapshots of state."),
    maybe("impact_score", real, kCommit,
          "impact as a share of the live atoms; NULL where that is."),
    needed("timestamp", integer, kCommit, "Commit time; ms since 1970, UTC."),
    needed("source", text, kCommit, "Cause of the transaction: file-watcher, cli, reconcile, …."),
    refers(own("transaction_id", integer, false, kCommit, "transactions.sequence.", "0"),
           "transactions.sequence"),
    own("previous_version", integer, false, kCommit, "0 for an atom never seen before.", "0"),
    own("new_version", integer, false, kCommit, "previous_version + 1.", "1"),
    own("delta", json, true, kCommit,
        "What changed: {field: [old, new]}, links gained and lost. NULL where `state` tells all."),
    own("state", blob, true, kCommit, "The whole atom that was created, deleted or moved, packed."),
    own("impact", integer, true, kCommit,
        "Atoms that reach it by calls or construction; NULL: not computed (bulky commit)."),
};
constexpr Index kAtomEventIndexes[] = {
    // UNIQUE (atom_id, new_version) serves atom_id.
    {"idx_atom_events_atom_id", "atom_id, new_version", true, true, {}},
    {"idx_atom_events_event_type", "event_type", false, true, {}},
    {"idx_atom_events_timestamp", "timestamp", false, true, {}},
    {"idx_atom_events_transaction_id", "transaction_id", false, false, {}},
};

}  // namespace

std::span<const Table> documented_tables() noexcept {
  static const Table kTables[] = {
      {"atoms", "Every named or nameable piece of code, live and removed.", atom_columns(), "rowid",
       "id", "", atom_indexes(), false, true, Mutability::free},
      {"files", "Source files, live ones only.", kFiles, "id", "path", "", kFileIndexes, false,
       true, Mutability::free},
      {"atom_relations", "The edges of the call graph: one row per source, relation and target.",
       kAtomRelations, "source_id, relation_type, target_id", "", "", kAtomRelationIndexes, true,
       true, Mutability::free},
      {"system_files", "File-level analysis.", kSystemFiles, "path", "", "", kSystemFileIndexes,
       false, true, Mutability::free, false},
      {"semantic_connections", "Links between files without an import.", kSemanticConnections, "id",
       "", "", kSemanticConnectionIndexes, false, true, Mutability::free, false},
      {"cache_entries", "Values by key: the facts of live files, and of former ones up to a bound.",
       kCacheEntries, "id", "key", "", kCacheEntryIndexes, false, true, Mutability::free},
      {"atom_versions",
       "Content hash and field hashes of each live atom: what an update has to be compared with.",
       kAtomVersions, "atom_id", "", "", kAtomVersionIndexes, false, true, Mutability::free, false},
      {"atom_events", "What happened to each atom; never changed, never deleted.", kAtomEvents,
       "id", "", "new_version = previous_version + 1", kAtomEventIndexes, false, true,
       Mutability::append_only},
  };
  return kTables;
}

}  // namespace dg::schema
