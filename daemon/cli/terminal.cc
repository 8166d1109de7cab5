#include "daemon/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

namespace dg {
namespace {

constexpr std::string_view kCodes[] = {"", "1", "2", "31", "32", "33", "34", "36"};

bool wants_color(ColorChoice choice, bool is_terminal) {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return is_terminal && term != nullptr && std::string_view(term) != "dumb";
}

struct Symbol {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// The code point at the front; an invalid byte counts as one symbol of its own.
Symbol front_symbol(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xf0 ? 4
                             : lead >= 0xe0 ? 3
                             : lead >= 0xc2 ? 2
                                            : 1;
  if (length == 1 || length > text.size()) return {lead, 1};
  char32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {lead, 1};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  return {code, length};
}

std::size_t symbol_width(char32_t code) noexcept {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if ((code >= 0x300 && code < 0x370) || (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x20d0 && code < 0x2100) || (code >= 0xfe00 && code <= 0xfe0f)) {
    return 0;
  }
  const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
                    (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/// Length of the escape sequence at the front (`ESC [ … letter`), or 0.
std::size_t escape_length(std::string_view text) noexcept {
  if (text.size() < 2 || text[0] != '\x1b' || text[1] != '[') return 0;
  std::size_t end = 2;
  while (end < text.size() && !(text[end] >= '@' && text[end] <= '~')) ++end;
  return end < text.size() ? end + 1 : end;
}

}  // namespace

Terminal::Terminal(std::FILE* stream, ColorChoice choice)
    : stream_(stream),
      is_terminal_(isatty(fileno(stream)) == 1),
      color_(wants_color(choice, is_terminal_)) {}

std::size_t Terminal::width() const {
  if (!is_terminal_) return 0;
  if (const char* columns = std::getenv("COLUMNS")) {
    const std::string_view text(columns);
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value > 0) return value;
  }
  winsize size{};
  if (ioctl(fileno(stream_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string Terminal::paint(Style style, std::string_view text) const {
  if (!color_ || style == Style::plain || text.empty()) return std::string(text);
  std::string painted = "\x1b[";
  painted += kCodes[static_cast<std::size_t>(style)];
  painted += 'm';
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

void Terminal::write(std::string_view text) {
  clear_progress();
  std::fwrite(text.data(), 1, text.size(), stream_);
}

void Terminal::line(std::string_view text) {
  write(text);
  std::fputc('\n', stream_);
}

void Terminal::progress(std::string_view text) {
  if (!is_terminal_) return;
  const std::string shown = "\r" + cut_end(text, width() - 1) + "\x1b[K";
  std::fwrite(shown.data(), 1, shown.size(), stream_);
  std::fflush(stream_);
  progress_shown_ = true;
}

void Terminal::clear_progress() {
  if (!progress_shown_) return;
  std::fputs("\r\x1b[K", stream_);
  progress_shown_ = false;
}

bool Terminal::finish() {
  clear_progress();
  const bool flushed = std::fflush(stream_) == 0;
  return flushed && std::ferror(stream_) == 0;
}

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    if (const std::size_t escape = escape_length(text); escape > 0) {
      text.remove_prefix(escape);
      continue;
    }
    const Symbol symbol = front_symbol(text);
    width += symbol_width(symbol.code);
    text.remove_prefix(symbol.bytes);
  }
  return width;
}

std::string cut_end(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string kept;
  std::size_t used = 0;
  while (!text.empty()) {
    const Symbol symbol = front_symbol(text);
    used += symbol_width(symbol.code);
    if (used > width - 1) break;
    kept += text.substr(0, symbol.bytes);
    text.remove_prefix(symbol.bytes);
  }
  return kept + "…";
}

std::string cut_front(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  while (!text.empty() && display_width(text) > width - 1)
    text.remove_prefix(front_symbol(text).bytes);
  return "…" + std::string(text);
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
    } else {
      shown += "\\x";
      shown += digits[byte >> 4];
      shown += digits[byte & 15];
    }
  }
  return shown;
}

}  // namespace dg
