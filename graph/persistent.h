#pragma once
/// \file
/// The two persistent containers that snapshots are made of. A copy shares all chunks with its
/// original and costs one pointer per chunk; writing to a shared chunk copies that chunk alone.
///
/// Ownership: a container may write in place only into chunks it made itself since it was copied.
/// It knows them by a flag of its own and not by a reference count, because a count that another
/// thread has just lowered says nothing about when that thread's last read ended. freeze() ends the
/// writing phase; only a frozen container may be copied.
///
/// Thread rule: a frozen container may be read by any number of threads; an unfrozen one belongs to
/// one thread, or to several readers while nobody writes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "parser/check.h"

namespace dg {

/// A vector indexed by a dense id. Elements never written read as T{}.
template <typename T, std::size_t kChunk = 256>
class PersistentVector {
 public:
  PersistentVector() = default;
  PersistentVector(const PersistentVector& other) : chunks_(other.chunks_) {
    DG_ENFORCE(other.owned_.empty(), "only a frozen container is copied");
  }
  PersistentVector& operator=(const PersistentVector& other) {
    PersistentVector copy(other);
    *this = std::move(copy);
    return *this;
  }
  PersistentVector(PersistentVector&&) noexcept = default;
  PersistentVector& operator=(PersistentVector&&) noexcept = default;
  ~PersistentVector() = default;

  /// O(1); any index.
  const T& operator[](std::size_t index) const noexcept {
    static const T kEmpty{};
    const std::size_t chunk = index / kChunk;
    if (chunk >= chunks_.size() || chunks_[chunk] == nullptr) return kEmpty;
    return (*chunks_[chunk])[index % kChunk];
  }

  /// O(1), or O(kChunk) for the first write to a shared chunk.
  T& at_for_write(std::size_t index) {
    const std::size_t chunk = index / kChunk;
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    if (owned_.size() < chunks_.size()) owned_.resize(chunks_.size(), false);
    if (!owned_[chunk]) {
      chunks_[chunk] = chunks_[chunk] == nullptr ? std::make_shared<Chunk>()
                                                 : std::make_shared<Chunk>(*chunks_[chunk]);
      owned_[chunk] = true;
    }
    return (*chunks_[chunk])[index % kChunk];
  }

  /// Calls visit(index, element) for every element of every chunk ever written, in index order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
      if (chunks_[chunk] == nullptr) continue;
      for (std::size_t i = 0; i < kChunk; ++i) visit(chunk * kChunk + i, (*chunks_[chunk])[i]);
    }
  }

  void freeze() noexcept { owned_.clear(); }

 private:
  using Chunk = std::array<T, kChunk>;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::vector<bool> owned_;  ///< Chunks that nobody else can see. Empty: frozen.
};

/// A sorted set of entries spread by their leading hash bits: extendible hashing (Fagin et al.
/// 1979) with sorted buckets. `Traits::key(entry)` gives 64 bits whose high half is well mixed and
/// which order the entries; entries of equal key replace one another.
template <typename Entry, typename Traits>
class PersistentTable {
 public:
  PersistentTable() = default;
  PersistentTable(const PersistentTable& other)
      : slots_(other.slots_), depth_(other.depth_), size_(other.size_) {
    DG_ENFORCE(other.owned_.empty(), "only a frozen container is copied");
  }
  PersistentTable& operator=(const PersistentTable& other) {
    PersistentTable copy(other);
    *this = std::move(copy);
    return *this;
  }
  PersistentTable(PersistentTable&&) noexcept = default;
  PersistentTable& operator=(PersistentTable&&) noexcept = default;
  ~PersistentTable() = default;

  std::size_t size() const noexcept { return size_; }

  /// The entries with first <= key <= last, where both keys share their high 32 bits. O(log
  /// bucket).
  std::span<const Entry> range(std::uint64_t first, std::uint64_t last) const noexcept {
    if (slots_.empty()) return {};
    const std::vector<Entry>& entries = slots_[slot_of(first)]->entries;
    const auto begin = lower_bound(entries, first);
    auto end = begin;
    while (end != entries.end() && Traits::key(*end) <= last) ++end;
    return {entries.data() + (begin - entries.begin()), static_cast<std::size_t>(end - begin)};
  }

