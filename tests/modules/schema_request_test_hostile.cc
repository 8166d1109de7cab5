// Two hundred hostile requests: each is refused or harmless. What can be written in a field is
// written in every field.

#include "storage/requests/default_value.h"
#include "storage/requests/shape.h"
#include "storage/schema/live/sql_tokens.h"
#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

const char* const kGood = "good/02_owners.json";

/// Texts that mean something else than a name, a type or a value to some reader.
const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> all{
      "x; DROP TABLE precious; --",
      "x'); DROP TABLE precious; --",
      "\"; DROP TABLE precious; --",
      "id\" TEXT); DROP TABLE precious; --",
      "x\n); DROP TABLE precious;\n--",
      "x */ DROP TABLE precious /*",
      "1); ATTACH DATABASE '/tmp/evil.db' AS evil; --",
      "(SELECT body FROM precious)",
      "load_extension('evil')",
      "' || (SELECT body FROM precious) || '",
      "randomblob(1000000000)",
      "us\xd0\xb5rs",  // A Cyrillic letter that looks Latin.
      "us\xe2\x80\x8b"
      "ers",                // A blank of no width.
      "\xe2\x80\xaesresu",  // Written from right to left.
      "\xef\xbd\x95sers",   // A wide letter.
      "users\xcc\x81",      // With an accent of its own.
      std::string("us\0ers", 6),
      "sqlite_master",
      "rowid",
      "..",
      "%s%n%x",
      std::string(5000, 'a'),
  };
  return all;
}

/// A field of the good request, as a place in the document; all hold texts.
const std::vector<std::string>& fields() {
  static const std::vector<std::string> all{
      "/tableName",
      "/owner",
      "/schemaJson/tableName",
      "/schemaJson/comment",
      "/schemaJson/columns/1/name",
      "/schemaJson/columns/1/type",
      "/schemaJson/columns/2/defaultValue",
      "/schemaJson/columns/1/comment",
      "/schemaJson/indexes/0/name",
      "/schemaJson/indexes/0/columns/0",
      "/schemaJson/indexes/0/type",
      "/requestMetadata/requestedBy",
      "/requestMetadata/justification",
      "/requestMetadata/relatedIssue",
  };
  return all;
}

class HostileRequest : public RequestTest {
 protected:
  HostileRequest() {
    create_and_apply(example("good/11_uuid_without_generator.json"));
    file().execute("CREATE TABLE precious (body TEXT); INSERT INTO precious VALUES ('gold')");
    objects_ = objects();
    audit_rows_ = ask("SELECT count(*) FROM schema_audit WHERE action <> 'CREATE_REQUEST'");
  }
  std::string objects() const {
    return ask("SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1");
  }
  /// Hands it in, has it approved and applied as far as that goes; then all that was there is
  /// there, and nothing more than what the request may make.
  void attack(const Json& document, const std::string& what) {
    SCOPED_TRACE(what);
    ++attacks_;
    const Document read = read_document(document);
    if (read.findings.errors() != 0) {
      ++refused_;
    } else {
      const auto judged = store_->create(read.request, read.text, kAda, false);
      ASSERT_TRUE(judged) << trouble(judged);
      if (judged->row.id.empty()) {
        ++refused_;
      } else {
        run(judged->row);
      }
    }
    EXPECT_EQ(ask("SELECT body FROM precious"), "gold");
    EXPECT_EQ(objects(), objects_);
  }
  void run(const RequestRow& row) {
    const auto approved = store_->set_status(row.id, Status::approved, kGrace, "", "");
    if (approved) {
      const auto applied = store_->apply(row.id, kGrace);
      ASSERT_TRUE(applied) << trouble(applied);
      EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                    "'schema_%' AND name NOT LIKE 'sqlite_%'"),
                "3")
          << "one table more";
      ASSERT_TRUE(store_->rollback(row.id, kGrace, false));
      ++harmless_;
    } else {
      ++refused_;
    }
    ASSERT_TRUE(store_->set_status(row.id, Status::rejected, kGrace, "", ""));
  }

  std::string objects_, audit_rows_;
  int attacks_ = 0, refused_ = 0, harmless_ = 0;
};

