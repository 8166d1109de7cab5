#include "storage/schema/requests/validate.h"

#include <algorithm>
#include <set>

#include "storage/schema/migrations/scratch.h"
#include "storage/schema/registry.h"
#include "storage/schema/requests/advice.h"
#include "storage/schema/requests/sql.h"
#include "storage/schema/requests/types.h"

namespace dg::schema {
namespace {

constexpr std::size_t kMostColumns = 200, kMostIndexes = 50, kMostText = 10'000;

std::string at(const char* list, std::size_t i, const char* field = nullptr) {
  std::string place = std::string(list) + "[" + std::to_string(i) + "]";
  if (field != nullptr) place += std::string(".") + field;
  return place;
}

/// A text of a request in a message: short, and without control characters.
std::string shown(const std::string& text) {
  std::string out;
  for (const char c : text.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte > 0x7e ? '?' : c;
  }
  return "'" + out + (text.size() > 60 ? "…'" : "'");
}

bool is_dangerous(const std::string& name) {
  static constexpr std::string_view kWords[] = {"drop",   "delete", "truncate", "alter",
                                                "insert", "update", "attach",   "detach",
                                                "pragma", "vacuum", "exec",     "reindex"};
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('_', begin), name.size());
    const std::string_view word(name.data() + begin, end - begin);
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
    begin = end + 1;
  }
  return name.starts_with("sqlite_");
}

class Validation {
 public:
  Validation(const SchemaRequest& request, const LiveSchema& existing,
             const std::vector<std::string>& requested)
      : request_(request), existing_(existing), requested_(requested) {}

  std::vector<RequestFinding> run() {
    if (!check_size()) return std::move(findings_);
    check_table();
    check_columns();
    check_key();
    check_indexes();
    check_renames();
    if (!has_errors(findings_)) try_it();
    advise(request_, findings_);
    return std::move(findings_);
  }

 private:
  void error(const char* code, std::string place, std::string message, std::string suggestion) {
    findings_.push_back({code, std::move(place), std::move(message), std::move(suggestion)});
  }

  bool creates() const noexcept { return request_.kind == RequestKind::create; }

  bool check_size() {
    std::size_t text = request_.comment.size() + request_.justification.size() +
                       request_.owner.size() + request_.requested_by.size();
    for (const RequestColumn& column : request_.columns)
      text = std::max(text, column.comment.size() + column.default_value.value_or("").size());
    if (request_.columns.size() > kMostColumns)
      error("E12", "columns", std::to_string(request_.columns.size()) + " columns",
            "Ask for at most " + std::to_string(kMostColumns));
    if (request_.indexes.size() > kMostIndexes)
      error("E12", "indexes", std::to_string(request_.indexes.size()) + " indexes",
            "Ask for at most " + std::to_string(kMostIndexes));
    if (text > kMostText)
      error("E12", "comment", "a text of " + std::to_string(text) + " bytes",
            "Keep texts below " + std::to_string(kMostText) + " bytes");
    return findings_.empty();
  }

  void check_name(const char* code, const std::string& name, const std::string& place) {
    if (is_snake_case(name)) return;
    error(code, place, shown(name) + " is not snake_case",
          "Use a-z, 0-9 and _, beginning with a letter, at most 63");
  }

  bool is_taken(const std::string& name) const {
    return schema::table(name) != nullptr || existing_.table(name) != nullptr ||
           existing_.view(name) != nullptr ||
           std::find(requested_.begin(), requested_.end(), name) != requested_.end();
  }

  void check_new_table_name(const std::string& name, const char* place) {
    check_name("E3", name, place);
    if (is_dangerous(name))
      error("E5", place, shown(name) + " has a word of an operation, or SQLite's prefix",
            "Name what the rows are, such as dropdown_items");
    if (is_taken(name))
      error("E7", place, shown(name) + " is there already, or requested",
            "Choose another name, or ask to alter the table");
  }

