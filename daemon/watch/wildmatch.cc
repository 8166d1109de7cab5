#include "daemon/watch/wildmatch.h"

#include <cstddef>

namespace dg {
namespace {

/// Why a match failed decides how far the stars to the left still have to try. Without it, a
/// pattern of n stars costs O(length^n).
enum class Outcome {
  match,
  no_match,          ///< The nearest star may try a longer stretch.
  abort_all,         ///< The text ended first: no longer stretch can help any star.
  abort_to_starstar  ///< A single star met a slash: only `**` further left can help.
};

using Byte = unsigned char;

/// A string that reads as if it ended with NUL, which neither paths nor patterns contain.
struct Bytes {
  std::string_view text;
  Byte at(std::size_t i) const noexcept { return i < text.size() ? static_cast<Byte>(text[i]) : 0; }
};

bool in_range(Byte c, char low, char high) noexcept {
  return c >= static_cast<Byte>(low) && c <= static_cast<Byte>(high);
}
bool is_digit(Byte c) noexcept {
  return in_range(c, '0', '9');
}
bool is_lower(Byte c) noexcept {
  return in_range(c, 'a', 'z');
}
bool is_upper(Byte c) noexcept {
  return in_range(c, 'A', 'Z');
}
bool is_alpha(Byte c) noexcept {
  return is_lower(c) || is_upper(c);
}
bool is_print(Byte c) noexcept {
  return in_range(c, ' ', '~');
}
/// git's own idea of white space has no vertical tab and no form feed.
bool is_space(Byte c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Whether `c` is in the POSIX class; nothing known by that name: `known` becomes false.
bool in_class(std::string_view name, Byte c, bool& known) noexcept {
  if (name == "alnum") return is_alpha(c) || is_digit(c);
  if (name == "alpha") return is_alpha(c);
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "cntrl") return c < 0x20 || c == 0x7f;
  if (name == "digit") return is_digit(c);
  if (name == "graph") return is_print(c) && !is_space(c);
  if (name == "lower") return is_lower(c);
  if (name == "print") return is_print(c);
  if (name == "punct") return is_print(c) && c != ' ' && !is_alpha(c) && !is_digit(c);
  if (name == "space") return is_space(c);
  if (name == "upper") return is_upper(c);
  if (name == "xdigit") return is_digit(c) || in_range(c, 'a', 'f') || in_range(c, 'A', 'F');
  known = false;
  return false;
}

class Matcher {
 public:
  Matcher(std::string_view pattern, std::string_view text, bool pathname) noexcept
      : pattern_{pattern}, text_{text}, pathname_(pathname) {}

  /// Matches pattern[begin…] with text[t…]. `begin` counts as the start of the pattern for `**`.
  Outcome match(std::size_t begin, std::size_t t) const noexcept {
    for (std::size_t p = begin; pattern_.at(p) != 0; ++p, ++t) {
      const Byte c = text_.at(t);
      const Byte wanted = pattern_.at(p);
      if (c == 0 && wanted != '*') return Outcome::abort_all;
      switch (wanted) {
        case '?':
          if (pathname_ && c == '/') return Outcome::no_match;
          break;
        case '*': {
          const Star star = read_star(begin, p);
          if (star.folders && pattern_.at(star.next) == '/' &&
              match(star.next + 1, t) == Outcome::match) {
            return Outcome::match;
          }
          if (pattern_.at(star.next) == 0) {
            const bool rest_has_slash = text_.text.find('/', t) != std::string_view::npos;
            return star.slashes || !rest_has_slash ? Outcome::match : Outcome::no_match;
          }
          if (star.slashes || pattern_.at(star.next) != '/') return match_star(star, t);
          // One star before a slash takes exactly the rest of this path segment.
          const std::size_t slash = text_.text.find('/', t);
          if (slash == std::string_view::npos) return Outcome::no_match;
          t = slash;
          p = star.next;
          break;
        }
        case '[': {
          bool matched = false;
          if (!match_set(p, c, matched)) return Outcome::abort_all;
          if (!matched || (pathname_ && c == '/')) return Outcome::no_match;
          break;
        }
        case '\\':
          ++p;  // A backslash at the end leaves NUL, which no byte of the text equals.
          [[fallthrough]];
        default:
          if (c != pattern_.at(p)) return Outcome::no_match;
      }
    }
    return text_.at(t) == 0 ? Outcome::match : Outcome::no_match;
  }

