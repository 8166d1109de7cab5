#pragma once
/// \file
/// Event: what happened to one atom in one commit, complete enough to be folded and to be undone.
///
/// The series of all events, together with each transaction's packed positions of the files it
/// touched (events/positions.h), gives every atom, relation and open reference of every sequence
/// exactly (DESIGN §3, invariant 3; REFERENCE §8); replay.h does it. Cause, time and commit belong
/// to the transaction, which the sequence names.
///
/// Stored form: the header is columns. A create, delete, move or reconcile tells a whole atom, as
/// bytes (atom_codec.h), which takes less than half of what text would. What changes an atom is one
/// JSON object that SQLite's JSON functions can read. Its keys, each present only where it says
/// something:
///
///     now, was    the values after and before of what changed:
///                 id, file, name, kind, form, static, ambient, test, signature, doc, body,
///                 exported, async, owner. Booleans are 0 and 1, `body` is 16 hex digits, atoms and
///                 files are their integers, `owner` is 0 for the module atom.
///     gained, lost      [[relation, target, confidence, [sites]], …]
///     resited           [[relation, target, confidence, [sites before], [sites after]], …]: the
///                       same edge, used at other references of the atom
///     opened, closed    [[relation, text, reason, detail, [sites]], …]
///     reopened          [[relation, text, reason, detail, [sites before], [sites after]], …]
///
/// A move stands for itself: it closes and loses all that the atom had in the one file, and opens
/// and gains all that it has in the other, so that either file's history can be folded alone.
///
/// A `reconcile` event says what an atom is, not what changed: whoever folds forgets what it knew
/// of the atom and takes all of `now`, `gained` and `opened`; where `now` is missing (no field is
/// named as changed), the atom is not live any more. It is written where rows, log and sources had
/// come apart and were repaired. Its version follows the newest that is known, which need not be
/// the one that an earlier event of a damaged log tells.
///
/// Sites are packed as ordinal, confidence, rule, ordinal, confidence, rule, …; an ordinal of -1
/// stands for kNoOrdinal. Lists have the order of the delta. Thread rule: values and pure
/// functions.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/delta.h"

namespace dg {

/// The fields that a `reconcile` of a live atom names: all. It has no `before` in its AtomChange.
inline constexpr FieldSet kReconciled = 0x1ff;

/// The part of an event that is stored in columns.
struct EventHeader {
  Sequence sequence{};
  AtomId atom{};
  Operation operation = Operation::create;
  std::uint32_t version_before = 0;  ///< 0: never existed.
  std::uint32_t version_after = 0;   ///< version_before + 1.
  FieldSet changed = 0;              ///< As AtomChange::changed.
  friend bool operator==(const EventHeader&, const EventHeader&) = default;
};

/// The content of an atom: all that a version stands for, but its links. The fields that
/// Field::kind covers are kind, form, static, ambient and test callee.
struct AtomContent {
  std::string id_text;
  FileId file{};
  std::string name;
  AtomKind kind = AtomKind::function;
  FunctionForm form = FunctionForm::none;
  bool is_static = false, ambient = false;
  std::string test_callee;
  std::string signature;
  std::string doc;
  std::uint64_t body_hash = 0;
  bool exported = false, is_async = false;
  AtomId owner{};
  friend bool operator==(const AtomContent&, const AtomContent&) = default;
};

/// An edge of the event's atom. Exactly the target and relation are its key.
struct EdgeEvent {
  Relation relation = Relation::calls;
  AtomId target{};
  Confidence confidence = Confidence::exact;
  std::vector<Site> before, after;  ///< One of them empty: gained or lost.
  friend bool operator==(const EdgeEvent&, const EdgeEvent&) = default;
};

/// An open reference of the event's atom. All but the sites are its key.
struct OpenEvent {
  Relation relation = Relation::calls;
  std::string text;
  OpenReason reason = OpenReason::global;
  std::string detail;
  std::vector<Site> before, after;
  friend bool operator==(const OpenEvent&, const OpenEvent&) = default;
};

struct Event : EventHeader {
  AtomContent was,
      now;  ///< Only the fields that `changed` names; on create or delete one of them, whole; on a
            ///< move both.
  std::vector<EdgeEvent> lost, gained, resited;
  std::vector<OpenEvent> closed, opened, reopened;
  friend bool operator==(const Event&, const Event&) = default;
};

/// Hands over the events of a file's delta, in its order. The Event is reused from call to call.
/// O(atoms + links of the file).
void for_each_event(const FileDelta& delta, Sequence sequence,
                    const std::function<void(const Event&)>& take);

/// Whether an event of this operation is stored as bytes, and not as JSON.
bool tells_whole(Operation operation) noexcept;

/// Writes the payload to `out`, replacing what is there (its capacity is reused).
void encode_event(const Event& event, std::string& out);

/// Reads a payload. Nothing for anything that encode_event cannot have written for this header;
/// safe for any bytes.
std::optional<Event> decode_event(const EventHeader& header, std::string_view payload);

/// The content of an atom of a file version; reuses the capacity of `out`.
void content_of(const FileVersion& file, AtomIndex atom, AtomContent& out);

}  // namespace dg
