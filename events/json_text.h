#pragma once
/// \file
/// The little JSON (RFC 8259) that event payloads need: a writer that appends to a string and a
/// reader that pulls one token at a time. Internal to events/.
///
/// The reader accepts what the writer writes: no white space, integers only. It never throws; after
/// a false the caller gives up.

#include <cstdint>
#include <string>
#include <string_view>

namespace dg {

/// Appends text with each ill-formed UTF-8 part replaced by U+FFFD (Unicode 15, §3.9, "U+FFFD
/// Substitution of Maximal Subparts"). O(bytes).
void append_utf8(std::string& out, std::string_view text);

/// Appends a quoted JSON string; ill-formed UTF-8 is replaced as above.
void append_json_string(std::string& out, std::string_view text);
void append_json_integer(std::string& out, std::int64_t value);

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return text_.empty(); }
  /// Takes exactly this text, or leaves everything as it is.
  bool take(std::string_view expected) noexcept {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  /// Replaces `out`. False for anything but a well-formed string of well-formed UTF-8.
  bool string(std::string& out);
  bool integer(std::int64_t& out) noexcept;
  /// As integer, within [0, limit].
  bool number(std::uint64_t& out, std::uint64_t limit) noexcept;

 private:
  bool escape(std::string& out);
  bool hex4(std::uint32_t& out) noexcept;

  std::string_view text_;
};

}  // namespace dg
