#include "graph/compare.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "events/delta_algebra.h"
#include "graph/cycles.h"
#include "graph/graph_state.h"
#include "graph/lost_targets.h"

namespace dg {

SnapshotPtr without_history(const Snapshot& snapshot) {
  GraphState state = state_of(snapshot);
  state.retired = {};
  return make_snapshot(std::move(state));
}

namespace {

constexpr auto kRelations = static_cast<FieldSet>(Field::relations);

using NewIds = std::unordered_map<AtomId, AtomId>;

/// Of atoms of `from` that are gone: the id of the atom of `to` that has their id text and was not
/// there.
NewIds ids_of_returned(const Snapshot& from, const Snapshot& to) {
  NewIds returned;
  for (const FileVersionPtr& before : from.files()) {
    const FileVersionPtr after = to.file_at(before->path);
    if (after == nullptr || after == before || after->atoms == before->atoms) continue;
    std::unordered_map<std::string, AtomId> gone;
    for (std::uint32_t i = 0; i < before->atoms.size(); ++i) {
      if (to.atom(before->atoms[i])) continue;
      gone.emplace(atom_id_text(*before, AtomIndex{i}), before->atoms[i]);
    }
    for (std::uint32_t i = 0; i < after->atoms.size() && !gone.empty(); ++i) {
      if (from.atom(after->atoms[i])) continue;
      const auto same = gone.find(atom_id_text(*after, AtomIndex{i}));
      if (same != gone.end()) returned.emplace(same->second, after->atoms[i]);
    }
  }
  return returned;
}

FileVersionPtr with_ids(const FileVersionPtr& file, const NewIds& ids) {
  const auto is_renamed = [&](AtomId id) { return ids.contains(id); };
  const auto leads_to_renamed = [&](const Edge& edge) { return is_renamed(edge.target); };
  const bool links = std::ranges::any_of(file->links->edges, leads_to_renamed);
  if (!links && std::ranges::none_of(file->atoms, is_renamed)) return file;
  const auto rename = [&](AtomId& id) {
    if (const auto found = ids.find(id); found != ids.end()) id = found->second;
  };
  auto copy = std::make_shared<FileVersion>(*file);
  std::ranges::for_each(copy->atoms, rename);
  if (links) {
    auto renamed = std::make_shared<FileLinks>(*file->links);
    for (Edge& edge : renamed->edges) rename(edge.target);
    std::ranges::sort(renamed->edges, {}, [](const Edge& edge) {
      return std::tuple(edge.source, edge.relation, edge.target);
    });
    copy->links = std::move(renamed);
  }
  return copy;
}

SnapshotPtr with_ids_of(const SnapshotPtr& from, const SnapshotPtr& to) {
  if (from == to) return from;
  const NewIds ids = ids_of_returned(*from, *to);
  if (ids.empty()) return from;
  const GraphState& state = state_of(*from);
  std::vector<FileVersionPtr> files;
  for (const FileVersionPtr& file : from->files()) files.push_back(with_ids(file, ids));
  const GraphState& later = state_of(*to);
  return load_snapshot(from->sequence(), std::move(files), state.configs.files(), {},
                       std::max(state.next_atom, later.next_atom), state.next_file);
}

class Comparer {
 public:
  Comparer(const SnapshotPtr& from, const SnapshotPtr& to)
      : from_(with_ids_of(from, to)), to_(to) {}

  GraphDifference run() {
    result_.before = from_;
    delta_ = delta_between(from_->files(), to_->files());
    if (delta_.files.empty()) return std::move(result_);
    for (const FileDelta& file : delta_.files) {
      for (const AtomChange& change : file.atoms) take(change);
      result_.gained.insert(result_.gained.end(), file.gained.begin(), file.gained.end());
      result_.lost.insert(result_.lost.end(), file.lost.begin(), file.lost.end());
    }
    sort();
    list_files();
    find_cycles();
    return std::move(result_);
  }

 private:
  void take(const AtomChange& change) {
    const auto changed = static_cast<FieldSet>(change.changed & ~kRelations);
    if (change.operation != Operation::update || changed != 0) {
      result_.atoms.push_back({change.operation, change.id, changed});
    }
    if (change.operation == Operation::create || change.operation == Operation::delete_) return;
    for (ReferenceDifference& lost : lost_targets(*from_, *to_, change.id, Side::without)) {
      result_.broken.push_back(std::move(lost));
    }
    for (ReferenceDifference& found : lost_targets(*to_, *from_, change.id, Side::with)) {
      result_.fixed.push_back(std::move(found));
    }
  }

