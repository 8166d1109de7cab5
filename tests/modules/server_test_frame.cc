// Framing and JSON-RPC as bytes: what a client may send, whole, in pieces, or wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/protocol/frame.h"
#include "daemon/protocol/json_rpc.h"

namespace dg {
namespace {

std::vector<std::string> read_all(FrameReader& reader) {
  std::vector<std::string> messages;
  while (auto message = reader.next()) messages.push_back(*message);
  return messages;
}

TEST(Frame, ReadsWhatItWrote) {
  FrameReader reader;
  reader.feed(frame("{}") + frame("") + frame("[\"ü\"]"));
  EXPECT_EQ(read_all(reader), (std::vector<std::string>{"{}", "", "[\"ü\"]"}));
  EXPECT_EQ(reader.error(), "");
}

TEST(Frame, IsIndifferentToHowTheBytesArrive) {
  const std::string stream = frame("{\"a\":1}") + frame("{\"b\":2}");
  for (std::size_t step = 1; step < stream.size(); ++step) {
    FrameReader reader;
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      reader.feed(std::string_view(stream).substr(at, step));
      for (std::string& message : read_all(reader)) messages.push_back(std::move(message));
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"})) << "step " << step;
  }
}

TEST(Frame, AcceptsOtherHeadersInAnyCase) {
  FrameReader reader;
  reader.feed(
      "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:  2 \r\n\r\n{}");
  EXPECT_EQ(read_all(reader), (std::vector<std::string>{"{}"}));
}

TEST(Frame, RefusesWhatCannotBeInStep) {
  const std::vector<std::string> wrong = {"Content-Length: x\r\n\r\n",
                                          "Content-Length: -1\r\n\r\n",
                                          "Content-Length: 1 1\r\n\r\n",
                                          "Content-Length: \r\n\r\n",
                                          "Length: 2\r\n\r\n{}",
                                          "no colon\r\n\r\n",
                                          "Content-Length: 4294967296000\r\n\r\n",
                                          "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                          "Content-Length: 99999999999999999999999\r\n\r\n",
                                          std::string(9000, 'a')};
  for (const std::string& bytes : wrong) {
    FrameReader reader;
    reader.feed(bytes);
    EXPECT_EQ(reader.next(), std::nullopt) << bytes.substr(0, 50);
    EXPECT_NE(reader.error(), "") << bytes.substr(0, 50);
    reader.feed(frame("{}"));
    EXPECT_EQ(reader.next(), std::nullopt) << "an error is final: " << bytes.substr(0, 50);
  }
}

TEST(Frame, LimitsTheBodyBeforeItArrives) {
  FrameReader reader({.header_bytes = 64, .body_bytes = 10});
  reader.feed("Content-Length: 11\r\n\r\n");
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_EQ(reader.error(), "message longer than 10 bytes");
}

TEST(JsonRpc, ReadsRequestsNotificationsAndBatches) {
  const RpcMessage request =
      read_rpc(R"({"jsonrpc":"2.0","id":7,"method":"find","params":{"text":"a"}})");
  ASSERT_EQ(request.requests.size(), 1u);
  EXPECT_EQ(request.requests[0].id, 7);
  EXPECT_EQ(request.requests[0].method, "find");
  EXPECT_EQ(request.requests[0].params["text"], "a");
  EXPECT_FALSE(request.requests[0].notification);

  const RpcMessage notification = read_rpc(R"({"jsonrpc":"2.0","method":"stop"})");
  EXPECT_TRUE(notification.requests[0].notification);
  EXPECT_TRUE(notification.requests[0].params.is_object());

  const RpcMessage batch = read_rpc(R"([{"jsonrpc":"2.0","id":"a","method":"x"},1])");
  EXPECT_TRUE(batch.batch);
  ASSERT_EQ(batch.requests.size(), 2u);
  EXPECT_EQ(batch.requests[0].fault, "");
  EXPECT_NE(batch.requests[1].fault, "");
  EXPECT_TRUE(read_rpc("[]").requests.empty());
}

TEST(JsonRpc, FindsTheFault) {
  EXPECT_TRUE(read_rpc("{").parse_error);
  EXPECT_TRUE(read_rpc("").parse_error);
  EXPECT_TRUE(read_rpc("\xff\xfe").parse_error);
  EXPECT_NE(read_rpc(R"({"id":1,"method":"x"})").requests[0].fault, "");
  EXPECT_NE(read_rpc(R"({"jsonrpc":"1.0","id":1,"method":"x"})").requests[0].fault, "");
  EXPECT_NE(read_rpc(R"({"jsonrpc":"2.0","id":1,"method":5})").requests[0].fault, "");
  EXPECT_NE(read_rpc(R"({"jsonrpc":"2.0","id":{},"method":"x"})").requests[0].fault, "");
  EXPECT_NE(read_rpc(R"({"jsonrpc":"2.0","id":1,"method":"x","params":3})").requests[0].fault, "");
}

TEST(JsonRpc, RefusesDeepNestingWithoutUsingTheStack) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_FALSE(read_rpc(nested(200)).parse_error);
  EXPECT_TRUE(read_rpc(nested(300)).parse_error);
  EXPECT_TRUE(read_rpc(nested(1'000'000)).parse_error);
}

TEST(JsonRpc, ErrorsKeepTheirKindOnTheWire) {
  const Error error{ErrorKind::ambiguous,
                    "pay",
                    "2 atoms have this name",
                    "Give its id",
                    {{"a.js::pay", "function", "a.js:1:1"}}};
  const Json reply = rpc_error(3, error);
  EXPECT_EQ(reply["id"], 3);
  EXPECT_EQ(reply["error"]["code"], kRpcApplicationError);
  EXPECT_EQ(reply["error"]["data"]["kind"], "ambiguous");
  EXPECT_EQ(reply["error"]["data"]["candidates"][0]["id"], "a.js::pay");
  EXPECT_EQ(rpc_error(3, Error{ErrorKind::usage, "x", "y", "", {}})["error"]["code"],
            kRpcInvalidParams);
}

TEST(JsonRpc, TextIsAlwaysUtf8) {
  EXPECT_EQ(to_text(Json{{"name", "a\xff"}}), "{\"name\":\"a\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace dg
