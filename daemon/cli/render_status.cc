#include <filesystem>

#include "daemon/cli/figures.h"
#include "daemon/cli/render.h"
#include "daemon/cli/table.h"
#include "storage/clock.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint64_t number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<std::uint64_t>() : 0;
}

std::string watch_text(const Json& watch) {
  std::string text = counted(number_of(watch, "folders"), "folder") + " watched";
  const Json polled = watch.value("polled", Json::array());
  if (!polled.empty()) text += ", " + grouped(polled.size()) + " polled";
  if (number_of(watch, "overflows") > 0)
    text += ", " + counted(number_of(watch, "overflows"), "overflow");
  return text;
}

}  // namespace

void render_status(Session& session, const Json& status) {
  Table table({{"", false, Style::bold}, {"", false, Style::plain, false, false, true}});
  table.row({"project", text_of(status, "project")});
  std::string state = text_of(status, "state");
  if (const Json at = status.value("progress", Json()); at.is_object()) {
    state += " (" + text_of(at, "stage") + " " + grouped(number_of(at, "done")) + " of " +
             grouped(number_of(at, "total")) + ")";
  }
  table.row({"state", state + ", pid " + std::to_string(number_of(status, "pid")) + ", version " +
                          text_of(status, "version") + ", up " +
                          duration_text(static_cast<double>(number_of(status, "uptime_ms")))});
  std::string fresh = std::to_string(number_of(status, "sequence"));
  if (status.contains("age_ms") && status["age_ms"].is_number()) {
    fresh += ", " + age_text(status["age_ms"].get<std::int64_t>());
  }
  if (status.value("behind", false))
    fresh += ", behind: " + counted(number_of(status, "pending"), "change") + " pending";
  table.row({"sequence", fresh});
  table.row({"index", counted(number_of(status, "files"), "file") + ", " +
                          counted(number_of(status, "atoms"), "atom") + ", " +
                          counted(number_of(status, "relations"), "relation") + ", " +
                          grouped(number_of(status, "unresolved")) + " unresolved"});
  const Json watch = status.value("watch", Json::object());
  table.row({"watching", watch_text(watch)});
  if (!text_of(watch, "reason").empty()) table.row({"", text_of(watch, "reason")});
  const Json database = status.value("database", Json::object());
  table.row(
      {"database", text_of(database, "path") + ", " + bytes_text(number_of(database, "bytes"))});
  const Json backups = status.value("backups", Json::array());
  for (const Json& backup : backups) {
    table.row({&backup == &backups.front() ? "backups" : "",
               fs::path(text_of(backup, "path")).filename().string() + ", " +
                   bytes_text(number_of(backup, "bytes")) + ", " +
                   age_text(unix_ms() - static_cast<std::int64_t>(number_of(backup, "made_ms")))});
  }
  const Json memory = status.value("memory", Json::object());
  table.row({"memory", bytes_text(number_of(memory, "resident_bytes")) + ", " +
                           counted(number_of(status, "descriptors"), "descriptor") + ", " +
                           counted(number_of(status, "clients"), "client")});
  table.row({"socket", text_of(status, "socket")});
  if (!text_of(status, "http").empty()) table.row({"http", text_of(status, "http")});
  if (!text_of(status, "last_error").empty()) table.row({"error", text_of(status, "last_error")});
  for (const Json& trouble : status.value("troubles", Json::array())) {
    table.row({"unreadable", text_of(trouble, "path") + ": " + text_of(trouble, "reason")});
  }
  for (const Json& notice : status.value("notices", Json::array())) {
    if (notice.is_string()) table.row({"notice", notice.get<std::string>()});
  }
  table.print(session.out);
}

}  // namespace dg
