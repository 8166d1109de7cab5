#pragma once
/// \file
/// One event of the log as JSON, with names in place of ids.
///
///     {"operation": "update", "id": "src/a.js::pay", "previous_version": 2, "version": 3,
///      "fields": ["signature", "relations"]}
///
/// and, where the values are asked for (`--patch`):
///
///     "changes": [{"field": "signature", "old": "pay(a)", "new": "pay(a, b)"}],   null: none
///     "gained", "lost": [{"relation", "target", "confidence"}],
///     "opened", "closed": [{"relation", "text", "reason", "detail"}]
///
/// A field that is no text (kind, owner, body …) is shown as text too; `kind` may give several
/// entries (kind, form, static, ambient, test). A body is its hash.

#include <map>
#include <utility>

#include "daemon/requests/request.h"
#include "storage/history/event_log.h"

namespace dg {

/// Keeps the names that it looked up. One thread; the log must outlive it.
class EventDescriber {
 public:
  EventDescriber(EventLog& log, bool values) : log_(log), values_(values) {}

  /// What cannot be read of a name is named by its number.
  Json operator()(const Event& event);
  /// What an atom was called after a commit.
  const EventLog::AtomName& name(AtomId atom, Sequence sequence);

 private:
  Json changes(const Event& event);
  Json edges(const std::vector<EdgeEvent>& edges, Sequence sequence);

  EventLog& log_;
  bool values_;
  std::map<std::pair<AtomId, Sequence>, EventLog::AtomName> names_;
};

}  // namespace dg
