#include "daemon/server/http_routes.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/requests/error_json.h"
#include "daemon/requests/params.h"
#include "daemon/requests/schema/desk.h"

namespace dg {
namespace {

constexpr std::string_view kRoot = "/api/schema-requests";

Error refused(std::string thing, std::string reason, std::string cure) {
  return {ErrorKind::usage, std::move(thing), std::move(reason), std::move(cure)};
}

/// Takes as long for a wrong beginning as for a right one.
bool same_secret(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

bool is_own_name(std::string_view host, std::uint16_t port) {
  const std::string suffix = ":" + std::to_string(port);
  return host == "127.0.0.1" + suffix || host == "localhost" + suffix;
}

/// The reply to who may not ask; nothing for who may.
std::optional<HttpReply> turned_away(const HttpQuestion& question, const HttpGate& gate) {
  if (!is_own_name(question.host, gate.port)) {
    return http_error(403, refused("Host", "names another server",
                                   "Use http://127.0.0.1:" + std::to_string(gate.port)));
  }
  if (question.has_origin &&
      (!question.origin.starts_with("http://") ||
       !is_own_name(std::string_view(question.origin).substr(7), gate.port))) {
    return http_error(403, refused("Origin", "is another site's", "Ask from no web page"));
  }
  if (!same_secret(question.authorization, "Bearer " + gate.token)) {
    return http_error(401, refused("Authorization", "has no token, or not this one",
                                   "Send 'Bearer TOKEN' with the text of .deltagraph/http-token"));
  }
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2 || byte == 0) return std::nullopt;
    plain += static_cast<char>(byte);
    i += 2;
  }
  return plain;
}

/// What stands behind the `?`, as parameters to be checked.
Result<Params> query_of(std::string_view text, const std::vector<Parameter>& declared) {
  Json given = Json::object();
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    const auto name = decoded(part.substr(0, equals));
    const auto value = decoded(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value || given.contains(*name))
      return refused("query", "cannot be understood", "Give each parameter once, as name=value");
    Json typed = *value;
    for (const Parameter& parameter : declared) {
      const std::string_view type = parameter.type;
      if (parameter.name != *name || type == "text") continue;
      typed = Json::parse(*value, nullptr, false);  // A number or true.
      if (typed.is_discarded() || typed.is_structured()) typed = *value;
    }
    given[*name] = std::move(typed);
  }
  return Params::check("query", declared, given);
}

HttpReply reply_to(const Result<Json>& answer, unsigned done = 200) {
  if (answer) {
    const bool wrong = !answer->value("accepted", true);
    return {wrong ? 400u : done, answer->dump(-1, ' ', false, Json::error_handler_t::replace), {}};
  }
  switch (answer.error().kind) {
    case ErrorKind::usage:
      return http_error(400, answer.error());
    case ErrorKind::not_found:
      return http_error(404, answer.error());
    case ErrorKind::ambiguous:
    case ErrorKind::conflict:
      return http_error(409, answer.error());
    case ErrorKind::busy:
      return http_error(503, answer.error());
    default:
      return http_error(500, answer.error());
  }
}

HttpReply not_allowed(const std::string& allow) {
  HttpReply reply = http_error(405, refused("method", "is not possible here", "Use " + allow));
  reply.allow = allow;
  return reply;
}

/// Of a POST or PATCH: JSON, and told so, which a form of a web page cannot.
std::optional<HttpReply> not_json(const HttpQuestion& question) {
  const std::string_view type = std::string_view(question.content_type);
  if (type.substr(0, type.find(';')) == "application/json") return std::nullopt;
  return http_error(415, refused("Content-Type", "is not JSON", "Send application/json"));
}

HttpReply post_request(SchemaDesk& desk, const HttpQuestion& question, std::string_view query) {
  if (auto reply = not_json(question)) return *std::move(reply);
  static const std::vector<Parameter> declared{
      {"performedBy", "text", "who hands it in"},
      {"draft", "boolean", "keep it as a draft, errors or not"}};
  const Result<Params> params = query_of(query, declared);
  if (!params) return http_error(400, params.error());
  return reply_to(desk.create(parse_document(question.body), params->text("performedBy"),
                              params->flag("draft")),
                  201);
}

HttpReply list_requests(SchemaDesk& desk, std::string_view query) {
  static const std::vector<Parameter> declared{
      {"status", "text", "only those", false, "draft|requested|approved|migrated|rejected"},
      {"limit", "integer", "most entries (50)", false, "", 1, kMostRequests},
      {"offset", "integer", "entries left out before", false, "", 0, 1'000'000}};
  const Result<Params> params = query_of(query, declared);
  if (!params) return http_error(400, params.error());
  return reply_to(desk.list(params->text("status"), params->integer("limit", kDefaultRequests),
                            params->integer("offset", 0)));
}

