// A snapshot from stored parts: every index in bulk, no linking.

#include <thread>
#include <utility>

#include "events/digest.h"
#include "graph/file_entries.h"
#include "graph/graph_state.h"
#include "graph/parallel.h"
#include "graph/text_hash.h"

namespace dg {
namespace {

void place(GraphState& state, const FileVersionPtr& file) {
  FileEntry& entry = state.files.at_for_write(raw(file->id));
  entry.version = file;
  entry.index = std::make_shared<LazyFileIndex>();
  for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
    state.atoms.at_for_write(raw(file->atoms[i])) = {file->id, AtomIndex{i}};
  }
  add_to_totals(state.totals, *file, true);
}

/// Hashes of all id texts, of live and of retired atoms.
void index_ids(GraphState& state, const std::vector<FileVersionPtr>& files,
               std::vector<RetiredAtom> retired) {
  std::vector<std::uint64_t> paths, ids;
  paths.reserve(files.size());
  ids.reserve(state.totals.atoms + retired.size());
  for (const FileVersionPtr& file : files) {
    paths.push_back(HashIndex::entry(text_hash(file->path), raw(file->id)));
    for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
      const std::uint64_t hash = text_hash(atom_id_text(*file, AtomIndex{i}));
      ids.push_back(HashIndex::entry(hash, raw(file->atoms[i])));
    }
  }
  for (RetiredAtom& atom : retired) {
    ids.push_back(HashIndex::entry(text_hash(atom.id_text), raw(atom.id)));
    const AtomId id = atom.id;
    state.retired.at_for_write(raw(id)) = std::make_shared<const RetiredAtom>(std::move(atom));
  }
  state.paths.insert_all(std::move(paths));
  state.ids.insert_all(std::move(ids));
}

void index_contents(GraphState& state, const std::vector<FileVersionPtr>& files, unsigned threads) {
  struct Found {
    NameEntries names;
    LinkEntries links;
    std::uint64_t digest = 0;
  };
  std::vector<Found> found(files.size());
  for_each_parallel(files.size(), threads, 16, [&](std::size_t i) {
    const FileVersion& file = *files[i];
    // These tables are dropped at once: linking makes its own of the few files it asks for.
    found[i].names = name_entries(file, *make_file_index(file.path, *file.facts));
    found[i].links = link_entries(file);
    found[i].digest = file_digest(file);
  });
  IndexChanges changes;
  IncomingChanges incoming;
  for (std::size_t i = 0; i < files.size(); ++i) {
    changes.change(NameEntries{}, found[i].names);
    changes.change(LinkEntries{}, found[i].links);
    state.digest += found[i].digest;
    state.files.at_for_write(raw(files[i]->id)).digest = found[i].digest;
    for (const Edge& edge : files[i]->links->edges) {
      const AtomId source = files[i]->atoms[raw(edge.source)];
      incoming.add(state.atoms[raw(edge.target)].file,
                   {edge.target, {source, edge.relation, edge.confidence}, true});
    }
  }
  changes.apply(state, threads);
  incoming.apply(state, threads);
}

}  // namespace

// NOLINTBEGIN(performance-unnecessary-value-param): what was read is let go of when it is loaded
SnapshotPtr load_snapshot(Sequence sequence, std::vector<FileVersionPtr> files,
                          std::vector<ConfigFile> configs, std::vector<RetiredAtom> retired,
                          AtomId next_atom, FileId next_file) {
  // NOLINTEND(performance-unnecessary-value-param)
  GraphState state;
  state.sequence = sequence;
  state.next_atom = next_atom;
  state.next_file = next_file;
  for (const ConfigFile& config : configs) state.configs.set(config);
  for (const FileVersionPtr& file : files) place(state, file);
  index_ids(state, files, std::move(retired));
  index_contents(state, files, std::thread::hardware_concurrency());
  return make_snapshot(std::move(state));
}

}  // namespace dg
