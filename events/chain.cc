#include "events/chain.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace dg {
namespace {

/// A bulky transaction is folded in pieces of this size, whatever the machine.
constexpr std::size_t kPiece = std::size_t{1} << 20;

void append64(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

void append128(std::string& out, const ContentHash& hash) {
  append64(out, hash.high);
  append64(out, hash.low);
}

ContentHash hash_of(std::string_view bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

}  // namespace

void RowDigest::add(std::string_view name, char type, std::string_view bytes) {
  const std::size_t begin = row_.size();
  row_.append(name);
  row_ += '\0';
  row_ += type;
  append64(row_, bytes.size());
  row_.append(bytes);
  cells_.push_back({name, begin, row_.size()});
}

void RowDigest::integer(std::string_view name, std::int64_t value) {
  const std::size_t begin = row_.size();
  row_.append(name);
  row_ += '\0';
  row_ += 'i';
  append64(row_, static_cast<std::uint64_t>(value));
  cells_.push_back({name, begin, row_.size()});
}

void RowDigest::real(std::string_view name, double value) {
  std::string bytes;
  append64(bytes, std::bit_cast<std::uint64_t>(value));
  add(name, 'r', bytes);
}

void RowDigest::text(std::string_view name, std::string_view value) {
  add(name, 't', value);
}

void RowDigest::blob(std::string_view name, std::string_view value) {
  add(name, 'b', value);
}

void RowDigest::end_row(std::string_view table) {
  const auto by_name = [](const Cell& a, const Cell& b) { return a.name < b.name; };
  done_.append(table);
  done_ += '\0';
  if (std::is_sorted(cells_.begin(), cells_.end(), by_name)) {
    done_.append(row_);
  } else {
    std::sort(cells_.begin(), cells_.end(), by_name);
    for (const Cell& cell : cells_) done_.append(row_, cell.begin, cell.end - cell.begin);
  }
  done_ += '\n';
  row_.clear();
  cells_.clear();
  if (done_.size() < kPiece) return;
  append128(done_, folded_);
  folded_ = hash_of(done_);
  done_.clear();
}

ContentHash RowDigest::digest() const {
  std::string rest = done_;
  append128(rest, folded_);
  return hash_of(rest);
}

void RowDigest::clear() noexcept {
  row_.clear();
  cells_.clear();
  done_.clear();
  folded_ = {};
}

ContentHash chain_link(const ContentHash& before, const ContentHash& rows) noexcept {
  std::string bytes;
  append128(bytes, before);
  append128(bytes, rows);
  return hash_of(bytes);
}

}  // namespace dg
