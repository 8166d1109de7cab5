#include "graph/state_link_source.h"

#include <algorithm>

#include "graph/text_hash.h"

namespace dg {
namespace {

struct Candidate {
  AtomRef atom;
  AtomId id{};
};

/// The order of `path::qualified name`, without building it.
bool id_text_less(const Candidate& a, const Candidate& b) {
  if (a.atom.file == b.atom.file) return a.atom.qualified_name() < b.atom.qualified_name();
  const std::string& x = a.atom.file->path;
  const std::string& y = b.atom.file->path;
  const auto [i, j] = std::mismatch(x.begin(), x.end(), y.begin(), y.end());
  if (i != x.end() && j != y.end()) {
    return static_cast<unsigned char>(*i) < static_cast<unsigned char>(*j);
  }
  // One path begins with the other: the separator decides.
  return atom_id_text(*a.atom.file, a.atom.index) < atom_id_text(*b.atom.file, b.atom.index);
}

}  // namespace

LinkSource::File StateLinkSource::file_at(std::string_view path) const {
  const FileEntry* entry = state_.entry_at(path);
  if (entry == nullptr) return {};
  return {entry->version.get(), &entry->index->get(*entry->version)};
}

std::vector<AtomId> StateLinkSource::members_named(std::string_view name, std::size_t limit) const {
  std::string key(name);
  {
    const std::lock_guard lock(mutex_);
    const auto known = answers_.find(key);
    if (known != answers_.end() && known->second.limit == limit) return known->second.members;
  }
  std::vector<AtomId> members = find_members(name, limit);
  const std::lock_guard lock(mutex_);
  answers_[std::move(key)] = {limit, members};
  return members;
}

std::vector<LinkSource::File> StateLinkSource::files_about(std::uint64_t topic) const {
  {
    const std::lock_guard lock(mutex_);
    const auto known = about_.find(topic);
    if (known != about_.end()) return known->second;
  }
  std::vector<File> files = find_files(topic);
  const std::lock_guard lock(mutex_);
  about_[topic] = files;
  return files;
}

std::vector<LinkSource::File> StateLinkSource::find_files(std::uint64_t topic) const {
  std::vector<File> files;
  for (const std::uint64_t candidate : state_.topics.candidates(mix_bits(topic))) {
    const FileEntry& entry = state_.files[HashIndex::id_of(candidate)];
    const FileIndex& index = entry.index->get(*entry.version);
    if (!std::binary_search(index.topics.begin(), index.topics.end(), topic)) continue;
    files.push_back({entry.version.get(), &index});
  }
  const std::size_t count = std::min(files.size(), kMaxFilesAbout);
  std::partial_sort(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(count), files.end(),
                    [](const File& a, const File& b) { return a.version->path < b.version->path; });
  files.resize(count);
  return files;
}

/// Whether an atom of another name is a member of this one: `{pay: settle}`.
bool StateLinkSource::is_listed(const AtomRef& atom, std::string_view name) const {
  const FileIndex& index = state_.files[raw(atom.file->id)].index->get(*atom.file);
  return std::any_of(index.named_members.begin(), index.named_members.end(),
                     [&](const NamedMember& member) {
                       return member.atom == atom.index && atom.text(member.name) == name;
                     });
}

std::vector<AtomId> StateLinkSource::find_members(std::string_view name, std::size_t limit) const {
  std::vector<Candidate> found;
  for (const std::uint64_t entry : state_.members.candidates(text_hash(name))) {
    const AtomId id{HashIndex::id_of(entry)};
    const AtomRef atom = state_.atom(id);
    if (atom.name() == name || is_listed(atom, name)) found.push_back({atom, id});
  }
  const std::size_t count = std::min(found.size(), limit + 1);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
                    id_text_less);
  std::vector<AtomId> ids;
  ids.reserve(count);
  for (std::size_t i = 0; i < count; ++i) ids.push_back(found[i].id);
  return ids;
}

}  // namespace dg
