#pragma once
/// \file
/// From places of the service (path in the project, lines and columns from 1, UTF-16, of the file
/// on disk) to those of the editor (address, from 0, in its encoding, of its unsaved text), and
/// back.

#include <map>
#include <optional>
#include <string>

#include "daemon/lsp/documents.h"

namespace dg::lsp {

/// For the time of one answer: each file is read once. One thread.
class Places {
 public:
  /// `root`: absolute path of the project.
  Places(std::string root, const Documents& documents, Encoding encoding)
      : root_(std::move(root)), documents_(documents), encoding_(encoding) {}

  /// `src/a.js` of an address; nothing where it is not in the project.
  std::optional<std::string> file_of(const std::string& uri) const;
  std::string uri_of(const std::string& file) const;

  /// `src/a.js:12:5`, as the service takes it. Nothing where it is in unsaved lines: the service
  /// knows nothing of these.
  std::optional<std::string> place_of(const std::string& file, Spot spot);

  /// A place of the service's, as the editor has it.
  Spot spot(const std::string& file, std::uint32_t line, std::uint32_t column);
  /// {"start", "end"} of so many UTF-16 units of one line, and of a stretch of lines.
  Json range(const std::string& file, std::uint32_t line, std::uint32_t column,
             std::uint32_t units);
  Json range(const std::string& file, Spot begin, Spot end);
  /// From a line's begin to another's end.
  Json lines(const std::string& file, std::uint32_t first, std::uint32_t last);

 private:
  struct File {
    Documents::Both both;
    std::optional<LineMap> to_shown, to_saved;  ///< Nothing: the same text.
  };
  File& file(const std::string& name);

  std::string root_;
  const Documents& documents_;
  Encoding encoding_;
  std::map<std::string, File> files_;
};

}  // namespace dg::lsp
