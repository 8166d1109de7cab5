#include "storage/schema/documented_atoms.h"

namespace dg::schema {
namespace {

using enum ColumnType;

constexpr std::string_view kParser = "parser";
constexpr std::string_view kLinker = "linker";
constexpr std::string_view kCommit = "commit";
constexpr std::string_view kNobody;

/// A documented column that is always there.
constexpr Column needed(std::string_view name, ColumnType type, std::string_view producer,
                        std::string_view description) {
  return {name, type, false, true, "v0.9", producer, description, {}, {}};
}
/// A documented column that may be NULL.
constexpr Column maybe(std::string_view name, ColumnType type, std::string_view producer,
                       std::string_view description, std::string_view added = "v0.9") {
  return {name, type, true, true, added, producer, description, {}, {}};
}
/// A column of ours.
constexpr Column own(std::string_view name, ColumnType type, bool nullable,
                     std::string_view producer, std::string_view description,
                     std::string_view default_value = {}, std::string_view check = {}) {
  return {name, type, nullable, false, "0.1", producer, description, default_value, check};
}

constexpr Column kColumns[] = {
    own("rowid", integer, true, kCommit,
        "The dense AtomId: stable for as long as the database lives, never reused."),

    needed("id", text, kParser,
           "Public id: posix/path.js::Qualified.name[#k]; path::<module> owns top-level code."),
    needed("name", text, kParser, "Simple name; <anonymous> and <module> where there is none."),
    needed("atom_type", text, kParser,
           "module, function, arrow, method, constructor, getter, setter, generator, class, "
           "variable, test_callback, interface, enum, type_alias or namespace."),
    needed("file_path", text, kParser, "Project-relative path with / separators."),

    needed("line_start", integer, kParser,
           "First line, from 1. A change of it alone is no change of the atom."),
    needed("line_end", integer, kParser, "Last line, from 1."),
    needed("lines_of_code", integer, kParser, "Physical lines: line_end - line_start + 1."),
    needed("complexity", integer, kParser,
           "Cyclomatic complexity (McCabe 1976) of the own body, nested functions left out."),
    needed("parameter_count", integer, kParser,
           "Formal parameters; a destructured, default or rest parameter counts 1."),

    needed("is_exported", boolean, kParser, "Some export of the file binds to this atom."),
    needed("is_async", boolean, kParser, "Has the async keyword itself."),
    needed("is_test_callback", boolean, kParser,
           "Function literal passed to describe, it, test, beforeEach and the like."),
    maybe("test_callback_type", text, kParser, "The callee's name, for a test callback."),
    needed("has_error_handling", boolean, kParser,
           "Own body has a try with handler, a .catch( call or a two-argument .then( call."),
    maybe("has_network_calls", boolean, kNobody,
          "Calls an API of the network list, followed through imports."),

    maybe("archetype_type", text, kNobody, "First matching rule of the archetype table."),
    maybe("archetype_severity", integer, kNobody, "The archetype rule's severity, 0 to 10."),
    maybe("archetype_confidence", real, kNobody, "The archetype rule's confidence, 0 to 1."),
    maybe("purpose_type", text, kNobody, "First matching rule of the purpose table."),
    maybe("purpose_confidence", real, kNobody, "The purpose rule's confidence, 0 to 1."),
    maybe("is_dead_code", boolean, kNobody, "Unreachable from every root (mark and sweep)."),

    maybe("importance_score", real, kNobody, "PageRank (d = 0.85) divided by the maximum."),
    maybe("coupling_score", real, kNobody, "Share of the atom's distinct edges leaving its file."),
    maybe("cohesion_score", real, kNobody,
          "Classes: 1/LCOM4 (Hitz and Montazeri 1995); NULL for functions."),
    maybe("stability_score", real, kNobody, "1 - min(1, change_frequency); NULL outside git."),
    maybe("propagation_score", real, kNobody,
          "Visibility fan-in: transitive callers / (N - 1) (MacCormack et al. 2006)."),
    maybe("fragility_score", real, kNobody, "Published heuristic over percentile ranks."),
    maybe("testability_score", real, kNobody, "Published heuristic."),

    maybe(
        "in_degree", integer, kNobody,
        "Distinct other atoms with a relation to this one. The view atom_degrees counts it live."),
    maybe("out_degree", integer, kLinker,
          "Distinct other atoms that this one has a relation to, over all relation types."),
    maybe("centrality_score", real, kNobody, "Normalised betweenness (Brandes 2001)."),
    maybe("centrality_classification", text, kNobody, "HUB, BRIDGE, LEAF, ISOLATED or NULL."),
    maybe("risk_level", text, kNobody, "LOW, MEDIUM, HIGH or CRITICAL."),
    maybe("risk_prediction", text, kNobody, "The two largest contributions to the risk."),

    maybe("callers_count", integer, kNobody,
          "Distinct atoms that call this one. The view atom_degrees counts it live."),
    maybe("callees_count", integer, kLinker, "Distinct atoms that this one calls."),
    maybe("dependency_depth", integer, kNobody,
          "Longest path to a sink in the condensation of the call graph."),
    maybe("external_call_count", integer, kLinker,
          "Call sites that go to a package, a Node builtin or a global."),

    needed("extracted_at", integer, kCommit, "First seen; ms since 1970, UTC."),
    needed("updated_at", integer, kCommit, "Last event of the atom; ms since 1970, UTC."),
    maybe("change_frequency", real, kNobody,
          "Commits touching the atom's lines per day; NULL outside git."),
    maybe("age_days", integer, kNobody, "Days since the commit that introduced the atom."),
    maybe("generation", integer, kNobody, "1 + ancestors in the rename and move chain."),

    maybe("signature_json", json, kParser,
          "{\"text\",\"params\":[{\"name\",\"kind\",\"optional\",\"default\",\"type\"}],\"async\","
          "\"generator\"}; NULL for atoms without parameters such as classes."),
    maybe("data_flow_json", json, kNobody, "Reads, writes, returns, throws, captured variables."),
    maybe("calls_json", json, kNobody,
          "Not stored: atom_relations and unresolved_references hold the calls."),
    maybe("called_by_json", json, kNobody, "Not stored: the view call_graph derives it.",
          "v0.9.20"),
    maybe("temporal_json", json, kNobody, "Timers, awaits, Promise combinators, lifecycle hooks."),
    maybe("error_flow_json", json, kNobody, "Throws, catches, unhandled risky calls."),
    maybe("performance_json", json, kNobody,
          "Cognitive complexity, nesting, Halstead, maintainability index."),
    maybe("dna_json", json, kNobody,
          "Clone fingerprint with winnowed k-grams; content_hash and structural_hash are here "
          "already."),
    maybe("derived_json", json, kNobody, "Metrics without a column, with formula version."),
    maybe("function_type", text, kParser,
          "Syntactic form: declaration, expression, arrow, method, class or variable.", "v0.9.20"),
    maybe("shared_state_json", json, kNobody, "Accesses to global state.", "v0.9.62"),
    maybe("event_emitters_json", json, kNobody, "Emitted event keys.", "v0.9.62"),
    maybe("event_listeners_json", json, kNobody, "Listened event keys.", "v0.9.62"),
    maybe("scope_type", text, kNobody, "pure, closure, module or global; the strongest wins."),
    maybe("_meta_json", json, kNobody,
          "Not stored: `sequence` leads to the transaction, which holds the provenance."),

    own("version", integer, false, kCommit, "Rises by one with each event, without gaps.", {},
        "version >= 1"),
    own("state", text, false, kCommit,
        "live or removed. A removed atom keeps its row, so that it gets its rowid back.", "'live'",
        "state IN ('live', 'removed')"),
    refers(own("file_id", integer, false, kCommit, "files.id of the file it is or was in.", "0"),
           "files.id"),
    refers(
        own("parent_id", integer, true, kParser, "rowid of the enclosing atom; NULL for a module."),
        "atoms.rowid"),
    refers(
        own("sequence", integer, false, kCommit, "transactions.sequence of its last event.", "0"),
        "transactions.sequence"),
    own("content_hash", integer, true, kParser,
        "XXH3-64 (as signed) of the own tokens: equal after a shift or a reformat."),
    own("structural_hash", integer, true, kParser,
        "As content_hash with identifiers and literals normalised (Type-2 clones)."),
    own("is_static", boolean, false, kParser, "Static member of a class.", "0"),
};

constexpr Index kIndexes[] = {
    {"idx_atoms_file_path", "file_path", false, true, {}},
    {"idx_atoms_atom_type", "atom_type", false, true, {}},
    // Indexes over columns without a producer hold no row yet, hence cost nothing.
    {"idx_atoms_archetype_type", "archetype_type", false, true, "archetype_type IS NOT NULL"},
    {"idx_atoms_purpose_type", "purpose_type", false, true, "purpose_type IS NOT NULL"},
    {"idx_atoms_is_exported", "is_exported", false, true, {}},
    {"idx_atoms_is_dead_code", "is_dead_code", false, true, "is_dead_code IS NOT NULL"},
    {"idx_atoms_importance_score", "importance_score DESC", false, true,
     "importance_score IS NOT NULL"},
    {"idx_atoms_propagation_score", "propagation_score DESC", false, true,
     "propagation_score IS NOT NULL"},
    {"idx_atoms_complexity", "complexity DESC", false, true, {}, true},
    {"idx_atoms_coupling_score", "coupling_score DESC", false, true, "coupling_score IS NOT NULL"},
    {"idx_atoms_file_path_archetype_type", "file_path, archetype_type", false, true,
     "archetype_type IS NOT NULL"},
    {"idx_atoms_is_exported_complexity", "is_exported, complexity DESC", false, true, {}, true},
    {"idx_atoms_name", "name", false, false, {}, true},
    {"idx_atoms_updated_at", "updated_at", false, false, {}},
    {"idx_atoms_structural_hash", "structural_hash", false, false, {}, true},
    {"idx_atoms_removed", "state", false, false, "state = 'removed'"},
};

}  // namespace

std::span<const Column> atom_columns() noexcept {
  return kColumns;
}
std::span<const Index> atom_indexes() noexcept {
  return kIndexes;
}

}  // namespace dg::schema