TEST_F(HostileRequest, S5_45_InjectionInEveryFieldIsRefusedOrHarmless) {
  for (const std::string& field : fields()) {
    for (const std::string& text : hostile_texts()) {
      Json document = example(kGood);
      document["schemaJson"]["comment"] = "Whoever looks after something.";
      document["schemaJson"]["columns"][1]["comment"] = "Where they are reached.";
      document["schemaJson"]["indexes"][0]["type"] = "BTREE";
      ASSERT_TRUE(document.contains(Json::json_pointer(field))) << field;
      document[Json::json_pointer(field)] = text;
      if (field == "/tableName" || field == "/schemaJson/tableName")
        document["tableName"] = document["schemaJson"]["tableName"] = text;
      attack(document, field + " = " + in_comment(text));
    }
  }
  EXPECT_GE(attacks_, 200);
  EXPECT_EQ(attacks_, refused_ + harmless_);
  EXPECT_GT(refused_, 150);
  EXPECT_GT(harmless_, 20) << "free texts may hold anything";
}

TEST_F(HostileRequest, S5_45_WrongTypesInEveryFieldAreRefused) {
  const Json good = example(kGood).flatten();
  const Json wrong[] = {Json(42),      Json(-1.5),
                        Json(true),    Json::array({1, 2}),
                        Json(nullptr), Json::object({{"a", 1}}),
                        Json("text")};
  for (const auto& [pointer, value] : good.items()) {
    for (const Json& other : wrong) {
      if (other.type() == value.type() || (other.is_number() && value.is_number())) continue;
      Json document = example(kGood);
      document[Json::json_pointer(pointer)] = other;
      attack(document, pointer + " = " + other.dump());
    }
  }
  EXPECT_GE(attacks_, 100);
}

