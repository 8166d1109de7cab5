#include "daemon/config.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

namespace dg {
namespace {

using Json = nlohmann::ordered_json;

/// Collects the first thing that is wrong.
class Check {
 public:
  explicit Check(std::string file) : file_(std::move(file)) {}
  void wrong(const std::string& reason, const std::string& cure) {
    if (!error_) error_ = Error{ErrorKind::usage, file_, reason, cure};
  }
  /// Whether `json` is an object with no other keys than these.
  bool object(const Json& json, const std::string& what,
              std::initializer_list<std::string_view> keys) {
    std::string known;
    for (const std::string_view key : keys) known.append(known.empty() ? "" : ", ").append(key);
    if (!json.is_object()) {
      wrong(what + " is no object", "Give {…} with the keys " + known);
      return false;
    }
    for (const auto& [key, value] : json.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        wrong(std::string("'").append(key).append("' is no key of ").append(what),
              "The keys are " + known);
    }
    return true;
  }
  void integer(const Json& json, const char* key, std::int64_t most,
               const std::function<void(std::int64_t)>& take) {
    const auto found = json.find(key);
    if (found == json.end()) return;
    const bool fits = found->is_number_integer() && found->get<double>() >= 0 &&
                      found->get<double>() <= static_cast<double>(most);
    if (fits) return take(found->get<std::int64_t>());
    wrong(std::string(key) + " is " + found->dump(),
          "Give a whole number from 0 to " + std::to_string(most));
  }
  void boolean(const Json& json, const char* key, bool& value) {
    const auto found = json.find(key);
    if (found == json.end()) return;
    if (!found->is_boolean())
      return wrong(std::string(key) + " is " + found->dump(), "Give true or false");
    value = found->get<bool>();
  }
  std::optional<Error> error_;

 private:
  std::string file_;
};

void read_synchronous(const Json& json, Check& check, Config& config) {
  const auto found = json.find("synchronous");
  if (found == json.end()) return;
  if (*found == "full") {
    config.synchronous = Synchronous::full;
  } else if (*found != "normal") {
    check.wrong("synchronous is " + found->dump(), "Give \"normal\" or \"full\"");
  }
}

}  // namespace

Result<Config> read_config(const std::filesystem::path& state_folder) {
  const std::filesystem::path file = state_folder / "config.json";
  Config config;
  std::error_code missing;
  if (!std::filesystem::exists(file, missing)) return config;
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) {
    return Error{ErrorKind::io, file.string(), "it cannot be read",
                 "Check its permissions, or remove it for the defaults"};
  }
  Check check(file.string());
  const Json json = Json::parse(text, nullptr, false, true);
  if (json.is_discarded()) {
    check.wrong("it is not JSON", "Correct it, or remove it for the defaults");
  } else if (check.object(json, "the configuration",
                          {"synchronous", "backups", "idle_exit_minutes", "max_file_bytes",
                           "requests", "http"})) {
    read_synchronous(json, check, config);
    check.integer(json, "idle_exit_minutes", 60 * 24 * 365,
                  [&](std::int64_t minutes) { config.idle_exit = std::chrono::minutes(minutes); });
    check.integer(json, "max_file_bytes", std::int64_t{1} << 31, [&](std::int64_t bytes) {
      config.max_file_bytes = static_cast<std::uint32_t>(bytes);
    });
    const auto backups = json.find("backups");
    if (backups != json.end() && check.object(*backups, "backups", {"every_hours", "keep"})) {
      check.integer(*backups, "every_hours", 24 * 365,
                    [&](std::int64_t hours) { config.backup_every = std::chrono::hours(hours); });
      check.integer(*backups, "keep", 1000,
                    [&](std::int64_t keep) { config.backups_kept = static_cast<unsigned>(keep); });
    }
    const auto requests = json.find("requests");
    if (requests != json.end() &&
        check.object(*requests, "requests", {"self_approval", "auto_create"})) {
      check.boolean(*requests, "self_approval", config.self_approval);
      check.boolean(*requests, "auto_create", config.auto_create);
    }
    const auto http = json.find("http");
    if (http != json.end() && check.object(*http, "http", {"port"})) {
      check.integer(*http, "port", 65535, [&](std::int64_t port) {
        config.http_port = static_cast<std::uint16_t>(port);
      });
    }
  }
  if (check.error_) return *std::move(check.error_);
  return config;
}

}  // namespace dg
