// Requested tables: what is refused, what is advised, and the way from a request to a table.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "storage/schema/live/inspect.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/migrations/migrate.h"
#include "storage/schema/migrations/scratch.h"
#include "storage/schema/requests/request_log.h"
#include "storage/schema/requests/sql.h"
#include "storage/schema/requests/types.h"
#include "storage/sqlite/connection.h"
#include "tests/modules/storage_test_support.h"

namespace dg::schema {
namespace {

using Codes = std::vector<std::string>;

/// One that has nothing to be said against it.
SchemaRequest notes() {
  SchemaRequest request;
  request.table_name = request.inner_table_name = "review_notes";
  request.requested_by = "ann";
  request.justification = "Notes beside the graph.";
  const auto add = [&](const char* name, const char* type, bool nullable,
                       std::optional<std::string> value = {}) {
    RequestColumn& column = request.columns.emplace_back();
    column.name = name;
    column.type = type;
    column.nullable = nullable;
    column.default_value = std::move(value);
  };
  add("id", "UUID", false, "uuid()");
  request.columns[0].primary_key = true;
  add("file", "TEXT", false);
  add("open", "BOOLEAN", false, "true");
  add("created_at", "TIMESTAMPTZ", false, "CURRENT_TIMESTAMP");
  add("updated_at", "TIMESTAMPTZ", false, "CURRENT_TIMESTAMP");
  request.indexes = {{"idx_review_notes_created_at", {"created_at"}, false, "BTREE"},
                     {"idx_review_notes_updated_at", {"updated_at"}, false, "BTREE"}};
  return request;
}

Codes codes_of(const SchemaRequest& request, const LiveSchema& existing = {},
               const std::vector<std::string>& requested = {}) {
  Codes codes;
  for (const RequestFinding& each : validate(request, existing, requested)) {
    EXPECT_FALSE(each.message.empty());
    EXPECT_FALSE(each.suggestion.empty()) << "S5-34: " << each.code;
    EXPECT_FALSE(each.place.empty());
    codes.push_back(each.code);
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

template <typename Change>
Codes after(const Change& change) {
  SchemaRequest request = notes();
  change(request);
  return codes_of(request);
}

TEST(SchemaRequests, S5_19_AGoodOneHasNoFinding) {
  EXPECT_EQ(Codes(), codes_of(notes()));
}

TEST(SchemaRequests, S5_20_S5_21_S5_22_S5_23_S5_24_S5_26_EachErrorHasItsCode) {
  using R = SchemaRequest;
  EXPECT_EQ(Codes{"E1"}, after([](R& r) { r.columns[0].primary_key = false; }));
  EXPECT_EQ(Codes{"E2"}, after([](R& r) { r.columns[1].primary_key = true; }));
  EXPECT_EQ(Codes(), after([](R& r) { r.primary_key = {"id", "file"}; })) << "an explicit list";
  EXPECT_EQ((Codes{"E3", "W10"}),
            after([](R& r) { r.table_name = r.inner_table_name = "ReviewNotes"; }));
  EXPECT_EQ(Codes{"E4"}, after([](R& r) { r.columns[1].name = "File"; }));
  EXPECT_EQ((Codes{"E5", "W10"}),
            after([](R& r) { r.table_name = r.inner_table_name = "drop_items"; }));
  EXPECT_EQ((Codes{"E5", "W10"}),
            after([](R& r) { r.table_name = r.inner_table_name = "sqlite_notes"; }));
  EXPECT_EQ(Codes{"W10"}, after([](R& r) { r.table_name = r.inner_table_name = "dropdown_items"; }))
      << "a whole word, not a part of one";
  EXPECT_EQ(Codes{"E6"}, after([](R& r) { r.columns[1].type = "TEXT); DROP TABLE x"; }));
  EXPECT_EQ((Codes{"E1", "E10", "E6", "W1", "W2"}), after([](R& r) { r.columns.clear(); }));
  EXPECT_EQ((Codes{"E7", "W10"}), after([](R& r) { r.table_name = r.inner_table_name = "atoms"; }))
      << "S5-25: of the program";
  EXPECT_EQ(Codes{"E7"}, codes_of(notes(), {}, {"review_notes"})) << "S5-25: requested already";
  EXPECT_EQ(Codes{"E8"}, after([](R& r) { r.inner_table_name = "others"; }));
  EXPECT_EQ(Codes{"E9"}, after([](R& r) { r.columns[2].name = "file"; }));
  EXPECT_EQ(Codes{"E9"}, after([](R& r) { r.indexes[1].name = r.indexes[0].name; }));
  EXPECT_EQ(Codes{"E10"}, after([](R& r) { r.indexes.push_back({"idx_review_notes_x", {"x"}}); }));
  EXPECT_EQ((Codes{"E11", "W5"}), after([](R& r) {
              r.columns[1].references = RequestReference{"no", "id", "", ""};
            }));
  EXPECT_EQ(Codes{"E12"}, after([](R& r) { r.columns.resize(10'000, r.columns[1]); }));
  EXPECT_EQ(Codes{"E13"}, after([](R& r) { r.columns[2].default_value = "maybe"; }));
}

TEST(SchemaRequests, S5_27_S5_28_S5_29_S5_30_S5_31_S5_32_S5_33_EachWarningHasItsCode) {
  using R = SchemaRequest;
  const auto remove = [](R& r, std::size_t i) {
    r.columns.erase(r.columns.begin() + static_cast<std::ptrdiff_t>(i));
    r.indexes.erase(r.indexes.begin() + static_cast<std::ptrdiff_t>(i) - 3);
  };
  EXPECT_EQ(Codes{"W1"}, after([&](R& r) { remove(r, 3); }));
  EXPECT_EQ(Codes{"W2"}, after([&](R& r) { remove(r, 4); }));
  EXPECT_EQ(Codes{"W3"}, after([](R& r) { r.columns[1].type = "VARCHAR(40)"; }));
  EXPECT_EQ(Codes{"W4"}, after([](R& r) { r.columns[1].type = "BIGINT"; }));
  EXPECT_EQ(Codes{"W5"}, after([](R& r) { r.columns[1].name = "user_id"; }));
  EXPECT_EQ(Codes{"W5"}, after([](R& r) { r.indexes.pop_back(); }));
  EXPECT_EQ(Codes{"W6"}, after([](R& r) { r.columns[1].type = "JSONB"; }));
  EXPECT_EQ(Codes{"W7"}, after([](R& r) { r.columns[1].name = "seen_at"; }));
  EXPECT_EQ(Codes(), after([](R& r) { r.columns[1].name = "candidate"; }));
  EXPECT_EQ(Codes{"W8"}, after([](R& r) {
              r.columns[0].type = "INTEGER";
              r.columns[0].default_value.reset();
            }));
  EXPECT_EQ(Codes{"W9"}, after([](R& r) { r.columns[0].default_value.reset(); }));
}

TEST(SchemaRequests, S5_41_TheTypesAndTheirConditions) {
  SchemaRequest request = notes();
  for (const char* type : {"jsonb", "real", "bytea", "timestamp", "integer"}) {
    RequestColumn& column = request.columns.emplace_back();
    column.name = std::string("c_") + type;
    column.type = type;
  }
  const RequestSql sql = sql_of(request);
  Connection db(":memory:", Connection::Mode::read_write_create);
  db.execute(sql.up);
  db.execute("INSERT INTO review_notes(file) VALUES('a.js')");
  EXPECT_EQ(1, db.integer("SELECT count(*) FROM review_notes WHERE length(id) = 36 AND open = 1 "
                          "AND created_at LIKE '20__-__-__T%Z' AND substr(id, 15, 1) = '4'"));
  for (const char* wrong :
       {"open = 2", "c_jsonb = '{'", "c_timestamp = 'yesterday'", "c_integer = 'many'",
        "id = 'short'", "file = NULL", "c_real = 'x'", "c_bytea = 'x'"}) {
    EXPECT_THROW(db.execute("UPDATE review_notes SET " + std::string(wrong)), Failure) << wrong;
  }
  db.execute("UPDATE review_notes SET c_jsonb = '{}', c_timestamp = '2026-01-02T03:04:05Z'");
}

TEST(SchemaRequests, DefaultsAreReadAsValuesAndWrittenAnew) {
  const auto sql = [](RequestType type, const char* text) {
    const std::optional<DefaultValue> value = default_of(type, text);
    return value ? value->sql : std::string("refused");
  };
  EXPECT_EQ("-7", sql(RequestType::integer, "-7"));
  EXPECT_EQ("refused", sql(RequestType::integer, "7; DROP TABLE x"));
  EXPECT_EQ("refused", sql(RequestType::integer, "99999999999999999999"));
  EXPECT_EQ("1.5e3", sql(RequestType::real, "1.5e3"));
  EXPECT_EQ("refused", sql(RequestType::real, "inf"));
  EXPECT_EQ("0", sql(RequestType::boolean, "FALSE"));
  EXPECT_EQ("'it''s'", sql(RequestType::text, "it's"));
  EXPECT_EQ("'it''s'", sql(RequestType::text, "'it''s'"));
  EXPECT_EQ("refused", sql(RequestType::text, "'a' || 'b'"));
  EXPECT_EQ("x'00ff'", sql(RequestType::bytea, "X'00FF'"));
  EXPECT_EQ("refused", sql(RequestType::bytea, "x'0'"));
  EXPECT_EQ("refused", sql(RequestType::timestamptz, "'tomorrow'"));
  EXPECT_EQ("'2026-01-02T03:04:05Z'", sql(RequestType::timestamptz, "2026-01-02T03:04:05Z"));
  EXPECT_EQ("NULL", sql(RequestType::jsonb, "null"));
  EXPECT_EQ("refused", sql(RequestType::serial, "1"));
}

/// S5-45: hostile texts in every field, and combinations of them.
TEST(SchemaRequests, S5_45_HostileOnesAreRefusedOrHarmless) {
  const std::vector<std::string> hostile = {"x\"; DROP TABLE keep; --",
                                            "x'); DROP TABLE keep; --",
                                            "keep",
                                            "x)",
                                            "\"",
                                            "'",
                                            "--",
                                            "/*",
                                            "select",
                                            "\xD0\xB0toms",
                                            "a\u200B",
                                            std::string("a\0b", 3),
                                            "",
                                            " ",
                                            "1a",
                                            "ROWID",
                                            "_rowid_",
                                            "rowid",
                                            "x; ATTACH 'y' AS z",
                                            "$(rm -rf /)",
                                            "%s%n",
                                            std::string(5000, 'a'),
                                            "a.b",
                                            "a b",
                                            "sqlite_master",
                                            "(SELECT 1)",
                                            "CURRENT_TIMESTAMP",
                                            "uuid() || 1",
                                            "x'zz'",
                                            "\xff\xfe"};
  std::mt19937 random(11);
  int refused = 0, harmless = 0;
  for (int round = 0; round < 400; ++round) {
    SchemaRequest request = notes();
    for (int i = 0; i < 1 + round % 3; ++i) {
      const std::string text = hostile[random() % hostile.size()];
      RequestColumn& column = request.columns[random() % request.columns.size()];
      RequestIndex& index = request.indexes[random() % request.indexes.size()];
      switch (random() % 12) {
        case 0:
          request.table_name = request.inner_table_name = text;
          break;
        case 1:
          column.name = text;
          break;
        case 2:
          column.type = text;
          break;
        case 3:
          column.default_value = text;
          break;
        case 4:
          column.comment = text;
          break;
        case 5:
          index.name = text;
          break;
        case 6:
          index.columns = {text};
          break;
        case 7:
          index.type = text;
          break;
        case 8:
          column.references = RequestReference{text, "id", "", ""};
          break;
        case 9:
          column.references = RequestReference{"keep", "id", text, text};
          break;
        case 10:
          request.primary_key = {text};
          break;
        default:
          request.owner = request.comment = request.justification = text;
          break;
      }
    }
    Connection db(":memory:", Connection::Mode::read_write_create);
    db.execute(
        "CREATE TABLE keep(id TEXT NOT NULL PRIMARY KEY) STRICT; INSERT INTO keep VALUES('1')");
    const LiveSchema before = inspect(db);
    if (has_errors(validate(request, before, {}))) {
      ++refused;
      continue;
    }
    ++harmless;
    const RequestSql sql = sql_of(request);
    db.execute(sql.up);
    EXPECT_EQ(1, db.integer("SELECT count(*) FROM keep"));
    EXPECT_EQ(2u, inspect(db).tables.size());
    db.execute(sql.down);
    EXPECT_TRUE(compare(before, inspect(db)).empty());
  }
  EXPECT_GT(refused, 200);
  EXPECT_GT(harmless, 20);
}

class StorageRequests : public ::testing::Test {
 protected:
  std::unique_ptr<RequestLog> log(RequestPolicy policy = {}) const {
    Result<std::unique_ptr<RequestLog>> opened =
        RequestLog::open(database(), folder_.root() / "requested", policy);
    EXPECT_TRUE(opened) << opened.error().message();
    return std::move(*opened);
  }
  std::filesystem::path database() const { return folder_.root() / "state/tables.db"; }
  static StoredRequest asked(RequestLog& log, const SchemaRequest& request) {
    const Result<RequestLog::Created> created = log.create(request, "{}", false);
    EXPECT_TRUE(created && created->stored);
    return created && created->stored ? *created->stored : StoredRequest();
  }
  LiveSchema schema() const { return inspect(Connection(database(), Connection::Mode::read_only)); }
  void execute(const std::string& sql) const {
    Connection(database(), Connection::Mode::read_write).execute(sql);
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
};

TEST_F(StorageRequests, S5_18_S5_35_S5_36_S5_38_S5_43_S5_44_FromTheRequestToTheTableAndBack) {
  const std::unique_ptr<RequestLog> all = log();
  const LiveSchema before = schema();
  const StoredRequest one = asked(*all, notes());
  EXPECT_EQ(nullptr, schema().table("review_notes")) << "nothing is made before it is approved";
  EXPECT_FALSE(all->apply(one.id, "bob"));
  ASSERT_TRUE(all->approve(one.id, "bob", one.hash));
  EXPECT_EQ(nullptr, schema().table("review_notes"));
  const Result<StoredRequest> done = all->apply(one.id, "bob");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(RequestStatus::migrated, done->status);
  EXPECT_EQ("0001_request_review_notes", done->migration);
  EXPECT_NE(nullptr, schema().table("review_notes"));
  const Result<std::vector<AuditEntry>> audit = all->audit(one.id);
  ASSERT_TRUE(audit);
  Codes steps;
  for (const AuditEntry& each : *audit) steps.push_back(each.performed_by + " " + each.to);
  EXPECT_EQ((Codes{"ann requested", "bob approved", "bob migrated"}), steps);
  EXPECT_THROW(execute("DELETE FROM schema_audit"), Failure);
  EXPECT_THROW(execute("UPDATE schema_audit SET note = ''"), Failure);
  const MigrateTarget target{database(), folder_.root() / "requested", {}, false};
  ASSERT_TRUE(rollback(target));
  EXPECT_TRUE(compare(before, schema()).empty());
}

TEST_F(StorageRequests, R_34_AnApprovalIsOfWhatWasReadAndNobodyApprovesTheirOwn) {
  const std::unique_ptr<RequestLog> all = log();
  const StoredRequest one = asked(*all, notes());
  EXPECT_FALSE(all->approve(one.id, "ann", one.hash)) << "her own";
  EXPECT_FALSE(all->approve(one.id, "", one.hash)) << "nobody";
  EXPECT_FALSE(all->approve(one.id, "bob", "0000")) << "of something else";
  execute("UPDATE schema_requests SET up = 'DROP TABLE schema_audit'");
  EXPECT_FALSE(all->approve(one.id, "bob", one.hash)) << "edited before it was approved";
  execute("UPDATE schema_requests SET up = " + quoted_text(one.up));
  EXPECT_TRUE(log({true})->approve(one.id, "ann", one.hash)) << "where the policy allows it";
  EXPECT_FALSE(all->approve(one.id, "bob", one.hash)) << "a second time";
  execute("UPDATE schema_requests SET up = up || ' '");
  EXPECT_FALSE(all->apply(one.id, "bob")) << "edited after it was approved";
  execute("UPDATE schema_requests SET up = rtrim(up, ' ')");
  execute("CREATE TABLE meanwhile(x)");
  EXPECT_FALSE(all->apply(one.id, "bob")) << "the schema has moved on";
  execute("DROP TABLE meanwhile");
  EXPECT_TRUE(all->apply(one.id, "bob"));
  EXPECT_FALSE(all->apply(one.id, "bob")) << "a second time";
}

/// Every step from every status: only the legal ones happen, and each leaves one audit row.
TEST_F(StorageRequests, S5_17_R_34_OnlyLegalStepsHappen) {
  std::mt19937 random(3);
  const std::unique_ptr<RequestLog> all = log();
  SchemaRequest request = notes();
  StoredRequest one = asked(*all, request);
  std::size_t rows = 1;
  for (int round = 0; round < 120 && one.status != RequestStatus::migrated; ++round) {
    const auto to = static_cast<RequestStatus>(random() % 5);
    if (to == RequestStatus::migrated && round < 100) continue;
    const Result<StoredRequest> step =
        to == RequestStatus::approved   ? all->approve(one.id, "bob", one.hash)
        : to == RequestStatus::migrated ? all->apply(one.id, "bob")
                                        : all->change(one.id, to, "bob", "");
    EXPECT_EQ(may_follow(one.status, to), static_cast<bool>(step))
        << to_string(one.status) << " -> " << to_string(to);
    if (step) {
      EXPECT_EQ(to, step->status);
      ++rows;
      one = *step;
    }
    const Result<std::vector<AuditEntry>> audit = all->audit(one.id);
    ASSERT_TRUE(audit);
    EXPECT_EQ(rows, audit->size());
  }
  EXPECT_GT(rows, 10u);
}

TEST_F(StorageRequests, S5_49_AlterAddsRenamesAndComesBack) {
  const std::unique_ptr<RequestLog> all = log();
  const StoredRequest made = asked(*all, notes());
  ASSERT_TRUE(all->approve(made.id, "bob", made.hash));
  ASSERT_TRUE(all->apply(made.id, "bob"));
  SchemaRequest alter;
  alter.kind = RequestKind::alter;
  alter.table_name = alter.inner_table_name = "review_notes";
  alter.requested_by = "ann";
  RequestColumn& column = alter.columns.emplace_back();
  column.name = "weight";
  column.type = "INTEGER";
  alter.renames = {{"file", "path"}};
  alter.indexes = {{"idx_review_notes_path", {"path"}, false, "BTREE"}};
  alter.rename_to = "file_notes";
  EXPECT_EQ(Codes(), codes_of(alter, schema()));
  const LiveSchema before = schema();
  const StoredRequest one = asked(*all, alter);
  ASSERT_TRUE(all->approve(one.id, "bob", one.hash));
  ASSERT_TRUE(all->apply(one.id, "bob"));
  ASSERT_NE(nullptr, schema().table("file_notes"));
  EXPECT_NE(nullptr, schema().table("file_notes")->column("weight"));
  ASSERT_TRUE(rollback({database(), folder_.root() / "requested", {}, false}));
  EXPECT_TRUE(compare(before, schema()).empty());
  column.nullable = false;
  EXPECT_EQ(Codes{"E14"}, codes_of(alter, schema())) << "rows would have no value";
  alter.table_name = alter.inner_table_name = "atoms";
  EXPECT_FALSE(codes_of(alter, schema()).empty()) << "never the graph's";
}

TEST_F(StorageRequests, S5_07_S5_13_TheNewestComesFirstAndStatusFilters) {
  const std::unique_ptr<RequestLog> all = log();
  const StoredRequest first = asked(*all, notes());
  SchemaRequest other = notes();
  other.table_name = other.inner_table_name = "owners";
  other.indexes.clear();
  const StoredRequest second = asked(*all, other);
  ASSERT_TRUE(all->change(first.id, RequestStatus::rejected, "bob", "no"));
  EXPECT_EQ(second.id, all->list({}, 50, 0)->at(0).id);
  EXPECT_EQ(1u, all->list(RequestStatus::rejected, 50, 0)->size());
  EXPECT_EQ(first.id, all->list({}, 1, 1)->at(0).id);
  EXPECT_EQ(ErrorKind::not_found, all->get("nothing").error().kind);
}

}  // namespace
}  // namespace dg::schema
