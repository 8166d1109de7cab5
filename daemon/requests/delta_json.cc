#include "daemon/requests/delta_json.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "daemon/requests/delta_writer.h"
#include "events/names.h"
#include "graph/compare.h"

namespace dg {
namespace {

/// What is shown of an atom change is on the side where the atom is. Empty where it is on none: a
/// repair has the log say once more that it is gone.
std::string id_text(const Outcome& outcome, const FileDelta& file, const AtomChange& change) {
  if (change.after != kNone<AtomIndex>) return atom_id_text(*file.after, change.after);
  if (change.before != kNone<AtomIndex>) return atom_id_text(*file.before, change.before);
  const AtomRef former = outcome.before->atom(change.id);
  return former ? atom_id_text(*former.file, former.index) : std::string();
}

bool has_new_id_text(const AtomChange& change) {
  return change.operation == Operation::rename || change.operation == Operation::move;
}

/// Whether `source` had an edge to an atom named as the open reference's last name. Where the
/// reference leads to a package now, that alone says nothing: it may be meant.
bool lost_its_target(const Outcome& outcome, const FileDelta& file, const OpenChange& open) {
  return std::any_of(file.lost.begin(), file.lost.end(), [&](const RelationChange& lost) {
    if (lost.source != open.source || lost.relation != open.relation) return false;
    const AtomRef target = outcome.before->atom(lost.target);
    return target && target.name() == last_name(open.text) &&
           (open.reason != OpenReason::external ||
            lost_its_member(*outcome.before, *outcome.after, lost.target));
  });
}

/// Where the first site of an open reference is, or the place of its atom.
std::string place_of(const Outcome& outcome, const FileDelta& file, const OpenChange& open) {
  const AtomRef source = outcome.after->atom(open.source);
  if (!source) return file.after ? file.after->path : std::string();
  Position at = source.atom().name_at;
  const FileVersion& version = *source.file;
  for (const OpenReference& reference : outcome.after->open(open.source)) {
    if (reference.relation != open.relation || reference.reason != open.reason ||
        version.facts->name(reference.text) != open.text) {
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

void write_broken(const Outcome& outcome, const FileDelta& file, DeltaWriter& writer) {
  for (const OpenChange& open : file.opened) {
    if (!looked_for_in_vain(open.reason) && !lost_its_target(outcome, file, open)) continue;
    if (!writer.wants_broken()) return;
    writer.broken(source_text(outcome, open.source), open.relation, open.text, open.reason,
                  place_of(outcome, file, open));
  }
}

void write_file(const Outcome& outcome, const FileDelta& file, DeltaWriter& writer) {
  writer.file((file.after ? file.after : file.before)->path, change_of(file));
  for (const AtomChange& change : file.atoms) {
    if (!writer.wants_atoms()) return;
    const std::string id = id_text(outcome, file, change);
    if (id.empty()) continue;
    writer.atom(change.operation, id, change.version_after, change.changed,
                has_new_id_text(change) ? atom_id_text(*file.before_of(change), change.before)
                                        : std::string());
  }
}

}  // namespace

Json delta_to_json(const Outcome& outcome, std::int64_t committed_ms) {
  DeltaWriter writer;
  for (const FileDelta& file : outcome.delta.files) {
    write_file(outcome, file, writer);
    write_broken(outcome, file, writer);
  }
  Json answer = writer.finish(outcome.sequence, outcome.replica, to_string(outcome.cause),
                              committed_ms, count(outcome.delta));
  const Timings& timings = outcome.timings;
  answer["latency_ms"] = timings.visible_ms > 0 ? Json(timings.visible_ms) : Json(nullptr);
  answer["timings"] = {{"read_ms", timings.read_ms},
                       {"parse_ms", timings.parse_ms},
                       {"link_ms", timings.link_ms},
                       {"commit_ms", timings.commit_ms},
                       {"total_ms", timings.total_ms}};
  const WorkDone& work = outcome.work;
  answer["work"] = {{"read", work.read},
                    {"parsed", work.parsed},
                    {"from_cache", work.from_cache},
                    {"relinked", work.relinked},
                    {"rows_written", work.rows_written},
                    {"events", work.events}};
  return answer;
}

}  // namespace dg