TEST_F(HostileRequest, S5_45_SizesAndDepthsAreRefused) {
  Json wide = example(kGood);
  for (int i = 0; i < 10'000; ++i)
    wide["schemaJson"]["columns"].push_back({{"name", "c" + std::to_string(i)}, {"type", "TEXT"}});
  EXPECT_TRUE(parse_document(wide.dump()).findings.has("E13"));
  attack(wide, "10,000 columns");
  Json indexes = example(kGood);
  for (int i = 0; i < 1000; ++i)
    indexes["schemaJson"]["indexes"].push_back(
        {{"name", "i" + std::to_string(i)}, {"columns", {"email"}}});
  attack(indexes, "1,000 indexes");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_TRUE(parse_document(deep).findings.errors() > 0);
  std::string nested = R"({"a":)";
  for (int i = 0; i < 1000; ++i) nested += R"({"a":)";
  nested += "1" + std::string(1001, '}');
  EXPECT_TRUE(parse_document(nested).findings.has("E13"));
  EXPECT_TRUE(parse_document(std::string(300'000, ' ')).findings.has("E13"));
  for (const char* text : {"", "{", "null", "[]", "\"x\"", "{\"tableName\": 1e999}", "\xff\xfe",
                           R"({"tableName": "a", "tableName": "b"})"}) {
    EXPECT_GT(parse_document(text).findings.errors(), 0u) << text;
  }
  EXPECT_EQ(refused_, attacks_);
}

TEST_F(HostileRequest, S5_45_ReservedWordsAreNamesOnly) {
  for (const char* word : {"select", "table", "where", "order", "group", "index", "primary", "key",
                           "null", "default", "check", "references", "values", "transaction"}) {
    Json document = example(kGood);
    document["schemaJson"]["columns"][1]["name"] = word;
    attack(document, word);
  }
  EXPECT_EQ(harmless_, attacks_) << "a column may be called so: it is always quoted";
}

TEST(RequestNames, S5_22_S5_23_OnlyPlainNamesAreNames) {
  for (const char* good : {"a", "_", "review_notes", "x9", "a__b"})
    EXPECT_TRUE(Identifier::parse(good)) << good;
  for (const char* bad :
       {"", "9a", "A", "a b", "a-b", "a\"", "a'", "a;", "\xc3\xa9t\xc3\xa9", "a."})
    EXPECT_FALSE(Identifier::parse(bad)) << bad;
  EXPECT_TRUE(Identifier::parse(std::string(63, 'a')));
  EXPECT_FALSE(Identifier::parse(std::string(64, 'a')));
  EXPECT_FALSE(Identifier::parse(std::string_view("a\0b", 3)));
  EXPECT_EQ(schema::quoted_text("it's"), "'it''s'");
  EXPECT_EQ(in_comment("a\nDROP TABLE x\r\t"), "a DROP TABLE x  ");
  EXPECT_EQ(snake_case("UserNotes2"), "user_notes2");
  EXPECT_EQ(snake_case("user-notes"), "user_notes");
}

TEST(RequestTypes, S5_26_OnlyTheListedTypesAreTypes) {
  for (const char* good : {"UUID", "text", "VarChar", "VARCHAR(20)", "BIGSERIAL", "TIMESTAMPTZ"})
    EXPECT_TRUE(parse_type(good)) << good;
  for (const char* bad :
       {"", "MONEY", "TEXT(3)", "VARCHAR()", "VARCHAR(0)", "VARCHAR(-1)", "VARCHAR(9999999)",
        "VARCHAR(3", "VARCHAR(3))", "VARCHAR(3) x", " TEXT", "TEXT; DROP", "INTEGER PRIMARY KEY"})
    EXPECT_FALSE(parse_type(bad)) << bad;
  EXPECT_EQ(to_string(*parse_type("varchar(20)")), "VARCHAR(20)");
}

TEST(RequestDefaults, S5_02_DefaultsAreLiteralsAndNamedGenerators) {
  const auto sql = [](const char* text, const char* type) {
    const auto value = parse_default(text, *parse_type(type));
    return value ? value->sql : std::string("refused");
  };
  EXPECT_EQ(sql("-12", "INTEGER"), "-12");
  EXPECT_EQ(sql("9223372036854775808", "BIGINT"), "refused");
  EXPECT_EQ(sql("0x10", "INTEGER"), "refused");
  EXPECT_EQ(sql("1.50", "REAL"), "1.5");
  EXPECT_EQ(sql("inf", "REAL"), "refused");
  EXPECT_EQ(sql("nan", "REAL"), "refused");
  EXPECT_EQ(sql("TRUE", "BOOLEAN"), "1");
  EXPECT_EQ(sql("2", "BOOLEAN"), "refused");
  EXPECT_EQ(sql("open", "TEXT"), "'open'");
  EXPECT_EQ(sql("'it''s'", "TEXT"), "'it''s'");
  EXPECT_EQ(sql("'it's'", "TEXT"), "refused");
  EXPECT_EQ(sql("'a' || 'b'", "TEXT"), "refused");
  EXPECT_EQ(sql("two words", "TEXT"), "refused");
  EXPECT_EQ(sql("abcdef", "VARCHAR(5)"), "refused");
  EXPECT_EQ(sql("x'00ff'", "BYTEA"), "x'00ff'");
  EXPECT_EQ(sql("x'0'", "BYTEA"), "refused");
  EXPECT_EQ(sql("{\"a\": 1}", "JSONB"), "'{\"a\": 1}'");
  EXPECT_EQ(sql("{a", "JSONB"), "refused");
  EXPECT_EQ(sql("2026-11-21T12:00:00Z", "TIMESTAMPTZ"), "'2026-11-21T12:00:00Z'");
  EXPECT_EQ(sql("2026-11-21 12:00:00", "TIMESTAMPTZ"), "refused");
  EXPECT_EQ(sql("2026-13-41T12:00:00Z", "TIMESTAMPTZ"), "refused");
  EXPECT_EQ(sql("now()", "TIMESTAMPTZ"), "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))");
  EXPECT_EQ(sql("random()", "INTEGER"), "refused");
  EXPECT_EQ(sql("1", "SERIAL"), "refused");
  EXPECT_EQ(sql("null", "TEXT"), "NULL");
}

}  // namespace
}  // namespace dg::requests
