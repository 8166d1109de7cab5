#include "daemon/cli/session.h"

#include <cerrno>
#include <cstring>

#include "daemon/cli/table.h"
#include "daemon/requests/error_json.h"

namespace dg {

Exit exit_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return Exit::usage;
    case ErrorKind::ambiguous:
      return Exit::ambiguous;
    case ErrorKind::not_found:
      return Exit::not_found;
    case ErrorKind::busy:
    case ErrorKind::disk_full:
    case ErrorKind::io:
    case ErrorKind::corrupt:
    case ErrorKind::newer:
    case ErrorKind::conflict:
    case ErrorKind::cancelled:
      return Exit::trouble;
  }
  return Exit::trouble;
}

int Session::fail(const Error& error) {
  out.finish();
  if (settings.json) {
    err.line(json_text(Json{{"error", error_to_json(error)}}));
  } else {
    std::string message = printable(error.message());
    const char last = message.empty() ? '.' : message.back();
    if (last != '.' && last != '?' && last != '!') message += '.';
    err.line(err.paint(Style::red, "deltagraph:") + " " + message);
    Table candidates({{"", false, Style::bold, true, true},
                      {"", false, Style::plain},
                      {"", false, Style::cyan}});
    for (const Candidate& each : error.candidates) candidates.row({each.id, each.kind, each.place});
    candidates.print(err, 2);
  }
  err.finish();
  return static_cast<int>(exit_of(error.kind));
}

void Session::notice(const std::string& text) {
  err.line(settings.json ? json_text(Json{{"notice", text}})
                         : err.paint(Style::dim, printable(text)));
}

int Session::finish(Exit code) {
  errno = 0;
  if (!out.finish()) {
    const std::string reason = errno != 0 ? std::strerror(errno) : "an earlier write failed";
    return fail({ErrorKind::io, "standard output", "could not be written: " + reason,
                 "Free some space or write elsewhere."});
  }
  err.finish();
  return static_cast<int>(code);
}

std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dg