  AtomRef shown(AtomId id) const {
    const AtomRef atom = to_->atom(id);
    return atom ? atom : from_->atom(id);
  }

  /// Of an atom, `to` before `from` where two stand at one place.
  std::tuple<std::string_view, Position, bool, AtomId> place(AtomId id) const {
    const AtomRef now = to_->atom(id);
    const AtomRef atom = now ? now : from_->atom(id);
    return {atom.file->path, atom.atom().start, !now, id};
  }

  void sort() {
    const auto relation_order = [&](const RelationChange& a, const RelationChange& b) {
      const auto x = place(a.source), y = place(b.source);
      if (x != y) return x < y;
      if (a.relation != b.relation) return a.relation < b.relation;
      return place(a.target) < place(b.target);
    };
    const auto reference_order = [&](const ReferenceDifference& a, const ReferenceDifference& b) {
      const auto key = [&](const ReferenceDifference& each) {
        return std::tuple(std::get<0>(place(each.source)), each.at, each.relation,
                          std::string_view(each.text));
      };
      return key(a) < key(b);
    };
    std::sort(result_.atoms.begin(), result_.atoms.end(),
              [&](const auto& a, const auto& b) { return place(a.id) < place(b.id); });
    std::sort(result_.gained.begin(), result_.gained.end(), relation_order);
    std::sort(result_.lost.begin(), result_.lost.end(), relation_order);
    std::sort(result_.broken.begin(), result_.broken.end(), reference_order);
    std::sort(result_.fixed.begin(), result_.fixed.end(), reference_order);
  }

  void list_files() {
    std::map<std::string_view, GraphDifference::File> files;
    const auto entry = [&](const FileVersion& file) -> GraphDifference::File& {
      GraphDifference::File& known = files[file.path];
      // A file that was away in between has another id.
      const FileVersionPtr now = to_->file_at(file.path);
      known.id = now != nullptr ? now->id : file.id;
      known.before = from_->file_at(file.path) != nullptr;
      known.after = now != nullptr;
      return known;
    };
    for (const FileDelta& file : delta_.files) {
      if (file.before == nullptr) entry(*file.after);
      if (file.after == nullptr) entry(*file.before);
    }
    for (const AtomDifference& atom : result_.atoms) {
      const AtomRef before = from_->atom(atom.id), after = to_->atom(atom.id);
      if (before && after && before.file->path == after.file->path) {
        ++entry(*after.file).updated;
      } else {
        if (before) ++entry(*before.file).deleted;
        if (after) ++entry(*after.file).created;
      }
    }
    for (const RelationChange& edge : result_.gained) ++entry(*to_->atom(edge.source).file).gained;
    for (const RelationChange& edge : result_.lost) ++entry(*shown(edge.source).file).lost;
    for (const auto& [path, file] : files) result_.files.push_back(file);
  }

  void find_cycles() {
    const auto calls_before = call_cycles(from_), calls_now = call_cycles(to_);
    result_.new_call_cycles = cycles_gained(calls_before, calls_now);
    result_.gone_call_cycles = cycles_gained(calls_now, calls_before);
    const auto imports_before = import_cycles(*from_), imports_now = import_cycles(*to_);
    result_.new_import_cycles =
        cycles_gained(by_paths_of(*to_, *from_, imports_before), imports_now);
    result_.gone_import_cycles =
        cycles_gained(by_paths_of(*from_, *to_, imports_now), imports_before);
  }

  using FileCycles = std::vector<std::vector<FileId>>;
  /// The cycles of `there` by the ids that the files of the same paths have in `here`.
  static FileCycles by_paths_of(const Snapshot& here, const Snapshot& there, FileCycles cycles) {
    for (std::vector<FileId>& cycle : cycles) {
      for (FileId& file : cycle) {
        if (const FileVersionPtr same = here.file_at(there.file(file)->path)) file = same->id;
      }
    }
    return cycles;
  }

  const SnapshotPtr from_;
  const SnapshotPtr& to_;
  Delta delta_;
  GraphDifference result_;
};

}  // namespace

GraphDifference compare(const SnapshotPtr& from, const SnapshotPtr& to) {
  return Comparer(from, to).run();
}

}  // namespace dg
