#include "storage/schema/registry.h"

namespace dg::schema {
namespace {

using enum ColumnType;

constexpr std::string_view kCommit = "commit";

constexpr Column needed(std::string_view name, ColumnType type, std::string_view producer,
                        std::string_view description, std::string_view default_value = {}) {
  return {name, type, false, false, "0.1", producer, description, default_value, {}};
}
constexpr Column maybe(std::string_view name, ColumnType type, std::string_view producer,
                       std::string_view description) {
  return {name, type, true, false, "0.1", producer, description, {}, {}};
}

// Columns that a later version adds to a table that the hash chain covers (transactions,
// transaction_files, atom_events) are nullable: a NULL is not hashed, so that old digests hold.
constexpr Column kTransactions[] = {
    maybe("sequence", integer, kCommit, "Rises by one with each commit; the first is 1."),
    needed("id", text, kCommit, "UUIDv7 (RFC 9562)."),
    needed("cause", text, kCommit,
           "initial-scan, file-watcher, atomic-edit, overlay, cli, mcp, reconcile or migration."),
    needed("started_ms", integer, kCommit, "ms since 1970, UTC."),
    needed("committed_ms", integer, kCommit, "ms since 1970, UTC."),
    needed("files", integer, kCommit, "Files written."),
    needed("atoms_created", integer, kCommit, "Atoms created."),
    needed("atoms_updated", integer, kCommit, "Atoms changed."),
    needed("atoms_deleted", integer, kCommit, "Atoms removed."),
    needed("relations_gained", integer, kCommit, "Relations gained."),
    needed("relations_lost", integer, kCommit, "Relations lost."),
    needed("first_event", integer, kCommit, "atom_events.id of its first event, were there one."),
    needed("events", integer, kCommit, "Number of its events."),
    needed("graph_digest", integer, kCommit, "Digest of the graph after it (as signed)."),
    maybe("git_head", text, kCommit, "Commit checked out then; NULL where there is no git."),
    maybe("rows_written", integer, kCommit, "Rows written by it, its own included."),
    maybe("replica", text, kCommit, "Replica that wrote it (system_metadata: replica)."),
    maybe("content_digest", blob, kCommit, "XXH3-128 over its rows; see events/chain.h."),
    maybe("chain", blob, kCommit, "Digest over the chain before it and content_digest."),
};
constexpr Index kTransactionIndexes[] = {
    {"idx_transactions_committed_ms", "committed_ms", false, false, {}},
};

constexpr Column kTransactionFiles[] = {
    refers(needed("sequence", integer, kCommit, "transactions.sequence."), "transactions.sequence"),
    needed("file_id", integer, kCommit, "files.id then."),
    needed("path", text, kCommit, "Project-relative path."),
    maybe("content_hash", blob, kCommit, "XXH3-128 of the bytes; NULL: the file was removed."),
    maybe("positions", blob, kCommit, "Packed places of its atoms and references, and figures."),
    maybe("first_event", integer, kCommit, "atom_events.id of the file's first event, were any."),
    maybe("events", integer, kCommit, "Number of the file's events."),
    maybe("fold", integer, kCommit, "Events of the file since its last checkpoint; 0 at one."),
};
constexpr Index kTransactionFileIndexes[] = {
    {"idx_transaction_files_path", "path, sequence", false, false, {}},
    {"idx_transaction_files_file_id", "file_id, sequence, first_event, events", false, false, {}},
};

constexpr Column kFileSnapshots[] = {
    maybe("id", integer, kCommit, "Row number."),
    needed("file_id", integer, kCommit, "files.id then."),
    refers(
        needed("sequence", integer, kCommit, "transactions.sequence that it is the state after."),
        "transactions.sequence"),
    needed("state", blob, kCommit, "Packed atoms of the file with versions and links."),
};
constexpr Index kFileSnapshotIndexes[] = {
    {"idx_file_snapshots_file_id", "file_id, sequence", true, false, {}},
};

constexpr Column kUnresolvedReferences[] = {
    refers(needed("source_id", integer, "linker", "atoms.rowid."), "atoms.rowid"),
    needed("relation_type", text, "linker", "As in atom_relations."),
    needed("text", text, "linker", "The callee path as written."),
    needed("reason", text, "linker",
           "external, global, not_found, no_module, no_source, unknown_receiver, no_member, "
           "dynamic, parameter or builtin."),
    needed("detail", text, "linker", "The package or builtin for `external`; else empty."),
    needed("weight", integer, "linker", "Number of sites."),
    maybe("sites", blob, "linker", "Packed (ordinal, confidence, rule) of each site."),
};

constexpr Column kFileLinks[] = {
    refers(maybe("file_id", integer, kCommit, "files.id."), "files.id"),
    needed("atoms", blob, kCommit, "Packed atoms.rowid and version of each atom, in order."),
    needed("links", blob, kCommit, "Packed result of linking the file, for a start without work."),
};

constexpr Column kCacheUnused[] = {
    refers(maybe("entry_id", integer, kCommit, "cache_entries.id of facts that no live file has."),
           "cache_entries.id"),
    refers(needed("since", integer, kCommit, "transactions.sequence that made it unused."),
           "transactions.sequence"),
    needed("bytes", integer, kCommit, "Size of the value."),
};

constexpr Column kConfigFiles[] = {
    needed("path", text, kCommit, "package.json, tsconfig.json or jsconfig.json."),
    needed("content", text, kCommit, "As on disk."),
    needed("updated_at", integer, kCommit, "ms since 1970, UTC."),
};

constexpr Column kSystemMetadata[] = {
    needed("key", text, kCommit,
           "next_file, extractor_version, extractor_options, replica, chain_head, …."),
    needed("value", text, kCommit, "Value as text."),
    needed("updated_at", integer, kCommit, "ms since 1970, UTC."),
};

constexpr Column kSalvagedEvents[] = {
    maybe("id", integer, "open", "Order of reading."),
    needed("origin", text, "open", "Name of the damaged database that was set aside."),
    needed("event_id", integer, "open", "atom_events.id there, as what follows."),
    maybe("atom", text, "open", "The atom's id text; NULL where it could not be read."),
    needed("event_type", text, "open", "As in atom_events."),
    maybe("changed_fields", json, "open", "As in atom_events."),
    needed("timestamp", integer, "open", "ms since 1970, UTC."),
    needed("source", text, "open", "As in atom_events."),
    needed("transaction_id", integer, "open", "transactions.sequence there."),
    needed("previous_version", integer, "open", "As in atom_events."),
    needed("new_version", integer, "open", "As in atom_events."),
    maybe("delta", json, "open", "As in atom_events; its integers are ids there."),
    maybe("state", blob, "open", "As in atom_events, likewise."),
};

constexpr Column kImportedAtoms[] = {
    needed("source", text, "db import", "Where it is from, as told or by the name of the file."),
    needed("id", text, "db import", "The atom's id text there."),
    refers(maybe("atom_id", integer, "db import",
                 "atoms.rowid of the atom with that id then; NULL: there was none."),
           "atoms.rowid"),
    needed("data", json, "db import", "All that was known of it."),
    needed("imported_at", integer, "db import", "ms since 1970, UTC."),
};

constexpr Column kSchemaJournal[] = {
    maybe("id", integer, "open", "Order of execution."),
    needed("applied_at", integer, "open", "ms since 1970, UTC."),
    needed("schema_version", integer, "open", "user_version of the program that did it."),
    needed("kind", text, "open",
           "table, column, index, view, trigger, virtual_table, rebuild, legacy or migration."),
    needed("object", text, "open", "What it is about: atoms, atoms.version, 0001_add_owner, ...."),
    needed("sql", text, "open", "The statement."),
    maybe("duration_us", integer, "open", "What it took; microseconds."),
    maybe("checksum", blob, "open",
          "XXH3-128 over the checksum before it and the rest of the row."),
};

constexpr Column kSchemaMigrations[] = {
    needed("name", text, "migrate", "0001_add_owner; of the program's own, its name alone."),
    maybe("number", integer, "migrate", "The number of a numbered one."),
    needed("kind", text, "migrate", "schema, data, fix or seed."),
    needed("status", text, "migrate", "applied, failed, rolled_back or skipped (nothing to do)."),
    needed("checksum", text, "migrate", "XXH3-128 of up and down, hexadecimal."),
    needed("applied_at", integer, "migrate", "ms since 1970, UTC."),
    needed("duration_us", integer, "migrate", "What it took; microseconds."),
    needed("applied_by", text, "migrate", "Login name; empty: unknown."),
    needed("batch", text, "migrate", "UUIDv7 of the run that it was part of."),
    needed("up", text, "migrate", "The statements that were executed."),
    maybe("down", text, "migrate", "The statements that take it back; NULL: it cannot be."),
    maybe("error", text, "migrate", "Why it failed."),
    maybe("backup", text, "migrate", "The copy of the database made before it."),
    maybe("findings", json, "migrate", "What the audit found before and after it."),
};
constexpr Index kSchemaMigrationIndexes[] = {
    {"idx_schema_migrations_number", "number", true, false, "number IS NOT NULL"},
};

}  // namespace

std::span<const Table> own_tables() noexcept {
  static const Table kTables[] = {
      {"transactions", "One row per commit; never changed, never deleted.", kTransactions,
       "sequence", "id", "", kTransactionIndexes, false, false, Mutability::append_only},
      {"transaction_files", "What each commit saw of each file it wrote.", kTransactionFiles,
       "sequence, file_id", "", "", kTransactionFileIndexes, true, false, Mutability::append_only},
      {"file_snapshots", "Checkpoints of single files, from which their events are folded on.",
       kFileSnapshots, "id", "", "", kFileSnapshotIndexes, false, false, Mutability::append_only},
      {"unresolved_references",
       "References without a target in the project, with the reason.",
       kUnresolvedReferences,
       "source_id, relation_type, text, reason, detail",
       "",
       "",
       {},
       true,
       false,
       Mutability::free},
      {"file_links",
       "Links of each live file in packed form.",
       kFileLinks,
       "file_id",
       "",
       "",
       {},
       false,
       false,
       Mutability::free},
      {"cache_unused",
       "Facts in cache_entries that no live file has, oldest dropped first.",
       kCacheUnused,
       "entry_id",
       "",
       "",
       {},
       false,
       false,
       Mutability::free,
       false},
      {"config_files",
       "Configuration files that linking depends on.",
       kConfigFiles,
       "path",
       "",
       "",
       {},
       false,
       false,
       Mutability::free},
      {"system_metadata",
       "Facts about the database itself.",
       kSystemMetadata,
       "key",
       "",
       "",
       {},
       false,
       false,
       Mutability::free},
      {"salvaged_events",
       "What could be read of the history of a damaged database.",
       kSalvagedEvents,
       "id",
       "",
       "",
       {},
       false,
       false,
       Mutability::free,
       false},
      {"imported_atoms",
       "What other programs know of the atoms; the graph takes nothing from it.",
       kImportedAtoms,
       "source, id",
       "",
       "",
       {},
       true,
       false,
       Mutability::free,
       false},
      {"schema_journal",
       "Every schema statement executed; never changed, never deleted.",
       kSchemaJournal,
       "id",
       "",
       "",
       {},
       false,
       false,
       Mutability::append_only},
      {"schema_migrations", "What became of each migration.", kSchemaMigrations, "name", "", "",
       kSchemaMigrationIndexes, false, false, Mutability::free},
  };
  return kTables;
}

}  // namespace dg::schema
