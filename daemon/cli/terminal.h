#pragma once
/// \file
/// What the command line writes on, and how: colour, width, and one line that is redrawn.
///
/// Colours follow --color, then NO_COLOR (no-color.org), then whether the stream is a terminal. A
/// width is only respected on a terminal: what goes into a pipe or a file is never cut.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace dg {

enum class ColorChoice { automatic, always, never };
enum class Style { plain, bold, dim, red, green, yellow, blue, cyan };

/// One output stream. Writes are not checked one by one: call finish() at the end.
class Terminal {
 public:
  Terminal(std::FILE* stream, ColorChoice choice);

  bool is_terminal() const noexcept { return is_terminal_; }
  /// Columns of the terminal (COLUMNS, then the kernel's answer, then 80); 0 where it is none.
  std::size_t width() const;

  /// The text in a style; as it is where colours are off.
  std::string paint(Style style, std::string_view text) const;
  void write(std::string_view text);
  void line(std::string_view text);  ///< With a line feed; clears the progress line first.
  /// Replaces the line that progress() showed before. Only on a terminal.
  void progress(std::string_view text);
  void clear_progress();
  /// Flushes. False where anything could not be written (a full disk, a closed pipe).
  bool finish();

 private:
  std::FILE* stream_;
  bool is_terminal_;
  bool color_;
  bool progress_shown_ = false;
};

/// Columns that a UTF-8 text takes on a terminal, escape sequences not counted: wcwidth's classes
/// in short (combining marks 0, East Asian wide and emoji 2).
std::size_t display_width(std::string_view text) noexcept;

/// At most `width` columns of a text, the cut marked by `…`: at the end, or at the front where the
/// end says more (paths).
std::string cut_end(std::string_view text, std::size_t width);
std::string cut_front(std::string_view text, std::size_t width);

/// The text with control characters as `\x1b`, so that a file's name or a snippet cannot steer the
/// terminal.
std::string printable(std::string_view text);

}  // namespace dg
