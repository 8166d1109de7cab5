#include "daemon/requests/past_delta.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/requests/answer.h"
#include "daemon/requests/delta_writer.h"
#include "daemon/requests/event_json.h"
#include "events/names.h"

namespace dg {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();

/// Of a moved atom the log tells all edges that it had and all that it has: leaves the difference,
/// as a delta has it.
template <typename List, typename Same>
void leave_difference(List& before, List& after, Same same) {
  for (auto old = before.begin(); old != before.end();) {
    const auto again = std::find_if(after.begin(), after.end(),
                                    [&](const auto& each) { return same(*old, each); });
    if (again == after.end()) {
      ++old;
    } else {
      after.erase(again);
      old = before.erase(old);
    }
  }
}

void leave_difference(Event& event) {
  leave_difference(event.lost, event.gained, [](const EdgeEvent& a, const EdgeEvent& b) {
    return std::tie(a.relation, a.target, a.confidence) ==
           std::tie(b.relation, b.target, b.confidence);
  });
  leave_difference(event.closed, event.opened, [](const OpenEvent& a, const OpenEvent& b) {
    return std::tie(a.relation, a.text, a.reason, a.detail) ==
           std::tie(b.relation, b.text, b.reason, b.detail);
  });
}

class PastDelta {
 public:
  PastDelta(EventLog& log, const History::Transaction& transaction)
      : log_(log),
        transaction_(transaction),
        before_{raw(transaction.sequence) - 1},
        describe_(log, false) {}

  Result<Json> run() {
    const auto files = log_.files_in(transaction_.sequence, kAll);
    if (!files) return files.error();
    auto events = log_.events_in(transaction_.sequence, kAll);
    if (!events) return events.error();
    std::unordered_map<std::uint32_t, std::vector<Event>> by_file;
    for (Event& event : *events) {
      if (event.operation == Operation::move) leave_difference(event);
      count(event);
      by_file[raw(file_of(event))].push_back(std::move(event));
    }
    counts_.files = static_cast<std::uint32_t>(files->size());
    for (const EventLog::TouchedFile& file : *files) {
      writer_.file(file.path, !file.existed ? "added" : file.removed ? "removed" : "changed");
      const std::vector<Event>& own = by_file[raw(file.id)];
      write_atoms(own);
      const Result<> written = write_broken(file, own);
      if (!written) return written.error();
    }
    Json json = writer_.finish(transaction_.sequence, transaction_.replica, transaction_.cause,
                               transaction_.committed_ms, counts_);
    for (const char* key : {"latency_ms", "timings", "work"}) json[key] = nullptr;
    return json;
  }

 private:
  void count(const Event& event) {
    std::uint32_t& operation = event.operation == Operation::create    ? counts_.created
                               : event.operation == Operation::delete_ ? counts_.deleted
                               : event.operation == Operation::rename  ? counts_.renamed
                               : event.operation == Operation::move    ? counts_.moved
                                                                       : counts_.updated;
    ++operation;
    counts_.relations_gained += static_cast<std::uint32_t>(event.gained.size());
    counts_.relations_lost += static_cast<std::uint32_t>(event.lost.size());
    counts_.opened += static_cast<std::uint32_t>(event.opened.size());
    counts_.closed += static_cast<std::uint32_t>(event.closed.size());
  }

  FileId file_of(const Event& event) {
    const AtomContent& content = event.operation == Operation::delete_ ? event.was : event.now;
    return content.file != kNoFile ? content.file
                                   : describe_.name(event.atom, transaction_.sequence).file;
  }

  const std::string& id_of(const Event& event) {
    const AtomContent& content = event.operation == Operation::delete_ ? event.was : event.now;
    return !content.id_text.empty() ? content.id_text
                                    : describe_.name(event.atom, transaction_.sequence).id_text;
  }

  void write_atoms(const std::vector<Event>& events) {
    for (const Event& event : events) {
      if (!writer_.wants_atoms()) return;
      const bool renamed =
          event.operation == Operation::rename || event.operation == Operation::move;
      writer_.atom(event.operation, id_of(event), event.version_after, event.changed,
                   renamed ? event.was.id_text : std::string());
    }
  }

  /// Whether the atom had an edge to an atom named as the reference's last name.
  bool lost_its_target(const Event& event, const OpenEvent& open) {
    return std::any_of(event.lost.begin(), event.lost.end(), [&](const EdgeEvent& lost) {
      return lost.relation == open.relation &&
             describe_.name(lost.target, before_).name == last_name(open.text);
    });
  }

  Result<> write_broken(const EventLog::TouchedFile& file, const std::vector<Event>& events) {
    std::vector<std::pair<const Event*, const OpenEvent*>> opened;
    for (const Event& event : events) {
      for (const OpenEvent& open : event.opened) opened.emplace_back(&event, &open);
    }
    std::sort(opened.begin(), opened.end(), [](const auto& a, const auto& b) {
      const auto key = [](const auto& each) {
        const OpenEvent& open = *each.second;
        return std::tie(each.first->atom, open.relation, open.text, open.reason, open.detail);
      };
      return key(a) < key(b);
    });
    std::optional<FilePlaces> places;
    for (const auto& [event, open] : opened) {
      if (!looked_for_in_vain(open->reason) && !lost_its_target(*event, *open)) continue;
      if (!writer_.wants_broken()) return Ok{};
      if (!places) {
        Result<std::optional<FilePlaces>> read = log_.places_in(transaction_.sequence, file.id);
        if (!read) return read.error();
        places = *read ? *std::move(*read) : FilePlaces{};
      }
      writer_.broken(id_of(*event), open->relation, open->text, open->reason,
                     place_text(file.path, place_of(*places, *event, *open)));
    }
    return Ok{};
  }

  static Position place_of(const FilePlaces& places, const Event& event, const OpenEvent& open) {
    for (const AtomPlace& atom : places.atoms) {
      if (atom.id != event.atom) continue;
      const std::uint32_t ordinal = open.after.front().ordinal;
      return ordinal == kNoOrdinal ? atom.name_at
                                   : places.references[atom.references.begin + ordinal];
    }
    return {};
  }

  EventLog& log_;
  const History::Transaction& transaction_;
  Sequence before_;
  EventDescriber describe_;
  DeltaWriter writer_;
  DeltaCounts counts_;
};

}  // namespace

Result<Json> past_delta_to_json(EventLog& log, Sequence sequence) {
  EventLog::Filter filter;
  filter.first = filter.last = sequence;
  const auto found = log.transactions(filter);
  if (!found) return found.error();
  if (found->entries.empty()) {
    return Error{ErrorKind::not_found, "#" + std::to_string(raw(sequence)),
                 "the log has no such commit", "'deltagraph log' lists them"};
  }
  return PastDelta(log, found->entries.front()).run();
}

}  // namespace dg
