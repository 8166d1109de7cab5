#include "storage/sqlite/row_statement.h"

#include <algorithm>

#include "storage/schema/ddl.h"

namespace dg {

RowStatement::RowStatement(Verb verb, std::string_view table, std::string_view guard)
    : verb_(verb), table_(schema::table(table)), guard_(guard) {
  DG_ENFORCE(table_ != nullptr, "statements name registered tables");
}

void RowStatement::prepare(const Connection& connection) {
  std::string sql;
  switch (verb_) {
    case Verb::insert:
      sql = schema::insert_sql(*table_, values_);
      break;
    case Verb::upsert:
      sql = schema::upsert_sql(*table_, values_, guard_);
      break;
    case Verb::update:
      sql = schema::update_sql(*table_, values_, keys_);
      break;
    case Verb::remove:
      sql = schema::delete_sql(*table_, keys_);
      break;
  }
  statement_ = connection.prepare(sql);
  set_ = 0;
}

void RowStatement::run() {
  const std::size_t columns = values_.size() + keys_.size();
  DG_ENFORCE(set_ == (std::uint64_t{1} << columns) - 1, "every column of a row is set");
  set_ = 0;
  statement_.run();
}

ColumnHandle::ColumnHandle(RowStatement& row, std::string_view column, Role role,
                           std::initializer_list<schema::ColumnType> types)
    : row_(row) {
  const schema::Column* found = row.table_->column(column);
  DG_ENFORCE(found != nullptr, "statements name registered columns");
  DG_ENFORCE(std::find(types.begin(), types.end(), found->type) != types.end(),
             "a column is bound with its registered type");
  DG_ENFORCE(role == Role::key || row.keys_.empty(), "values are declared before keys");
  (role == Role::key ? row.keys_ : row.values_).push_back(found);
  index_ = static_cast<int>(row.values_.size() + row.keys_.size());
  DG_ENFORCE(index_ < 64, "a row has fewer than 64 columns");
}

Statement& ColumnHandle::slot() const {
  row_.set_ |= std::uint64_t{1} << (index_ - 1);
  return row_.statement_;
}

std::string_view ColumnHandle::name() const noexcept {
  const auto at = static_cast<std::size_t>(index_) - 1;
  const std::size_t values = row_.values_.size();
  return at < values ? row_.values_[at]->name : row_.keys_[at - values]->name;
}

void ColumnHandle::null() const {
  slot().bind_null(index_);
}

}  // namespace dg
