#pragma once
/// \file
/// A folder with a store of schema requests, and the example requests that are shipped.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "daemon/requests/schema/document.h"
#include "storage/requests/store.h"
#include "storage/sqlite/connection.h"
#include "tests/support/temp_project.h"

namespace dg::requests {

inline const Actor kAda{"ada", "tester"};
inline const Actor kGrace{"grace", "tester"};

inline Json example(const std::string& name) {
  std::ifstream in(std::string(DELTAGRAPH_SOURCE_DIR) + "/tests/requests/" + name);
  return Json::parse(in, nullptr, false);
}

inline std::vector<std::string> codes_of(const Findings& findings, bool errors_only = false) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings.all()) {
    const bool known = std::find(codes.begin(), codes.end(), finding.code) != codes.end();
    if (!known && (finding.is_error() || !errors_only)) codes.push_back(finding.code);
  }
  std::sort(codes.begin(), codes.end());
  return codes;
}

/// What went wrong; empty: nothing.
template <typename T>
std::string trouble(const Result<T>& result) {
  return result ? std::string() : result.error().message();
}

class RequestTest : public testing::Test {
 protected:
  RequestTest() { open(); }
  void open(bool self_approval = false) {
    store_.reset();
    StoreOptions options;
    options.folder = folder_.root();
    options.decode = decode_document;
    options.self_approval = self_approval;
    options.now_ms = [this] { return now_ms_ += 1000; };
    Result<std::unique_ptr<RequestStore>> store = RequestStore::open(options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = *std::move(store);
  }
  /// The new request's id; empty where it was refused.
  std::string create(const Json& document, bool draft = false) {
    const Document read = read_document(document);
    EXPECT_EQ(read.findings.errors(), 0u) << document;
    Result<Judged> judged = store_->create(read.request, read.text, kAda, draft);
    EXPECT_TRUE(judged) << trouble(judged);
    return judged ? judged->row.id : std::string();
  }
  std::string create_and_approve(const Json& document) {
    const std::string id = create(document);
    const Result<RequestRow> approved = store_->set_status(id, Status::approved, kGrace, "", "");
    EXPECT_TRUE(approved) << trouble(approved);
    return id;
  }
  std::string create_and_apply(const Json& document) {
    const std::string id = create_and_approve(document);
    const Result<Applied> applied = store_->apply(id, kGrace);
    EXPECT_TRUE(applied) << trouble(applied);
    return id;
  }
  Status status_of(const std::string& id) {
    const Result<Judged> shown = store_->show(id);
    EXPECT_TRUE(shown) << trouble(shown);
    return shown ? shown->row.status : Status::draft;
  }
  Findings findings_of(const Json& document) {
    const Document read = read_document(document);
    if (read.findings.errors() != 0) return read.findings;
    const Result<Judged> judged = store_->check(read.request);
    EXPECT_TRUE(judged) << trouble(judged);
    return judged ? judged->findings : Findings();
  }
  /// As another program does: any SQL on the database file.
  Connection file() const {
    return Connection(folder_.path("requests.db"), Connection::Mode::read_write);
  }
  /// First column of the rows, joined by `|`.
  std::string ask(const std::string& sql) const {
    const Connection connection = file();
    Statement statement = connection.prepare(sql);
    std::string text;
    while (statement.step()) text.append(text.empty() ? "" : "|").append(statement.text(0));
    return text;
  }

  /// On a memory disk where there is one: each of thousands of commits would wait for a sync.
  bool in_memory_ =
      std::filesystem::is_directory("/dev/shm") && ::setenv("TMPDIR", "/dev/shm", 1) == 0;
  TempProject folder_;
  std::int64_t now_ms_ = 1'795'000'000'000;
  std::unique_ptr<RequestStore> store_;
};

}  // namespace dg::requests
