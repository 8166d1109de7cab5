/// \file
/// What the tokens of an atom add up to: hashes, complexity, flags, lines of code.
///
/// body_hash chains the XXH3-64 of each token, so that token borders count and white space does
/// not. Strings count without their quotes and line ends as LF. shape_hash does the same with one
/// number per token kind where body_hash has text. The sketch takes each two tokens that follow
/// each other.

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "parser/work.h"

namespace dg {
namespace {

constexpr std::uint64_t kNestedAtom = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t kOwnName = 0xC2B2AE3D27D4EB4FU;
constexpr std::uint64_t kName = 1, kLiteral = 2;

std::uint64_t step(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9FB21C651E98DF25U;
  return hash ^ (hash >> 32);
}

/// Of one atom, while its tokens come.
class Sketcher {
 public:
  Sketcher() { least_.fill(kEmpty); }
  void add(std::uint64_t token) {
    const std::uint64_t bigram = step(step(before_, token), kBigram);
    before_ = token;
    ++tokens_;
    if (tokens_ == 1) return;
    std::uint32_t& least = least_[bigram >> 59];
    least = std::min(least, static_cast<std::uint32_t>(bigram));
  }
  void finish(Atom& atom) const {
    atom.tokens = tokens_;
    for (std::size_t i = 0; i < least_.size(); ++i) {
      if (least_[i] == kEmpty) continue;
      atom.sketch[i] = static_cast<std::uint8_t>(std::max(least_[i] & 0xFFU, 1U));
    }
  }

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFFU;
  static constexpr std::uint64_t kBigram = 0x165667B19E3779F9U;
  std::array<std::uint32_t, std::tuple_size_v<Sketch>> least_;
  std::uint64_t before_ = 0;
  std::uint32_t tokens_ = 0;
};

class Measurer {
 public:
  explicit Measurer(Work& work) : w_(work), t_(work.tree) {}

  void run() {
    token_lines_.assign(w_.lines.line_count() + 1, 0);
    enter(0);
    std::uint32_t next = 1;
    for (NodeId i = 1; i < t_.size(); ++i) {
      while (w_.atoms[owners_.back()].extent_end <= i) leave();
      while (next < w_.atoms.size() && w_.atoms[next].extent_begin == i) {
        add(kNestedAtom, kNestedAtom);
        enter(next++);
      }
      if (t_[i].leaf) {
        token(i);
      } else {
        inner(i);
      }
    }
    while (!owners_.empty()) leave();
    count_lines();
  }

 private:
  Atom& owner() { return w_.facts.atoms[owners_.back()]; }

  void enter(std::uint32_t atom) {
    owners_.push_back(atom);
    sketchers_.emplace_back();
  }
  void leave() {
    sketchers_.back().finish(owner());
    owners_.pop_back();
    sketchers_.pop_back();
  }

  /// A token of the innermost atom: as it is, and as shape_hash takes it.
  void add(std::uint64_t token, std::uint64_t shape) {
    Atom& atom = owner();
    atom.body_hash = step(atom.body_hash, token);
    atom.shape_hash = step(atom.shape_hash, shape);
    sketchers_.back().add(token);
  }

  void inner(NodeId i) {
    switch (t_[i].kind) {
      case Kind::if_statement:
      case Kind::for_statement:
      case Kind::for_in_statement:
      case Kind::while_statement:
      case Kind::do_statement:
      case Kind::switch_case:
      case Kind::catch_clause:
      case Kind::ternary:
        branch();
        break;
      case Kind::await_:
        owner().uses_await = true;
        break;
      case Kind::try_statement:
        if (t_.child(i, Field::handler) != kNoNode) owner().has_error_handling = true;
        break;
      case Kind::call:
        promise_handler(i);
        break;
      default:
        break;
    }
  }

  void branch() {
    Atom& atom = owner();
    if (atom.complexity < 0xFFFF) ++atom.complexity;
  }

  /// `.catch(f)` and `.then(f, g)`.
  void promise_handler(NodeId call) {
    const NodeId callee = t_.child(call, Field::function);
    if (callee == kNoNode || t_[callee].kind != Kind::member) return;
    const NodeId property = t_.child(callee, Field::property);
    const NodeId list = t_.child(call, Field::arguments);
    if (property == kNoNode || list == kNoNode) return;
    const std::string_view name = w_.source(property);
    if (name == "catch") owner().has_error_handling = true;
    if (name != "then") return;
    const NodeId first = t_.first_named(list);
    if (first != kNoNode && t_.first_named_after(first, list) != kNoNode) {
      owner().has_error_handling = true;
    }
  }

