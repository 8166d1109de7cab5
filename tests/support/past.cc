#include "tests/support/past.h"

#include <algorithm>
#include <stdexcept>

#include "daemon/requests/export_format.h"
#include "daemon/requests/stats.h"
#include "daemon/requests/time_travel.h"
#include "events/dump.h"
#include "graph/compare.h"
#include "storage/history/history.h"

namespace dg {
namespace {

std::string text_of(const Snapshot& snapshot) {
  std::string text = stats_json(snapshot, 1000).dump(1) + "\n";
  for (const Confidence worst : {Confidence::exact, Confidence::inferred, Confidence::name}) {
    write_export(snapshot, ExportFormat::jsonl, worst,
                 [&](std::string_view piece) { text += piece; });
  }
  return text;
}

std::string differences_of_equals(const SnapshotPtr& past, const SnapshotPtr& now) {
  const GraphDifference d = compare(past, now);
  const std::size_t found = d.files.size() + d.atoms.size() + d.gained.size() + d.lost.size() +
                            d.broken.size() + d.fixed.size() + d.new_call_cycles.size() +
                            d.gone_call_cycles.size() + d.new_import_cycles.size() +
                            d.gone_import_cycles.size();
  return found == 0 ? std::string() : std::to_string(found) + " differences to a state equal to it";
}

bool have_same_sources(const Snapshot& a, const Snapshot& b) {
  return std::ranges::equal(a.files(), b.files(), [](const auto& x, const auto& y) {
    return x->path == y->path && x->hash == y->hash;
  });
}

}  // namespace

SnapshotPtr past_snapshot(const Pipeline& pipeline, Sequence at) {
  Result<std::unique_ptr<Reader>> reader = pipeline.reader();
  if (!reader) throw std::runtime_error(reader.error().message());
  PastSnapshots past;
  Result<SnapshotPtr> snapshot = past.at(at, *pipeline.snapshot(), (*reader)->history(), 0);
  if (!snapshot) throw std::runtime_error(snapshot.error().message());
  return *snapshot;
}

void PastWitness::note(const Snapshot& snapshot) {
  seen_[raw(snapshot.sequence())] = {text_of(snapshot), snapshot.digest()};
}

std::string PastWitness::difference(const Pipeline& pipeline) const {
  const SnapshotPtr now = pipeline.snapshot();
  const std::string now_text = text_of(*now);
  for (const auto& [sequence, seen] : seen_) {
    const std::string name = "sequence " + std::to_string(sequence);
    try {
      const SnapshotPtr past = past_snapshot(pipeline, Sequence{sequence});
      const std::string text = text_of(*past);
      if (text != seen.text) {
        return name + " then (-) and as history has it (+):\n" + dump_difference(seen.text, text);
      }
      if (past->digest() != seen.digest) return name + " has another digest in history";
      if (text == now_text && have_same_sources(*past, *now)) {
        const std::string differs = differences_of_equals(past, now);
        if (!differs.empty()) return name + " has " + differs;
      }
    } catch (const std::exception& failure) {
      return name + ": " + failure.what();
    }
  }
  return {};
}

}  // namespace dg
