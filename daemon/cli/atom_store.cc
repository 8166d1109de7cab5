#include "daemon/cli/atom_store.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

#include "daemon/protocol/json_rpc.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{256} << 20;

bool is_json(const fs::path& path) {
  return path.extension() == ".json" || path.extension() == ".jsonl";
}

std::optional<std::string> text_of(const Json& atom, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto found = atom.find(key);
    if (found != atom.end() && found->is_string() && !found->get_ref<const std::string&>().empty())
      return found->get<std::string>();
  }
  return std::nullopt;
}

class StoreReader {
 public:
  explicit StoreReader(const fs::path& project) : project_(project.generic_string() + "/") {}

  void read(const fs::path& file) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    std::ifstream in(file, std::ios::binary);
    if (error || !in) return unreadable(file, "cannot be read");
    if (size > kLargestFile) return unreadable(file, "is larger than 256 MiB");
    ++store_.files;
    if (file.extension() != ".jsonl") {
      std::ostringstream text;
      text << in.rdbuf();
      return take_text(file, text.str(), "is not JSON");
    }
    std::string line;
    for (std::uint64_t number = 1; std::getline(in, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      take_text(file, line, "has no JSON in line " + std::to_string(number));
    }
  }

  AtomStore finish() && {
    for (auto& [id, data] : atoms_) store_.atoms.push_back({id, std::move(data)});
    return std::move(store_);
  }

 private:
  void unreadable(const fs::path& file, std::string reason) {
    store_.unreadable.push_back({file.string(), std::move(reason)});
  }

  void take_text(const fs::path& file, const std::string& text, std::string reason) {
    const std::optional<Json> value = parse_json(text);
    if (!value) return unreadable(file, std::move(reason));
    take(*value);
  }

  void take(const Json& value) {
    if (value.is_array()) {
      for (const Json& each : value) take_atom(each, std::nullopt);
      return;
    }
    const auto atoms = value.is_object() ? value.find("atoms") : value.end();
    if (atoms != value.end() && atoms->is_structured()) return take_members(*atoms);
    if (id_of(value) || !is_map(value)) return take_atom(value, std::nullopt);
    take_members(value);
  }

  /// A list of atoms, or an object of them by id.
  void take_members(const Json& container) {
    for (const auto& [key, each] : container.items()) {
      take_atom(each, container.is_object() ? std::optional(key) : std::nullopt);
    }
  }

  static bool is_map(const Json& value) {
    return value.is_object() &&
           std::any_of(value.items().begin(), value.items().end(), [](const auto& member) {
             return member.value().is_object() && member.key().find("::") != std::string::npos;
           });
  }

  std::optional<std::string> id_of(const Json& atom) const {
    if (!atom.is_object()) return std::nullopt;
    const std::optional<std::string> id = text_of(atom, {"id"});
    if (id && id->find("::") != std::string::npos) return relative(*id);
    const auto path = text_of(atom, {"filePath", "file_path", "file", "path"});
    const auto name = text_of(atom, {"qualifiedName", "qualified_name", "name"});
    if (!path || !name) return std::nullopt;
    return relative(*path + "::" + *name);
  }

  /// With the path part as ids have it.
  std::string relative(std::string id) const {
    std::replace(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(id.find("::")), '\\', '/');
    if (id.starts_with(project_)) return id.substr(project_.size());
    while (id.starts_with("./")) id.erase(0, 2);
    return id;
  }

  void take_atom(const Json& atom, const std::optional<std::string>& key) {
    std::optional<std::string> id = id_of(atom);
    if (!id && atom.is_object() && key && key->find("::") != std::string::npos) id = relative(*key);
    if (!id) {
      ++store_.not_atoms;
      return;
    }
    std::string data = to_text(atom);
    const auto [at, is_new] = atoms_.insert_or_assign(*std::move(id), std::move(data));
    if (!is_new) ++store_.repeated;
  }

  std::string project_;
  AtomStore store_;
  std::map<std::string, std::string> atoms_;
};

/// The files below a folder, sorted; folders that cannot be listed are left out.
std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto at = fs::recursive_directory_iterator(folder, options, error);
       at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (error) break;
    if (is_json(at->path()) && at->is_regular_file(error)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<AtomStore> read_atom_store(const std::vector<fs::path>& paths, const fs::path& project) {
  StoreReader reader(project);
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      return Error{ErrorKind::not_found, path.string(), "there is no such file or folder",
                   "Give JSON files, or a folder of them"};
    }
    if (!fs::is_directory(status)) {
      reader.read(path);
      continue;
    }
    for (const fs::path& file : json_files(path)) reader.read(file);
  }
  return std::move(reader).finish();
}

}  // namespace dg