 private:
  struct Star {
    std::size_t next;  ///< The first byte after it.
    bool slashes;      ///< It matches slashes too.
    bool folders;      ///< It is a `**` that stands alone between slashes.
  };

  Star read_star(std::size_t begin, std::size_t p) const noexcept {
    std::size_t next = p + 1;
    while (pattern_.at(next) == '*') ++next;
    if (!pathname_) return {next, true, false};
    const bool twice = next - p >= 2;
    const bool opens = p == begin || pattern_.at(p - 1) == '/';
    const bool closes = pattern_.at(next) == 0 || pattern_.at(next) == '/' ||
                        (pattern_.at(next) == '\\' && pattern_.at(next + 1) == '/');
    const bool folders = twice && opens && closes;
    return {next, folders, folders};
  }

  /// Tries every stretch that the star can take, the shortest first.
  Outcome match_star(const Star& star, std::size_t t) const noexcept {
    const Byte first = pattern_.at(star.next);
    const bool literal = !is_glob_special(static_cast<char>(first));
    for (; text_.at(t) != 0; ++t) {
      if (literal) {
        while (text_.at(t) != 0 && text_.at(t) != first && (star.slashes || text_.at(t) != '/')) {
          ++t;
        }
        if (text_.at(t) != first) return Outcome::no_match;
      }
      const Outcome rest = match(star.next, t);
      if (rest != Outcome::no_match) {
        if (!star.slashes || rest != Outcome::abort_to_starstar) return rest;
      } else if (!star.slashes && text_.at(t) == '/') {
        return Outcome::abort_to_starstar;
      }
    }
    return Outcome::abort_all;
  }

  /// Reads `[…]` at `p` and leaves `p` at its `]`. False where it never ends or names no class.
  bool match_set(std::size_t& p, Byte c, bool& matched) const noexcept {
    ++p;
    const bool negated = pattern_.at(p) == '!' || pattern_.at(p) == '^';
    if (negated) ++p;
    bool found = false;
    Byte previous = 0;
    bool first = true;  // A `]` that comes first is a member.
    for (;; ++p, first = false) {
      Byte member = pattern_.at(p);
      if (member == 0) return false;
      if (member == ']' && !first) break;
      if (member == '\\') {
        member = pattern_.at(++p);
        if (member == 0) return false;
        found |= c == member;
      } else if (member == '-' && previous != 0 && pattern_.at(p + 1) != 0 &&
                 pattern_.at(p + 1) != ']') {
        member = pattern_.at(++p);
        if (member == '\\') member = pattern_.at(++p);
        if (member == 0) return false;
        found |= previous <= c && c <= member;
        member = 0;  // `a-c-e`: the second `-` is a member, not a range.
      } else if (member == '[' && pattern_.at(p + 1) == ':') {
        const std::size_t end = pattern_.text.find(']', p + 2);
        if (end == std::string_view::npos) return false;
        if (end > p + 2 && pattern_.at(end - 1) == ':') {
          bool known = true;
          found |= in_class(pattern_.text.substr(p + 2, end - p - 3), c, known);
          if (!known) return false;
          p = end;
          member = 0;
        } else {
          found |= c == '[';
        }
      } else {
        found |= c == member;
      }
      previous = member;
    }
    matched = found != negated;
    return true;
  }

  Bytes pattern_;
  Bytes text_;
  bool pathname_;
};

}  // namespace

bool wildmatch(std::string_view pattern, std::string_view text, bool pathname) noexcept {
  return Matcher(pattern, text, pathname).match(0, 0) == Outcome::match;
}

}  // namespace dg
