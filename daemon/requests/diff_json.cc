#include "daemon/requests/diff_json.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "daemon/requests/answer.h"
#include "events/names.h"

namespace dg {
namespace {

enum Group { kFunctions, kClasses, kTypes, kVariables, kTests, kModules, kGroups };
constexpr std::array<std::pair<const char*, const char*>, kGroups> kNouns{
    {{"function", "functions"},
     {"class", "classes"},
     {"type", "types"},
     {"variable", "variables"},
     {"test", "tests"},
     {"module", "modules"}}};

Group group_of(AtomKind kind) {
  switch (kind) {
    case AtomKind::module:
      return kModules;
    case AtomKind::class_:
      return kClasses;
    case AtomKind::interface:
    case AtomKind::enum_:
    case AtomKind::type_alias:
    case AtomKind::namespace_:
      return kTypes;
    case AtomKind::variable:
      return kVariables;
    case AtomKind::test_callback:
      return kTests;
    case AtomKind::function:
    case AtomKind::arrow:
    case AtomKind::method:
    case AtomKind::constructor:
    case AtomKind::getter:
    case AtomKind::setter:
    case AtomKind::generator:
      return kFunctions;
  }
  return kFunctions;
}

/// By Operation: the word, in the order in which people want to read.
constexpr std::array<std::pair<Operation, const char*>, 5> kVerbs{{{Operation::create, "added"},
                                                                   {Operation::update, "changed"},
                                                                   {Operation::delete_, "removed"},
                                                                   {Operation::rename, "renamed"},
                                                                   {Operation::move, "moved"}}};

bool is_call(Relation relation) {
  return relation == Relation::calls || relation == Relation::instantiates;
}

class Describer {
 public:
  Describer(const Snapshot& from, const Snapshot& to, const GraphDifference& difference)
      : from_(from), to_(to), difference_(difference) {
    for (const GraphDifference::File& file : difference.files) files_.emplace(raw(file.id), &file);
  }

  std::string text() const {
    std::string text;
    std::uint64_t counts[kGroups][6] = {};
    for (const AtomDifference& atom : difference_.atoms) {
      if (says_something(atom)) {
        ++counts[group_of(shown(atom.id).atom().kind)][static_cast<int>(atom.operation)];
      }
    }
    for (int group = 0; group < kGroups; ++group) {
      bool named = false;
      for (const auto& [operation, verb] : kVerbs) {
        const std::uint64_t count = counts[group][static_cast<int>(operation)];
        if (count == 0) continue;
        const auto& [one, many] = kNouns[static_cast<std::size_t>(group)];
        add(text, count, named ? verb : std::string(count == 1 ? one : many) + " " + verb);
        named = true;
      }
    }
    add_references(text, difference_.broken, "broken");
    add_references(text, difference_.fixed, "fixed");
    add_cycles(text, "new", "call", difference_.new_call_cycles.size());
    add_cycles(text, "new", "import", difference_.new_import_cycles.size());
    add_cycles(text, "gone", "call", difference_.gone_call_cycles.size());
    add_cycles(text, "gone", "import", difference_.gone_import_cycles.size());
    if (!text.empty()) return text;
    const std::size_t edges = difference_.gained.size() + difference_.lost.size();
    if (edges != 0) {
      add(text, edges, edges == 1 ? "edge differs, no atom does" : "edges differ, no atom does");
    }
    return text.empty() ? "no difference" : text;
  }

  Json files(std::size_t limit) const {
    return list(difference_.files, limit, [&](const GraphDifference::File& file) {
      const FileVersionPtr now = to_.file(file.id);
      return Json{{"path", (now ? now : from_.file(file.id))->path},
                  {"change", !file.before  ? "added"
                             : !file.after ? "removed"
                                           : "changed"},
                  {"created", file.created},
                  {"updated", file.updated},
                  {"deleted", file.deleted},
                  {"edges_gained", file.gained},
                  {"edges_lost", file.lost}};
    });
  }

  Json atoms(std::size_t limit) const {
    return list(difference_.atoms, limit, [&](const AtomDifference& atom) {
      const AtomRef before = from_.atom(atom.id);
      const AtomRef now = shown(atom.id);
      Json fields = Json::array();
      for (unsigned bit = 0; bit < 16; ++bit) {
        if ((atom.changed >> bit & 1u) == 0) continue;
        fields.push_back(to_string(static_cast<Field>(1u << bit)));
      }
      Json json{{"operation", to_string(atom.operation)},
                {"id", id(atom.id)},
                {"kind", to_string(now.atom().kind)},
                {"place", place_text(now.file->path, now.atom().name_at)},
                {"fields", std::move(fields)}};
      const bool other_id =
          atom.operation == Operation::rename || atom.operation == Operation::move;
      json["was"] = other_id ? Json(atom_id_text(*before.file, before.index)) : Json(nullptr);
      return json;
    });
  }

  Json edges(std::size_t limit) const {
    Json all = Json::array();
    for (const bool gained : {true, false}) {
      for (const RelationChange& edge : gained ? difference_.gained : difference_.lost) {
        if (edge.relation == Relation::contains) continue;  // Said by the atoms.
        if (all.size() == limit) {
          truncated_ = true;
          return all;
        }
        all.push_back({{"change", gained ? "gained" : "lost"},
                       {"relation", to_string(edge.relation)},
                       {"source", id(edge.source)},
                       {"target", id(edge.target)},
                       {"confidence", to_string(edge.confidence)}});
      }
    }
    return all;
  }

