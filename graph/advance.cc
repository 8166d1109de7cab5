// From one snapshot to the next: the steps in their order are those of Advancer::run().

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "events/digest.h"
#include "graph/file_entries.h"
#include "graph/graph_state.h"
#include "graph/identify.h"
#include "graph/link/linker.h"
#include "graph/link/same_links.h"
#include "graph/parallel.h"
#include "graph/reconcile.h"
#include "graph/state_link_source.h"
#include "graph/text_hash.h"
#include "parser/facts_codec.h"

namespace dg {
namespace {

/// One file of the change: what it was, what it becomes, and what was found out on the way.
struct Step {
  FileId id{};
  FileVersionPtr before;               ///< Null: a new file.
  std::shared_ptr<FileVersion> after;  ///< Null: gone; for a file that is only relinked, unchanged.
  std::shared_ptr<const LazyFileIndex> index_before, index_after;
  bool relink_only = false;
  NameEntries names_before, names_after;
  std::vector<std::uint64_t> changed_keys;
  LinkEntries links_before, links_after;
  FileDelta delta;
  bool links_changed = false;
  std::uint64_t digest = 0;
};

bool same_facts(const FileVersion& before, const SourceChange& change) {
  if (before.hash != change.hash) return false;
  return before.facts == change.facts || encode_facts(*before.facts) == encode_facts(*change.facts);
}

/// Keys whose value differs, or that only one side has. Both lists are sorted.
std::vector<std::uint64_t> changed_keys(const std::vector<InterfaceItem>& before,
                                        const std::vector<InterfaceItem>& after) {
  std::vector<InterfaceItem> differing;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(differing));
  std::vector<std::uint64_t> keys;
  keys.reserve(differing.size());
  for (const InterfaceItem& item : differing) keys.push_back(item.key);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<InterfaceItem> interface_of(const FileVersion* file, const LazyFileIndex* index) {
  if (file == nullptr) return {};
  return interface_of(file->path, *file->facts, index->get(*file));
}

/// Of several changes of one path the last one counts.
template <typename Change>
void sort_and_keep_last(std::vector<Change>& changes) {
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.path < b.path; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (kept != 0 && changes[kept - 1].path == changes[i].path) --kept;
    if (kept != i) changes[kept] = std::move(changes[i]);
    ++kept;
  }
  changes.erase(changes.begin() + static_cast<std::ptrdiff_t>(kept), changes.end());
}

class Advancer {
 public:
  using Distrusted = std::function<bool(const std::string& path)>;

  Advancer(const SnapshotPtr& base, unsigned threads, const Distrusted& distrusted)
      : base_(state_of(*base)), next_(base_), threads_(threads), distrusted_(distrusted) {}

  /// Whether there is anything to do.
  bool take(ChangeSet changes) {
    take_configs(std::move(changes.configs));
    take_sources(std::move(changes.sources));
    return !configs_.empty() || !steps_.empty();
  }

  Advance run() {
    next_.sequence = Sequence{raw(base_.sequence) + 1};
    touch_same_files();
    identify_atoms();
    for (const Step& step : steps_) take_out(step);
    for (const Step& step : steps_) put_in(step);
    index_names();
    find_dependents();
    link_all();
    return publish();
  }

 private:
  void take_configs(std::vector<ConfigFile> configs) {
    if (configs.empty()) return;
    sort_and_keep_last(configs);
    const std::vector<ConfigFile> known = base_.configs.files();
    for (ConfigFile& config : configs) {
      const auto at = std::lower_bound(
          known.begin(), known.end(), config.path,
          [](const ConfigFile& file, const std::string& path) { return file.path < path; });
      const bool exists = at != known.end() && at->path == config.path;
      if (config.removed ? !exists : exists && at->content == config.content) continue;
      next_.configs.set(config);
      if (exists) config.was = at->content;
      configs_.push_back(std::move(config));
    }
  }