  void token(NodeId i) {
    const Node& node = t_[i];
    if (node.kind == Kind::comment || node.begin == node.end) return;
    mark_lines(node);
    std::string_view text = w_.source(i);
    if (node.kind == Kind::logical_operator) branch();
    if (node.kind == Kind::kw_await) owner().uses_await = true;
    const bool name = node.kind == Kind::identifier || node.kind == Kind::property_identifier ||
                      node.kind == Kind::private_property_identifier ||
                      node.kind == Kind::type_identifier || node.kind == Kind::shorthand_property ||
                      node.kind == Kind::shorthand_pattern;
    if (is_own_name(i, text)) return add(kOwnName, kName);
    if (node.kind == Kind::string && text.size() >= 2) text = text.substr(1, text.size() - 2);
    if (w_.lines.has_cr() && text.find('\r') != std::string_view::npos) text = without_cr(text);
    const std::uint64_t token = XXH3_64bits(text.data(), text.size());
    add(token, name ? kName : is_literal(node) ? kLiteral : token);
  }

  /// The declared name, and uses of it as a plain identifier (recursion).
  bool is_own_name(NodeId i, std::string_view text) const {
    const std::uint32_t a = owners_.back();
    if (a == 0) return false;
    if (i == w_.atoms[a].name_node) return true;
    const Kind kind = t_[i].kind;
    return (kind == Kind::identifier || kind == Kind::type_identifier) &&
           text == w_.names.text(w_.facts.atoms[a].name);
  }

  static bool is_literal(const Node& node) {
    switch (node.kind) {
      case Kind::string:
      case Kind::number:
      case Kind::regex:
      case Kind::string_fragment:
      case Kind::jsx_text:
      case Kind::true_:
      case Kind::false_:
      case Kind::null_:
        return true;
      default:
        return false;
    }
  }

  std::string_view without_cr(std::string_view text) {
    buffer_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
      buffer_ += text[i];
    }
    return buffer_;
  }

  void mark_lines(const Node& node) {
    // Tokens come in order: all before `marked_` are done.
    if (node.end <= marked_) return;
    const std::uint32_t first = w_.lines.line_at(node.begin);
    token_lines_[first] = 1;
    const auto& begins = w_.lines.begins();
    std::uint32_t last = first;
    while (last + 1 < begins.size() && begins[last + 1] < node.end) token_lines_[++last] = 1;
    // The rest of this token's last line needs no look at tokens that end on it.
    marked_ = last + 1 < begins.size() ? begins[last + 1] : kNoIndex;
  }

  void count_lines() {
    std::vector<std::uint32_t> before(token_lines_.size() + 1, 0);
    for (std::size_t l = 0; l < token_lines_.size(); ++l)
      before[l + 1] = before[l] + token_lines_[l];
    for (std::size_t a = 0; a < w_.atoms.size(); ++a) {
      const auto [begin, end] = byte_range(w_.atoms[a]);
      const std::uint32_t first = w_.lines.line_at(begin);
      const std::uint32_t last = w_.lines.line_at(end > begin ? end - 1 : begin);
      w_.facts.atoms[a].code_lines = before[last + 1] - before[first];
    }
  }

  std::pair<std::uint32_t, std::uint32_t> byte_range(const AtomWork& atom) const {
    if (atom.extent_begin == 0) return {0, static_cast<std::uint32_t>(w_.bytes.size())};
    // The extent's last top node is a child of the first node's parent.
    return {t_[atom.extent_begin].begin, t_[last_node(atom)].end};
  }

  NodeId last_node(const AtomWork& atom) const {
    NodeId n = atom.extent_begin;
    while (t_[n].next < atom.extent_end) n = t_[n].next;
    return n;
  }

  Work& w_;
  const SyntaxTree& t_;
  std::vector<std::uint32_t> owners_;
  std::vector<Sketcher> sketchers_;  ///< Parallel to owners_.
  std::vector<std::uint8_t> token_lines_;
  std::string buffer_;
  std::uint32_t marked_ = 0;
};

}  // namespace

void measure(Work& work) {
  Measurer(work).run();
}

}  // namespace dg
