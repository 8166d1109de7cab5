#pragma once
/// \file
/// The linker: what the names of one file mean in the others. A pure function of all FileFacts and
/// the configuration files (package.json, tsconfig.json, jsconfig.json); REFERENCE §2.2 and §2.3.
///
/// Incremental linking rests on one rule: whatever the linker reads outside the file that it links,
/// it reads through a Lookup, which notes a 64-bit key for each question, answered or not. A file
/// is linked again when the value behind one of its keys changes, and only then. The keys and
/// values that a file's facts provide are its interface (interface_of).

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/file_version.h"
#include "graph/modules/modules.h"

namespace dg {

/// The rule by which a site was linked: what `why` explains. Values are stored: append only.
enum class LinkRule : std::uint8_t {
  none,
  lexical,
  import,
  reexport,
  namespace_member,
  require,
  require_member,
  this_member,
  inherited_member,
  super_member,
  constructed_receiver,
  object_member,
  static_member,
  prototype,
  exported_value,
  member_name,
  containment,
  module_dependency,
  override_,
  jsx,
  decorator,
  alias,
  declared_type,
  type_dependency,  ///< An import that only types need: nothing of it is left at run time.
};
std::string_view to_string(LinkRule rule) noexcept;

/// One fact that other files can depend on. `value` changes whenever an answer to `key` would.
struct InterfaceItem {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
  friend auto operator<=>(const InterfaceItem&, const InterfaceItem&) = default;
};

struct FileIndex;  ///< graph/link/file_index.h: the lookup tables of one file's facts, built once.

/// Everything that linking another file could read of this one, sorted by key. Holds ids as text
/// hashes, no dense id and no position: a shift of lines changes no item. Among the items are the
/// file's own path_key (it exists) and one member_name_key per name in FileIndex::named_members.
/// `index` must be make_file_index(path, facts). O(facts).
std::vector<InterfaceItem> interface_of(std::string_view path, const FileFacts& facts,
                                        const FileIndex& index);
/// The same for all configuration files together, sorted by key: one item per file and one per
/// package name, with a value that only the settings read by module resolution can change.
std::vector<InterfaceItem> interface_of(const ModuleConfigs& configs);

/// The rest of the project as the linker sees it. Implemented by the snapshot under construction.
class LinkSource {
 public:
  struct File {
    const FileVersion* version = nullptr;  ///< `links` is not looked at. Null: no such file.
    const FileIndex* index = nullptr;      ///< make_file_index(version->path, *version->facts).
  };
  virtual ~LinkSource() = default;
  virtual File file_at(std::string_view path) const = 0;
  virtual const ModuleConfigs& configs() const = 0;
  /// The atoms listed under that name in FileIndex::named_members of all files, in id-text order,
  /// at most `limit + 1` of them. For confidence `name`.
  virtual std::vector<AtomId> members_named(std::string_view name, std::size_t limit) const = 0;
  /// The files with this topic among FileIndex::topics, by path; of more than kMaxFilesAbout the
  /// first.
  virtual std::vector<File> files_about(std::uint64_t topic) const = 0;
  static constexpr std::size_t kMaxFilesAbout = 64;
};

/// The key under which `members_named(name)` answers are noted. Its value changes with the set.
std::uint64_t member_name_key(std::string_view name) noexcept;
/// The key under which the existence of a source file at a path is noted.
std::uint64_t path_key(std::string_view path) noexcept;
/// The key under which what a configuration file says is noted, whether it exists or not; also of
/// the pseudo-path `package:<name>`, for "which package.json has this name".
std::uint64_t config_key(std::string_view path) noexcept;

/// Resolves every reference of one file. Deterministic and independent of file order and dense ids
/// (edges are sorted by them, but chosen without them). Thread-safe for distinct files over one
/// unchanging source. `self.atoms` must be assigned; `index` is self's own. `source` must hold
/// self.
FileLinks link_file(const LinkSource& source, const FileVersion& self, const FileIndex& index);

}  // namespace dg
