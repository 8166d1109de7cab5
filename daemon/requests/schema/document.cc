#include "daemon/requests/schema/document.h"

#include <algorithm>
#include <set>
#include <vector>

#include "daemon/requests/schema/fields.h"
#include "storage/requests/identifier.h"

namespace dg {
namespace {

using namespace requests;

ColumnSpec read_column(const Json& json, const std::string& at, Findings& findings) {
  Fields fields(json, at,
                {"name", "type", "primaryKey", "nullable", "unique", "defaultValue", "references",
                 "comment", "from"},
                findings);
  ColumnSpec column;
  column.name = fields.text("name", true);
  column.type = fields.text("type", true);
  column.primary_key = fields.flag("primaryKey");
  column.nullable = fields.maybe_flag("nullable");
  column.unique = fields.flag("unique");
  column.default_value = fields.maybe_text("defaultValue");
  column.comment = fields.text("comment");
  column.from = fields.text("from");
  if (const Json* references = fields.value("references")) {
    Fields to(*references, fields.place("references"), {"table", "column", "onDelete", "onUpdate"},
              findings);
    column.references = ReferenceSpec{to.text("table", true), to.text("column", true),
                                      to.text("onDelete"), to.text("onUpdate")};
  }
  return column;
}

IndexSpec read_index(const Json& json, const std::string& at, Findings& findings) {
  Fields fields(json, at, {"name", "columns", "unique", "type"}, findings);
  IndexSpec index;
  index.name = fields.text("name", true);
  index.columns = fields.texts("columns", kMostIndexColumns, true);
  index.unique = fields.flag("unique");
  index.type = fields.text("type");
  for (char& c : index.type) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return index;
}

TableSpec read_table(const Json& json, const std::string& at, Findings& findings) {
  Fields fields(json, at, {"tableName", "columns", "primaryKey", "indexes", "comment"}, findings);
  TableSpec table;
  table.name = fields.text("tableName", true);
  table.primary_key = fields.texts("primaryKey", kMostIndexColumns);
  table.comment = fields.text("comment");
  const Json* columns = fields.array("columns", kMostColumns, true);
  for (std::size_t i = 0; columns != nullptr && i < columns->size(); ++i)
    table.columns.push_back(read_column((*columns)[i], fields.place("columns", i), findings));
  const Json* indexes = fields.array("indexes", kMostIndexes);
  for (std::size_t i = 0; indexes != nullptr && i < indexes->size(); ++i)
    table.indexes.push_back(read_index((*indexes)[i], fields.place("indexes", i), findings));
  return table;
}

ChangeSpec read_change(const Json& json, const std::string& at, Findings& findings) {
  Fields fields(json, at, {"op", "column", "index", "from", "to", "schemaJson"}, findings);
  ChangeSpec change;
  const std::string op = fields.text("op", true);
  if (op == "add_column") {
    change.kind = ChangeSpec::Kind::add_column;
    if (const Json* column = fields.value("column", true))
      change.column = read_column(*column, fields.place("column"), findings);
  } else if (op == "add_index") {
    change.kind = ChangeSpec::Kind::add_index;
    if (const Json* index = fields.value("index", true))
      change.index = read_index(*index, fields.place("index"), findings);
  } else if (op == "rename_table") {
    change.kind = ChangeSpec::Kind::rename_table;
    change.to = fields.text("to", true);
  } else if (op == "rename_column") {
    change.kind = ChangeSpec::Kind::rename_column;
    change.from = fields.text("from", true);
    change.to = fields.text("to", true);
  } else if (op == "rebuild") {
    change.kind = ChangeSpec::Kind::rebuild;
    if (const Json* table = fields.value("schemaJson", true))
      change.table = read_table(*table, fields.place("schemaJson"), findings);
  } else {
    findings.add("E6", fields.place("op"), "There is no such change.",
                 "Use add_column, add_index, rename_table, rename_column or rebuild.");
  }
  return change;
}

void read_metadata(const Json& json, SchemaRequest& request, Findings& findings) {
  Fields fields(json, "/requestMetadata",
                {"requestedBy", "requestedByUsername", "justification", "relatedIssue",
                 "requestedAt", "featureId"},
                findings);
  request.requested_by = fields.text("requestedBy", true);
  request.requested_by_username = fields.text("requestedByUsername");
  request.justification = fields.text("justification", true);
  request.related_issue = fields.text("relatedIssue");
  request.feature_id = fields.text("featureId");
  request.requested_at = fields.seconds("requestedAt");
}

void read_request(const Json& json, Document& document) {
  SchemaRequest& request = document.request;
  Findings& findings = document.findings;
  Fields fields(
      json, "",
      {"$schema", "tableName", "owner", "operation", "schemaJson", "changes", "requestMetadata"},
      findings);
  if (!json.is_object()) return;
  request.table_name = fields.text("tableName", true);
  request.owner = fields.text("owner");
  const std::string operation = fields.text("operation");
  if (operation == "alter") {
    request.operation = RequestKind::alter;
    const Json* changes = fields.array("changes", kMostChanges, true);
    for (std::size_t i = 0; changes != nullptr && i < changes->size(); ++i)
      request.changes.push_back(read_change((*changes)[i], fields.place("changes", i), findings));
    if (fields.value("schemaJson") != nullptr)
      fields.wrong("schemaJson", "belongs to a create; an alter lists changes");
  } else if (operation.empty() || operation == "create") {
    if (const Json* table = fields.value("schemaJson", true))
      request.table = read_table(*table, "/schemaJson", findings);
    if (fields.value("changes") != nullptr)
      fields.wrong("changes", "belongs to an alter: \"operation\": \"alter\"");
  } else {
    fields.wrong("operation", "must be create or alter");
  }
  if (const Json* metadata = fields.value("requestMetadata", true))
    read_metadata(*metadata, request, findings);
}

/// Finds keys that an object has twice, and depth, while the text is read.
class Guard {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    too_deep_ = too_deep_ || depth > kMostDepth;
    if (event == Json::parse_event_t::object_start) {
      keys_.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      if (!keys_.empty()) keys_.pop_back();
    } else if (event == Json::parse_event_t::key && !keys_.empty()) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second && twice_.empty()) twice_ = key.substr(0, 80);
    }
    return !too_deep_;
  }
  bool too_deep() const noexcept { return too_deep_; }
  const std::string& twice() const noexcept { return twice_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string twice_;
  bool too_deep_ = false;
};

