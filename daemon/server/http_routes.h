#pragma once
/// \file
/// Schema requests over HTTP: one request in, its reply out. Knows no socket.
///
///     POST  …?performedBy=&draft=   body: the document (201, 400); …: /api/schema-requests
///     GET   …?status=&limit=&offset=
///     GET   …/ID   …/ID/migration   …/ID/audit?limit=&offset=
///     GET   …/performance   …/ID/performance    ID: also the name of a requested table
///     PATCH …/ID   {"status", "performedBy", "reason", "sqlHash"}; migrated applies it
///     PATCH …/ID   {"scheduledAt": TIME or "never", "performedBy"}, which schedules it or
///                  takes its time away
///
/// Answers are those of SchemaDesk; errors {"error": …} (error_json.h) with 400 for what makes no
/// sense, 404, and 409 for what the request's state does not allow.
///
/// A web page that the user happens to visit can send requests to loopback too. It cannot send the
/// token, nor name this server in Host after its own name was pointed here (DNS rebinding), nor
/// leave out its Origin; each of the three is checked before anything else.

#include <cstdint>
#include <filesystem>
#include <string>

#include "storage/result.h"

namespace dg {

struct HttpQuestion {
  std::string method, target, host, origin, authorization, content_type, body;
  bool has_origin = false;
};

struct HttpReply {
  unsigned status = 200;
  std::string body;   ///< JSON.
  std::string allow;  ///< Of 405: the methods that there are.
};

/// Who may ask.
struct HttpGate {
  std::uint16_t port = 0;
  std::string token;
};

/// Any thread.
HttpReply answer_http(const HttpQuestion& question, const HttpGate& gate,
                      const std::filesystem::path& state_folder);

/// A reply with an error's JSON.
HttpReply http_error(unsigned status, const Error& error);

/// The token of a state folder, out of `http-token` there, which is made where it is missing: mode
/// 0600, 256 random bits. One that others may read is refused.
Result<std::string> http_token(const std::filesystem::path& state_folder);

}  // namespace dg
