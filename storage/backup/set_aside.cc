#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "storage/backup/backup.h"
#include "storage/store.h"

namespace dg {
namespace {

bool is_free(const std::string& name) {
  std::error_code error;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (std::filesystem::exists(name + suffix, error)) return false;
  }
  return true;
}

/// `20261121T124455Z-2`: the second of that second. The latest sorts first.
struct Stamp {
  std::string_view time;
  int number = 1;

  explicit Stamp(std::string_view text) : time(text.substr(0, text.find('-'))) {
    if (time.size() < text.size())
      std::from_chars(text.data() + time.size() + 1, text.data() + text.size(), number);
  }
  bool operator<(const Stamp& other) const {
    return std::tie(other.time, other.number) < std::tie(time, number);
  }
};

}  // namespace

Result<std::filesystem::path> set_aside(const std::filesystem::path& database) {
  const std::string base = database.string() + ".corrupt-" + utc_stamp();
  std::string target = base;
  for (int i = 2; !is_free(target); ++i) target = base + "-" + std::to_string(i);
  // The WAL goes first: a new database must never meet the old one's log.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    std::error_code error;
    const std::string from = database.string() + suffix;
    if (!std::filesystem::exists(from, error)) continue;
    std::filesystem::rename(from, target + suffix, error);
    if (error) {
      return Error{ErrorKind::io, from, "it cannot be renamed: " + error.message(),
                   "Check the permissions of its folder"};
    }
  }
  return std::filesystem::path(target);
}

FormerDatabases keep_newest(const std::filesystem::path& database, std::string_view kind,
                            const std::filesystem::path& newest) {
  const std::string prefix = database.filename().string().append(kind);
  std::set<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(database.parent_path(), error)) {
    std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    for (const std::string_view suffix : {"-wal", "-shm"}) {
      if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    }
    names.insert(std::move(name));
  }
  std::vector<std::string> by_age(names.begin(), names.end());
  const std::string last = newest.filename().string();
  const auto age = [&](const std::string& name) {
    return std::tuple(name != last, Stamp(std::string_view(name).substr(prefix.size())));
  };
  std::sort(by_age.begin(), by_age.end(),
            [&](const std::string& a, const std::string& b) { return age(a) < age(b); });
  FormerDatabases former;
  for (const std::string& name : by_age) {
    const std::filesystem::path file = database.parent_path() / name;
    if (former.kept.size() < kFormerKept) {
      former.kept.push_back(file);
      continue;
    }
    bool gone = true;
    for (const char* suffix : {"-wal", "-shm", ""}) {
      std::filesystem::remove(file.string() + suffix, error);
      gone = gone && !error;
    }
    former.deleted += gone;
  }
  return former;
}

}  // namespace dg
