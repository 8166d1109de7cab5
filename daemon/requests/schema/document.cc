#include "daemon/requests/schema/document.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <vector>

#include "daemon/requests/params.h"
#include "storage/requests/identifier.h"

namespace dg {
namespace {

using namespace requests;

/// A key as a step of a JSON pointer (RFC 6901), cut where it is long.
std::string step(std::string_view key) {
  std::string text = "/";
  for (const char c : in_comment(key.substr(0, 80)))
    text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

/// The members of one object, each asked for by its name; all others are findings.
class Fields {
 public:
  Fields(const Json& json, std::string at, std::initializer_list<const char*> keys,
         Findings& findings)
      : json_(json), at_(std::move(at)), findings_(findings) {
    if (!json.is_object()) {
      wrong("", "must be an object");
      return;
    }
    const std::vector<std::string> known(keys.begin(), keys.end());
    for (const auto& [key, value] : json.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = key.size() > 60 ? std::string() : nearest(key, known);
      findings_.add("E6", at_ + step(key), "There is no such key here.",
                    near.empty() ? "'schema-request schema' prints what there is."
                                 : "Did you mean " + near + "?");
    }
  }

  std::optional<std::string> maybe_text(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
      wrong(key, "must be a text");
      return std::nullopt;
    }
    const std::string& text = value->get_ref<const std::string&>();
    if (text.find('\0') != std::string::npos) wrong(key, "must not hold NUL");
    if (text.size() > kMostTextBytes) {
      findings_.add("E13", at_ + step(key), "It is longer than a text of a request may be.",
                    "Keep it below " + std::to_string(kMostTextBytes) + " bytes.");
    }
    return text;
  }
  std::string text(const char* key, bool required = false) {
    if (required && find(key) == nullptr) wrong(key, "is missing");
    return maybe_text(key).value_or(std::string());
  }
  std::optional<bool> maybe_flag(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) {
      wrong(key, "must be true or false");
      return std::nullopt;
    }
    return value->get<bool>();
  }
  bool flag(const char* key) { return maybe_flag(key).value_or(false); }
  std::int64_t integer(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) return 0;
    constexpr std::int64_t kMost = 253'402'300'799;  // The last second of the year 9999.
    const bool fits = value->is_number_integer() && value->get<double>() >= 0 &&
                      value->get<double>() <= static_cast<double>(kMost);
    if (fits) return value->get<std::int64_t>();
    wrong(key, "must be seconds since 1970");
    return 0;
  }
  /// Null where there is none, or it is no array of at most so many.
  const Json* array(const char* key, std::size_t most, bool required = false) {
    const Json* value = find(key);
    if (value == nullptr) {
      if (required) wrong(key, "is missing");
      return nullptr;
    }
    if (!value->is_array()) {
      wrong(key, "must be a list");
      return nullptr;
    }
    if (value->size() <= most) return value;
    findings_.add("E13", at_ + step(key),
                  std::to_string(value->size()) + " entries are more than the " +
                      std::to_string(most) + " that a request may have here.",
                  "Split the table or the request.");
    return nullptr;
  }
  std::vector<std::string> texts(const char* key, std::size_t most, bool required = false) {
    std::vector<std::string> all;
    const Json* list = array(key, most, required);
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      if ((*list)[i].is_string()) {
        all.push_back((*list)[i].get<std::string>());
      } else {
        findings_.add("E6", place(key, i), "must be a text.", "Give names.");
      }
    }
    return all;
  }
  const Json* object(const char* key, bool required = false) {
    const Json* value = find(key);
    if (value == nullptr && required) wrong(key, "is missing");
    return value;
  }
  std::string place(const char* key) const { return at_ + step(key); }
  std::string place(const char* key, std::size_t i) const {
    return place(key) + "/" + std::to_string(i);
  }
  void wrong(const std::string& key, const std::string& what) {
    findings_.add("E6", key.empty() ? at_ : at_ + step(key),
                  (key.empty() ? "It " : "'" + key + "' ") + what + ".",
                  "'schema-request schema' prints the form.");
  }

 private:
  /// A null counts as not given.
  const Json* find(const char* key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& json_;
  std::string at_;
  Findings& findings_;
};

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
  if (const Json* references = fields.object("references")) {
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
    if (const Json* column = fields.object("column", true))
      change.column = read_column(*column, fields.place("column"), findings);
  } else if (op == "add_index") {
    change.kind = ChangeSpec::Kind::add_index;
    if (const Json* index = fields.object("index", true))
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
    if (const Json* table = fields.object("schemaJson", true))
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
  request.requested_at = fields.integer("requestedAt");
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
    if (fields.object("schemaJson") != nullptr)
      fields.wrong("schemaJson", "belongs to a create; an alter lists changes");
  } else if (operation.empty() || operation == "create") {
    if (const Json* table = fields.object("schemaJson", true))
      request.table = read_table(*table, "/schemaJson", findings);
    if (fields.object("changes") != nullptr)
      fields.wrong("changes", "belongs to an alter: \"operation\": \"alter\"");
  } else {
    fields.wrong("operation", "must be create or alter");
  }
  if (const Json* metadata = fields.object("requestMetadata", true))
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
