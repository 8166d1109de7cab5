#include "daemon/requests/delta_json.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "events/names.h"

namespace dg {
namespace {

constexpr std::size_t kMostEntries = 200;

/// What is shown of an atom change is on the side where the atom is.
std::string id_text(const FileDelta& file, const AtomChange& change) {
  return change.after != kNone<AtomIndex> ? atom_id_text(*file.after, change.after)
                                          : atom_id_text(*file.before, change.before);
}

bool has_new_id_text(const AtomChange& change) {
  return change.operation == Operation::rename || change.operation == Operation::move;
}

Json field_names(FieldSet changed) {
  Json list = Json::array();
  for (unsigned bit = 0; bit < 16; ++bit) {
    const unsigned field = 1u << bit;
    if ((changed & field) != 0) list.push_back(to_string(static_cast<Field>(field)));
  }
  return list;
}

std::string_view last_name(std::string_view text) {
  const std::size_t dot = text.find_last_of('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

bool looked_for_in_vain(OpenReason reason) {
  return reason == OpenReason::not_found || reason == OpenReason::no_module ||
         reason == OpenReason::no_member;
}

/// Whether `source` had an edge to an atom named as the open reference's last name.
bool lost_its_target(const Outcome& outcome, const FileDelta& file, const OpenChange& open) {
  return std::any_of(file.lost.begin(), file.lost.end(), [&](const RelationChange& lost) {
    if (lost.source != open.source || lost.relation != open.relation) return false;
    const AtomRef target = outcome.before->atom(lost.target);
    return target && target.name() == last_name(open.text);
  });
}

/// Where the first site of an open reference is, or the place of its atom.
std::string place_of(const Outcome& outcome, const FileDelta& file, const OpenChange& open) {
  const AtomRef source = outcome.after->atom(open.source);
  if (!source) return file.after ? file.after->path : std::string();
  Position at = source.atom().name_at;
  const FileVersion& version = *source.file;
  for (const OpenReference& reference : outcome.after->open(open.source)) {
    if (reference.relation != open.relation || version.facts->name(reference.text) != open.text) {
      continue;
    }
    const Site& site = version.links->sites[reference.sites.begin];
    if (site.ordinal != kNoOrdinal) {
      at = version.facts->references[source.atom().references.begin + site.ordinal].at;
    }
    break;
  }
  return version.path + ":" + std::to_string(at.line) + ":" + std::to_string(at.col);
}

std::string source_text(const Outcome& outcome, AtomId id) {
  const AtomRef atom = outcome.after->atom(id);
  return atom ? atom_id_text(*atom.file, atom.index) : std::string();
}

const char* change_of(const FileDelta& file) {
  return !file.before ? "added" : !file.after ? "removed" : "changed";
}

Json broken_list(const Outcome& outcome, bool& truncated) {
  Json broken = Json::array();
  for (const FileDelta& file : outcome.delta.files) {
    for (const OpenChange& open : file.opened) {
      if (!looked_for_in_vain(open.reason) && !lost_its_target(outcome, file, open)) continue;
      if (broken.size() == kMostEntries) {
        truncated = true;
        return broken;
      }
      broken.push_back({{"source", source_text(outcome, open.source)},
                        {"relation", to_string(open.relation)},
                        {"text", open.text},
                        {"reason", to_string(open.reason)},
                        {"place", place_of(outcome, file, open)}});
    }
  }
  return broken;
}

void add_files_and_atoms(const Delta& delta, Json& answer, bool& truncated) {
  Json files = Json::array();
  Json atoms = Json::array();
  for (const FileDelta& file : delta.files) {
    if (files.size() < kMostEntries) {
      files.push_back(
          {{"path", (file.after ? file.after : file.before)->path}, {"change", change_of(file)}});
    } else {
      truncated = true;
    }
    for (const AtomChange& change : file.atoms) {
      if (atoms.size() == kMostEntries) {
        truncated = true;
        break;
      }
      atoms.push_back({{"operation", to_string(change.operation)},
                       {"id", id_text(file, change)},
                       {"version", change.version_after},
                       {"fields", field_names(change.changed)}});
      if (has_new_id_text(change)) {
        atoms.back()["from"] = atom_id_text(*file.before_of(change), change.before);
      }
    }
  }
  answer["files"] = std::move(files);
  answer["atoms"] = std::move(atoms);
}

}  // namespace

Json delta_to_json(const Outcome& outcome, std::int64_t committed_ms) {
  bool truncated = false;
  Json answer{{"sequence", raw(outcome.sequence)},
              {"cause", to_string(outcome.cause)},
              {"committed_ms", committed_ms}};
  add_files_and_atoms(outcome.delta, answer, truncated);
  const DeltaCounts counts = count(outcome.delta);
  answer["counts"] = {{"files", counts.files},
                      {"created", counts.created},
                      {"updated", counts.updated},
                      {"deleted", counts.deleted},
                      {"renamed", counts.renamed},
                      {"moved", counts.moved},
                      {"relations_gained", counts.relations_gained},
                      {"relations_lost", counts.relations_lost},
                      {"opened", counts.opened},
                      {"closed", counts.closed}};
  answer["broken"] = broken_list(outcome, truncated);
  answer["truncated"] = truncated;
  const Timings& timings = outcome.timings;
  answer["latency_ms"] = timings.visible_ms > 0 ? Json(timings.visible_ms) : Json(nullptr);
  answer["timings"] = {{"read_ms", timings.read_ms},
                       {"parse_ms", timings.parse_ms},
                       {"link_ms", timings.link_ms},
                       {"commit_ms", timings.commit_ms},
                       {"total_ms", timings.total_ms}};
  const Work& work = outcome.work;
  answer["work"] = {{"read", work.read},
                    {"parsed", work.parsed},
                    {"from_cache", work.from_cache},
                    {"relinked", work.relinked},
                    {"rows_written", work.rows_written},
                    {"events", work.events}};
  return answer;
}

}  // namespace dg