  void check_table() {
    if (request_.table_name != request_.inner_table_name)
      error("E8", "schemaJson.tableName",
            "the definition is of " + shown(request_.inner_table_name) + ", the request of " +
                shown(request_.table_name),
            "Give both the same name");
    if (request_.requested_by.empty())
      error("E6", "requestMetadata.requestedBy", "nobody asks for it", "Say who does");
    if (creates()) {
      check_new_table_name(request_.table_name, "tableName");
      if (request_.columns.empty())
        error("E6", "columns", "there is no column", "Give at least a primary key");
      return;
    }
    check_name("E3", request_.table_name, "tableName");
    if (existing_.table(request_.table_name) == nullptr)
      error("E10", "tableName", shown(request_.table_name) + " is no requested table",
            "Only tables that came by a request can be altered by one");
    if (!request_.rename_to.empty()) check_new_table_name(request_.rename_to, "renameTo");
    const bool nothing = request_.columns.empty() && request_.indexes.empty() &&
                         request_.renames.empty() && request_.rename_to.empty();
    if (nothing)
      error("E6", "schemaJson", "it changes nothing", "Add a column, an index or a name");
  }

  void check_columns() {
    const LiveTable* table = existing_.table(request_.table_name);
    std::set<std::string> names;
    for (std::size_t i = 0; i < request_.columns.size(); ++i) {
      const RequestColumn& column = request_.columns[i];
      check_name("E4", column.name, at("columns", i, "name"));
      const bool there = !creates() && table != nullptr && table->column(column.name) != nullptr;
      if (!names.insert(column.name).second || there)
        error("E9", at("columns", i, "name"), "a second column " + shown(column.name),
              "Name each column once");
      const std::optional<RequestType> type = request_type(column.type);
      if (!type) {
        error("E6", at("columns", i, "type"), shown(column.type) + " is no type",
              "Use one of " + request_type_names());
        continue;
      }
      check_default(column, *type, i);
      check_reference(column, *type, i);
      if (!creates()) check_added(column, *type, i);
    }
  }

  void check_default(const RequestColumn& column, RequestType type, std::size_t i) {
    if (!column.default_value || default_of(type, *column.default_value)) return;
    error("E13", at("columns", i, "defaultValue"),
          shown(*column.default_value) + " is no " + shown(column.type),
          "Give a literal of the type, CURRENT_TIMESTAMP of a time, or uuid() of a UUID");
  }

  /// SQLite's limits of ADD COLUMN (sqlite.org/lang_altertable.html#altertabaddcol).
  void check_added(const RequestColumn& column, RequestType type, std::size_t i) {
    const auto refuse = [&](const char* reason, const char* cure) {
      error("E14", at("columns", i), reason, cure);
    };
    if (column.primary_key || type == RequestType::serial || type == RequestType::bigserial)
      refuse("a key cannot be added to a table", "Ask for a new table");
    if (column.unique)
      refuse("a UNIQUE column cannot be added", "Add the column, and a unique index on it");
    const std::optional<DefaultValue> value =
        column.default_value ? default_of(type, *column.default_value) : std::nullopt;
    if (value && !value->constant)
      refuse("an added column needs a constant default", "Give a literal, or none");
    if (!column.nullable && (!value || value->sql == "NULL"))
      refuse("rows that are there would have no value", "Make it nullable or give it a default");
    if (column.references && value && value->sql != "NULL")
      refuse("an added foreign key must default to NULL", "Leave the default out");
  }

  void check_reference(const RequestColumn& column, RequestType type, std::size_t i) {
    if (!column.references) return;
    const RequestReference& to = *column.references;
    const std::string place = at("columns", i, "references");
    for (const std::string* action : {&to.on_delete, &to.on_update}) {
      static constexpr std::string_view kActions[] = {"", "CASCADE", "SET NULL", "RESTRICT",
                                                      "NO ACTION"};
      if (std::find(std::begin(kActions), std::end(kActions), *action) == std::end(kActions))
        error("E6", place, shown(*action) + " is no action",
              "Use CASCADE, SET NULL, RESTRICT or NO ACTION");
    }
    const std::optional<std::string> target = target_type(to);
    if (!target) {
      error("E11", place, "there is no column " + shown(to.table + "." + to.column),
            "Refer to the key of a requested table that is there");
    } else if (*target != stored_type(type)) {
      error("E11", place,
            "it is " + std::string(stored_type(type)) + ", what it refers to " + *target,
            "Give both the same type");
    }
  }

  /// Of a column that may be referred to: a whole primary key. The table itself counts.
  std::optional<std::string> target_type(const RequestReference& to) const {
    if (creates() && to.table == request_.table_name) {
      if (key_of(request_) != std::vector<std::string>{to.column}) return std::nullopt;
      for (const RequestColumn& column : request_.columns) {
        const std::optional<RequestType> type = request_type(column.type);
        if (column.name == to.column && type) return std::string(stored_type(*type));
      }
      return std::nullopt;
    }
    const LiveTable* table = existing_.table(to.table);
    if (table == nullptr || table->primary_key() != std::vector<std::string>{to.column})
      return std::nullopt;
    return table->column(to.column)->type;
  }

