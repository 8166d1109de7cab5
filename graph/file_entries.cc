#include "graph/file_entries.h"

#include <algorithm>
#include <utility>

#include "graph/open_names.h"
#include "graph/parallel.h"
#include "graph/text_hash.h"
#include "graph/words.h"

namespace dg {
namespace {

void sort_unique(std::vector<std::uint64_t>& entries) {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
}

/// Sums the counts of equal hashes.
void sort_and_sum(std::vector<OpenNameCount>& counts) {
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.hash < b.hash; });
  std::size_t kept = 0;
  for (const OpenNameCount& count : counts) {
    if (kept != 0 && counts[kept - 1].hash == count.hash) {
      counts[kept - 1].possible += count.possible;
      counts[kept - 1].elsewhere += count.elsewhere;
    } else {
      counts[kept++] = count;
    }
  }
  counts.resize(kept);
}

void apply_open_names(GraphState& state, std::vector<OpenNameCount>& removed,
                      std::vector<OpenNameCount>& added) {
  // Unsigned sums wrap, so that taking away is adding the two's complement.
  for (const OpenNameCount& count : removed) {
    added.push_back({count.hash, 0u - count.possible, 0u - count.elsewhere});
  }
  sort_and_sum(added);
  std::vector<OpenNameCount> changed;
  for (const OpenNameCount& count : added) {
    if (count.possible == 0 && count.elsewhere == 0) continue;
    OpenNameCount sum = count;
    if (const OpenNameCount* before = state.open_names.find(count.hash)) {
      sum.possible += before->possible;
      sum.elsewhere += before->elsewhere;
    }
    if (sum.possible == 0 && sum.elsewhere == 0) {
      state.open_names.erase(sum.hash);
    } else {
      changed.push_back(sum);
    }
  }
  state.open_names.insert_all(std::move(changed));
}

}  // namespace

NameEntries name_entries(const FileVersion& file, const FileIndex& index) {
  NameEntries entries;
  const FileFacts& facts = *file.facts;
  entries.names.reserve(facts.atoms.size() * 2);
  for (std::size_t i = 0; i < facts.atoms.size(); ++i) {
    const std::uint32_t id = raw(file.atoms[i]);
    const std::string_view name = facts.name(facts.atoms[i].name);
    entries.names.push_back(HashIndex::entry(text_hash(name), id));
    const std::string_view qualified = facts.name(facts.atoms[i].qualified_name);
    entries.names.push_back(HashIndex::entry(text_hash(qualified), id));
    for (std::size_t at = 0; at < name.size(); ++at) {
      if (!word_begins(name, at)) continue;
      if (at + kWordKeyLength > name.size()) break;  // No query long enough to have a key fits.
      entries.words.push_back(HashIndex::entry(word_key(name.substr(at)), id));
    }
  }
  entries.members.reserve(index.named_members.size());
  for (const NamedMember& member : index.named_members) {
    entries.members.push_back(
        HashIndex::entry(text_hash(facts.name(member.name)), raw(file.atoms[raw(member.atom)])));
  }
  entries.topics.reserve(index.topics.size());
  for (const std::uint64_t topic : index.topics) {
    entries.topics.push_back(HashIndex::entry(mix_bits(topic), raw(file.id)));
  }
  sort_unique(entries.names);
  sort_unique(entries.words);
  sort_unique(entries.members);
  sort_unique(entries.topics);
  return entries;
}

LinkEntries link_entries(const FileVersion& file) {
  LinkEntries entries;
  const FileLinks& links = *file.links;
  entries.dependents.reserve(links.depends_on.size());
  for (const std::uint64_t key : links.depends_on) {
    entries.dependents.push_back(HashIndex::entry(mix_bits(key), raw(file.id)));
  }
  sort_unique(entries.dependents);
  entries.open_names.reserve(links.open.size());
  for (const OpenReference& open : links.open) {
    const std::uint64_t hash = text_hash(mentioned_name({&file, open.source}, open));
    const bool elsewhere = leaves_the_project(open.reason);
    entries.open_names.push_back(
        {hash, elsewhere ? 0 : open.sites.count, elsewhere ? open.sites.count : 0});
  }
  sort_and_sum(entries.open_names);
  return entries;
}

