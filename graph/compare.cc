#include "graph/compare.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "events/event.h"
#include "graph/cycles.h"
#include "graph/lost_targets.h"

namespace dg {
namespace {

constexpr FieldSet bit(Field field, bool set) {
  return set ? static_cast<FieldSet>(field) : FieldSet{0};
}

bool same_links_and_facts(const FileVersion& a, const FileVersion& b) {
  return a.facts == b.facts && a.links == b.links && a.atoms == b.atoms;
}

/// The fields that differ; `name` for a rename, `owner` too where a parent was exchanged.
FieldSet content_changes(const AtomContent& a, const AtomContent& b) {
  const bool kind = a.kind != b.kind || a.form != b.form || a.is_static != b.is_static ||
                    a.ambient != b.ambient || a.test_callee != b.test_callee;
  const unsigned fields =
      bit(Field::name, a.name != b.name || a.id_text != b.id_text) | bit(Field::kind, kind) |
      bit(Field::signature, a.signature != b.signature) |
      bit(Field::body, a.body_hash != b.body_hash) |
      bit(Field::exported, a.exported != b.exported) | bit(Field::async, a.is_async != b.is_async) |
      bit(Field::owner, a.owner != b.owner) | bit(Field::doc, a.doc != b.doc);
  return static_cast<FieldSet>(fields);
}

class Comparer {
 public:
  Comparer(const SnapshotPtr& from, const SnapshotPtr& to) : from_(from), to_(to) {}

  GraphDifference run() {
    find_differing_files();
    if (differing_.empty()) return {};
    std::vector<AtomId> ids;
    for (const auto& [before, after] : differing_) {
      if (before != nullptr) ids.insert(ids.end(), before->atoms.begin(), before->atoms.end());
      if (after != nullptr) ids.insert(ids.end(), after->atoms.begin(), after->atoms.end());
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const AtomId id : ids) take(id);
    sort();
    list_files();
    find_cycles();
    return std::move(result_);
  }

 private:
  void find_differing_files() {
    for (FileVersionPtr& file : to_->files()) {
      FileVersionPtr before = from_->file(file->id);
      if (before == file || (before != nullptr && same_links_and_facts(*before, *file))) continue;
      differing_.emplace_back(std::move(before), std::move(file));
    }
    for (FileVersionPtr& file : from_->files()) {
      if (to_->file(file->id) == nullptr) differing_.emplace_back(std::move(file), nullptr);
    }
  }

  void take(AtomId id) {
    const AtomRef before = from_->atom(id);
    const AtomRef after = to_->atom(id);
    if (!before && !after) return;
    if (!before || !after) {
      result_.atoms.push_back({after ? Operation::create : Operation::delete_, id, 0});
    } else {
      take_content(id, before, after);
      for (ReferenceDifference& lost : lost_targets(*from_, *to_, id, Side::without)) {
        result_.broken.push_back(std::move(lost));
      }
      for (ReferenceDifference& found : lost_targets(*to_, *from_, id, Side::with)) {
        result_.fixed.push_back(std::move(found));
      }
    }
    take_edges(id);
  }

  void take_content(AtomId id, const AtomRef& before, const AtomRef& after) {
    if (before.file->facts == after.file->facts && before.index == after.index) return;
    content_of(*before.file, before.index, was_);
    content_of(*after.file, after.index, now_);
    const FieldSet changed = content_changes(was_, now_);
    const Operation operation = was_.file != now_.file         ? Operation::move
                                : was_.id_text != now_.id_text ? Operation::rename
                                                               : Operation::update;
    if (changed != 0 || operation == Operation::move) {
      result_.atoms.push_back({operation, id, changed});
    }
  }

  void take_edges(AtomId id) {
    const auto olds = from_->edges(id);
    const auto news = to_->edges(id);
    const auto key = [](const Edge& edge) { return std::pair(edge.relation, edge.target); };
    const auto change = [&](const Edge& edge) {
      return RelationChange{id, edge.relation, edge.target, edge.confidence};
    };
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      if (y == news.end() || (x != olds.end() && key(*x) < key(*y))) {
        result_.lost.push_back(change(*x++));
      } else if (x == olds.end() || key(*y) < key(*x)) {
        result_.gained.push_back(change(*y++));
      } else {
        if (x->confidence != y->confidence) {
          result_.lost.push_back(change(*x));
          result_.gained.push_back(change(*y));
        }
        ++x, ++y;
      }
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
      known.id = file.id;
      known.before = from_->file(file.id) != nullptr;
      known.after = to_->file(file.id) != nullptr;
      return known;
    };
    for (const auto& [before, after] : differing_) {
      if (before == nullptr) entry(*after);
      if (after == nullptr) entry(*before);
    }
    for (const AtomDifference& atom : result_.atoms) {
      const AtomRef before = from_->atom(atom.id), after = to_->atom(atom.id);
      if (before && after && before.file->id == after.file->id) {
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
    result_.new_import_cycles = cycles_gained(imports_before, imports_now);
    result_.gone_import_cycles = cycles_gained(imports_now, imports_before);
  }

  const SnapshotPtr& from_;
  const SnapshotPtr& to_;
  std::vector<std::pair<FileVersionPtr, FileVersionPtr>> differing_;
  GraphDifference result_;
  AtomContent was_, now_;  ///< Scratch.
};

}  // namespace

GraphDifference compare(const SnapshotPtr& from, const SnapshotPtr& to) {
  if (from == to) return {};
  return Comparer(from, to).run();
}

}  // namespace dg
