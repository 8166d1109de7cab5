#pragma once
/// \file
/// Statements with typed columns. A statement declares each of its columns once, as a member, by
/// its registered name; SQL text and parameter numbers follow from the declarations, so that a
/// value cannot reach the wrong column:
///
///     struct FileRow : RowStatement {
///       FileRow() : RowStatement(Verb::upsert, "files") {}
///       Integer id{*this, "id"};
///       Text path{*this, "path"};
///     };
///
/// A column that is not registered, or has another type there, is a broken belief at construction.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/check.h"
#include "storage/schema/registry.h"
#include "storage/sqlite/connection.h"

namespace dg {

class RowStatement {
 public:
  enum class Verb { insert, upsert, update, remove };

  RowStatement(const RowStatement&) = delete;
  RowStatement& operator=(const RowStatement&) = delete;

  void prepare(const Connection& connection);
  void forget() noexcept { statement_ = Statement(); }  ///< Before its connection is closed.
  /// Executes with the values set since the last run; every column must have been set.
  void run();

 protected:
  /// `guard` restricts the update part of an upsert.
  RowStatement(Verb verb, std::string_view table, std::string_view guard = {});
  ~RowStatement() = default;

 private:
  friend class ColumnHandle;
  Verb verb_;
  const schema::Table* table_;
  std::string_view guard_;
  std::vector<const schema::Column*> values_, keys_;
  std::uint64_t set_ = 0;  ///< Bit i: parameter i + 1 has a value.
  Statement statement_;
};

/// One column of a RowStatement. `key` puts it into the WHERE clause of an update or delete; all
/// values are declared before the first key.
class ColumnHandle {
 public:
  enum class Role { value, key };
  ColumnHandle(const ColumnHandle&) = delete;
  ColumnHandle& operator=(const ColumnHandle&) = delete;
  void null() const;
  std::string_view name() const noexcept;

 protected:
  ColumnHandle(RowStatement& row, std::string_view column, Role role,
               std::initializer_list<schema::ColumnType> types);
  ~ColumnHandle() = default;
  Statement& slot() const;
  RowStatement& row_;
  int index_;
};

class Integer : public ColumnHandle {
 public:
  Integer(RowStatement& row, std::string_view column, Role role = Role::value)
      : ColumnHandle(row, column, role,
                     {schema::ColumnType::integer, schema::ColumnType::boolean}) {}
  void set(std::int64_t value) const { slot().bind(index_, value); }
};

class Real : public ColumnHandle {
 public:
  Real(RowStatement& row, std::string_view column, Role role = Role::value)
      : ColumnHandle(row, column, role, {schema::ColumnType::real}) {}
  void set(double value) const { slot().bind(index_, value); }
};

/// Borrows the text until run().
class Text : public ColumnHandle {
 public:
  Text(RowStatement& row, std::string_view column, Role role = Role::value)
      : ColumnHandle(row, column, role, {schema::ColumnType::text, schema::ColumnType::json}) {}
  void set(std::string_view text) const { slot().bind_text(index_, text); }
  void set_or_null(std::string_view text) const {
    if (text.empty()) {
      null();
    } else {
      set(text);
    }
  }
};

/// Borrows the bytes until run().
class Blob : public ColumnHandle {
 public:
  Blob(RowStatement& row, std::string_view column, Role role = Role::value)
      : ColumnHandle(row, column, role, {schema::ColumnType::blob, schema::ColumnType::any}) {}
  void set(std::string_view bytes) const { slot().bind_blob(index_, bytes); }
};

}  // namespace dg
