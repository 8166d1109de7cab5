#include "daemon/protocol/answers.h"

namespace dg {
namespace {

constexpr std::string_view kPrefix = "#/$defs/";

/// Copies to `used` what `schema` refers to, and what that refers to.
void collect(const Json& schema, const Json& all, Json& used) {
  if (const auto reference = schema.is_object() ? schema.find("$ref") : schema.end();
      reference != schema.end() && reference->is_string()) {
    const std::string name = reference->get<std::string>().substr(kPrefix.size());
    if (used.contains(name)) return;
    used[name] = all.at(name);
    collect(all.at(name), all, used);
  }
  if (!schema.is_structured()) return;
  for (const Json& part : schema) collect(part, all, used);
}

}  // namespace

Json answer_schema(const std::string& method) {
  const Json document = Json::parse(published_answers());
  const Json& all = document.at("$defs");
  const auto found = all.find(method);
  if (found == all.end()) return nullptr;
  Json schema = *found;
  Json used = Json::object();
  collect(schema, all, used);
  if (!used.empty()) schema["$defs"] = std::move(used);
  return schema;
}

}  // namespace dg