  /// Null where there is none.
  const Entry* find(std::uint64_t key) const noexcept {
    const std::span<const Entry> found = range(key, key);
    return found.empty() ? nullptr : found.data();
  }

  /// Adds, or replaces the entry of the same key. O(bucket).
  void insert(const Entry& entry) {
    const std::uint64_t key = Traits::key(entry);
    if (slots_.empty()) reset_slots(0);
    std::vector<Entry>& entries = bucket_for_write(slot_of(key)).entries;
    const auto at = entries.begin() + (lower_bound(entries, key) - entries.cbegin());
    if (at != entries.end() && Traits::key(*at) == key) {
      *at = entry;
      return;
    }
    entries.insert(at, entry);
    ++size_;
    if (entries.size() > kBucketMax) split(slot_of(key));
  }

  /// Whether there was one. O(bucket).
  bool erase(std::uint64_t key) {
    if (find(key) == nullptr) return false;
    std::vector<Entry>& entries = bucket_for_write(slot_of(key)).entries;
    entries.erase(entries.begin() + (lower_bound(entries, key) - entries.cbegin()));
    --size_;
    return true;
  }

  /// As insert() for each; later entries win. Rebuilds the whole table where that is cheaper.
  void insert_all(std::vector<Entry> added) {
    if (added.size() < kBucketMax || added.size() < size_ / 8) {
      for (const Entry& entry : added) insert(entry);
      return;
    }
    std::vector<Entry> all;
    all.reserve(size_ + added.size());
    for_each([&](const Entry& entry) { all.push_back(entry); });
    all.insert(all.end(), added.begin(), added.end());
    rebuild(all);
  }

  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t slot = 0; slot < slots_.size(); slot += width(slot)) {
      for (const Entry& entry : slots_[slot]->entries) visit(entry);
    }
  }

  void freeze() noexcept { owned_.clear(); }

 private:
  /// 1,024 entries of 8 bytes: a write copies 8 KiB (about 0.5 µs), and a million entries need so
  /// few buckets that copying the slots stays below 0.1 ms.
  static constexpr std::size_t kBucketMax = 1024;
  static constexpr unsigned kMaxDepth = 24;

  struct Bucket {
    unsigned depth = 0;  ///< Leading bits that all entries share.
    std::vector<Entry> entries;
  };

  static auto lower_bound(const std::vector<Entry>& entries, std::uint64_t key) noexcept {
    return std::lower_bound(
        entries.begin(), entries.end(), key,
        [](const Entry& entry, std::uint64_t wanted) { return Traits::key(entry) < wanted; });
  }

  std::size_t slot_of(std::uint64_t key) const noexcept {
    return depth_ == 0 ? 0 : static_cast<std::size_t>(key >> (64 - depth_));
  }
  /// Consecutive slots that hold the bucket of this slot.
  std::size_t width(std::size_t slot) const noexcept {
    return std::size_t{1} << (depth_ - slots_[slot]->depth);
  }

  void reset_slots(unsigned depth) {
    depth_ = depth;
    slots_.assign(std::size_t{1} << depth, nullptr);
    owned_.assign(slots_.size(), true);
    for (auto& slot : slots_) {
      slot = std::make_shared<Bucket>();
      slot->depth = depth;
    }
  }

  Bucket& bucket_for_write(std::size_t slot) {
    if (owned_.size() < slots_.size()) owned_.resize(slots_.size(), false);
    if (!owned_[slot]) {
      const std::size_t count = width(slot);
      const std::size_t first = slot / count * count;
      const auto copy = std::make_shared<Bucket>(*slots_[slot]);
      for (std::size_t i = first; i < first + count; ++i) {
        slots_[i] = copy;
        owned_[i] = true;
      }
    }
    return *slots_[slot];
  }

  /// Divides a full, owned bucket by its next bit. Entries of one hash stay together.
  void split(std::size_t slot) {
    const std::shared_ptr<Bucket> full = slots_[slot];
    if (full->depth >= kMaxDepth) return;
    if (Traits::key(full->entries.front()) >> 32 == Traits::key(full->entries.back()) >> 32) return;
    if (full->depth == depth_) {
      if (slots_.size() > size_ / 128) return;  // One hot hash must not blow up the directory.
      double_slots();
    }
    const std::size_t where = slot_of(Traits::key(full->entries.front()));
    const std::size_t count = width(where);
    const std::size_t first = where / count * count;
    auto low = std::make_shared<Bucket>();
    auto high = std::make_shared<Bucket>();
    low->depth = high->depth = full->depth + 1;
    const unsigned bit = 63 - full->depth;
    for (const Entry& entry : full->entries) {
      ((Traits::key(entry) >> bit & 1) != 0 ? high : low)->entries.push_back(entry);
    }
    for (std::size_t i = 0; i < count; ++i) {
      slots_[first + i] = i < count / 2 ? low : high;
      owned_[first + i] = true;
    }
  }

  void double_slots() {
    std::vector<std::shared_ptr<Bucket>> slots;
    std::vector<bool> owned;
    slots.reserve(slots_.size() * 2);
    owned.reserve(slots_.size() * 2);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots.insert(slots.end(), 2, slots_[i]);
      owned.insert(owned.end(), 2, owned_[i]);
    }
    slots_ = std::move(slots);
    owned_ = std::move(owned);
    ++depth_;
  }

  /// Distributes first and sorts small buckets then: about half the time of one large sort.
  void rebuild(const std::vector<Entry>& all) {
    unsigned depth = 0;
    while (depth < kMaxDepth && all.size() >> depth > kBucketMax / 2) ++depth;
    reset_slots(depth);
    std::vector<std::uint32_t> counts(slots_.size(), 0);
    for (const Entry& entry : all) ++counts[slot_of(Traits::key(entry))];
    for (std::size_t i = 0; i < counts.size(); ++i) slots_[i]->entries.reserve(counts[i]);
    for (const Entry& entry : all) slots_[slot_of(Traits::key(entry))]->entries.push_back(entry);
    size_ = 0;
    for (auto& slot : slots_) {
      keep_last_of_equals(slot->entries);
      size_ += slot->entries.size();
    }
  }

  static void keep_last_of_equals(std::vector<Entry>& entries) {
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return Traits::key(a) < Traits::key(b);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (kept != 0 && Traits::key(entries[kept - 1]) == Traits::key(entries[i])) --kept;
      entries[kept++] = entries[i];
    }
    entries.resize(kept);
  }

  std::vector<std::shared_ptr<Bucket>> slots_;  ///< 2^depth_ of them; a bucket may fill several.
  std::vector<bool> owned_;                     ///< By slot; see PersistentVector.
  unsigned depth_ = 0;
  std::size_t size_ = 0;
};

