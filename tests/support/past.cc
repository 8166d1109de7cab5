#include "tests/support/past.h"

#include <stdexcept>

#include "daemon/requests/export_format.h"
#include "daemon/requests/stats.h"
#include "daemon/requests/time_travel.h"
#include "events/dump.h"
#include "storage/history/history.h"

namespace dg {
namespace {

std::string text_of(const Snapshot& snapshot) {
  std::string text = stats_json(snapshot, 1000).dump(1) + "\n";
  write_export(snapshot, ExportFormat::jsonl, Confidence::name,
               [&](std::string_view piece) { text += piece; });
  return text;
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
  for (const auto& [sequence, seen] : seen_) {
    const std::string name = "sequence " + std::to_string(sequence);
    try {
      const SnapshotPtr past = past_snapshot(pipeline, Sequence{sequence});
      const std::string text = text_of(*past);
      if (text != seen.text) {
        return name + " then (-) and as history has it (+):\n" + dump_difference(seen.text, text);
      }
      if (past->digest() != seen.digest) return name + " has another digest in history";
    } catch (const std::exception& failure) {
      return name + ": " + failure.what();
    }
  }
  return {};
}

}  // namespace dg
