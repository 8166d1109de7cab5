#include "daemon/requests/event_json.h"

#include <string>
#include <string_view>

#include "daemon/requests/delta_writer.h"
#include "events/names.h"
#include "parser/hexadecimal.h"

namespace dg {
namespace {

/// Collects the values that differ; a side that is not there is null.
class Changes {
 public:
  Changes(bool has_old, bool has_new) : has_old_(has_old), has_new_(has_new) {}

  void text(const char* field, const std::string& old_value, const std::string& new_value) {
    add(field, old_value, new_value);
  }
  void flag(const char* field, bool old_value, bool new_value) { add(field, old_value, new_value); }
  Json take() { return std::move(list_); }

 private:
  template <typename Value>
  void add(const char* field, const Value& old_value, const Value& new_value) {
    if (has_old_ && has_new_ && old_value == new_value) return;
    const Value none{};
    if (!has_old_ && new_value == none) return;
    if (!has_new_ && old_value == none) return;
    list_.push_back({{"field", field},
                     {"old", has_old_ ? Json(old_value) : Json(nullptr)},
                     {"new", has_new_ ? Json(new_value) : Json(nullptr)}});
  }

  bool has_old_, has_new_;
  Json list_ = Json::array();
};

Json open_list(const std::vector<OpenEvent>& open) {
  Json list = Json::array();
  for (const OpenEvent& each : open) {
    list.push_back({{"relation", to_string(each.relation)},
                    {"text", each.text},
                    {"reason", to_string(each.reason)},
                    {"detail", each.detail}});
  }
  return list;
}

}  // namespace

const EventLog::AtomName& EventDescriber::name(AtomId atom, Sequence sequence) {
  const auto [found, is_new] = names_.try_emplace({atom, sequence});
  if (is_new) {
    if (Result<EventLog::AtomName> read = log_.name_at(atom, sequence)) found->second = *read;
    if (found->second.id_text.empty()) {
      found->second.id_text = "atom " + std::to_string(raw(atom));
    }
  }
  return found->second;
}

Json EventDescriber::operator()(const Event& event) {
  const bool deleted = event.operation == Operation::delete_;
  const AtomContent& content = deleted ? event.was : event.now;
  Json json{
      {"operation", to_string(event.operation)},
      {"id", !content.id_text.empty() ? content.id_text : name(event.atom, event.sequence).id_text},
      {"previous_version", event.version_before},
      {"version", event.version_after},
      {"fields", field_names(event.changed)}};
  if (!values_) return json;
  json["changes"] = changes(event);
  json["gained"] = edges(event.gained, event.sequence);
  json["lost"] = edges(event.lost, event.sequence);
  json["opened"] = open_list(event.opened);
  json["closed"] = open_list(event.closed);
  return json;
}

Json EventDescriber::changes(const Event& event) {
  const bool created = event.operation == Operation::create;
  const bool deleted = event.operation == Operation::delete_;
  const auto spelled = [&](Field field) {
    return created || deleted || (event.changed & static_cast<FieldSet>(field)) != 0;
  };
  const AtomContent& was = event.was;
  const AtomContent& now = event.now;
  Changes list(!created, !deleted);
  if (spelled(Field::name)) {
    list.text("id", was.id_text, now.id_text);
    list.text("name", was.name, now.name);
  }
  if (spelled(Field::kind)) {
    list.text("kind", created ? "" : std::string(to_string(was.kind)),
              deleted ? "" : std::string(to_string(now.kind)));
    list.text("form", created ? "" : std::string(to_string(was.form)),
              deleted ? "" : std::string(to_string(now.form)));
    list.flag("static", was.is_static, now.is_static);
    list.flag("ambient", was.ambient, now.ambient);
    list.text("test", was.test_callee, now.test_callee);
  }
  if (spelled(Field::signature)) list.text("signature", was.signature, now.signature);
  if (spelled(Field::body)) {
    list.text("body", created ? "" : hexadecimal(was.body_hash),
              deleted ? "" : hexadecimal(now.body_hash));
  }
  if (spelled(Field::exported)) list.flag("exported", was.exported, now.exported);
  if (spelled(Field::async)) list.flag("async", was.is_async, now.is_async);
  if (spelled(Field::owner)) {
    const auto owner = [&](AtomId id) {
      return id == kNoAtom ? std::string() : name(id, event.sequence).id_text;
    };
    list.text("owner", owner(was.owner), owner(now.owner));
  }
  if (spelled(Field::doc)) list.text("doc", was.doc, now.doc);
  return list.take();
}

Json EventDescriber::edges(const std::vector<EdgeEvent>& edges, Sequence sequence) {
  Json list = Json::array();
  for (const EdgeEvent& edge : edges) {
    list.push_back({{"relation", to_string(edge.relation)},
                    {"target", name(edge.target, sequence).id_text},
                    {"confidence", to_string(edge.confidence)}});
  }
  return list;
}

}  // namespace dg
