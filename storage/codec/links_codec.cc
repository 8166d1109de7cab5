#include "storage/codec/links_codec.h"

#include "events/bytes.h"

namespace dg {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint32_t kReasons = static_cast<std::uint32_t>(OpenReason::builtin) + 1;

std::span<const Site> sites_of(const FileLinks& links, Range range) {
  return std::span<const Site>(links.sites).subspan(range.begin, range.count);
}

void put_counted_sites(std::string& out, std::span<const Site> sites) {
  put_varint(out, sites.size());
  append_sites(out, sites);
}

Range read_sites(ByteReader& in, std::vector<Site>& sites) {
  const Range range{static_cast<std::uint32_t>(sites.size()), in.count()};
  for (std::uint32_t i = 0; i < range.count && in.ok(); ++i) {
    Site site;
    // kNoOrdinal is stored as 0, so that it wraps round to itself here.
    site.ordinal = in.number(0xffffffffu) - 1;
    const std::uint32_t label = in.number(3 * 256 - 1);
    site.confidence = static_cast<Confidence>(label % 3);
    site.rule = static_cast<std::uint8_t>(label / 3);
    sites.push_back(site);
  }
  return range;
}

bool sites_fit(const FileLinks& links, Range range, const Atom& atom) {
  for (const Site& site : sites_of(links, range)) {
    if (site.ordinal != kNoOrdinal && site.ordinal >= atom.references.count) return false;
  }
  return true;
}

void put_edges(std::string& out, const FileLinks& links) {
  put_varint(out, links.edges.size());
  std::uint32_t source = 0;
  std::int64_t target = 0;
  for (const Edge& edge : links.edges) {
    put_varint(out, raw(edge.source) - source);
    source = raw(edge.source);
    put_varint(out, static_cast<std::uint32_t>(edge.relation) * 3 +
                        static_cast<std::uint32_t>(edge.confidence));
    put_signed(out, static_cast<std::int64_t>(raw(edge.target)) - target);
    target = raw(edge.target);
    put_counted_sites(out, sites_of(links, edge.sites));
  }
}

bool read_edges(ByteReader& in, const FileFacts& facts, FileLinks& links) {
  const std::uint32_t count = in.count();
  links.edges.reserve(count);
  std::uint64_t source = 0;
  std::int64_t target = 0;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Edge edge;
    source += in.varint();
    const std::uint32_t label = in.number(kRelationCount * 3 - 1);
    target += in.signed_varint();
    if (source >= facts.atoms.size() || target <= 0 || target > 0xffffffff) return false;
    edge.source = static_cast<AtomIndex>(source);
    edge.relation = static_cast<Relation>(label / 3);
    edge.confidence = static_cast<Confidence>(label % 3);
    edge.target = static_cast<AtomId>(target);
    edge.sites = read_sites(in, links.sites);
    if (!sites_fit(links, edge.sites, facts.atoms[source])) return false;
    links.edges.push_back(edge);
  }
  return in.ok();
}

void put_open(std::string& out, const FileLinks& links) {
  put_varint(out, links.details.size());
  for (const std::string& detail : links.details) {
    put_varint(out, detail.size());
    out += detail;
  }
  put_varint(out, links.open.size());
  std::uint32_t source = 0;
  for (const OpenReference& open : links.open) {
    put_varint(out, raw(open.source) - source);
    source = raw(open.source);
    put_varint(out, static_cast<std::uint32_t>(open.relation) * kReasons +
                        static_cast<std::uint32_t>(open.reason));
    put_varint(out, raw(open.text));
    put_varint(out, open.detail);
    put_counted_sites(out, sites_of(links, open.sites));
  }
}

bool read_open(ByteReader& in, const FileFacts& facts, FileLinks& links) {
  const std::uint32_t details = in.count();
  links.details.clear();
  for (std::uint32_t i = 0; i < details && in.ok(); ++i) {
    links.details.emplace_back(in.bytes(in.count()));
  }
  const std::uint32_t count = in.count();
  links.open.reserve(count);
  std::uint64_t source = 0;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    OpenReference open;
    source += in.varint();
    const std::uint32_t label = in.number(kRelationCount * kReasons - 1);
    const std::uint32_t text = in.number(0xffffffffu);
    open.detail = in.number(0xffffffffu);
    if (source >= facts.atoms.size() || text >= facts.name_ends.size() || open.detail >= details) {
      return false;
    }
    open.source = static_cast<AtomIndex>(source);
    open.relation = static_cast<Relation>(label / kReasons);
    open.reason = static_cast<OpenReason>(label % kReasons);
    open.text = static_cast<NameId>(text);
    open.sites = read_sites(in, links.sites);
    if (!sites_fit(links, open.sites, facts.atoms[source])) return false;
    links.open.push_back(open);
  }
  return in.ok();
}

}  // namespace

void append_sites(std::string& out, std::span<const Site> sites) {
  for (const Site& site : sites) {
    put_varint(out, site.ordinal + 1u);  // kNoOrdinal wraps to 0.
    put_varint(out, site.rule * 3u + static_cast<std::uint32_t>(site.confidence));
  }
}

std::string encode_links(const FileLinks& links) {
  std::string out;
  out.reserve(16 + links.edges.size() * 6 + links.open.size() * 6 + links.depends_on.size() * 8);
  out.push_back(static_cast<char>(kFormat));
  put_edges(out, links);
  put_open(out, links);
  put_varint(out, links.depends_on.size());
  for (const std::uint64_t key : links.depends_on) put_fixed64(out, key);
  return out;
}

std::optional<FileLinks> decode_links(std::string_view bytes, const FileFacts& facts) {
  ByteReader in(bytes);
  FileLinks links;
  if (in.number(255) != kFormat) return std::nullopt;
  if (!read_edges(in, facts, links) || !read_open(in, facts, links)) return std::nullopt;
  const std::uint32_t keys = in.count();
  if (!in.ok() || in.left() != std::size_t{keys} * 8) return std::nullopt;
  links.depends_on.reserve(keys);
  for (std::uint32_t i = 0; i < keys; ++i) links.depends_on.push_back(in.fixed64());
  return links;
}

std::string encode_atom_rows(const FileVersion& file) {
  std::string out;
  out.reserve(file.atoms.size() * 3);
  std::int64_t previous = 0;
  for (std::size_t i = 0; i < file.atoms.size(); ++i) {
    put_signed(out, static_cast<std::int64_t>(raw(file.atoms[i])) - previous);
    previous = raw(file.atoms[i]);
    put_varint(out, file.versions[i]);
  }
  return out;
}

std::optional<AtomRows> decode_atom_rows(std::string_view bytes, std::size_t atoms) {
  if (atoms > bytes.size()) return std::nullopt;
  ByteReader in(bytes);
  AtomRows rows;
  rows.ids.reserve(atoms);
  rows.versions.reserve(atoms);
  std::int64_t id = 0;
  for (std::size_t i = 0; i < atoms && in.ok(); ++i) {
    id += in.signed_varint();
    if (id <= 0 || id > 0xffffffff) return std::nullopt;
    rows.ids.push_back(static_cast<AtomId>(id));
    rows.versions.push_back(in.number(0xffffffffu));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return rows;
}

}  // namespace dg
