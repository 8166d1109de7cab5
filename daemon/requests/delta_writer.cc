#include "daemon/requests/delta_writer.h"

#include <utility>

#include "events/names.h"

namespace dg {
namespace {

constexpr std::size_t kMostEntries = 200;

}  // namespace

bool DeltaWriter::has_room(const Json& list) {
  if (list.size() < kMostEntries) return true;
  truncated_ = true;
  return false;
}

void DeltaWriter::file(const std::string& path, const char* change) {
  if (has_room(files_)) files_.push_back({{"path", path}, {"change", change}});
}

bool DeltaWriter::wants_atoms() {
  return has_room(atoms_);
}

void DeltaWriter::atom(Operation operation, const std::string& id, std::uint32_t version,
                       FieldSet fields, const std::string& from) {
  Json atom{{"operation", to_string(operation)},
            {"id", id},
            {"version", version},
            {"fields", field_names(fields)}};
  if (!from.empty()) atom["from"] = from;
  atoms_.push_back(std::move(atom));
}

bool DeltaWriter::wants_broken() {
  return has_room(broken_);
}

void DeltaWriter::broken(const std::string& source, Relation relation, const std::string& text,
                         OpenReason reason, const std::string& place) {
  broken_.push_back({{"source", source},
                     {"relation", to_string(relation)},
                     {"text", text},
                     {"reason", to_string(reason)},
                     {"place", place}});
}

Json DeltaWriter::finish(Sequence sequence, const std::string& replica, std::string_view cause,
                         std::int64_t committed_ms, const DeltaCounts& counts) {
  return Json{{"sequence", raw(sequence)},
              {"point", std::to_string(raw(sequence)) + "@" + replica},
              {"cause", cause},
              {"committed_ms", committed_ms},
              {"files", std::move(files_)},
              {"atoms", std::move(atoms_)},
              {"counts",
               {{"files", counts.files},
                {"created", counts.created},
                {"updated", counts.updated},
                {"deleted", counts.deleted},
                {"renamed", counts.renamed},
                {"moved", counts.moved},
                {"relations_gained", counts.relations_gained},
                {"relations_lost", counts.relations_lost},
                {"opened", counts.opened},
                {"closed", counts.closed}}},
              {"broken", std::move(broken_)},
              {"truncated", truncated_}};
}

bool looked_for_in_vain(OpenReason reason) noexcept {
  return reason == OpenReason::not_found || reason == OpenReason::no_module ||
         reason == OpenReason::no_member;
}

std::string_view last_name(std::string_view text) noexcept {
  const std::size_t dot = text.find_last_of('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

Json field_names(FieldSet fields) {
  Json list = Json::array();
  for (unsigned bit = 0; bit < 16; ++bit) {
    if ((fields >> bit & 1u) != 0) list.push_back(to_string(static_cast<Field>(1u << bit)));
  }
  return list;
}

}  // namespace dg
