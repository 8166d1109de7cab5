// The published JSON Schema and the reader of documents say the same.

#include <regex.h>

#include <map>
#include <memory>
#include <stdexcept>

#include "tests/modules/schema_request_test_support.h"

namespace dg::requests {
namespace {

/// An extended regular expression of POSIX, with GNU's `\S`: std::regex warns under sanitizers.
class Pattern {
 public:
  explicit Pattern(const std::string& text) : compiled_(new regex_t, drop) {
    if (regcomp(compiled_.get(), text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
      throw std::runtime_error("no pattern: " + text);
  }
  bool is_in(const std::string& text) const {
    regmatch_t whole{0, static_cast<regoff_t>(text.size())};
    return regexec(compiled_.get(), text.c_str(), 0, &whole, REG_STARTEND) == 0;
  }

 private:
  static void drop(regex_t* compiled) noexcept {
    regfree(compiled);
    delete compiled;
  }
  std::unique_ptr<regex_t, void (*)(regex_t*) noexcept> compiled_;
};

/// As much of JSON Schema 2020-12 as the published one uses; an unknown keyword is a failure.
class Validator {
 public:
  explicit Validator(const Json& schema) : root_(schema) {}
  bool valid(const Json& value) const { return valid(root_, value); }

 private:
  bool valid(const Json& schema, const Json& value) const {
    for (const auto& [keyword, rule] : schema.items()) {
      if (!holds(keyword, rule, schema, value)) return false;
    }
    return true;
  }
  bool holds(const std::string& keyword, const Json& rule, const Json& schema,
             const Json& value) const {
    if (keyword == "$ref") {
      return valid(root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), value);
    }
    if (keyword == "type") return has_type(rule, value);
    if (keyword == "enum") return std::find(rule.begin(), rule.end(), value) != rule.end();
    if (keyword == "const") return value == rule;
    if (keyword == "not") return !valid(rule, value);
    if (keyword == "oneOf") {
      return std::count_if(rule.begin(), rule.end(),
                           [&](const Json& each) { return valid(each, value); }) == 1;
    }
    if (keyword == "if") return valid(schema.at(valid(rule, value) ? "then" : "else"), value);
    if (keyword == "minimum") return !value.is_number() || value >= rule;
    if (value.is_string()) return text_holds(keyword, rule, value.get<std::string>());
    if (value.is_array()) return list_holds(keyword, rule, value);
    if (value.is_object()) return object_holds(keyword, rule, schema, value);
    return true;
  }
  static bool has_type(const Json& rule, const Json& value) {
    return rule == "object"    ? value.is_object()
           : rule == "array"   ? value.is_array()
           : rule == "string"  ? value.is_string()
           : rule == "boolean" ? value.is_boolean()
                               : rule == "integer" && value.is_number_integer();
  }
  bool text_holds(const std::string& keyword, const Json& rule, const std::string& text) const {
    if (keyword == "maxLength") return text.size() <= rule.get<std::size_t>();
    if (keyword != "pattern") return true;
    const auto pattern = rule.get<std::string>();
    return patterns_.try_emplace(pattern, pattern).first->second.is_in(text);
  }
  bool list_holds(const std::string& keyword, const Json& rule, const Json& list) const {
    if (keyword == "minItems") return list.size() >= rule.get<std::size_t>();
    if (keyword == "maxItems") return list.size() <= rule.get<std::size_t>();
    if (keyword != "items") return true;
    return std::all_of(list.begin(), list.end(),
                       [&](const Json& each) { return valid(rule, each); });
  }
  bool object_holds(const std::string& keyword, const Json& rule, const Json& schema,
                    const Json& object) const {
    if (keyword == "required") {
      return std::all_of(rule.begin(), rule.end(),
                         [&](const Json& key) { return object.contains(key.get<std::string>()); });
    }
    if (keyword == "properties") {
      return std::all_of(rule.items().begin(), rule.items().end(), [&](const auto& each) {
        return !object.contains(each.key()) || valid(each.value(), object.at(each.key()));
      });
    }
    if (keyword == "additionalProperties") {
      return std::all_of(object.items().begin(), object.items().end(), [&](const auto& each) {
        return schema.at("properties").contains(each.key());
      });
    }
    return true;
  }
  const Json root_;
  mutable std::map<std::string, Pattern> patterns_;  ///< Making one is slow.
};

TEST(PublishedForm, S5_01_to_S5_04_GoodExamplesAreOfTheForm) {
  const Validator form(Json::parse(published_schema()));
  const Json expected = example("expected.json");
  for (const auto& [name, codes] : expected.items()) {
    if (!name.starts_with("good/")) continue;
    EXPECT_TRUE(form.valid(example(name))) << name;
  }
}

TEST(PublishedForm, S5_26_WhatTheReaderRefusesIsNotOfTheForm) {
  const Validator form(Json::parse(published_schema()));
  for (const char* name :
       {"bad/unknown_type.json", "bad/no_columns.json", "bad/misspelled_key.json",
        "bad/nobody_asks.json", "bad/camel_case_table.json", "bad/camel_case_column.json"}) {
    EXPECT_FALSE(form.valid(example(name))) << name;
  }
  // Every member taken away, doubled with a wrong type, and misspelled: both agree on each.
  const Json good = example("good/03_atom_owners.json");
  const Json members = good.flatten();
  for (const auto& [pointer, value] : members.items()) {
    const Json::json_pointer at(pointer);
    for (const Json& other : {Json(7), Json("text"), Json(true)}) {
      Json document = good;
      document[at] = other;
      if (!form.valid(document)) continue;
      EXPECT_EQ(read_document(document).findings.errors(), 0u) << pointer << " " << other;
    }
  }
}

TEST(PublishedForm, S5_02_S5_03_EveryKeyOfTheFormIsRead) {
  const Json schema = Json::parse(published_schema());
  Json document = example("good/03_atom_owners.json");
  const std::pair<const char*, const char*> objects[] = {
      {"/$defs/column/properties", "/schemaJson/columns/1"},
      {"/$defs/index/properties", "/schemaJson/indexes/0"},
      {"/$defs/table/properties", "/schemaJson"},
      {"/$defs/metadata/properties", "/requestMetadata"}};
  for (const auto& [properties, place] : objects) {
    for (const auto& [key, rule] : schema.at(Json::json_pointer(properties)).items()) {
      Json with = document;
      with[Json::json_pointer(place)][key] = Json::array({Json::array()});  // Right for no key.
      const Findings findings = read_document(with).findings;
      ASSERT_GT(findings.errors(), 0u) << key;
      EXPECT_EQ(findings.all()[0].message.find("no such key"), std::string::npos) << key;
    }
  }
}

}  // namespace
}  // namespace dg::requests
