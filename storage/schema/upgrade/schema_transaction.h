#pragma once
/// \file
/// The transaction in which a schema changes. Internal to storage/; throws Failure.

#include "storage/sqlite/connection.h"

namespace dg::schema {

/// Begins at once with the write lock, with foreign keys off (a rebuilt table is dropped, which
/// must not delete what refers to it; the setting works only outside of a transaction). Whatever
/// ends it without commit() leaves the old schema, whole.
class SchemaTransaction {
 public:
  explicit SchemaTransaction(Connection& connection);
  ~SchemaTransaction();
  SchemaTransaction(const SchemaTransaction&) = delete;
  SchemaTransaction& operator=(const SchemaTransaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool had_foreign_keys_;
};

}  // namespace dg::schema