void IndexChanges::Entries::difference(std::span<const std::uint64_t> before,
                                       std::span<const std::uint64_t> after) {
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                      std::back_inserter(removed));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::back_inserter(added));
}

void IndexChanges::Entries::apply(HashIndex& index) {
  for (const std::uint64_t entry : removed) index.erase_entry(entry);
  index.insert_all(std::move(added));
}

void IndexChanges::change(const NameEntries& before, const NameEntries& after) {
  names_.difference(before.names, after.names);
  words_.difference(before.words, after.words);
  members_.difference(before.members, after.members);
  topics_.difference(before.topics, after.topics);
}

void IndexChanges::change(const LinkEntries& before, const LinkEntries& after) {
  dependents_.difference(before.dependents, after.dependents);
  open_removed_.insert(open_removed_.end(), before.open_names.begin(), before.open_names.end());
  open_added_.insert(open_added_.end(), after.open_names.begin(), after.open_names.end());
}

void IndexChanges::apply(GraphState& state, unsigned threads) {
  const std::size_t size = names_.added.size() + names_.removed.size() + dependents_.added.size() +
                           dependents_.removed.size() + open_added_.size();
  for_each_parallel(6, size > 20'000 ? threads : 1, 1, [&](std::size_t i) {
    switch (i) {
      case 0:
        dependents_.apply(state.dependents);
        break;
      case 1:
        words_.apply(state.words);
        break;
      case 2:
        names_.apply(state.names);
        break;
      case 3:
        members_.apply(state.members);
        break;
      case 4:
        topics_.apply(state.topics);
        break;
      default:
        apply_open_names(state, open_removed_, open_added_);
        break;
    }
  });
}

std::vector<Incoming::Change> IncomingChanges::grouped(std::vector<Range>& groups,
                                                       std::vector<FileId>& into) const {
  // A counting sort by file, over the files that occur.
  into.reserve(changes_.size());
  for (const Change& change : changes_) into.push_back(change.into);
  std::uint32_t bound = 0;
  for (const FileId file : into) bound = std::max(bound, raw(file) + 1);
  std::vector<std::uint32_t> group_of(bound, kNoIndex);
  std::size_t kept = 0;
  for (const Change& change : changes_) {
    std::uint32_t& group = group_of[raw(change.into)];
    if (group == kNoIndex) {
      group = static_cast<std::uint32_t>(groups.size());
      groups.push_back({});
      into[kept++] = change.into;
    }
    ++groups[group].count;
  }
  into.resize(kept);
  std::uint32_t begin = 0;
  for (Range& group : groups) {
    group.begin = begin;
    begin += group.count;
    group.count = 0;
  }
  std::vector<Incoming::Change> sorted(changes_.size());
  for (const Change& change : changes_) {
    Range& group = groups[group_of[raw(change.into)]];
    sorted[group.begin + group.count++] = change.change;
  }
  return sorted;
}

void IncomingChanges::apply(GraphState& state, unsigned threads) {
  std::vector<Range> groups;
  std::vector<FileId> into;
  std::vector<Incoming::Change> sorted = grouped(groups, into);
  std::vector<std::shared_ptr<const Incoming>> slabs(groups.size());
  for_each_parallel(groups.size(), threads, 64, [&](std::size_t i) {
    const FileEntry& entry = state.files[raw(into[i])];
    const std::span<Incoming::Change> changes(sorted.data() + groups[i].begin, groups[i].count);
    slabs[i] = Incoming::with(entry.incoming.get(), changes);
  });
  for (std::size_t i = 0; i < groups.size(); ++i) {
    state.files.at_for_write(raw(into[i])).incoming = std::move(slabs[i]);
  }
}

}  // namespace dg
