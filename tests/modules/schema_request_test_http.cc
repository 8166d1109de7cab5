// Schema requests over HTTP and as methods of the socket.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/requests/schema/methods.h"
#include "daemon/server/http.h"
#include "daemon/server/http_routes.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

class RequestHttp : public testing::Test {
 protected:
  HttpReply ask(const std::string& method, const std::string& target, const Json& body = nullptr) {
    HttpQuestion question;
    question.method = method;
    question.target = "/api/schema-requests" + target;
    question.host = "127.0.0.1:7000";
    question.authorization = "Bearer secret";
    if (!body.is_null()) {
      question.content_type = "application/json; charset=utf-8";
      question.body = body.dump();
    }
    return answer_http(question, gate_, folder_.root());
  }
  static Json json(const HttpReply& reply) { return Json::parse(reply.body, nullptr, false); }
  std::string post(const char* name) {
    const HttpReply reply = ask("POST", "?performedBy=ada", example(name));
    EXPECT_EQ(reply.status, 201u) << reply.body;
    return json(reply)["request"]["id"];
  }
  HttpReply patch(const std::string& id, const char* status, const char* by) {
    return ask("PATCH", "/" + id, {{"status", status}, {"performedBy", by}});
  }

  TempProject folder_;
  HttpGate gate_{7000, "secret"};
};

TEST_F(RequestHttp, S5_12_to_S5_16_AWholeLifeOverHttp) {
  const std::string id = post("good/01_review_notes.json");
  const Json list = json(ask("GET", "?status=requested&limit=5"));
  EXPECT_EQ(list["total"], 1);
  EXPECT_EQ(list["limit"], 5);
  EXPECT_EQ(list["offset"], 0);
  EXPECT_EQ(list["items"][0]["id"], id);
  const Json shown = json(ask("GET", "/" + id));
  EXPECT_EQ(shown["request"]["status"], "requested");
  EXPECT_EQ(shown["document"]["tableName"], "review_notes");
  const Json migration = json(ask("GET", "/" + id + "/migration"));
  EXPECT_EQ(migration["tested"], true);
  EXPECT_EQ(migration["sqlHash"], shown["sqlHash"]);
  EXPECT_EQ(patch(id, "approved", "ada").status, 409u) << "she asked for it";
  EXPECT_EQ(patch(id, "approved", "grace").status, 200u);
  EXPECT_EQ(json(patch(id, "migrated", "grace"))["request"]["status"], "migrated");
  const Json audit = json(ask("GET", "/" + id + "/audit?limit=2"));
  EXPECT_EQ(audit["total"], 3);
  ASSERT_EQ(audit["items"].size(), 2u);
  EXPECT_EQ(audit["items"][0]["performedBy"], "ada");
}

TEST_F(RequestHttp, S5_16_WhatMakesNoSenseHasItsStatus) {
  const std::string id = post("good/01_review_notes.json");
  EXPECT_EQ(ask("GET", "/nothing").status, 404u);
  EXPECT_EQ(ask("GET", "/" + id + "/nothing").status, 404u);
  EXPECT_EQ(ask("DELETE", "/" + id).status, 405u);
  EXPECT_EQ(ask("DELETE", "/" + id).allow, "GET, PATCH");
  EXPECT_EQ(ask("PUT", "").status, 405u);
  EXPECT_EQ(ask("GET", "?limit=0").status, 400u);
  EXPECT_EQ(ask("GET", "?limit=x").status, 400u);
  EXPECT_EQ(ask("GET", "?status=pending").status, 400u);
  EXPECT_EQ(ask("GET", "?limits=3").status, 400u);
  EXPECT_EQ(ask("GET", "?status=%00").status, 400u);
  EXPECT_EQ(patch(id, "pending", "grace").status, 400u);
  EXPECT_EQ(ask("PATCH", "/" + id, {{"performedBy", "grace"}}).status, 400u);
  EXPECT_EQ(ask("PATCH", "/" + id, {{"status", "approved"}}).status, 400u);
  EXPECT_EQ(patch(id, "draft", "grace").status, 409u);
  const HttpReply refused = ask("POST", "", example("bad/no_primary_key.json"));
  EXPECT_EQ(refused.status, 400u);
  EXPECT_EQ(json(refused)["findings"][0]["code"], "E1");
  EXPECT_EQ(ask("POST", "", Json("text")).status, 400u);
}

