#pragma once
/// \file
/// A small project in memory: sources as text in, links as text out.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/link/file_index.h"
#include "graph/link/linker.h"

namespace dg::testing_support {

/// In which order files get their dense ids; links must not depend on it.
enum class Numbering { forward, backward };

class LinkProject : public LinkSource {
 public:
  explicit LinkProject(std::map<std::string, std::string> sources,
                       Numbering numbering = Numbering::forward);

  File file_at(std::string_view path) const override;
  const ModuleConfigs& configs() const override { return configs_; }
  std::vector<AtomId> members_named(std::string_view name, std::size_t limit) const override;
  std::vector<File> files_about(std::uint64_t topic) const override;

  FileLinks link(std::string_view path) const;
  std::vector<InterfaceItem> interface_items(std::string_view path) const;

  /// One line per site: `run calls b.js::pay exact import 3:5`, source without its path, sorted by
  /// place; then `run ?calls fs.read external:fs 4:1`. `contains` and `imports` are left out.
  std::string text(std::string_view path) const;
  /// Every edge and open reference of all files with complete ids, sorted.
  std::vector<std::string> all() const;
  /// The edges and open references of one file, complete, sorted.
  std::vector<std::string> lines(std::string_view path, bool with_structure) const;
  std::vector<std::string> paths() const;

 private:
  struct Entry {
    FileVersion version;
    std::shared_ptr<const FileIndex> index;
  };
  std::string id_text(AtomId id) const;

  std::map<std::string, Entry, std::less<>> files_;
  std::map<AtomId, std::string> ids_;
  std::map<std::string, std::map<std::string, AtomId>, std::less<>>
      members_;  ///< By name, id text.
  ModuleConfigs configs_;
};

/// `text()` of one file of a project.
std::string links_of(std::map<std::string, std::string> sources, std::string_view path);

}  // namespace dg::testing_support
