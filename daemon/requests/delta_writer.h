#pragma once
/// \file
/// Writes the JSON of one commit, from whatever it is known: the outcome of a commit that was just
/// made (delta_json.cc), or the log (past_delta.cc). What both say is said here once.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/requests/request.h"
#include "events/delta.h"

namespace dg {

/// Lists hold at most 200 entries; what is beyond marks the commit as truncated. Files come by
/// path, and the atoms and broken references of each in the order of its delta.
class DeltaWriter {
 public:
  void file(const std::string& path, const char* change);  ///< added, removed, changed.
  bool wants_atoms();  ///< False: there is no room for one more.
  /// `from`: the id before a rename or move; else empty.
  void atom(Operation operation, const std::string& id, std::uint32_t version, FieldSet fields,
            const std::string& from);
  bool wants_broken();
  void broken(const std::string& source, Relation relation, const std::string& text,
              OpenReason reason, const std::string& place);
  /// The whole, without latency_ms, timings and work.
  Json finish(Sequence sequence, const std::string& replica, std::string_view cause,
              std::int64_t committed_ms, const DeltaCounts& counts);

 private:
  bool has_room(const Json& list);
  Json files_ = Json::array(), atoms_ = Json::array(), broken_ = Json::array();
  bool truncated_ = false;
};

/// Reasons that say that the name was looked for in a known place.
bool looked_for_in_vain(OpenReason reason) noexcept;
/// `pay` of `cart.pay`.
std::string_view last_name(std::string_view text) noexcept;
/// The names of a field set, as a list.
Json field_names(FieldSet fields);

}  // namespace dg
