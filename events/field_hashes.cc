#include "events/field_hashes.h"

#include <xxhash.h>

#include <string_view>

#include "parser/hexadecimal.h"

namespace dg {
namespace {

std::uint64_t hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

/// What Field::kind covers.
std::uint64_t kind_of(const FileFacts& facts, const Atom& atom) {
  const std::uint64_t parts[] = {static_cast<std::uint64_t>(atom.kind),
                                 static_cast<std::uint64_t>(atom.form), atom.is_static,
                                 atom.ambient, hash_of(facts.name(atom.test_callee))};
  return XXH3_64bits(parts, sizeof parts);
}

}  // namespace

std::uint64_t field_hashes(const FileFacts& facts, const Atom& atom, std::string& json) {
  std::uint64_t all[7] = {};
  std::size_t count = 0;
  json.clear();
  const auto key = [&](std::string_view name) {
    json.append(json.empty() ? "{\"" : ",\"").append(name).append("\":");
  };
  const auto add = [&](std::string_view name, std::uint64_t hash) {
    key(name);
    json.push_back('"');
    append_hexadecimal(json, hash ^ hash >> 32, 8);
    json.push_back('"');
    all[count++] = hash;
  };
  const auto add_text = [&](std::string_view name, std::string_view text) {
    text.empty() ? void(all[count++] = 0) : add(name, hash_of(text));
  };
  const auto add_flag = [&](std::string_view name, bool set) {
    all[count++] = set;
    if (!set) return;
    key(name);
    json.push_back('1');
  };
  add("name", hash_of(facts.name(atom.qualified_name)));
  add("kind", kind_of(facts, atom));
  add_text("signature", facts.name(atom.signature));
  add("body", atom.body_hash);
  add_text("doc", facts.name(atom.doc));
  add_flag("exported", atom.exported);
  add_flag("async", atom.is_async);
  json.push_back('}');
  return XXH3_64bits(all, sizeof all);
}

}  // namespace dg