  void check_key() {
    if (!creates()) return;
    const std::vector<std::string> key = key_of(request_);
    if (key.empty())
      error("E1", "columns", "there is no primary key", "Add an id column of type UUID");
    if (key.size() > 1 && request_.primary_key.empty())
      error("E2", "columns", std::to_string(key.size()) + " columns are each a primary key",
            "Give one, or the list as primaryKey");
    for (std::size_t i = 0; i < request_.columns.size(); ++i) {
      const std::optional<RequestType> type = request_type(request_.columns[i].type);
      const bool serial = type == RequestType::serial || type == RequestType::bigserial;
      if (serial && key != std::vector<std::string>{request_.columns[i].name})
        error("E6", at("columns", i, "type"), "only the primary key can be SERIAL", "Use INTEGER");
    }
    for (const std::string& name : request_.primary_key) {
      if (!has_column(name))
        error("E10", "primaryKey", "there is no column " + shown(name), "Name a column");
    }
  }

  bool has_column(const std::string& name) const {
    const bool asked = std::any_of(request_.columns.begin(), request_.columns.end(),
                                   [&](const RequestColumn& each) { return each.name == name; });
    if (asked || creates()) return asked;
    const LiveTable* table = existing_.table(request_.table_name);
    const bool renamed = std::any_of(request_.renames.begin(), request_.renames.end(),
                                     [&](const RequestRename& each) { return each.to == name; });
    return renamed || (table != nullptr && table->column(name) != nullptr);
  }

  void check_indexes() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < request_.indexes.size(); ++i) {
      const RequestIndex& index = request_.indexes[i];
      check_name("E4", index.name, at("indexes", i, "name"));
      const bool taken = existing_.index(index.name) != nullptr ||
                         existing_.table(index.name) != nullptr ||
                         index.name == request_.table_name;
      if (!names.insert(index.name).second || taken)
        error("E9", at("indexes", i, "name"), shown(index.name) + " is taken",
              "Name each index once");
      if (index.type != "BTREE" && index.type != "GIN")
        error("E6", at("indexes", i, "type"), shown(index.type) + " is no kind of index here",
              "Leave it out, or use BTREE");
      if (index.columns.empty())
        error("E6", at("indexes", i, "columns"), "it has no column", "Name at least one");
      std::set<std::string> listed;
      for (const std::string& column : index.columns) {
        if (!has_column(column))
          error("E10", at("indexes", i, "columns"), "there is no column " + shown(column),
                "Name a column of the table");
        if (!listed.insert(column).second)
          error("E9", at("indexes", i, "columns"), shown(column) + " twice", "Name it once");
      }
    }
  }

  void check_renames() {
    const LiveTable* table = existing_.table(request_.table_name);
    for (std::size_t i = 0; i < request_.renames.size(); ++i) {
      const RequestRename& rename = request_.renames[i];
      check_name("E4", rename.to, at("renames", i, "to"));
      if (creates() || table == nullptr || table->column(rename.from) == nullptr)
        error("E10", at("renames", i, "from"), "there is no column " + shown(rename.from),
              "Name a column of the table");
      if (table != nullptr && table->column(rename.to) != nullptr)
        error("E9", at("renames", i, "to"), shown(rename.to) + " is taken", "Choose another name");
    }
  }

  /// The judge of all: SQLite itself, on a copy of the schema in memory.
  void try_it() {
    const RequestSql sql = sql_of(request_);
    Result<LiveSchema> tried = [&]() -> Result<LiveSchema> {
      try {
        return round_trip(existing_, sql.up, sql.down);
      } catch (const Failure& failure) {
        return to_error(failure, "up");
      }
    }();
    if (!tried)
      error("E14", "schemaJson", tried.error().thing + ": " + tried.error().reason,
            tried.error().cure);
  }

  const SchemaRequest& request_;
  const LiveSchema& existing_;
  const std::vector<std::string>& requested_;
  std::vector<RequestFinding> findings_;
};

}  // namespace

std::vector<RequestFinding> validate(const SchemaRequest& request, const LiveSchema& existing,
                                     const std::vector<std::string>& requested) {
  return Validation(request, existing, requested).run();
}

bool has_errors(const std::vector<RequestFinding>& findings) noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [](const RequestFinding& each) { return each.blocks(); });
}

}  // namespace dg::schema