  void take_sources(std::vector<SourceChange> sources) {
    sort_and_keep_last(sources);
    steps_.reserve(sources.size());
    for (SourceChange& source : sources) {
      const FileEntry* entry = base_.entry_at(source.path);
      if (entry == nullptr && source.facts == nullptr) continue;
      const bool known =
          entry != nullptr && source.facts != nullptr && same_facts(*entry->version, source);
      if (known && !(distrusted_ && distrusted_(source.path))) {
        same_.push_back(std::move(source));
        continue;
      }
      Step step;
      if (entry != nullptr) {
        step.id = entry->version->id;
        step.before = entry->version;
        step.index_before = entry->index;
      } else {
        step.id = next_.next_file;
        next_.next_file = FileId{raw(next_.next_file) + 1};
      }
      if (source.facts != nullptr) {
        step.after = std::make_shared<FileVersion>();
        step.after->id = step.id;
        step.after->path = std::move(source.path);
        step.after->hash = source.hash;
        step.after->mtime_ns = source.mtime_ns;
        step.after->size = source.size;
        step.after->facts = std::move(source.facts);
        step.index_after = std::make_shared<LazyFileIndex>();
      }
      steps_.push_back(std::move(step));
    }
  }

  /// Equal bytes with another time are no change of the graph; the time is noted all the same, so
  /// that the next comparison with the disk need not read the file.
  void touch_same_files() {
    for (const SourceChange& source : same_) {
      const FileEntry& entry = *base_.entry_at(source.path);
      if (entry.version->mtime_ns == source.mtime_ns && entry.version->size == source.size)
        continue;
      auto touched = std::make_shared<FileVersion>(*entry.version);
      touched->mtime_ns = source.mtime_ns;
      touched->size = source.size;
      next_.files.at_for_write(raw(touched->id)).version = std::move(touched);
    }
  }

  void identify_atoms() {
    std::vector<FileSides> sides;
    sides.reserve(steps_.size());
    for (const Step& step : steps_) sides.push_back({step.before, step.after.get()});
    Identified identified = dg::identify_atoms(base_, sides, next_.next_atom);
    next_.next_atom = identified.next_atom;
    new_ids_ = std::move(identified.id_texts);
    origins_ = std::move(identified.origins);
  }

  void take_out(const Step& step) {
    if (step.before != nullptr) {
      for (const AtomId id : step.before->atoms) next_.atoms.at_for_write(raw(id)) = {};
    }
    if (step.after == nullptr) {
      next_.paths.erase(text_hash(step.before->path), raw(step.id));
      next_.files.at_for_write(raw(step.id)) = {};
    }
  }

  void put_in(const Step& step) {
    if (step.after == nullptr) return;
    if (step.before == nullptr) next_.paths.insert(text_hash(step.after->path), raw(step.id));
    for (std::uint32_t i = 0; i < step.after->atoms.size(); ++i) {
      next_.atoms.at_for_write(raw(step.after->atoms[i])) = {step.id, AtomIndex{i}};
    }
    FileEntry& entry = next_.files.at_for_write(raw(step.id));
    entry.version = step.after;
    entry.index = step.index_after;
  }

  /// Brings the indexes by name up to date, which the linker reads, and finds the facts that other
  /// files may depend on and that are not what they were.
  void index_names() {
    const bool others =
        base_.totals.files >
        static_cast<std::uint64_t>(std::count_if(
            steps_.begin(), steps_.end(), [](const Step& step) { return step.before != nullptr; }));
    for_each_parallel(steps_.size(), threads_, 8, [&](std::size_t i) {
      Step& step = steps_[i];
      if (step.before != nullptr) {
        step.names_before = name_entries(*step.before, step.index_before->get(*step.before));
      }
      if (step.after != nullptr) {
        step.names_after = name_entries(*step.after, step.index_after->get(*step.after));
      }
      if (others) {
        step.changed_keys = changed_keys(interface_of(step.before.get(), step.index_before.get()),
                                         interface_of(step.after.get(), step.index_after.get()));
      }
    });
    IndexChanges changes;
    for (const Step& step : steps_) changes.change(step.names_before, step.names_after);
    changes.apply(next_, threads_);
    next_.ids.insert_all(std::move(new_ids_));
  }

