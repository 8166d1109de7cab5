#include "storage/rows/atom_rows.h"

#include <algorithm>
#include <vector>

#include "events/names.h"
#include "storage/rows/signature_json.h"
#include "storage/search_text.h"

namespace dg {

/// The counters of each atom of a file version that follow from its own links.
struct AtomRowWriter::LinkCounts {
  struct Counts {
    std::uint32_t out_degree = 0, callees = 0, external_calls = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  std::vector<Counts> atoms;

  explicit LinkCounts(const FileVersion* file) {
    if (file == nullptr) return;
    atoms.resize(file->atoms.size());
    count_edges(*file);
    for (const OpenReference& open : file->links->open) {
      const bool call = open.relation == Relation::calls || open.relation == Relation::instantiates;
      const bool outside = open.reason == OpenReason::external ||
                           open.reason == OpenReason::global || open.reason == OpenReason::builtin;
      if (call && outside) atoms[raw(open.source)].external_calls += open.sites.count;
    }
  }

  void count_edges(const FileVersion& file) {
    std::vector<AtomId> targets;
    const std::vector<Edge>& edges = file.links->edges;
    for (std::size_t i = 0; i < edges.size();) {
      const AtomIndex source = edges[i].source;
      const AtomId self = file.atoms[raw(source)];
      Counts& counts = atoms[raw(source)];
      targets.clear();
      for (; i < edges.size() && edges[i].source == source; ++i) {
        if (edges[i].target == self) continue;
        targets.push_back(edges[i].target);
        if (edges[i].relation == Relation::calls) ++counts.callees;
      }
      std::sort(targets.begin(), targets.end());
      counts.out_degree =
          static_cast<std::uint32_t>(std::unique(targets.begin(), targets.end()) - targets.begin());
    }
  }
};

namespace {

/// The columns that follow from facts, shared by the statements that create and change an atom.
struct FactColumns {
  explicit FactColumns(RowStatement& row)
      : id{row, "id"},
        name{row, "name"},
        atom_type{row, "atom_type"},
        file_path{row, "file_path"},
        line_start{row, "line_start"},
        line_end{row, "line_end"},
        lines_of_code{row, "lines_of_code"},
        complexity{row, "complexity"},
        parameter_count{row, "parameter_count"},
        is_exported{row, "is_exported"},
        is_async{row, "is_async"},
        is_test_callback{row, "is_test_callback"},
        test_callback_type{row, "test_callback_type"},
        has_error_handling{row, "has_error_handling"},
        out_degree{row, "out_degree"},
        callees_count{row, "callees_count"},
        external_call_count{row, "external_call_count"},
        updated_at{row, "updated_at"},
        signature_json{row, "signature_json"},
        function_type{row, "function_type"},
        version{row, "version"},
        state{row, "state"},
        file_id{row, "file_id"},
        parent_id{row, "parent_id"},
        sequence{row, "sequence"},
        content_hash{row, "content_hash"},
        structural_hash{row, "structural_hash"},
        is_static{row, "is_static"} {}

