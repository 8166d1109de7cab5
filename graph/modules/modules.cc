#include "graph/modules/modules.h"

#include <algorithm>
#include <utility>

#include "graph/modules/config.h"

namespace dg {
namespace {

void add_package(ModuleConfigs::Impl& impl, const ConfigEntry& entry) {
  if (!entry.package || entry.package->name.empty()) return;
  std::vector<std::string>& folders = impl.packages[entry.package->name];
  const std::string folder(folder_of(entry.file.path));
  folders.insert(std::lower_bound(folders.begin(), folders.end(), folder), folder);
}

void remove_package(ModuleConfigs::Impl& impl, const ConfigEntry& entry) {
  if (!entry.package || entry.package->name.empty()) return;
  const auto found = impl.packages.find(entry.package->name);
  if (found == impl.packages.end()) return;
  std::erase(found->second, folder_of(entry.file.path));
  if (found->second.empty()) impl.packages.erase(found);
}

}  // namespace

ModuleConfigs::ModuleConfigs() : impl_(std::make_shared<Impl>()) {}
ModuleConfigs::~ModuleConfigs() = default;
ModuleConfigs::ModuleConfigs(const ModuleConfigs&) = default;
ModuleConfigs& ModuleConfigs::operator=(const ModuleConfigs&) = default;
ModuleConfigs::ModuleConfigs(ModuleConfigs&&) noexcept = default;
ModuleConfigs& ModuleConfigs::operator=(ModuleConfigs&&) noexcept = default;

void ModuleConfigs::set(const ConfigFile& file) {
  // The parsed entries are shared; only the two tables that name them are copied.
  auto next = std::make_shared<Impl>(*impl_);
  if (const auto old = next->entries.find(file.path); old != next->entries.end()) {
    remove_package(*next, *old->second);
    next->entries.erase(old);
  }
  if (!file.removed) {
    auto entry = std::make_shared<ConfigEntry>(parse_config(file));
    add_package(*next, *entry);
    next->entries.emplace(file.path, std::move(entry));
  }
  impl_ = std::move(next);
}

std::vector<ConfigFile> ModuleConfigs::files() const {
  std::vector<ConfigFile> out;
  out.reserve(impl_->entries.size());
  for (const auto& [path, entry] : impl_->entries) out.push_back(entry->file);
  return out;
}

std::vector<ModuleConfigs::Problem> ModuleConfigs::problems() const {
  std::vector<Problem> out;
  for (const auto& [path, entry] : impl_->entries) {
    if (!entry->problem.empty()) out.push_back({path, entry->problem});
  }
  return out;
}

}  // namespace dg
