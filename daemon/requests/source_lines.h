#pragma once
/// \file
/// The source lines at which sites stand, as an assistant or a reviewer wants to read them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/requests/answer.h"

namespace dg {

extern const Parameter kLinesParameter;

/// Reads each file once, from disk. One thread; for the time of one answer.
class SourceLines {
 public:
  /// `wanted` false: no file is read, and no site gets its line.
  SourceLines(const RequestContext& context, bool wanted) : context_(context), wanted_(wanted) {}

  /// Adds "line_text" to sites of `file` ({"line", …}): the line without its indentation, at most
  /// 200 bytes of it (`…` marks a cut). Null where the bytes on disk are not those that the
  /// snapshot speaks of.
  void add_to(Json& sites, const FileVersion& file);

 private:
  struct Text {
    std::string bytes;
    std::vector<std::size_t> begins;  ///< Of each line.
  };
  const Text* text_of(const FileVersion& file);
  Json line(const Text& text, std::uint64_t number) const;

  const RequestContext& context_;
  bool wanted_;
  std::map<std::string, Text> texts_;  ///< By path; empty where it could not be read.
};

}  // namespace dg
