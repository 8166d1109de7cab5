// What is recorded anew: same state, new versions, and events that say all of it.

#include "graph/reconcile.h"

#include <algorithm>
#include <map>

#include "events/digest.h"
#include "events/event.h"
#include "graph/graph_state.h"

namespace dg {
namespace {

class Reconciler {
 public:
  Reconciler(const SnapshotPtr& base, Advance advanced)
      : advanced_(std::move(advanced)), next_(state_of(*advanced_.next)) {
    if (advanced_.next == base) next_.sequence = Sequence{raw(next_.sequence) + 1};
    for (FileDelta& file : advanced_.delta.files) {
      const std::uint32_t id = raw(file.after != nullptr ? file.after->id : file.before->id);
      files_[id].delta = std::move(file);
    }
  }

  Advance run(const Reconciling& what) {
    for (const FileId file : what.files) touch(file);
    for (const FileId file : what.whole) convert(file);
    for (const AtomId atom : what.atoms) record(atom);
    for (const Reconciling::GoneFile& gone : what.gone_files) end(gone);
    for (const Reconciling::Gone& gone : what.gone) end(gone);
    advanced_.delta.files.clear();
    for (auto& [id, file] : files_) {
      if (file.after != nullptr) settle(id, file);
      advanced_.delta.files.push_back(std::move(file.delta));
    }
    std::sort(advanced_.delta.files.begin(), advanced_.delta.files.end(),
              [](const FileDelta& a, const FileDelta& b) { return path_of(a) < path_of(b); });
    advanced_.next = make_snapshot(std::move(next_));
    return std::move(advanced_);
  }

 private:
  struct File {
    FileDelta delta;
    std::shared_ptr<FileVersion> after;  ///< A copy with other versions; null: none needed.
  };

  static const std::string& path_of(const FileDelta& delta) {
    return (delta.after != nullptr ? delta.after : delta.before)->path;
  }

  /// The file's part of the delta; null where it does not live.
  File* touch(FileId id) {
    if (const auto at = files_.find(raw(id)); at != files_.end()) return &at->second;
    const FileVersionPtr version = next_.files[raw(id)].version;
    if (version == nullptr) return nullptr;
    File& file = files_[raw(id)];
    file.delta.before = file.delta.after = version;
    return &file;
  }

  static void convert(AtomChange& change) {
    change.operation = Operation::reconcile;
    change.from = nullptr;
    change.before = kNone<AtomIndex>;
    change.changed = change.after == kNone<AtomIndex> ? FieldSet{0} : kReconciled;
  }

  void convert(FileId id) {
    File* file = touch(id);
    if (file == nullptr) return;
    for (AtomChange& change : file->delta.atoms) convert(change);
  }

  void record(AtomId id) {
    const AtomLocation at = next_.atoms[raw(id)];
    File* file = at.file == kNoFile ? nullptr : touch(at.file);
    if (file == nullptr || file->delta.after == nullptr) return;
    std::vector<AtomChange>& changes = file->delta.atoms;
    const auto known = std::find_if(changes.begin(), changes.end(),
                                    [&](const AtomChange& change) { return change.id == id; });
    if (known != changes.end()) return convert(*known);
    if (file->after == nullptr) file->after = std::make_shared<FileVersion>(*file->delta.after);
    std::uint32_t& version = file->after->versions[raw(at.index)];
    AtomChange change;
    change.id = id;
    change.after = at.index;
    change.version_before = version++;
    change.version_after = version;
    convert(change);
    const auto later = std::find_if(changes.begin(), changes.end(), [&](const AtomChange& other) {
      return other.after != kNone<AtomIndex> && other.after > at.index;
    });
    changes.insert(later, change);
  }

  /// A file that is gone is told to go once more: all that is known of it is its name.
  void end(const Reconciling::GoneFile& gone) {
    if (next_.files[raw(gone.id)].version != nullptr) return;
    auto former = std::make_shared<FileVersion>();
    former->id = gone.id;
    former->path = gone.path;
    former->facts = std::make_shared<const FileFacts>();
    former->links = std::make_shared<const FileLinks>();
    files_[raw(gone.id)].delta.before = std::move(former);
  }

  /// An atom that is gone has no file: it goes with any that is written.
  void end(const Reconciling::Gone& gone) {
    if (files_.empty()) {
      next_.files.for_each([&](std::size_t id, const FileEntry& entry) {
        if (files_.empty() && entry.version != nullptr)
          touch(FileId{static_cast<std::uint32_t>(id)});
      });
    }
    if (files_.empty() || next_.atoms[raw(gone.id)].file != kNoFile) return;
    AtomChange change;
    change.id = gone.id;
    change.version_before = gone.version;
    change.version_after = gone.version + 1;
    convert(change);
    files_.begin()->second.delta.atoms.push_back(change);
    const auto& known = next_.retired[raw(gone.id)];
    if (known == nullptr) return;
    auto retired = std::make_shared<RetiredAtom>(*known);
    retired->version = change.version_after;
    next_.retired.at_for_write(raw(gone.id)) = std::move(retired);
  }

  void settle(std::uint32_t id, File& file) {
    FileEntry& entry = next_.files.at_for_write(id);
    next_.digest -= entry.digest;
    entry.digest = file_digest(*file.after);
    next_.digest += entry.digest;
    entry.version = file.after;
    file.delta.after = std::move(file.after);
  }

  Advance advanced_;
  GraphState next_;
  std::map<std::uint32_t, File> files_;  ///< By FileId.
};

}  // namespace

Advance reconcile(const SnapshotPtr& base, Advance advanced, const Reconciling& what) {
  return Reconciler(base, std::move(advanced)).run(what);
}

}  // namespace dg
