#include "events/match.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "events/similarity.h"

namespace dg {
namespace {

constexpr double kSameFile = 0.5;
constexpr std::uint64_t kFewest = 12;  ///< Tokens below which code is alike by chance.
constexpr std::uint64_t kSmall = 24;
constexpr double kAlike = 0.65, kSmallAlike = 0.85, kNearlyEqual = 0.95;
/// Candidates with one key beyond which the key says nothing, and pairs compared within one file.
constexpr std::size_t kMostAlike = 16, kMostPairs = 4096;

struct Place {
  std::uint32_t file = 0;
  AtomIndex atom{};
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// What a file has on one side, with the atoms that have no counterpart there.
class Side {
 public:
  Side() = default;
  Side(const FileVersion* version, std::vector<AtomIndex> unmatched)
      : version_(version), unmatched_(std::move(unmatched)) {
    if (version == nullptr) return;
    open_.assign(version->facts->atoms.size(), false);
    for (const AtomIndex atom : unmatched_) open_[raw(atom)] = true;
    if (!unmatched_.empty()) tree_ = std::make_unique<AtomTree>(*version->facts);
  }

  bool exists() const noexcept { return version_ != nullptr; }
  std::string_view path() const noexcept { return version_->path; }
  const ContentHash& hash() const noexcept { return version_->hash; }
  const AtomTree& tree() const noexcept { return *tree_; }
  bool is_open(AtomIndex atom) const noexcept { return open_[raw(atom)]; }
  void close(AtomIndex atom) { open_[raw(atom)] = false; }
  std::vector<AtomIndex> open() const {
    std::vector<AtomIndex> atoms;
    std::copy_if(unmatched_.begin(), unmatched_.end(), std::back_inserter(atoms),
                 [this](AtomIndex atom) { return is_open(atom); });
    return atoms;
  }
  bool has_open() const noexcept {
    return std::any_of(unmatched_.begin(), unmatched_.end(),
                       [this](AtomIndex atom) { return is_open(atom); });
  }