HttpReply audit_request(SchemaDesk& desk, const std::string& id, std::string_view query) {
  static const std::vector<Parameter> declared{
      {"limit", "integer", "most entries (50)", false, "", 1, kMostRequests},
      {"offset", "integer", "entries left out before", false, "", 0, 1'000'000}};
  const Result<Params> params = query_of(query, declared);
  if (!params) return http_error(400, params.error());
  return reply_to(
      desk.audit(id, params->integer("limit", kDefaultRequests), params->integer("offset", 0)));
}

HttpReply patch_request(SchemaDesk& desk, const HttpQuestion& question, const std::string& id) {
  if (auto reply = not_json(question)) return *std::move(reply);
  static const std::vector<Parameter> declared{
      {"status", "text", "the new status", false, "draft|requested|approved|migrated|rejected"},
      {"scheduledAt", "text", "a time, or never"},
      {"performedBy", "text", "Say who does it.", true},
      {"reason", "text", "why, for the audit"},
      {"sqlHash", "text", "of the SQL that was reviewed"}};
  const Json body = Json::parse(question.body, nullptr, false);
  if (body.is_discarded())
    return http_error(400, refused("body", "is no JSON", "Send {\"status\", \"performedBy\"}"));
  const Result<Params> params = Params::check("body", declared, body);
  if (!params) return http_error(400, params.error());
  const std::string by = params->text("performedBy");
  if (params->has("status") == params->has("scheduledAt")) {
    return http_error(400, refused("body", "has to have either a status or a time",
                                   "Give the new status, or scheduledAt"));
  }
  if (params->has("scheduledAt"))
    return reply_to(desk.schedule(id, params->text("scheduledAt"), by));
  if (params->text("status") == "migrated") return reply_to(desk.apply(id, by));
  return reply_to(desk.set_status(id, params->text("status"), by, params->text("reason"),
                                  params->text("sqlHash")));
}

HttpReply route(SchemaDesk& desk, const HttpQuestion& question) {
  const std::string_view target = question.target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  const bool ours =
      path.starts_with(kRoot) && (path.size() == kRoot.size() || path[kRoot.size()] == '/');
  if (!ours) {
    return http_error(404, refused(std::string(path.substr(0, 200)), "there is nothing here",
                                   "Ask for " + std::string(kRoot)));
  }
  path.remove_prefix(kRoot.size());
  if (path.empty()) {
    if (question.method == "POST") return post_request(desk, question, query);
    if (question.method == "GET") return list_requests(desk, query);
    return not_allowed("GET, POST");
  }
  path.remove_prefix(1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string id(path.substr(0, slash));
  const std::string_view part = path.substr(slash);
  if (part.empty() && id == "performance")
    return question.method == "GET" ? reply_to(desk.performance({})) : not_allowed("GET");
  if (part.empty() && question.method == "PATCH") return patch_request(desk, question, id);
  if (part.empty() && question.method == "GET") return reply_to(desk.show(id));
  if (part.empty()) return not_allowed("GET, PATCH");
  if (part != "/migration" && part != "/audit" && part != "/performance") {
    return http_error(
        404, refused("'" + std::string(part.substr(0, 200)) + "'", "a request has no such part",
                     "Ask for /migration, /audit or /performance"));
  }
  if (question.method != "GET") return not_allowed("GET");
  if (part == "/performance") return reply_to(desk.performance(id));
  return part == "/audit" ? audit_request(desk, id, query) : reply_to(desk.migration(id));
}

}  // namespace

HttpReply http_error(unsigned status, const Error& error) {
  return {
      status,
      Json{{"error", error_to_json(error)}}.dump(-1, ' ', false, Json::error_handler_t::replace),
      {}};
}

HttpReply answer_http(const HttpQuestion& question, const HttpGate& gate,
                      const std::filesystem::path& state_folder) {
  try {
    if (auto reply = turned_away(question, gate)) return *std::move(reply);
    Result<SchemaDesk> desk = SchemaDesk::open(state_folder);
    if (!desk) return reply_to(desk.error());
    return route(*desk, question);
  } catch (const std::exception& failure) {
    return http_error(500, {ErrorKind::io, "schema requests", failure.what(), "Try again"});
  }
}

}  // namespace dg