/// A multimap from the high 32 bits of a text's hash to ids. A hit may be another text's: the
/// caller compares it with the real one.
class HashIndex {
 public:
  /// One element: hash in the high half, id in the low one.
  static constexpr std::uint64_t entry(std::uint64_t hash, std::uint32_t id) noexcept {
    return (hash & 0xffffffff00000000u) | id;
  }
  static constexpr std::uint32_t id_of(std::uint64_t entry) noexcept {
    return static_cast<std::uint32_t>(entry);
  }

  /// Ids under a hash, as entries in increasing order.
  std::span<const std::uint64_t> candidates(std::uint64_t hash) const noexcept {
    return table_.range(entry(hash, 0), entry(hash, 0xffffffffu));
  }
  void insert(std::uint64_t hash, std::uint32_t id) { table_.insert(entry(hash, id)); }
  void insert_all(std::vector<std::uint64_t> entries) { table_.insert_all(std::move(entries)); }

  void erase(std::uint64_t hash, std::uint32_t id) { table_.erase(entry(hash, id)); }
  void erase_entry(std::uint64_t entry) { table_.erase(entry); }
  std::size_t size() const noexcept { return table_.size(); }
  void freeze() noexcept { table_.freeze(); }

 private:
  struct Identity {
    static constexpr std::uint64_t key(std::uint64_t entry) noexcept { return entry; }
  };
  PersistentTable<std::uint64_t, Identity> table_;
};

}  // namespace dg
