#include "daemon/mcp/subscriptions.h"

#include <algorithm>
#include <utility>

namespace dg::mcp {

void Subscriptions::add(const std::optional<Json>& stream, const std::vector<std::string>& uris) {
  const std::lock_guard guard(mutex_);
  if (stream) streams_.push_back(*stream);
  for (const std::string& uri : uris) {
    const std::optional<Resource> resource = resource_of(uri);
    const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.stream == stream && entry.uri == uri;
    });
    if (resource && !known) entries_.push_back({stream, uri, *resource, ""});
  }
}

void Subscriptions::remove(const std::string& uri) {
  const std::lock_guard guard(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return !entry.stream && entry.uri == uri; });
}

bool Subscriptions::remove_stream(const Json& id) {
  const std::lock_guard guard(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.stream && *entry.stream == id; });
  return std::erase(streams_, id) > 0;
}

std::vector<Json> Subscriptions::streams() const {
  const std::lock_guard guard(mutex_);
  return streams_;
}

std::vector<Subscriptions::Entry> Subscriptions::concerned(const Json& delta) const {
  const std::lock_guard guard(mutex_);
  std::vector<Entry> found;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(found),
               [&](const Entry& entry) { return may_change(entry.resource, delta); });
  return found;
}

bool Subscriptions::changed(const Entry& entry, const std::string& now) {
  const std::lock_guard guard(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
    return each.stream == entry.stream && each.uri == entry.uri;
  });
  return found != entries_.end() && std::exchange(found->last, now) != now;
}

}  // namespace dg::mcp
