#include "tests/support/invariants.h"

#include <algorithm>
#include <tuple>

#include "events/digest.h"
#include "events/dump.h"
#include "events/names.h"
#include "events/replay.h"
#include "tests/support/database.h"
#include "tests/support/temp_project.h"

namespace dg {
namespace {

std::string found(const std::string& what, const std::string& difference) {
  return difference.empty() ? difference : what + ":\n" + difference;
}

/// Open sites by reason and others, counted from the files themselves.
Totals totals_of(const Snapshot& snapshot) {
  Totals totals;
  for (const FileVersionPtr& file : snapshot.files()) {
    ++totals.files;
    totals.skipped_files += file->facts->skipped != SkipReason::none;
    totals.files_with_problems += file->facts->problem_count > 0;
    totals.lines += file->facts->lines;
    totals.bytes += file->facts->bytes;
    totals.atoms += file->atoms.size();
    for (const Edge& edge : file->links->edges) {
      ++totals.edges[static_cast<int>(edge.relation)];
      ++totals.edges_by_confidence[static_cast<int>(edge.confidence)];
      totals.sites[static_cast<int>(edge.relation)] += edge.sites.count;
    }
    for (const OpenReference& open : file->links->open) {
      totals.open[static_cast<int>(open.reason)] += open.sites.count;
    }
  }
  return totals;
}

std::string totals_difference(const Totals& kept, const Totals& counted) {
  const auto pair = [](const char* what, std::uint64_t a, std::uint64_t b) {
    return a == b ? std::string()
                  : std::string(what) + ": " + std::to_string(a) + " kept, " + std::to_string(b) +
                        " counted\n";
  };
  std::string text =
      pair("files", kept.files, counted.files) +
      pair("skipped files", kept.skipped_files, counted.skipped_files) +
      pair("files with problems", kept.files_with_problems, counted.files_with_problems) +
      pair("lines", kept.lines, counted.lines) + pair("bytes", kept.bytes, counted.bytes) +
      pair("atoms", kept.atoms, counted.atoms);
  for (int i = 0; i < kRelationCount; ++i) {
    const std::string name(to_string(static_cast<Relation>(i)));
    text += pair((name + " edges").c_str(), kept.edges[i], counted.edges[i]);
    text += pair((name + " sites").c_str(), kept.sites[i], counted.sites[i]);
  }
  for (int i = 0; i < 3; ++i) {
    text +=
        pair("edges of a confidence", kept.edges_by_confidence[i], counted.edges_by_confidence[i]);
  }
  for (int i = 0; i < 10; ++i) text += pair("open sites", kept.open[i], counted.open[i]);
  return text;
}

using InKey = std::tuple<AtomId, AtomId, Relation, Confidence>;  // Target first.

std::string both_ends_violation(const Snapshot& snapshot) {
  std::vector<InKey> out;
  std::vector<InKey> in;
  for (const FileVersionPtr& file : snapshot.files()) {
    for (const Edge& edge : file->links->edges) {
      const AtomId source = file->atoms[raw(edge.source)];
      out.emplace_back(edge.target, source, edge.relation, edge.confidence);
      if (!snapshot.atom(edge.target)) {
        return "an edge of " + atom_id_text(*file, edge.source) + " has no live target";
      }
    }
    for (const AtomId id : file->atoms) {
      for (const InEdge& edge : snapshot.incoming(id)) {
        in.emplace_back(id, edge.source, edge.relation, edge.confidence);
      }
    }
  }
  std::sort(out.begin(), out.end());
  std::sort(in.begin(), in.end());
  if (out == in) return {};
  return "outgoing edges (" + std::to_string(out.size()) + ") and incoming ones (" +
         std::to_string(in.size()) + ") are not the same";
}

std::string lookup_violation(const Snapshot& snapshot) {
  for (const FileVersionPtr& file : snapshot.files()) {
    if (snapshot.file(file->id) != file) return file->path + " is not found by its id";
    if (snapshot.file_at(file->path) != file) return file->path + " is not found by its path";
    for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
      const std::string text = atom_id_text(*file, AtomIndex{i});
      const AtomRef by_text = snapshot.atom_with_id(text);
      const AtomRef by_id = snapshot.atom(file->atoms[i]);
      if (!by_text || by_text.file != file.get() || raw(by_text.index) != i) {
        return text + " is not found by its id text";
      }
      if (!by_id || by_id.file != file.get() || raw(by_id.index) != i) {
        return text + " is not found by its id";
      }
      const auto named = snapshot.atoms_named(by_id.name());
      if (std::find(named.begin(), named.end(), file->atoms[i]) == named.end()) {
        return text + " is not found by its name";
      }
    }
  }
  return {};
}

}  // namespace

std::string rebuild_difference(const Pipeline& pipeline) {
  const TempProject state;
  PipelineOptions options = pipeline.options();
  options.state_folder = state.path("fresh");
  options.vfs.clear();
  options.overtaken = {};  // It would ask the service whose pipeline this is.
  Result<std::unique_ptr<Pipeline>> fresh = Pipeline::open(options);
  if (!fresh) return "a fresh pipeline cannot be opened: " + fresh.error().message();
  SettledChange all;
  all.rescan = true;
  all.cause = Cause::initial_scan;
  const Result<Outcome> outcome = (*fresh)->apply(all);
  if (!outcome) return "a fresh pipeline cannot index: " + outcome.error().message();
  return found("incremental (-) and rebuild (+) differ",
               dump_difference(dump_project(pipeline.snapshot()->files()),
                               dump_project((*fresh)->snapshot()->files())));
}

