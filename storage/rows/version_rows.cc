#include "storage/rows/version_rows.h"

#include "events/field_hashes.h"
#include "parser/hexadecimal.h"
#include "storage/sqlite/row_statement.h"

namespace dg {
namespace {

struct UpsertVersion : RowStatement {
  UpsertVersion() : RowStatement(Verb::upsert, "atom_versions") {}
  Integer atom_id{*this, "atom_id"};
  Text hash{*this, "hash"};
  Text field_hashes{*this, "field_hashes_json"};
  Integer last_modified{*this, "last_modified"};
  Text file_path{*this, "file_path"};
  Text atom_name{*this, "atom_name"};
};

struct DeleteVersion : RowStatement {
  DeleteVersion() : RowStatement(Verb::remove, "atom_versions") {}
  Integer atom_id{*this, "atom_id", ColumnHandle::Role::key};
};

/// Whether the atom's own source, name or file is another one than before.
bool is_of_source(const AtomChange& change) {
  return change.before == kNone<AtomIndex> || change.from != nullptr ||
         (change.changed & ~static_cast<unsigned>(Field::relations)) != 0;
}

}  // namespace

struct VersionRowWriter::Statements {
  UpsertVersion upsert;
  DeleteVersion remove;
  Statement set_time;
};

VersionRowWriter::VersionRowWriter() : statements_(std::make_unique<Statements>()) {}
VersionRowWriter::~VersionRowWriter() = default;

void VersionRowWriter::prepare(const Connection& connection) {
  statements_->upsert.prepare(connection);
  statements_->remove.prepare(connection);
  statements_->set_time = connection.prepare(
      std::string("UPDATE atom_versions SET last_modified = coalesce((") + kLastModified +
      "), (SELECT updated_at FROM atoms WHERE rowid = atom_id), 0) WHERE atom_id = ?1");
}

std::uint32_t VersionRowWriter::write(const FileDelta& delta, const AtomChange& change,
                                      std::int64_t now_ms) {
  if (change.after == kNone<AtomIndex>) {
    statements_->remove.atom_id.set(raw(change.id));
    statements_->remove.run();
    return 1;
  }
  if (!is_of_source(change)) return 0;
  put(*delta.after, change.after, now_ms);
  return 1;
}

void VersionRowWriter::write_all(const FileVersion& file) {
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    put(file, AtomIndex{i}, 0);
    statements_->set_time.bind(1, std::int64_t{raw(file.atoms[i])});
    statements_->set_time.run();
  }
}

void VersionRowWriter::put(const FileVersion& file, AtomIndex index, std::int64_t modified_ms) {
  const FileFacts& facts = *file.facts;
  const Atom& atom = facts.atoms[raw(index)];
  hash_.clear();
  append_hexadecimal(hash_, field_hashes(facts, atom, fields_));
  const UpsertVersion& row = statements_->upsert;
  row.atom_id.set(raw(file.atoms[raw(index)]));
  row.hash.set(hash_);
  row.field_hashes.set(fields_);
  row.last_modified.set(modified_ms);
  row.file_path.set(file.path);
  row.atom_name.set(facts.name(atom.name));
  statements_->upsert.run();
}

}  // namespace dg