TEST_F(RequestHttp, WhoMayNotAskIsTurnedAwayBeforeAnythingElse) {
  HttpQuestion good;
  good.method = "GET";
  good.target = "/api/schema-requests";
  good.host = "localhost:7000";
  good.authorization = "Bearer secret";
  const auto status = [&](const HttpQuestion& question) {
    return answer_http(question, gate_, folder_.root()).status;
  };
  EXPECT_EQ(status(good), 200u);
  for (const char* host : {"", "evil.example", "evil.example:7000", "127.0.0.1", "127.0.0.1:7001",
                           "localhost:7000.evil.example"}) {
    HttpQuestion question = good;
    question.host = host;
    EXPECT_EQ(status(question), 403u) << host;
  }
  for (const char* origin : {"", "null", "http://evil.example", "https://localhost:7000",
                             "http://localhost:7001", "http://localhost:7000.evil.example"}) {
    HttpQuestion question = good;
    question.has_origin = true;
    question.origin = origin;
    EXPECT_EQ(status(question), 403u) << origin;
  }
  HttpQuestion own_page = good;
  own_page.has_origin = true;
  own_page.origin = "http://localhost:7000";
  EXPECT_EQ(status(own_page), 200u);
  for (const char* authorization : {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets",
                                    "bearer secret", "Basic secret", "Bearer Secret"}) {
    HttpQuestion question = good;
    question.authorization = authorization;
    EXPECT_EQ(status(question), 401u) << authorization;
  }
  HttpQuestion form = good;  // What a page's form can send without being asked.
  form.method = "POST";
  form.body = example("good/01_review_notes.json").dump();
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded"}) {
    form.content_type = type;
    EXPECT_EQ(status(form), 415u) << type;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("requests.db")));
}

TEST_F(RequestHttp, TheTokenIsItsOwnersAlone) {
  const auto token = http_token(folder_.root());
  ASSERT_TRUE(token) << trouble(token);
  EXPECT_EQ(token->size(), 64u);
  EXPECT_EQ(*http_token(folder_.root()), *token);
  struct stat info {};
  ASSERT_EQ(::stat(folder_.path("http-token").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ::chmod(folder_.path("http-token").c_str(), 0644);
  EXPECT_FALSE(http_token(folder_.root()));
}

/// Sends bytes to the server and reads until it closes.
std::string talk(std::uint16_t port, const std::string& bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_GE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  std::string reply;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
    reply.append(buffer, static_cast<std::size_t>(n));
  ::close(fd);
  return reply;
}

TEST_F(RequestHttp, S5_12_ARealServerAnswersAndRefusesWhatIsTooLong) {
  const auto server = HttpServer::listen(0, folder_.root());
  ASSERT_TRUE(server) << trouble(server);
  const std::uint16_t port = (*server)->port();
  const std::string head = "Host: 127.0.0.1:" + std::to_string(port) +
                           "\r\nConnection: close\r\nAuthorization: Bearer " +
                           *http_token(folder_.root()) + "\r\n";
  const std::string list = "GET /api/schema-requests HTTP/1.1\r\n" + head + "\r\n";
  EXPECT_NE(talk(port, list).find("\"total\":0"), std::string::npos);
  EXPECT_EQ(talk(port, list).substr(0, 15), "HTTP/1.1 200 OK");
  const std::string body = example("good/01_review_notes.json").dump();
  const auto post = [&](const std::string& length, const std::string& content) {
    return talk(port, "POST /api/schema-requests HTTP/1.1\r\n" + head +
                          "Content-Type: application/json\r\nContent-Length: " + length +
                          "\r\n\r\n" + content);
  };
  EXPECT_EQ(post(std::to_string(body.size()), body).substr(0, 12), "HTTP/1.1 201");
  EXPECT_EQ(post("300000", "{").substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(talk(port, "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')).substr(0, 12),
            "HTTP/1.1 431");
  talk(port, "no HTTP at all\r\n\r\n");
  EXPECT_EQ(talk(port, list).substr(0, 15), "HTTP/1.1 200 OK") << "and goes on";
}

TEST_F(RequestHttp, S5_05_to_S5_11_TheSocketsMethodsDoTheSame) {
  const auto call = [&](const char* name, const Json& params) {
    const SchemaMethod* method = find_schema_method(name);
    EXPECT_NE(method, nullptr) << name;
    return run_schema_method(*method, folder_.root(), params);
  };
  const auto created =
      call("schema-request/create",
           {{"request", example("good/01_review_notes.json")}, {"performedBy", "ada"}});
  ASSERT_TRUE(created) << trouble(created);
  const std::string id = (*created)["request"]["id"];
  EXPECT_EQ((*call("schema-request/list", Json::object()))["total"], 1);
  EXPECT_EQ((*call("schema-request/show", {{"id", id}}))["request"]["id"], id);
  EXPECT_EQ((*call("schema-request/migration", {{"id", id}}))["tested"], true);
  EXPECT_TRUE(call("schema-request/set-status",
                   {{"id", id}, {"status", "approved"}, {"performedBy", "grace"}}));
  EXPECT_TRUE(call("schema-request/apply", {{"id", id}}));
  EXPECT_TRUE(call("schema-request/rollback", {{"id", id}}));
  EXPECT_EQ((*call("schema-request/audit", {{"id", id}}))["total"], 4);
  EXPECT_EQ((*call("schema-request/schema", Json::object()))["title"], "Schema request");
  EXPECT_EQ(call("schema-request/show", {{"id", 7}}).error().kind, ErrorKind::usage);
  EXPECT_EQ(call("schema-request/create", {{"request", "text"}}).error().kind, ErrorKind::usage);
  EXPECT_EQ(find_schema_method("schema-request/nothing"), nullptr);
}

}  // namespace
}  // namespace dg::requests