  /// Adds a step for every file outside the change set that asked for a fact that changed.
  void find_dependents() {
    std::vector<std::uint64_t> keys;
    for (const Step& step : steps_) {
      keys.insert(keys.end(), step.changed_keys.begin(), step.changed_keys.end());
    }
    if (!configs_.empty()) {
      const auto config_keys =
          changed_keys(dg::interface_of(base_.configs), dg::interface_of(next_.configs));
      keys.insert(keys.end(), config_keys.begin(), config_keys.end());
    }
    std::vector<std::uint32_t> files;
    for (const std::uint64_t key : keys) {
      for (const std::uint64_t candidate : base_.dependents.candidates(mix_bits(key))) {
        const std::uint32_t file = HashIndex::id_of(candidate);
        const std::vector<std::uint64_t>& asked = base_.files[file].version->links->depends_on;
        if (std::binary_search(asked.begin(), asked.end(), key)) files.push_back(file);
      }
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    std::vector<std::uint32_t> changed;
    for (const Step& step : steps_) changed.push_back(raw(step.id));
    std::sort(changed.begin(), changed.end());
    for (const std::uint32_t file : files) {
      if (std::binary_search(changed.begin(), changed.end(), file)) continue;
      Step step;
      step.id = FileId{file};
      step.relink_only = true;
      step.before = next_.files[file].version;
      step.index_before = step.index_after = next_.files[file].index;
      steps_.push_back(std::move(step));
    }
  }

  void link_all() {
    const StateLinkSource source(next_);
    Elsewhere elsewhere;
    elsewhere.ended = [this](AtomId id) {
      const auto& retired = base_.retired[raw(id)];
      return retired == nullptr ? 0u : retired->version;
    };
    if (!origins_.empty()) {
      elsewhere.origin = [this](AtomId id) {
        const auto moved = origins_.find(id);
        return moved == origins_.end() ? Elsewhere::Origin{} : moved->second;
      };
      elsewhere.moved_away = [this](AtomId id) { return origins_.count(id) != 0; };
    }
    for_each_parallel(steps_.size(), threads_, 4,
                      [&](std::size_t i) { link(steps_[i], source, elsewhere); });
  }

  void link(Step& step, const LinkSource& source, const Elsewhere& elsewhere) {
    if (step.relink_only) {
      FileLinks links = link_file(source, *step.before, step.index_before->get(*step.before));
      if (same_links(*step.before->links, links)) return;
      step.after = std::make_shared<FileVersion>(*step.before);
      step.after->links = std::make_shared<const FileLinks>(std::move(links));
    } else if (step.after != nullptr) {
      FileLinks links = link_file(source, *step.after, step.index_after->get(*step.after));
      step.after->links = shared_links(step.before.get(), *step.after, std::move(links));
    }
    step.delta = diff_file(step.before.get(), step.after.get(), elsewhere);
    step.links_changed = changes_links(step.delta);
    if (step.before != nullptr) step.links_before = link_entries(*step.before);
    if (step.after != nullptr) {
      step.links_after = link_entries(*step.after);
      step.digest = file_digest(*step.after);
    }
  }

  /// The old links, where the new ones are the same and mean the same.
  static std::shared_ptr<const FileLinks> shared_links(const FileVersion* before,
                                                       const FileVersion& after, FileLinks links) {
    if (before != nullptr && same_links(*before->links, links) &&
        same_texts(*before->facts, *after.facts, links)) {
      return before->links;
    }
    return std::make_shared<const FileLinks>(std::move(links));
  }

  Advance publish() {
    Advance result;
    IndexChanges index_changes;
    IncomingChanges incoming;
    for (Step& step : steps_) {
      if (!is_removal(step)) ++result.work.relinked;
      if (step.relink_only && step.after == nullptr) continue;  // Early cut-off.
      if (step.links_changed && !is_removal(step)) ++result.work.links_changed;
      index_changes.change(step.links_before, step.links_after);
      settle(step);
      collect_incoming(step.delta, incoming);
      for (const RelationChange& lost : step.delta.lost) {
        if (origins_.count(lost.target) != 0) lost_by_moved_.push_back(lost);
      }
      step.delta.before = std::move(step.before);
      step.delta.after = std::move(step.after);
      result.delta.files.push_back(std::move(step.delta));
    }
    collect_moved_incoming(incoming);
    index_changes.apply(next_, threads_);
    incoming.apply(next_, threads_);
    drop_link_tables();
    std::sort(result.delta.files.begin(), result.delta.files.end(),
              [](const FileDelta& a, const FileDelta& b) { return path_of(a) < path_of(b); });
    result.delta.configs = std::move(configs_);
    result.next = make_snapshot(std::move(next_));
    return result;
  }

  static bool is_removal(const Step& step) noexcept {
    return !step.relink_only && step.after == nullptr;
  }

  static const std::string& path_of(const FileDelta& delta) noexcept {
    return (delta.after != nullptr ? delta.after : delta.before)->path;
  }

  /// Totals, digest, the entry's version and the atoms that are gone or back.
  void settle(const Step& step) {
    if (step.before != nullptr) {
      add_to_totals(next_.totals, *step.before, false);
      next_.digest -= base_.files[raw(step.id)].digest;
    }
    if (step.after != nullptr) {
      add_to_totals(next_.totals, *step.after, true);
      next_.digest += step.digest;
      FileEntry& entry = next_.files.at_for_write(raw(step.id));
      entry.version = step.after;
      entry.digest = step.digest;
    }
    for (const AtomChange& change : step.delta.atoms) {
      if (change.after == kNone<AtomIndex>) {
        auto retired = std::make_shared<RetiredAtom>();
        retired->id_text = atom_id_text(*step.before, change.before);
        retired->id = change.id;
        retired->version = change.version_after;
        next_.retired.at_for_write(raw(change.id)) = std::move(retired);
      } else if (change.before == kNone<AtomIndex> && base_.retired[raw(change.id)] != nullptr) {
        next_.retired.at_for_write(raw(change.id)) = nullptr;
      }
    }
  }

  /// The slab that holds what pointed at an atom: that of the file that it was in, where the file
  /// lives.
  FileId slab_before(AtomId target) const {
    const FileId file = base_.atoms[raw(target)].file;
    return next_.files[raw(file)].version != nullptr ? file : kNoFile;
  }

  void collect_incoming(const FileDelta& delta, IncomingChanges& incoming) const {
    for (const RelationChange& lost : delta.lost) {
      incoming.add(slab_before(lost.target),
                   {lost.target, {lost.source, lost.relation, lost.confidence}, false});
    }
    for (const RelationChange& gained : delta.gained) {
      DG_SLOW_ENFORCE(next_.atoms[raw(gained.target)].file != kNoFile, "edges lead to live atoms");
      incoming.add(next_.atoms[raw(gained.target)].file,
                   {gained.target, {gained.source, gained.relation, gained.confidence}, true});
    }
  }

  /// What still points at an atom that moved goes with it to the other file's slab.
  void collect_moved_incoming(IncomingChanges& incoming) {
    std::sort(lost_by_moved_.begin(), lost_by_moved_.end());
    for (const auto& [target, origin] : origins_) {
      const FileEntry& entry = base_.files[raw(origin.file->id)];
      if (entry.incoming == nullptr) continue;
      for (const InEdge& edge : entry.incoming->of(target)) {
        const RelationChange as_lost{edge.source, edge.relation, target, edge.confidence};
        if (std::binary_search(lost_by_moved_.begin(), lost_by_moved_.end(), as_lost)) continue;
        incoming.add(slab_before(target), {target, edge, false});
        incoming.add(next_.atoms[raw(target)].file, {target, edge, true});
      }
    }
  }

  /// The linker's tables of a few files make the next save fast; those of a whole project would
  /// double the memory of its facts.
  void drop_link_tables() {
    if (steps_.size() <= kKeptLinkTables) return;
    std::vector<std::uint32_t> files;
    next_.files.for_each([&](std::size_t id, const FileEntry& entry) {
      if (entry.version != nullptr) files.push_back(static_cast<std::uint32_t>(id));
    });
    for (const std::uint32_t id : files) {
      next_.files.at_for_write(id).index = std::make_shared<LazyFileIndex>();
    }
  }

  static constexpr std::size_t kKeptLinkTables = 512;

  const GraphState& base_;
  GraphState next_;
  unsigned threads_;
  const Distrusted& distrusted_;
  std::vector<ConfigFile> configs_;  ///< Those that change, sorted by path.
  std::vector<SourceChange> same_;   ///< Sources whose facts are what they were.
  std::vector<Step> steps_;          ///< First the changed files by path, then those to relink.
  std::vector<std::uint64_t> new_ids_;
  using Origin = Elsewhere::Origin;
  std::map<AtomId, Origin> origins_;           ///< Atoms that moved, and where they were.
  std::vector<RelationChange> lost_by_moved_;  ///< Edges lost by what moved, as their target.
};

}  // namespace

Advance advance(const SnapshotPtr& base, ChangeSet changes, unsigned threads) {
  return advance_distrusting(base, std::move(changes), {}, threads);
}

Advance advance_distrusting(const SnapshotPtr& base, ChangeSet changes,
                            const std::function<bool(const std::string& path)>& distrusted,
                            unsigned threads) {
  Advancer advancer(base, std::max(threads, 1u), distrusted);
  if (!advancer.take(std::move(changes))) return {base, {}, {}};
  return advancer.run();
}

}  // namespace dg