bool too_deep(const Json& json, int left) {
  if (!json.is_structured()) return false;
  if (left == 0) return true;
  return std::any_of(json.begin(), json.end(),
                     [&](const Json& each) { return too_deep(each, left - 1); });
}

Document refused(const char* code, const std::string& message, const std::string& suggestion) {
  Document document;
  document.findings.add(code, "", message, suggestion);
  return document;
}

}  // namespace

Document parse_document(std::string_view text) {
  if (text.size() > kMostDocumentBytes) {
    return refused("E13",
                   "The document is longer than " + std::to_string(kMostDocumentBytes) + " bytes.",
                   "Split the request.");
  }
  Guard guard;
  const Json json = Json::parse(
      text,
      [&guard](int depth, Json::parse_event_t event, Json& parsed) {
        return guard(depth, event, parsed);
      },
      /*allow_exceptions=*/false);
  if (guard.too_deep()) {
    return refused("E13",
                   "The document is nested deeper than " + std::to_string(kMostDepth) + " levels.",
                   "'schema-request schema' prints the form.");
  }
  if (json.is_discarded())
    return refused("E6", "The document is no JSON in UTF-8.",
                   "Correct it; a JSON linter shows where.");
  if (!guard.twice().empty()) {
    return refused("E6", "An object has the key '" + in_comment(guard.twice()) + "' twice.",
                   "Readers differ in which one they take: keep one.");
  }
  return read_document(json);
}

Document read_document(const Json& json) {
  if (too_deep(json, kMostDepth)) {
    return refused("E13",
                   "The document is nested deeper than " + std::to_string(kMostDepth) + " levels.",
                   "'schema-request schema' prints the form.");
  }
  Document document;
  document.text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (document.text.size() > kMostDocumentBytes) {
    return refused("E13",
                   "The document is longer than " + std::to_string(kMostDocumentBytes) + " bytes.",
                   "Split the request.");
  }
  read_request(json, document);
  return document;
}

Result<requests::SchemaRequest> decode_document(const std::string& text) {
  Document document = parse_document(text);
  if (document.findings.errors() == 0) return std::move(document.request);
  return Error{ErrorKind::corrupt, "document of a schema request",
               document.findings.all().front().message, "Restore a backup of requests.db."};
}

}  // namespace dg
