#include "daemon/protocol/delta_json.h"

#include <string>

namespace dg {
namespace {

constexpr struct {
  Field field;
  const char* name;
} kFields[] = {
    {Field::name, "name"},   {Field::kind, "kind"},         {Field::signature, "signature"},
    {Field::body, "body"},   {Field::exported, "exported"}, {Field::async, "async"},
    {Field::owner, "owner"}, {Field::doc, "doc"},           {Field::relations, "relations"},
};

Json field_names(FieldSet changed) {
  Json names = Json::array();
  for (const auto& [field, name] : kFields) {
    if ((changed & static_cast<FieldSet>(field)) != 0) names.push_back(name);
  }
  return names;
}

/// The lists of one delta, cut at a limit.
class Lists {
 public:
  Lists(const Outcome& outcome, std::size_t limit) : outcome_(outcome), limit_(limit) {}

  void add(const char* list, Json entry) {
    Json& target = lists_[list];
    if (target.size() < limit_) {
      target.push_back(std::move(entry));
    } else {
      truncated_ = true;
    }
  }
  void relation(const char* list, const RelationChange& change) {
    if (lists_[list].size() >= limit_) return void(truncated_ = true);
    add(list, {{"relation", to_string(change.relation)},
               {"source", id_text(change.source)},
               {"target", id_text(change.target)},
               {"confidence", to_string(change.confidence)}});
  }
  void open(const char* list, const OpenChange& change) {
    if (lists_[list].size() >= limit_) return void(truncated_ = true);
    Json entry{{"source", id_text(change.source)},
               {"relation", to_string(change.relation)},
               {"text", change.text},
               {"reason", to_string(change.reason)}};
    if (!change.detail.empty()) entry["detail"] = change.detail;
    add(list, std::move(entry));
  }
  void atom(const FileDelta& file, const AtomChange& change) {
    if (lists_["atoms"].size() >= limit_) return void(truncated_ = true);
    const bool gone = change.after == kNone<AtomIndex>;
    const FileVersion& version = gone ? *file.before : *file.after;
    const AtomIndex index = gone ? change.before : change.after;
    const Atom& atom = version.facts->atoms[raw(index)];
    add("atoms", {{"operation", to_string(change.operation)},
                  {"id", atom_id_text(version, index)},
                  {"line", atom.start.line},
                  {"version", change.version_after},
                  {"fields", field_names(change.changed)}});
  }
  bool truncated() const noexcept { return truncated_; }
  Json take(const char* list) { return std::move(lists_[list]); }

 private:
  /// An atom may be there only before or only after.
  std::string id_text(AtomId id) const {
    for (const SnapshotPtr& side : {outcome_.after, outcome_.before}) {
      if (const AtomRef ref = side->atom(id)) return atom_id_text(*ref.file, ref.index);
    }
    return {};
  }

  const Outcome& outcome_;
  std::size_t limit_;
  bool truncated_ = false;
  Json lists_{{"files", Json::array()}, {"atoms", Json::array()},  {"gained", Json::array()},
              {"lost", Json::array()},  {"opened", Json::array()}, {"closed", Json::array()}};
};

}  // namespace

Json delta_json(const Outcome& outcome, std::int64_t committed_ms, std::size_t limit) {
  Lists lists(outcome, limit);
  for (const FileDelta& file : outcome.delta.files) {
    lists.add("files", file.after ? file.after->path : file.before->path);
    for (const AtomChange& change : file.atoms) lists.atom(file, change);
    for (const RelationChange& change : file.gained) lists.relation("gained", change);
    for (const RelationChange& change : file.lost) lists.relation("lost", change);
    for (const OpenChange& change : file.opened) lists.open("opened", change);
    for (const OpenChange& change : file.closed) lists.open("closed", change);
  }
  for (const ConfigFile& config : outcome.delta.configs) lists.add("files", config.path);
  const DeltaCounts counts = count(outcome.delta);
  Json json{{"sequence", raw(outcome.sequence)},
            {"cause", to_string(outcome.cause)},
            {"committed_ms", committed_ms},
            {"files", lists.take("files")},
            {"counts",
             {{"created", counts.created},
              {"updated", counts.updated},
              {"deleted", counts.deleted},
              {"gained", counts.relations_gained},
              {"lost", counts.relations_lost},
              {"opened", counts.opened},
              {"closed", counts.closed}}}};
  for (const char* list : {"atoms", "gained", "lost", "opened", "closed"})
    json[list] = lists.take(list);
  json["work"] = {{"parsed", outcome.work.parsed},
                  {"relinked", outcome.work.relinked},
                  {"rows", outcome.work.rows_written}};
  json["visible_ms"] = outcome.timings.visible_ms;
  json["truncated"] = lists.truncated();
  return json;
}

}  // namespace dg
