#pragma once
/// \file
/// The documents that the editor has open, as the editor has them, and the files on disk that the
/// service speaks of.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "daemon/lsp/text.h"
#include "daemon/requests/request.h"

namespace dg::lsp {

/// Thread-safe. Paths are absolute.
class Documents {
 public:
  void open(const std::string& path, std::int64_t version, std::string text);
  /// `contentChanges` of didChange, one after the other. False where the document is not open.
  bool change(const std::string& path, std::int64_t version, const Json& changes,
              Encoding encoding);
  void close(const std::string& path);
  /// Of an open document; nothing where it is not open.
  std::optional<std::int64_t> version(const std::string& path) const;

  /// One file both ways: as the editor shows it, and as it is on disk.
  struct Both {
    std::shared_ptr<const Text> shown;  ///< The editor's where it is open, else that on disk.
    std::shared_ptr<const Text> saved;  ///< Empty where it cannot be read.
  };
  /// Reads the disk. Files over 64 MB count as empty.
  Both both(const std::string& path) const;

 private:
  struct Document {
    std::int64_t version = 0;
    std::shared_ptr<const Text> text;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Document> open_;
};

/// The place of {"line", "character"}; zeros for what is none.
Spot spot_of(const Json& position);
Json position_json(Spot spot);

}  // namespace dg::lsp