  Text id, name, atom_type, file_path;
  Integer line_start, line_end, lines_of_code, complexity, parameter_count;
  Integer is_exported, is_async, is_test_callback;
  Text test_callback_type;
  Integer has_error_handling, out_degree, callees_count, external_call_count, updated_at;
  Text signature_json, function_type;
  Integer version;
  Text state;
  Integer file_id, parent_id, sequence, content_hash, structural_hash, is_static;
};

struct InsertAtom : RowStatement {
  // A removed atom that comes back has its row still; anything else there is a conflict.
  InsertAtom()
      : RowStatement(Verb::upsert, "atoms",
                     "atoms.state = 'removed' AND atoms.version = excluded.version - 1") {}
  Integer rowid{*this, "rowid"};
  Integer extracted_at{*this, "extracted_at"};
  FactColumns facts{*this};
};

struct UpdateAtom : RowStatement {
  UpdateAtom() : RowStatement(Verb::update, "atoms") {}
  FactColumns facts{*this};
  Integer rowid{*this, "rowid", ColumnHandle::Role::key};
  Integer version_before{*this, "version", ColumnHandle::Role::key};
  Text state_before{*this, "state", ColumnHandle::Role::key};
};

struct RemoveAtom : RowStatement {
  RemoveAtom() : RowStatement(Verb::update, "atoms") {}
  Text state{*this, "state"};
  Integer version{*this, "version"};
  Integer updated_at{*this, "updated_at"};
  Integer sequence{*this, "sequence"};
  Integer rowid{*this, "rowid", ColumnHandle::Role::key};
  Integer version_before{*this, "version", ColumnHandle::Role::key};
};

/// What may differ without an event: place, and what follows from place or from other files' facts.
struct MoveAtom : RowStatement {
  MoveAtom() : RowStatement(Verb::update, "atoms") {}
  Integer line_start{*this, "line_start"};
  Integer line_end{*this, "line_end"};
  Integer lines_of_code{*this, "lines_of_code"};
  Integer rowid{*this, "rowid", ColumnHandle::Role::key};
};

struct FreeIdText : RowStatement {
  FreeIdText() : RowStatement(Verb::update, "atoms") {}
  Text id{*this, "id"};
  Integer rowid{*this, "rowid", ColumnHandle::Role::key};
};

struct RefreshAtom : RowStatement {
  RefreshAtom() : RowStatement(Verb::update, "atoms") {}
  Integer complexity{*this, "complexity"};
  Integer has_error_handling{*this, "has_error_handling"};
  Integer structural_hash{*this, "structural_hash"};
  Integer out_degree{*this, "out_degree"};
  Integer callees_count{*this, "callees_count"};
  Integer external_call_count{*this, "external_call_count"};
  Integer rowid{*this, "rowid", ColumnHandle::Role::key};
};

std::int64_t lines_of(const Atom& atom) {
  return std::int64_t{atom.end.line} - atom.start.line + 1;
}

/// A hash as SQLite's signed 64-bit integer.
std::int64_t as_signed(std::uint64_t hash) {
  return static_cast<std::int64_t>(hash);
}

}  // namespace

struct AtomRowWriter::Statements {
  InsertAtom insert;
  UpdateAtom update;
  RemoveAtom remove;
  MoveAtom move;
  RefreshAtom refresh;
  FreeIdText free_id_text;
  // The full-text index is a virtual table; its columns are named in its declaration.
  Statement index, unindex;
  Statement first_seen, forget, set_first_seen, end;  // For atoms that are reconciled.
};

AtomRowWriter::AtomRowWriter() : statements_(std::make_unique<Statements>()) {}
AtomRowWriter::~AtomRowWriter() = default;

void AtomRowWriter::prepare(const Connection& connection) {
  connection_ = &connection;
  statements_->insert.prepare(connection);
  statements_->update.prepare(connection);
  statements_->remove.prepare(connection);
  statements_->move.prepare(connection);
  statements_->refresh.prepare(connection);
  statements_->free_id_text.prepare(connection);
  versions_.prepare(connection);
  statements_->index = connection.prepare(
      "INSERT INTO atom_search(rowid, name, words, signature, doc) VALUES(?1, ?2, ?3, ?4, ?5)");
  statements_->unindex = connection.prepare("DELETE FROM atom_search WHERE rowid = ?1");
  // The log knows also where the row is gone.
  statements_->first_seen = connection.prepare(
      "SELECT coalesce((SELECT e.timestamp FROM atom_events e WHERE e.atom_id = ?1 AND "
      "e.event_type = 'create' ORDER BY e.new_version DESC LIMIT 1), (SELECT extracted_at FROM "
      "atoms WHERE rowid = ?1), ?2)");
  statements_->forget = connection.prepare("DELETE FROM atoms WHERE rowid = ?1");
  statements_->set_first_seen =
      connection.prepare("UPDATE atoms SET extracted_at = ?2 WHERE rowid = ?1");
  statements_->end = connection.prepare(
      "UPDATE atoms SET state = 'removed', version = ?2, updated_at = ?3, sequence = ?4 "
      "WHERE rowid = ?1");
}

void AtomRowWriter::free_id_texts(const FileDelta& delta) {
  for (const AtomChange& change : delta.atoms) {
    if (change.operation != Operation::rename && change.operation != Operation::move) continue;
    id_ = "changing::" + std::to_string(raw(change.id));
    statements_->free_id_text.id.set(id_);
    statements_->free_id_text.rowid.set(raw(change.id));
    statements_->free_id_text.run();
  }
}

std::uint32_t AtomRowWriter::write(const FileDelta& delta, const CommitContext& context) {
  const LinkCounts before(delta.before.get());
  const LinkCounts after(delta.after.get());
  std::uint32_t changed = 0;
  for (const AtomChange& change : delta.atoms) {
    changed += 1 + versions_.write(delta, change, context.now_ms);
    if (change.operation == Operation::reconcile) {
      reconcile(delta, change, after, context);
      continue;
    }
    if (change.after == kNone<AtomIndex>) {
      remove(change, context);
    } else {
      put(*delta.after, change, after, context);
    }
    // Exactly one row is at the version that the delta starts from, or somebody else has written.
    if (connection_->changes() != 1) throw VersionConflict{change.id, change.version_before};
    index_text(delta, change);
  }
  if (delta.before == nullptr || delta.after == nullptr) return changed;
  return changed + put_unchanged(delta, before, after);
}

void AtomRowWriter::put(const FileVersion& file, const AtomChange& change, const LinkCounts& counts,
                        const CommitContext& context) {
  const FileFacts& facts = *file.facts;
  const Atom& atom = facts.atoms[raw(change.after)];
  const LinkCounts::Counts& own = counts.atoms[raw(change.after)];
  const bool create = change.before == kNone<AtomIndex>;
  const FactColumns& row = create ? statements_->insert.facts : statements_->update.facts;

  id_.assign(file.path).append("::").append(facts.name(atom.qualified_name));
  signature_json(facts, atom, signature_);
  row.id.set(id_);
  row.name.set(facts.name(atom.name));
  row.atom_type.set(to_string(atom.kind));
  row.file_path.set(file.path);
  row.line_start.set(atom.start.line);
  row.line_end.set(atom.end.line);
  row.lines_of_code.set(lines_of(atom));
  row.complexity.set(atom.complexity);
  row.parameter_count.set(atom.params.count);
  row.is_exported.set(atom.exported);
  row.is_async.set(atom.is_async);
  row.is_test_callback.set(atom.kind == AtomKind::test_callback);
  row.test_callback_type.set_or_null(facts.name(atom.test_callee));
  row.has_error_handling.set(atom.has_error_handling);
  row.out_degree.set(own.out_degree);
  row.callees_count.set(own.callees);
  row.external_call_count.set(own.external_calls);
  row.updated_at.set(context.now_ms);
  row.signature_json.set_or_null(signature_);
  row.function_type.set_or_null(atom.form == FunctionForm::none ? std::string_view()
                                                                : to_string(atom.form));
  row.version.set(change.version_after);
  row.state.set("live");
  row.file_id.set(raw(file.id));
  if (atom.parent == kNone<AtomIndex>) {
    row.parent_id.null();
  } else {
    row.parent_id.set(raw(file.atoms[raw(atom.parent)]));
  }
  row.sequence.set(context.sequence);
  row.content_hash.set(as_signed(atom.body_hash));
  row.structural_hash.set(as_signed(atom.shape_hash));
  row.is_static.set(atom.is_static);

  if (create) {
    statements_->insert.rowid.set(raw(change.id));
    statements_->insert.extracted_at.set(context.now_ms);
    statements_->insert.run();
  } else {
    statements_->update.rowid.set(raw(change.id));
    statements_->update.version_before.set(change.version_before);
    statements_->update.state_before.set("live");
    statements_->update.run();
  }
}

void AtomRowWriter::remove(const AtomChange& change, const CommitContext& context) {
  const RemoveAtom& row = statements_->remove;
  row.state.set("removed");
  row.version.set(change.version_after);
  row.updated_at.set(context.now_ms);
  row.sequence.set(context.sequence);
  row.rowid.set(raw(change.id));
  row.version_before.set(change.version_before);
  statements_->remove.run();
}

void AtomRowWriter::reconcile(const FileDelta& delta, const AtomChange& change,
                              const LinkCounts& counts, const CommitContext& context) {
  const std::int64_t id = raw(change.id);
  statements_->unindex.bind(1, id);
  statements_->unindex.run();
  if (change.after == kNone<AtomIndex>) {
    statements_->end.bind(1, id);
    statements_->end.bind(2, std::int64_t{change.version_after});
    statements_->end.bind(3, context.now_ms);
    statements_->end.bind(4, context.sequence);
    statements_->end.run();
    return;
  }
  statements_->first_seen.bind(1, id);
  statements_->first_seen.bind(2, context.now_ms);
  const std::int64_t first_seen =
      statements_->first_seen.step() ? statements_->first_seen.integer(0) : context.now_ms;
  statements_->first_seen.reset();
  statements_->forget.bind(1, id);
  statements_->forget.run();
  put(*delta.after, change, counts, context);
  statements_->set_first_seen.bind(1, id);
  statements_->set_first_seen.bind(2, first_seen);
  statements_->set_first_seen.run();
  put_text(change.id, search_text(*delta.after->facts, change.after));
}

void AtomRowWriter::write_derived(const FileVersion& file) {
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    statements_->unindex.bind(1, std::int64_t{raw(file.atoms[i])});
    statements_->unindex.run();
    put_text(file.atoms[i], search_text(*file.facts, AtomIndex{i}));
  }
  versions_.write_all(file);
}

std::uint32_t AtomRowWriter::put_unchanged(const FileDelta& delta, const LinkCounts& before,
                                           const LinkCounts& after) {
  const FileVersion& old_file = *delta.before;
  const FileVersion& new_file = *delta.after;
  std::vector<std::pair<AtomId, std::uint32_t>> old_atoms;
  old_atoms.reserve(old_file.atoms.size());
  for (std::uint32_t i = 0; i < old_file.atoms.size(); ++i) {
    old_atoms.emplace_back(old_file.atoms[i], i);
  }
  std::sort(old_atoms.begin(), old_atoms.end());
  std::vector<bool> written(new_file.atoms.size());
  for (const AtomChange& change : delta.atoms) {
    if (change.after != kNone<AtomIndex>) written[raw(change.after)] = true;
  }

  std::uint32_t rows = 0;
  for (std::uint32_t i = 0; i < new_file.atoms.size(); ++i) {
    if (written[i]) continue;
    const AtomId id = new_file.atoms[i];
    const auto found = std::lower_bound(old_atoms.begin(), old_atoms.end(), std::pair(id, 0u));
    if (found == old_atoms.end() || found->first != id) continue;
    const Atom& was = old_file.facts->atoms[found->second];
    const Atom& now = new_file.facts->atoms[i];
    if (was.start.line != now.start.line || was.end.line != now.end.line) {
      const MoveAtom& row = statements_->move;
      row.line_start.set(now.start.line);
      row.line_end.set(now.end.line);
      row.lines_of_code.set(lines_of(now));
      row.rowid.set(raw(id));
      statements_->move.run();
      ++rows;
    }
    const LinkCounts::Counts& counts = after.atoms[i];
    if (was.complexity != now.complexity || was.has_error_handling != now.has_error_handling ||
        was.shape_hash != now.shape_hash || before.atoms[found->second] != counts) {
      const RefreshAtom& row = statements_->refresh;
      row.complexity.set(now.complexity);
      row.has_error_handling.set(now.has_error_handling);
      row.structural_hash.set(as_signed(now.shape_hash));
      row.out_degree.set(counts.out_degree);
      row.callees_count.set(counts.callees);
      row.external_call_count.set(counts.external_calls);
      row.rowid.set(raw(id));
      statements_->refresh.run();
      ++rows;
    }
  }
  return rows;
}

void AtomRowWriter::index_text(const FileDelta& delta, const AtomChange& change) {
  SearchText was, now;
  if (change.before != kNone<AtomIndex>)
    was = search_text(*delta.before_of(change)->facts, change.before);
  if (change.after != kNone<AtomIndex>) now = search_text(*delta.after->facts, change.after);
  if (was == now) return;
  if (!was.empty()) {
    statements_->unindex.bind(1, std::int64_t{raw(change.id)});
    statements_->unindex.run();
  }
  put_text(change.id, now);
}

void AtomRowWriter::put_text(AtomId atom, const SearchText& text) {
  if (text.empty()) return;
  sub_words(text.name, words_);
  statements_->index.bind(1, std::int64_t{raw(atom)});
  statements_->index.bind_text(2, text.name);
  statements_->index.bind_text(3, words_);
  statements_->index.bind_text(4, text.signature);
  statements_->index.bind_text(5, text.doc);
  statements_->index.run();
}

}  // namespace dg
