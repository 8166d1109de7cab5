#pragma once
/// \file
/// Who is to be told of which resource. One list for both eras.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/mcp/resources.h"

namespace dg::mcp {

/// Thread-safe.
class Subscriptions {
 public:
  /// Adds resources for the stream of a `subscriptions/listen`, whose id is given, or for
  /// `resources/subscribe` (no id). Those that are known already are left.
  void add(const std::optional<Json>& stream, const std::vector<std::string>& uris);
  void remove(const std::string& uri);  ///< Of `resources/subscribe`.
  bool remove_stream(const Json& id);   ///< False: there is none.
  std::vector<Json> streams() const;    ///< Ids of all that listen.

  struct Entry {
    std::optional<Json> stream;
    std::string uri;
    Resource resource;
    std::string last;  ///< Of `callers`: the answer when it was last looked at.
  };
  /// Those that a commit may concern.
  std::vector<Entry> concerned(const Json& delta) const;
  /// Whether it is still wanted, and `now` another answer than the last; remembers it.
  bool changed(const Entry& entry, const std::string& now);

 private:
  mutable std::mutex mutex_;
  std::vector<Json> streams_;
  std::vector<Entry> entries_;
};

}  // namespace dg::mcp
