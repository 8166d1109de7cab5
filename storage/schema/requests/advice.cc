#include "storage/schema/requests/advice.h"

#include <algorithm>

#include "storage/schema/requests/types.h"

namespace dg::schema {
namespace {

bool is_time(RequestType type) {
  return type == RequestType::timestamptz || type == RequestType::timestamp;
}

/// The last word counts: `candidate` and `update_count` are no times.
bool sounds_like_time(const std::string& name) {
  for (const char* suffix : {"_at", "_time", "_date", "_on"}) {
    if (name.ends_with(suffix)) return true;
  }
  return name == "timestamp" || name == "date" || name == "time";
}

class Adviser {
 public:
  Adviser(const SchemaRequest& request, std::vector<RequestFinding>& findings)
      : request_(request), findings_(findings) {}

  void run() {
    if (request_.kind == RequestKind::create) {
      times();
      key();
      if (!request_.table_name.ends_with("s"))
        warn("W10", "tableName", "table names are plural by custom", "Such as review_notes");
    }
    for (std::size_t i = 0; i < request_.columns.size(); ++i) column(i);
    for (std::size_t i = 0; i < request_.indexes.size(); ++i) index(i);
  }

 private:
  void warn(const char* code, std::string place, std::string message, std::string suggestion) {
    findings_.push_back({code, std::move(place), std::move(message), std::move(suggestion)});
  }

  const RequestColumn* named(const std::string& name) const {
    for (const RequestColumn& each : request_.columns) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }

  bool has_time(const std::string& name) const {
    const RequestColumn* column = named(name);
    const std::optional<RequestType> type =
        column == nullptr ? std::nullopt : request_type(column->type);
    return type && is_time(*type);
  }

  bool is_indexed(const std::string& name) const {
    const std::vector<std::string> key = key_of(request_);
    if (!key.empty() && key.front() == name) return true;
    const RequestColumn* column = named(name);
    if (column != nullptr && column->unique) return true;
    return std::any_of(request_.indexes.begin(), request_.indexes.end(),
                       [&](const RequestIndex& each) {
                         return !each.columns.empty() && each.columns.front() == name;
                       });
  }

  void times() {
    if (!has_time("created_at"))
      warn("W1", "columns", "there is no time created_at",
           "Add created_at TIMESTAMPTZ with default CURRENT_TIMESTAMP");
    if (!has_time("updated_at"))
      warn("W2", "columns", "there is no time updated_at",
           "Add updated_at TIMESTAMPTZ with default CURRENT_TIMESTAMP");
  }

  void key() {
    const std::vector<std::string> key = key_of(request_);
    const RequestColumn* column = key.size() == 1 ? named(key.front()) : nullptr;
    const std::optional<RequestType> type =
        column == nullptr ? std::nullopt : request_type(column->type);
    if (!type) return;
    const bool serial = type == RequestType::serial || type == RequestType::bigserial;
    if (type != RequestType::uuid && !serial)
      warn("W8", "columns", "the key is neither UUID nor SERIAL", "Use UUID with uuid()");
    if (type == RequestType::uuid && !column->default_value)
      warn("W9", "columns", "the UUID key has no generator", "Give it the default uuid()");
  }

  void column(std::size_t i) {
    const RequestColumn& column = request_.columns[i];
    const std::optional<RequestType> type = request_type(column.type);
    if (!type) return;
    const std::string place = "columns[" + std::to_string(i) + "]";
    if (type == RequestType::varchar)
      warn("W3", place, "VARCHAR is TEXT here; a length is not kept", "Use TEXT");
    if (type == RequestType::bigint || type == RequestType::bigserial)
      warn("W4", place, "JSON clients lose what is beyond 2^53", "Use TEXT or UUID for ids");
    if (sounds_like_time(column.name) && type != RequestType::timestamptz)
      warn("W7", place, "its name is a time's, its type is not TIMESTAMPTZ", "Use TIMESTAMPTZ");
    const bool asked_for = column.name == "user_id" || column.name == "created_at" ||
                           column.name == "updated_at" || column.references.has_value();
    if (asked_for && !is_indexed(column.name))
      warn("W5", place, column.name + " is often asked for and has no index",
           "Add idx_" + request_.table_name + "_" + column.name);
    if (type == RequestType::jsonb && !is_indexed(column.name))
      warn("W6", place, "JSON without an index is read in full",
           "Keep what is asked for in columns of its own");
  }

  void index(std::size_t i) {
    const RequestIndex& index = request_.indexes[i];
    const std::string place = "indexes[" + std::to_string(i) + "]";
    if (index.type == "GIN")
      warn("W6", place, "SQLite has no GIN index: it becomes a B-tree over the whole text",
           "Keep what is asked for in columns of its own");
    if (!index.name.starts_with("idx_" + request_.table_name))
      warn("W10", place, "index names begin with idx_ and the table by custom",
           "Call it idx_" + request_.table_name + "_…");
  }

  const SchemaRequest& request_;
  std::vector<RequestFinding>& findings_;
};

}  // namespace

void advise(const SchemaRequest& request, std::vector<RequestFinding>& findings) {
  Adviser(request, findings).run();
}

}  // namespace dg::schema
