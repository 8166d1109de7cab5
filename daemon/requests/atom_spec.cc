#include "daemon/requests/atom_spec.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "events/names.h"
#include "graph/link/linker.h"
#include "graph/queries/find.h"
#include "graph/queries/resolve.h"

namespace dg {
namespace {

constexpr std::size_t kMostCandidates = 20;
constexpr std::size_t kMostSuggestions = 5;

/// Atoms whose simple name is few letters away, nearest first. O(atoms); only for an error's text.
std::vector<AtomRef> near_names(const std::vector<FileVersionPtr>& files, std::string_view name) {
  const std::size_t most = std::max<std::size_t>(1, name.size() / 3);
  std::vector<std::tuple<std::size_t, std::string_view, AtomRef>> near;
  for (const FileVersionPtr& file : files) {
    for (std::uint32_t i = 1; i < file->atoms.size(); ++i) {
      const AtomRef atom{file.get(), AtomIndex{i}};
      const std::string_view other = atom.name();
      if (other.size() + most < name.size() || other.size() > name.size() + most) continue;
      const std::size_t distance = edit_distance(name, other);
      if (distance <= most) near.emplace_back(distance, other, atom);
    }
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return std::get<0>(a) != std::get<0>(b) ? std::get<0>(a) < std::get<0>(b)
                                            : std::get<1>(a) < std::get<1>(b);
  });
  std::vector<AtomRef> atoms;
  atoms.reserve(near.size());
  for (const auto& each : near) atoms.push_back(std::get<2>(each));
  return atoms;
}

/// The name that is looked for in `src/a.js::Cart.pay`, `Cart.pay` or `pay`.
std::string_view simple_name(std::string_view spec) {
  if (const std::size_t colons = spec.rfind("::"); colons != std::string_view::npos) {
    spec.remove_prefix(colons + 2);
  }
  if (const std::size_t hash = spec.find('#', 1); hash != std::string_view::npos) {
    spec = spec.substr(0, hash);
  }
  if (const std::size_t dot = spec.rfind('.'); dot != std::string_view::npos)
    spec.remove_prefix(dot + 1);
  return spec;
}

/// For `src/a.js:900` and `src/a.js:900:1`, where the file is shorter: how long it is.
std::optional<Error> beyond_end(const Snapshot& snapshot, const std::string& spec) {
  std::string path = spec.starts_with("./") ? spec.substr(2) : spec;
  for (int numbers = 0; numbers < 2; ++numbers) {
    const std::size_t colon = path.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    std::uint32_t line = 0;
    const char* const end = path.data() + path.size();
    const auto [stop, failure] = std::from_chars(path.data() + colon + 1, end, line);
    if (stop != end || failure == std::errc::invalid_argument) return std::nullopt;
    const bool huge = failure == std::errc::result_out_of_range;
    path.resize(colon);
    const FileVersionPtr file = snapshot.file_at(path);
    if (!file) continue;
    const std::uint32_t lines = std::max(1u, file->facts->lines);
    if (!huge && line <= lines) return std::nullopt;
    return Error{ErrorKind::not_found, "'" + spec.substr(0, 200) + "'",
                 "the file has " + std::to_string(lines) + (lines == 1 ? " line" : " lines"),
                 "'deltagraph outline " + path + "' lists its atoms."};
  }
  return std::nullopt;
}

Error no_such_atom(const Snapshot& snapshot, const std::string& spec) {
  Error error{ErrorKind::not_found, "'" + spec.substr(0, 200) + "'",
              "no atom has this id, place or name", "Look for it with 'deltagraph find'."};
  const std::string_view name = simple_name(spec);
  if (name.empty() || name.size() > 200) return error;
  const OpenMentions mentions = snapshot.open_mentions(name);
  if (const std::uint32_t sites = mentions.possible + mentions.elsewhere; sites > 0) {
    error.reason += "; " + std::to_string(sites) +
                    (sites == 1 ? " unresolved site mentions '" : " unresolved sites mention '") +
                    std::string(name) + "'";
  }
  for (const FindHit& hit : find_by_name(snapshot, name)) {
    if (error.candidates.size() == kMostSuggestions) break;
    error.candidates.push_back(candidate_of(snapshot.atom(hit.id)));
  }
  if (error.candidates.empty()) {
    const std::vector<FileVersionPtr> files = snapshot.files();
    for (const AtomRef& atom : near_names(files, name)) {
      if (error.candidates.size() == kMostSuggestions) break;
      error.candidates.push_back(candidate_of(atom));
    }
  }
  if (!error.candidates.empty()) error.cure = "Did you mean one of these?";
  return error;
}

}  // namespace

const Parameter kAtomParameter{
    "atom", "text", "Give an id (src/a.js::Cart.pay), file:line[:col], a qualified or a bare name.",
    true};
const Parameter kRelationsParameter{"relations", "list",
                                    "which relations count (calls,instantiates)", false,
                                    "calls|instantiates|references|extends|overrides|imports|"
                                    "reexports|reads_state|writes_state|emits|"
                                    "listens|contains|implements|all"};
const Parameter kConfidenceParameter{"confidence", "text",
                                     "the least sure edges that count (inferred)", false,
                                     "exact|inferred|name"};

const Parameter kVirtualParameter{"virtual", "boolean",
                                  "a call of a member counts for the members that override it too"};

Result<AtomRef> find_atom(const Snapshot& snapshot, const std::string& spec) {
  if (std::optional<Error> beyond = beyond_end(snapshot, spec)) return *std::move(beyond);
  const ResolvedAtoms resolved = resolve_atom(snapshot, spec);
  if (resolved.candidates.empty()) return no_such_atom(snapshot, spec);
  if (resolved.candidates.size() == 1) return snapshot.atom(resolved.candidates.front());
  Error error{ErrorKind::ambiguous, "'" + spec + "'",
              std::to_string(resolved.candidates.size()) + " atoms have this name",
              "Give an id, file:line, or more of the qualified name."};
  for (const AtomId id : resolved.candidates) {
    if (error.candidates.size() == kMostCandidates) break;
    error.candidates.push_back(candidate_of(snapshot.atom(id)));
  }
  return error;
}

EdgeFilter edge_filter(const Params& params) {
  EdgeFilter filter;
  filter.worst = Confidence::inferred;  // A name alone is no evidence: only who asks gets it.
  if (params.has("relations")) {
    filter.relations = RelationSet();
    for (const std::string& name : params.list("relations")) {
      if (const auto relation = relation_named(name)) {
        filter.relations.add(*relation);
      } else {
        filter.relations = RelationSet::all();
      }
    }
  }
  filter.dispatch = params.flag("virtual");
  if (const auto worst = confidence_named(params.text("confidence"))) filter.worst = *worst;
  return filter;
}

Json mentions_json(const OpenMentions& mentions) {
  return {{"possible", mentions.possible}, {"elsewhere", mentions.elsewhere}};
}

Json sites_json(const std::vector<PlacedSite>& sites) {
  Json list = Json::array();
  for (const PlacedSite& site : sites) {
    list.push_back({{"line", site.at.line},
                    {"col", site.at.col},
                    {"confidence", to_string(site.confidence)},
                    {"rule", to_string(static_cast<LinkRule>(site.rule))}});
  }
  return list;
}

void add_declared(Json& item, const Snapshot& snapshot, const Neighbour& neighbour) {
  if (!neighbour.declared) return;
  const AtomRef declared = snapshot.atom(*neighbour.declared);
  item["declared"] = atom_id_text(*declared.file, declared.index);
}

}  // namespace dg