std::string relink_difference(const Snapshot& snapshot) {
  ChangeSet all;
  std::vector<FileVersionPtr> files = snapshot.files();
  std::reverse(files.begin(), files.end());
  for (const FileVersionPtr& file : files) {
    all.sources.push_back({file->path, file->hash, file->mtime_ns, file->size, file->facts});
  }
  all.configs = snapshot.configs();
  const Advance fresh = advance(empty_snapshot(), std::move(all));
  return found("incremental (-) and a fresh link (+) differ",
               dump_difference(dump_project(snapshot.files()), dump_project(fresh.next->files())));
}

std::string log_difference(const Pipeline& pipeline) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) return reader.error().message();
  const Result<ChainCheck> chain = (*reader)->verify_chain();
  if (!chain) return chain.error().message();
  if (const ChainBreak* broken = chain->broken()) {
    return "transaction " + std::to_string(raw(broken->sequence)) +
           " of the log: " + broken->reason;
  }
  FoldedState folded;
  const std::string broken = fold_log(**reader, folded);
  if (!broken.empty()) return "the log contradicts itself: " + broken;
  return found("the folded log (first) and the state (second) differ",
               folded.difference(FoldedState::of(pipeline.snapshot()->files())));
}

std::string table_difference(const Pipeline& pipeline) {
  const SnapshotPtr snapshot = pipeline.snapshot();
  const Result<StoredProject> stored =
      load_project(pipeline.options().state_folder / "deltagraph.db");
  if (!stored) return stored.error().message();
  if (stored->sequence != snapshot->sequence()) return "the stored sequence is another";
  if (raw(stored->sequence) > 0 && stored->graph_digest != snapshot->digest()) {
    return "the stored digest is another";
  }
  std::string difference =
      found("stored files (-) and the snapshot (+) differ",
            dump_difference(dump_project(stored->files), dump_project(snapshot->files())));
  if (difference.empty()) {
    difference =
        found("stored versions (first) and the snapshot's (second) differ",
              FoldedState::of(stored->files).difference(FoldedState::of(snapshot->files())));
  }
  if (!difference.empty()) return difference;
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) return reader.error().message();
  return found("rows (-) and the snapshot (+) differ",
               dump_difference(rows_text(**reader), rows_text(*snapshot)));
}

std::string order_violation(const Snapshot& snapshot) {
  const std::vector<FileVersionPtr> files = snapshot.files();
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (!(files[i - 1]->path < files[i]->path)) return "files() is not sorted by path";
  }
  for (const FileVersionPtr& file : files) {
    const auto edge_key = [](const Edge& e) {
      return std::tuple(raw(e.source), e.relation, e.target);
    };
    const auto& edges = file->links->edges;
    for (std::size_t i = 1; i < edges.size(); ++i) {
      if (!(edge_key(edges[i - 1]) < edge_key(edges[i]))) return file->path + ": edges unsorted";
    }
    for (const AtomId id : file->atoms) {
      const auto in = snapshot.incoming(id);
      for (std::size_t i = 1; i < in.size(); ++i) {
        if (!(std::tuple(in[i - 1].source, in[i - 1].relation) <
              std::tuple(in[i].source, in[i].relation))) {
          return file->path + ": incoming edges unsorted";
        }
      }
    }
    const auto& needs = file->links->depends_on;
    if (!std::is_sorted(needs.begin(), needs.end())) return file->path + ": depends_on unsorted";
  }
  return {};
}

std::string order_violation(const Delta& delta) {
  for (std::size_t i = 0; i < delta.files.size(); ++i) {
    const auto path = [](const FileDelta& f) -> const std::string& {
      return f.after ? f.after->path : f.before->path;
    };
    const FileDelta& file = delta.files[i];
    if (i > 0 && !(path(delta.files[i - 1]) < path(file))) return "delta files unsorted";
    if (!std::is_sorted(file.gained.begin(), file.gained.end()) ||
        !std::is_sorted(file.lost.begin(), file.lost.end()) ||
        !std::is_sorted(file.opened.begin(), file.opened.end()) ||
        !std::is_sorted(file.closed.begin(), file.closed.end())) {
      return path(file) + ": delta unsorted";
    }
  }
  return {};
}

std::string graph_violation(const Snapshot& snapshot) {
  std::uint64_t digest = 0;
  for (const FileVersionPtr& file : snapshot.files()) digest += file_digest(*file);
  if (digest != snapshot.digest()) return "the kept digest is not the sum of the files' digests";
  if (auto wrong = totals_difference(snapshot.totals(), totals_of(snapshot)); !wrong.empty()) {
    return "totals: " + wrong;
  }
  if (auto wrong = both_ends_violation(snapshot); !wrong.empty()) return wrong;
  return lookup_violation(snapshot);
}

std::string integrity_violation(const Pipeline& pipeline) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) return reader.error().message();
  const auto table = (*reader)->sql("PRAGMA quick_check", 10, 60'000);
  if (!table) return table.error().message();
  const bool ok =
      table->rows.size() == 1 && table->rows[0].size() == 1 && table->rows[0][0] == "ok";
  return ok ? std::string() : "quick_check finds a fault";
}

std::string first_violation(const Pipeline& pipeline) {
  const SnapshotPtr snapshot = pipeline.snapshot();
  for (const std::string& finding :
       {order_violation(*snapshot), graph_violation(*snapshot), integrity_violation(pipeline),
        log_difference(pipeline), table_difference(pipeline), rebuild_difference(pipeline)}) {
    if (!finding.empty()) return finding;
  }
  return {};
}

}  // namespace dg
