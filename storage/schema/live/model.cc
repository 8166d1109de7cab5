#include "storage/schema/live/model.h"

#include <algorithm>

namespace dg::schema {
namespace {

template <typename Object>
const Object* named(const std::vector<Object>& all, std::string_view name) noexcept {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Object& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const LiveColumn* LiveTable::column(std::string_view column_name) const noexcept {
  return named(columns, column_name);
}

std::vector<std::string> LiveTable::primary_key() const {
  std::vector<const LiveColumn*> keys;
  for (const LiveColumn& each : columns) {
    if (each.key_position > 0) keys.push_back(&each);
  }
  std::sort(keys.begin(), keys.end(), [](const LiveColumn* a, const LiveColumn* b) {
    return a->key_position < b->key_position;
  });
  std::vector<std::string> names;
  for (const LiveColumn* each : keys) names.push_back(each->name);
  return names;
}

const LiveTable* LiveSchema::table(std::string_view name) const noexcept {
  return named(tables, name);
}
const LiveIndex* LiveSchema::index(std::string_view name) const noexcept {
  return named(indexes, name);
}
const LiveProgram* LiveSchema::trigger(std::string_view name) const noexcept {
  return named(triggers, name);
}
const LiveProgram* LiveSchema::view(std::string_view name) const noexcept {
  return named(views, name);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string text_of(const LiveColumn& column) {
  std::string text = column.type.empty() ? std::string("(no type)") : column.type;
  if (column.not_null) text += " NOT NULL";
  if (column.default_value) text += " DEFAULT " + *column.default_value;
  return text;
}

std::string text_of(const LiveForeignKey& key) {
  std::string text = "(" + listed(key.columns) + ") -> " + key.table;
  if (!key.referenced.empty()) text += "(" + listed(key.referenced) + ")";
  if (key.on_update != "NO ACTION") text += " ON UPDATE " + key.on_update;
  if (key.on_delete != "NO ACTION") text += " ON DELETE " + key.on_delete;
  return text;
}

std::string text_of(const LiveIndex& index) {
  std::string text = (index.unique ? "UNIQUE (" : "(") + listed(index.keys) + ")";
  if (!index.where.empty()) text += " WHERE " + index.where;
  return text;
}

}  // namespace dg::schema