  Json references(const std::vector<ReferenceDifference>& references, std::size_t limit) const {
    return list(references, limit, [&](const ReferenceDifference& each) {
      return Json{{"source", id(each.source)},
                  {"relation", to_string(each.relation)},
                  {"text", each.text},
                  {"reason", to_string(each.reason)},
                  {"place", place_text(shown(each.source).file->path, each.at)},
                  {"target", each.target == kNoAtom ? Json(nullptr) : Json(id(each.target))}};
    });
  }

  Json cycles(std::size_t limit) const {
    Json all = Json::array();
    const auto take = [&](const char* change, const char* over, const auto& cycles) {
      for (const auto& cycle : cycles) {
        if (all.size() == limit) {
          truncated_ = true;
          return;
        }
        Json members = Json::array();
        for (const auto member : cycle) members.push_back(id(member));
        all.push_back({{"change", change}, {"over", over}, {"members", std::move(members)}});
      }
    };
    take("new", "calls", difference_.new_call_cycles);
    take("new", "imports", difference_.new_import_cycles);
    take("gone", "calls", difference_.gone_call_cycles);
    take("gone", "imports", difference_.gone_import_cycles);
    return all;
  }

  Json summary() const {
    std::array<std::uint64_t, 6> atoms{};
    for (const AtomDifference& atom : difference_.atoms) {
      ++atoms[static_cast<std::size_t>(atom.operation)];
    }
    const auto operations = [&](Operation operation) {
      return atoms[static_cast<std::size_t>(operation)];
    };
    const auto edges = [](const std::vector<RelationChange>& changes) {
      return std::count_if(changes.begin(), changes.end(), [](const RelationChange& edge) {
        return edge.relation != Relation::contains;
      });
    };
    return {
        {"text", text()},
        {"files", difference_.files.size()},
        {"created", operations(Operation::create)},
        {"updated", operations(Operation::update)},
        {"deleted", operations(Operation::delete_)},
        {"renamed", operations(Operation::rename)},
        {"moved", operations(Operation::move)},
        {"edges_gained", edges(difference_.gained)},
        {"edges_lost", edges(difference_.lost)},
        {"broken", difference_.broken.size()},
        {"fixed", difference_.fixed.size()},
        {"new_cycles", difference_.new_call_cycles.size() + difference_.new_import_cycles.size()},
        {"gone_cycles",
         difference_.gone_call_cycles.size() + difference_.gone_import_cycles.size()}};
  }

  bool truncated() const noexcept { return truncated_; }

 private:
  AtomRef shown(AtomId atom) const {
    const AtomRef now = to_.atom(atom);
    return now ? now : from_.atom(atom);
  }
  std::string id(AtomId atom) const {
    const AtomRef ref = shown(atom);
    return atom_id_text(*ref.file, ref.index);
  }
  std::string id(FileId file) const {
    const FileVersionPtr now = to_.file(file);
    return (now ? now : from_.file(file))->path;
  }

  /// A module's body changes with each function that comes or goes: the sentence is about those.
  bool says_something(const AtomDifference& atom) const {
    const AtomRef ref = shown(atom.id);
    if (ref.atom().kind != AtomKind::module || atom.operation != Operation::update) return true;
    const GraphDifference::File& file = *files_.at(raw(ref.file->id));
    return file.created + file.updated + file.deleted == 1;
  }

  static void add(std::string& text, std::uint64_t count, const std::string& what) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  }

  static void add_references(std::string& text, const std::vector<ReferenceDifference>& all,
                             const std::string& verb) {
    const auto calls = static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const auto& each) { return is_call(each.relation); }));
    const std::size_t others = all.size() - calls;
    if (calls != 0) add(text, calls, (calls == 1 ? "caller " : "callers ") + verb);
    if (others != 0) add(text, others, (others == 1 ? "reference " : "references ") + verb);
  }

  static void add_cycles(std::string& text, const std::string& what, const std::string& over,
                         std::size_t count) {
    if (count != 0) add(text, count, what + " " + over + (count == 1 ? " cycle" : " cycles"));
  }

  template <typename Items, typename Make>
  Json list(const Items& items, std::size_t limit, Make make) const {
    Json all = Json::array();
    for (const auto& item : items) {
      if (all.size() == limit) {
        truncated_ = true;
        break;
      }
      all.push_back(make(item));
    }
    return all;
  }

  const Snapshot& from_;
  const Snapshot& to_;
  const GraphDifference& difference_;
  std::unordered_map<std::uint32_t, const GraphDifference::File*> files_;
  mutable bool truncated_ = false;
};

}  // namespace

Json difference_json(const Snapshot& from, const Snapshot& to, const GraphDifference& difference,
                     std::size_t limit) {
  const Describer describer(from, to, difference);
  Json json{{"summary", describer.summary()},
            {"files", describer.files(limit)},
            {"atoms", describer.atoms(limit)},
            {"edges", describer.edges(limit)},
            {"broken", describer.references(difference.broken, limit)},
            {"fixed", describer.references(difference.fixed, limit)},
            {"cycles", describer.cycles(limit)}};
  json["truncated"] = describer.truncated();
  return json;
}

std::string difference_text(const Snapshot& from, const Snapshot& to,
                            const GraphDifference& difference) {
  return Describer(from, to, difference).text();
}

}  // namespace dg
