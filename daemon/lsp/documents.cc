#include "daemon/lsp/documents.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

namespace dg::lsp {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (size < 0 || static_cast<std::uintmax_t>(size) > kMostBytes) return {};
  file.seekg(0);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void Documents::open(const std::string& path, std::int64_t version, std::string text) {
  auto made = std::make_shared<const Text>(std::move(text));
  const std::lock_guard guard(mutex_);
  open_[path] = {version, std::move(made)};
}

bool Documents::change(const std::string& path, std::int64_t version, const Json& changes,
                       Encoding encoding) {
  const std::lock_guard guard(mutex_);
  const auto found = open_.find(path);
  if (found == open_.end()) return false;
  Text text = *found->second.text;
  for (const Json& change : changes) {
    if (!change.is_object() || !change.value("text", Json()).is_string()) continue;
    const auto& with = change["text"].get_ref<const std::string&>();
    const Json range = change.value("range", Json());
    if (range.is_object()) {
      text.replace(spot_of(range.value("start", Json())), spot_of(range.value("end", Json())), with,
                   encoding);
    } else {
      text = Text(with);
    }
  }
  found->second = {version, std::make_shared<const Text>(std::move(text))};
  return true;
}

void Documents::close(const std::string& path) {
  const std::lock_guard guard(mutex_);
  open_.erase(path);
}

std::optional<std::int64_t> Documents::version(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = open_.find(path);
  if (found == open_.end()) return std::nullopt;
  return found->second.version;
}

Documents::Both Documents::both(const std::string& path) const {
  Both both;
  both.saved = std::make_shared<const Text>(read_whole(path));
  both.shown = both.saved;
  const std::lock_guard guard(mutex_);
  if (const auto found = open_.find(path); found != open_.end()) both.shown = found->second.text;
  return both;
}

Spot spot_of(const Json& position) {
  const auto number = [&](const char* key) -> std::uint32_t {
    if (!position.is_object()) return 0;
    const auto found = position.find(key);
    if (found == position.end() || !found->is_number_unsigned()) return 0;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(found->get<std::uint64_t>(), UINT32_MAX));
  };
  return {number("line"), number("character")};
}

Json position_json(Spot spot) {
  return {{"line", spot.line}, {"character", spot.character}};
}

}  // namespace dg::lsp
