#include "storage/rows/link_rows.h"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "events/names.h"
#include "storage/codec/links_codec.h"

namespace dg {
namespace {

constexpr std::int64_t kNoLine = -1;

/// A row of atom_relations as it follows from a file version. Site bytes lie in a shared buffer.
struct RelationRow {
  AtomId source{};
  Relation relation = Relation::calls;
  AtomId target{};
  Confidence confidence = Confidence::exact;
  std::uint32_t weight = 0;
  std::int64_t line = kNoLine;
  std::uint32_t sites_begin = 0, sites_size = 0;

  auto key() const noexcept {
    return std::tuple(source, to_string(relation), target);  // The table's order.
  }
};

struct OpenRow {
  AtomId source{};
  Relation relation = Relation::calls;
  std::string_view text;
  OpenReason reason = OpenReason::global;
  std::string_view detail;
  std::uint32_t weight = 0;
  std::uint32_t sites_begin = 0, sites_size = 0;

  auto key() const noexcept {
    return std::tuple(source, to_string(relation), text, to_string(reason), detail);
  }
};

template <typename Row>
struct RowList {
  std::vector<Row> rows;  ///< Sorted by key.
  std::string sites;

  std::string_view sites_of(const Row& row) const {
    return std::string_view(sites).substr(row.sites_begin, row.sites_size);
  }
  void put_sites(const FileLinks& links, Range range, Row& row) {
    row.weight = range.count;
    row.sites_begin = static_cast<std::uint32_t>(sites.size());
    append_sites(sites, std::span(links.sites).subspan(range.begin, range.count));
    row.sites_size = static_cast<std::uint32_t>(sites.size()) - row.sites_begin;
  }
  void sort() {
    const auto less = [](const Row& a, const Row& b) { return a.key() < b.key(); };
    if (!std::is_sorted(rows.begin(), rows.end(), less)) {
      std::sort(rows.begin(), rows.end(), less);
    }
  }
};

/// Line of the first site, from the atom's first line. A module has no first line of its own that
/// moves with its code, so there it is left out.
std::int64_t relative_line(const FileVersion& file, const Edge& edge) {
  if (raw(edge.source) == 0 || edge.sites.count == 0) return kNoLine;
  const Atom& atom = file.facts->atoms[raw(edge.source)];
  std::uint32_t first = kNoOrdinal;
  for (std::uint32_t i = 0; i < edge.sites.count; ++i) {
    first = std::min(first, file.links->sites[edge.sites.begin + i].ordinal);
  }
  if (first == kNoOrdinal) return kNoLine;
  const Reference& reference = file.facts->references[atom.references.begin + first];
  return std::max(std::int64_t{0}, std::int64_t{reference.at.line} - atom.start.line);
}

RowList<RelationRow> relation_rows(const FileVersion* file) {
  RowList<RelationRow> result;
  if (file == nullptr) return result;
  result.rows.reserve(file->links->edges.size());
  for (const Edge& edge : file->links->edges) {
    RelationRow row;
    row.source = file->atoms[raw(edge.source)];
    row.relation = edge.relation;
    row.target = edge.target;
    row.confidence = edge.confidence;
    row.line = relative_line(*file, edge);
    result.put_sites(*file->links, edge.sites, row);
    result.rows.push_back(row);
  }
  result.sort();
  return result;
}

RowList<OpenRow> open_rows(const FileVersion* file) {
  RowList<OpenRow> result;
  if (file == nullptr) return result;
  result.rows.reserve(file->links->open.size());
  for (const OpenReference& open : file->links->open) {
    OpenRow row;
    row.source = file->atoms[raw(open.source)];
    row.relation = open.relation;
    row.text = file->facts->name(open.text);
    row.reason = open.reason;
    row.detail = file->links->details[open.detail];
    result.put_sites(*file->links, open.sites, row);
    result.rows.push_back(row);
  }
  result.sort();
  return result;
}

/// Rows of atoms that are reconciled are written as if none of them were there.
template <typename Row>
void leave_out_reconciled(const FileDelta& delta, RowList<Row>& before) {
  std::vector<AtomId> atoms;
  for (const AtomChange& change : delta.atoms) {
    if (change.operation == Operation::reconcile) atoms.push_back(change.id);
  }
  if (atoms.empty()) return;
  std::sort(atoms.begin(), atoms.end());
  std::erase_if(before.rows, [&](const Row& row) {
    return std::binary_search(atoms.begin(), atoms.end(), row.source);
  });
}

/// Walks two sorted row lists: `gone` for rows of the first alone, `come` for rows of the second
/// alone, `both` for those with the same key.
template <typename Row, typename Gone, typename Come, typename Both>
void merge(const RowList<Row>& before, const RowList<Row>& after, const Gone& gone,
           const Come& come, const Both& both) {
  auto a = before.rows.begin();
  auto b = after.rows.begin();
  while (a != before.rows.end() || b != after.rows.end()) {
    if (b == after.rows.end() || (a != before.rows.end() && a->key() < b->key())) {
      gone(*a++);
    } else if (a == before.rows.end() || b->key() < a->key()) {
      come(*b++);
    } else {
      both(*a++, *b++);
    }
  }
}

struct RelationValues {
  explicit RelationValues(RowStatement& row)
      : weight{row, "weight"},
        line_number{row, "line_number"},
        confidence{row, "confidence"},
        sites{row, "sites"} {}
  void set(const RelationRow& row, std::string_view site_bytes) const {
    weight.set(row.weight);
    if (row.line == kNoLine) {
      line_number.null();
    } else {
      line_number.set(row.line);
    }
    confidence.set(to_string(row.confidence));
    sites.set(site_bytes);
  }
  Real weight;
  Integer line_number;
  Text confidence;
  Blob sites;
};

struct RelationKey {
  RelationKey(RowStatement& row, ColumnHandle::Role role)
      : source_id{row, "source_id", role},
        relation_type{row, "relation_type", role},
        target_id{row, "target_id", role} {}
  void set(const RelationRow& row) const {
    source_id.set(raw(row.source));
    relation_type.set(to_string(row.relation));
    target_id.set(raw(row.target));
  }
  Integer source_id;
  Text relation_type;
  Integer target_id;
};

struct InsertRelation : RowStatement {
  InsertRelation() : RowStatement(Verb::insert, "atom_relations") {}
  RelationKey key{*this, ColumnHandle::Role::value};
  RelationValues values{*this};
  Integer created_at{*this, "created_at"};
};

struct UpdateRelation : RowStatement {
  UpdateRelation() : RowStatement(Verb::update, "atom_relations") {}
  RelationValues values{*this};
  RelationKey key{*this, ColumnHandle::Role::key};
};

struct DeleteRelation : RowStatement {
  DeleteRelation() : RowStatement(Verb::remove, "atom_relations") {}
  RelationKey key{*this, ColumnHandle::Role::key};
};

struct OpenKey {
  OpenKey(RowStatement& row, ColumnHandle::Role role)
      : source_id{row, "source_id", role},
        relation_type{row, "relation_type", role},
        text{row, "text", role},
        reason{row, "reason", role},
        detail{row, "detail", role} {}
  void set(const OpenRow& row) const {
    source_id.set(raw(row.source));
    relation_type.set(to_string(row.relation));
    text.set(row.text);
    reason.set(to_string(row.reason));
    detail.set(row.detail);
  }
  Integer source_id;
  Text relation_type, text, reason, detail;
};

struct InsertOpen : RowStatement {
  InsertOpen() : RowStatement(Verb::insert, "unresolved_references") {}
  OpenKey key{*this, ColumnHandle::Role::value};
  Integer weight{*this, "weight"};
  Blob sites{*this, "sites"};
};

struct UpdateOpen : RowStatement {
  UpdateOpen() : RowStatement(Verb::update, "unresolved_references") {}
  Integer weight{*this, "weight"};
  Blob sites{*this, "sites"};
  OpenKey key{*this, ColumnHandle::Role::key};
};

struct DeleteOpen : RowStatement {
  DeleteOpen() : RowStatement(Verb::remove, "unresolved_references") {}
  OpenKey key{*this, ColumnHandle::Role::key};
};

}  // namespace

struct LinkRowWriter::Statements {
  InsertRelation insert_relation;
  UpdateRelation update_relation;
  DeleteRelation delete_relation;
  InsertOpen insert_open;
  UpdateOpen update_open;
  DeleteOpen delete_open;
  Statement forget_relations, forget_open;  // For atoms that are reconciled.
};

LinkRowWriter::LinkRowWriter() : statements_(std::make_unique<Statements>()) {}
LinkRowWriter::~LinkRowWriter() = default;

void LinkRowWriter::prepare(const Connection& connection) {
  statements_->insert_relation.prepare(connection);
  statements_->update_relation.prepare(connection);
  statements_->delete_relation.prepare(connection);
  statements_->insert_open.prepare(connection);
  statements_->update_open.prepare(connection);
  statements_->delete_open.prepare(connection);
  statements_->forget_relations =
      connection.prepare("DELETE FROM atom_relations WHERE source_id = ?1");
  statements_->forget_open =
      connection.prepare("DELETE FROM unresolved_references WHERE source_id = ?1");
}

std::uint32_t LinkRowWriter::write(const FileDelta& delta, const CommitContext& context,
                                   Rows rows) {
  for (const AtomChange& change : delta.atoms) {
    if (change.operation == Operation::reconcile) forget(change.id);
  }
  return write_relations(delta, context, rows) + write_open(delta, rows);
}

void LinkRowWriter::forget(AtomId atom) {
  for (Statement* statement : {&statements_->forget_relations, &statements_->forget_open}) {
    statement->bind(1, std::int64_t{raw(atom)});
    statement->run();
  }
}

std::uint32_t LinkRowWriter::write_relations(const FileDelta& delta, const CommitContext& context,
                                             Rows which) {
  RowList<RelationRow> before = relation_rows(delta.before.get());
  leave_out_reconciled(delta, before);
  const RowList<RelationRow> after = relation_rows(delta.after.get());
  std::uint32_t written = 0;
  const auto gone = [&](const RelationRow& row) {
    if (which == Rows::that_stay_or_come) return;
    statements_->delete_relation.key.set(row);
    statements_->delete_relation.run();
    ++written;
  };
  const auto come = [&](const RelationRow& row) {
    if (which == Rows::that_go) return;
    statements_->insert_relation.key.set(row);
    statements_->insert_relation.values.set(row, after.sites_of(row));
    statements_->insert_relation.created_at.set(context.now_ms);
    statements_->insert_relation.run();
    ++written;
  };
  const auto both = [&](const RelationRow& was, const RelationRow& now) {
    if (which == Rows::that_go) return;
    if (was.line == now.line && was.confidence == now.confidence &&
        before.sites_of(was) == after.sites_of(now)) {
      return;
    }
    statements_->update_relation.key.set(now);
    statements_->update_relation.values.set(now, after.sites_of(now));
    statements_->update_relation.run();
    ++written;
  };
  merge(before, after, gone, come, both);
  return written;
}

std::uint32_t LinkRowWriter::write_open(const FileDelta& delta, Rows which) {
  RowList<OpenRow> before = open_rows(delta.before.get());
  leave_out_reconciled(delta, before);
  const RowList<OpenRow> after = open_rows(delta.after.get());
  std::uint32_t written = 0;
  const auto gone = [&](const OpenRow& row) {
    if (which == Rows::that_stay_or_come) return;
    statements_->delete_open.key.set(row);
    statements_->delete_open.run();
    ++written;
  };
  const auto come = [&](const OpenRow& row) {
    if (which == Rows::that_go) return;
    statements_->insert_open.key.set(row);
    statements_->insert_open.weight.set(row.weight);
    statements_->insert_open.sites.set(after.sites_of(row));
    statements_->insert_open.run();
    ++written;
  };
  const auto both = [&](const OpenRow& was, const OpenRow& now) {
    if (which == Rows::that_go || before.sites_of(was) == after.sites_of(now)) return;
    statements_->update_open.key.set(now);
    statements_->update_open.weight.set(now.weight);
    statements_->update_open.sites.set(after.sites_of(now));
    statements_->update_open.run();
    ++written;
  };
  merge(before, after, gone, come, both);
  return written;
}

}  // namespace dg