 private:
  const FileVersion* version_ = nullptr;
  std::vector<AtomIndex> unmatched_;
  std::vector<bool> open_;
  std::unique_ptr<AtomTree> tree_;  ///< Where something is unmatched.
};

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class Matcher {
 public:
  explicit Matcher(std::span<const MatchSides> files) {
    for (const MatchSides& file : files) {
      olds_.emplace_back(file.before, gone(file));
      news_.emplace_back(file.after, come(file));
    }
  }

  std::vector<AtomMatch> run() {
    const auto some = [](const std::vector<Side>& sides) {
      return std::any_of(sides.begin(), sides.end(), [](const Side& s) { return s.has_open(); });
    };
    if (!some(olds_) || !some(news_)) return {};
    same_files();
    for (std::uint32_t i = 0; i < olds_.size(); ++i) renames(i, i);
    for (const auto& [old_file, new_file] : moved_files_) renames(old_file, new_file);
    moves();
    std::sort(matches_.begin(), matches_.end(), [](const AtomMatch& a, const AtomMatch& b) {
      return std::tie(a.file_after, a.after) < std::tie(b.file_after, b.after);
    });
    return std::move(matches_);
  }

 private:
  /// A pair that may be the same, the likelier first.
  struct Pair {
    double score = 0;
    bool other_name = false;
    std::string_view old_path, new_path;
    Place from, to;

    friend bool operator<(const Pair& a, const Pair& b) noexcept {
      if (a.score != b.score) return a.score > b.score;
      return std::tie(a.other_name, a.old_path, a.from.atom, a.new_path, a.to.atom) <
             std::tie(b.other_name, b.old_path, b.from.atom, b.new_path, b.to.atom);
    }
  };

  static std::vector<AtomIndex> gone(const MatchSides& file) {
    std::vector<AtomIndex> atoms;
    if (file.before == nullptr) return atoms;
    std::vector<AtomId> live;
    if (file.after != nullptr) live = file.after->atoms;
    std::sort(live.begin(), live.end());
    for (std::uint32_t i = 0; i < file.before->atoms.size(); ++i) {
      if (!std::binary_search(live.begin(), live.end(), file.before->atoms[i])) {
        atoms.push_back(AtomIndex{i});
      }
    }
    return atoms;
  }

  static std::vector<AtomIndex> come(const MatchSides& file) {
    std::vector<AtomIndex> atoms;
    if (file.after == nullptr) return atoms;
    for (std::uint32_t i = 0; i < file.after->atoms.size(); ++i) {
      if (file.after->atoms[i] == kNoAtom) atoms.push_back(AtomIndex{i});
    }
    return atoms;
  }

  // --- Files
  // ---------------------------------------------------------------------------------------

  /// Files that are gone and files that are new: those that share content or larger atoms are
  /// compared.
  void same_files() {
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> holders;
    for (std::uint32_t i = 0; i < news_.size(); ++i) {
      if (olds_[i].exists() || !news_[i].has_open()) continue;
      for (const std::uint64_t key : file_keys(news_[i])) holders[key].push_back(i);
    }
    std::vector<Pair> pairs;
    for (std::uint32_t i = 0; i < olds_.size(); ++i) {
      if (news_[i].exists() || !olds_[i].has_open()) continue;
      for (const std::uint32_t other : likeliest(olds_[i], holders)) {
        const bool renamed = file_name(olds_[i].path()) != file_name(news_[other].path());
        add_pair(pairs, {i, AtomIndex{}}, {other, AtomIndex{}}, kSameFile, renamed,
                 olds_[i].hash() == news_[other].hash());
      }
    }
    for (const Pair& pair : in_order(pairs)) {
      if (!take(pair)) continue;
      moved_files_.emplace_back(pair.from.file, pair.to.file);
    }
  }

  static std::vector<std::uint64_t> file_keys(const Side& side) {
    std::vector<std::uint64_t> keys{side.hash().low};
    for (const Atom& atom : side.tree().facts().atoms) {
      if (atom.tokens >= kFewest) keys.push_back(atom.body_hash);
    }
    return keys;
  }

  /// The new files that share most keys with this one.
  static std::vector<std::uint32_t> likeliest(
      const Side& side,
      const std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>& holders) {
    std::map<std::uint32_t, std::size_t> votes;
    for (const std::uint64_t key : file_keys(side)) {
      const auto found = holders.find(key);
      if (found == holders.end() || found->second.size() > kMostAlike) continue;
      for (const std::uint32_t file : found->second) ++votes[file];
    }
    std::vector<std::pair<std::size_t, std::uint32_t>> ranked;
    ranked.reserve(votes.size());
    for (const auto& [file, count] : votes) ranked.emplace_back(count, file);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::uint32_t> files;
    for (const auto& [count, file] : ranked) {
      if (files.size() < 4) files.push_back(file);
    }
    return files;
  }

  // --- Atoms
  // ---------------------------------------------------------------------------------------

  /// Within one file, or within a file that moved: owners first, then what they own.
  void renames(std::uint32_t old_file, std::uint32_t new_file) {
    bool found = true;
    while (found && olds_[old_file].has_open() && news_[new_file].has_open()) {
      found = false;
      std::vector<Pair> pairs;
      const std::vector<AtomIndex> from = olds_[old_file].open();
      const std::vector<AtomIndex> to = news_[new_file].open();
      const auto compare = [&](AtomIndex x, AtomIndex y) {
        const Place a{old_file, x}, b{new_file, y};
        if (!may_be_same(a, b) || !same_owner(a, b)) return;
        add_pair(pairs, a, b, threshold(tokens(a, b)), has_other_name(a, b));
      };
      if (from.size() * to.size() <= kMostPairs) {
        for (const AtomIndex x : from) {
          for (const AtomIndex y : to) compare(x, y);
        }
      } else {
        for_equal_bodies(from, olds_[old_file].tree(), to, news_[new_file].tree(), compare);
      }
      for (const Pair& pair : in_order(pairs)) found = take(pair) || found;
    }
  }

  /// The n-th atom with some body on the one side, and the n-th with the same on the other.
  template <typename Compare>
  static void for_equal_bodies(const std::vector<AtomIndex>& from, const AtomTree& old_tree,
                               const std::vector<AtomIndex>& to, const AtomTree& new_tree,
                               const Compare& compare) {
    std::unordered_map<std::uint64_t, std::vector<AtomIndex>> by_body;
    for (auto y = to.rbegin(); y != to.rend(); ++y)
      by_body[new_tree.atom(*y).body_hash].push_back(*y);
    for (const AtomIndex x : from) {
      const auto alike = by_body.find(old_tree.atom(x).body_hash);
      if (alike == by_body.end() || alike->second.empty()) continue;
      compare(x, alike->second.back());
      alike->second.pop_back();
    }
  }

  /// Between files, or between owners: top-level atoms before members.
  void moves() {
    for (const bool members : {false, true}) {
      std::unordered_map<std::string_view, std::vector<Place>> by_name;
      std::unordered_map<std::uint64_t, std::vector<Place>> by_body;
      for_each_open(news_, members, [&](const Place& place) {
        const AtomTree& tree = news_[place.file].tree();
        by_name[tree.name(place.atom)].push_back(place);
        by_body[tree.atom(place.atom).body_hash].push_back(place);
      });
      std::vector<Pair> pairs;
      const auto compare = [&](const Place& from, const std::vector<Place>& places) {
        if (places.size() > kMostAlike) return;
        for (const Place& to : places) {
          const bool other_name = has_other_name(from, to);
          const std::uint64_t size = tokens(from, to);
          const bool strict = members || other_name;
          if (!may_be_same(from, to) || (strict && size < kSmall)) continue;
          add_pair(pairs, from, to, strict ? kNearlyEqual : threshold(size), other_name);
        }
      };
      for_each_open(olds_, members, [&](const Place& place) {
        const AtomTree& tree = olds_[place.file].tree();
        const auto named = by_name.find(tree.name(place.atom));
        if (named != by_name.end()) compare(place, named->second);
        const auto alike = by_body.find(tree.atom(place.atom).body_hash);
        if (alike != by_body.end()) compare(place, alike->second);
      });
      for (const Pair& pair : in_order(pairs)) take(pair);
    }
  }

  template <typename Take>
  static void for_each_open(const std::vector<Side>& sides, bool members, const Take& take) {
    for (std::uint32_t i = 0; i < sides.size(); ++i) {
      for (const AtomIndex atom : sides[i].open()) {
        const AtomTree& tree = sides[i].tree();
        const bool top_level = tree.atom(atom).parent == AtomIndex{};
        if (tree.is_named(atom) && top_level != members) take(Place{i, atom});
      }
    }
  }

  bool has_other_name(const Place& from, const Place& to) const {
    return olds_[from.file].tree().name(from.atom) != news_[to.file].tree().name(to.atom);
  }
  std::uint64_t tokens(const Place& from, const Place& to) const {
    return std::min(olds_[from.file].tree().subtree_tokens(from.atom),
                    news_[to.file].tree().subtree_tokens(to.atom));
  }
  static double threshold(std::uint64_t tokens) noexcept {
    return tokens < kFewest ? 2 : tokens < kSmall ? kSmallAlike : kAlike;
  }

  bool may_be_same(const Place& from, const Place& to) const {
    const AtomTree& a = olds_[from.file].tree();
    const AtomTree& b = news_[to.file].tree();
    return a.is_named(from.atom) && b.is_named(to.atom) &&
           a.atom(from.atom).kind == b.atom(to.atom).kind;
  }

  /// The owners are the same atom: by their id text, or matched already.
  bool same_owner(const Place& from, const Place& to) const {
    const AtomIndex x = olds_[from.file].tree().atom(from.atom).parent;
    const AtomIndex y = news_[to.file].tree().atom(to.atom).parent;
    const auto known = matched_.find(Place{from.file, x});
    if (known != matched_.end()) return known->second == Place{to.file, y};
    if (olds_[from.file].is_open(x) || news_[to.file].is_open(y)) return false;
    return from.file == to.file &&
           olds_[from.file].tree().qualified_name(x) == news_[to.file].tree().qualified_name(y);
  }

  void add_pair(std::vector<Pair>& pairs, const Place& from, const Place& to, double least,
                bool other_name, bool equal = false) const {
    const double score =
        equal ? 1 : similarity(olds_[from.file].tree(), from.atom, news_[to.file].tree(), to.atom);
    if (score < least) return;
    pairs.push_back({score, other_name, olds_[from.file].path(), news_[to.file].path(), from, to});
  }

  static const std::vector<Pair>& in_order(std::vector<Pair>& pairs) {
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  }

  /// Takes the pair, and what corresponds in the two, unless one of them is taken.
  bool take(const Pair& pair) {
    Side& old_side = olds_[pair.from.file];
    Side& new_side = news_[pair.to.file];
    if (!old_side.is_open(pair.from.atom) || !new_side.is_open(pair.to.atom)) return false;
    const AtomTree& tree = old_side.tree();
    for (std::uint32_t i = raw(pair.from.atom); i < raw(tree.subtree_end(pair.from.atom)); ++i) {
      const AtomIndex x{i};
      if (!old_side.is_open(x)) continue;
      const AtomIndex y = tree.counterpart(x, pair.from.atom, new_side.tree(), pair.to.atom);
      if (y == kNone<AtomIndex> || !new_side.is_open(y)) continue;
      old_side.close(x);
      new_side.close(y);
      matched_.emplace(Place{pair.from.file, x}, Place{pair.to.file, y});
      matches_.push_back({pair.from.file, x, pair.to.file, y});
    }
    return true;
  }

  std::vector<Side> olds_, news_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> moved_files_;
  std::map<Place, Place> matched_;
  std::vector<AtomMatch> matches_;
};

}  // namespace

std::vector<AtomMatch> match_atoms(std::span<const MatchSides> files) {
  return Matcher(files).run();
}

double similarity(const FileFacts& a, AtomIndex x, const FileFacts& b, AtomIndex y) {
  return similarity(AtomTree(a), x, AtomTree(b), y);
}

}  // namespace dg
