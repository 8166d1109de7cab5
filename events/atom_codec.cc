#include "events/atom_codec.h"

#include <limits>

namespace dg {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kReasons = static_cast<std::uint32_t>(OpenReason::builtin) + 1;
constexpr std::uint32_t kKinds = static_cast<std::uint32_t>(AtomKind::namespace_) + 1;
constexpr std::uint32_t kForms = static_cast<std::uint32_t>(FunctionForm::variable) + 1;

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

std::string text(ByteReader& in) {
  return std::string(in.bytes(in.count()));
}

void put_sites(std::string& out, const std::vector<Site>& sites) {
  put_varint(out, sites.size());
  for (const Site& site : sites) {
    put_varint(out, site.ordinal + 1u);  // kNoOrdinal wraps to 0.
    put_varint(out, site.rule * 3u + static_cast<std::uint32_t>(site.confidence));
  }
}

std::vector<Site> sites(ByteReader& in) {
  std::vector<Site> all;
  const std::uint32_t count = in.count();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Site& site = all.emplace_back();
    site.ordinal = in.number(kMax32) - 1;
    const std::uint32_t label = in.number(3 * 256 - 1);
    site.confidence = static_cast<Confidence>(label % 3);
    site.rule = static_cast<std::uint8_t>(label / 3);
  }
  return all;
}

/// A number near another: zig-zag, from 0 to 2^32 - 1.
std::uint32_t near(ByteReader& in, std::uint32_t base, bool& ok) {
  const std::int64_t value = std::int64_t{base} + in.signed_varint();
  ok = ok && value >= 0 && value <= static_cast<std::int64_t>(kMax32);
  return ok ? static_cast<std::uint32_t>(value) : 0;
}

/// What follows the last dot or colon: the simple name of most atoms.
std::string_view tail_of(std::string_view id_text) {
  return id_text.substr(id_text.find_last_of(".:") + 1);
}
/// 0 stands for the tail of the id text; another number is the size and one.
void put_name(std::string& out, const AtomContent& content) {
  if (content.name == tail_of(content.id_text)) return put_varint(out, 0);
  put_varint(out, content.name.size() + 1);
  out += content.name;
}

void read_name(ByteReader& in, AtomContent& content) {
  const std::uint64_t size = in.varint();
  content.name = size == 0 ? tail_of(content.id_text) : in.bytes(size - 1);
}

void put_content(std::string& out, const AtomContent& content, AtomId id, std::string_view prefix) {
  put_text(out, std::string_view(content.id_text).substr(prefix.size()));
  put_name(out, content);
  put_varint(out, static_cast<std::uint32_t>(content.kind) +
                      kKinds * static_cast<std::uint32_t>(content.form));
  put_varint(out, (content.is_static ? 1u : 0u) | (content.ambient ? 2u : 0u) |
                      (content.exported ? 4u : 0u) | (content.is_async ? 8u : 0u));
  put_text(out, content.test_callee);
  put_text(out, content.signature);
  put_text(out, content.doc);
  put_fixed64(out, content.body_hash);
  put_signed(out, std::int64_t{raw(content.owner)} - raw(id));
}

bool read_content(ByteReader& in, AtomContent& content, AtomId id, std::string_view prefix) {
  bool ok = true;
  content.id_text = std::string(prefix) + text(in);
  read_name(in, content);
  const std::uint32_t shape = in.number(kKinds * kForms - 1);
  content.kind = static_cast<AtomKind>(shape % kKinds);
  content.form = static_cast<FunctionForm>(shape / kKinds);
  const std::uint32_t flags = in.number(15);
  content.is_static = (flags & 1) != 0;
  content.ambient = (flags & 2) != 0;
  content.exported = (flags & 4) != 0;
  content.is_async = (flags & 8) != 0;
  content.test_callee = text(in);
  content.signature = text(in);
  content.doc = text(in);
  content.body_hash = in.fixed64();
  content.owner = AtomId{near(in, raw(id), ok)};
  return ok && in.ok();
}

void put_links(std::string& out, const FoldedAtom& atom, AtomId id) {
  put_varint(out, atom.edges.size());
  std::uint32_t target = raw(id);
  for (const FoldedEdge& edge : atom.edges) {
    put_varint(out, static_cast<std::uint32_t>(edge.relation) * 3 +
                        static_cast<std::uint32_t>(edge.confidence));
    put_signed(out, std::int64_t{raw(edge.target)} - target);
    target = raw(edge.target);
    put_sites(out, edge.sites);
  }
  put_varint(out, atom.open.size());
  for (const FoldedOpen& open : atom.open) {
    put_varint(out, static_cast<std::uint32_t>(open.relation) * kReasons +
                        static_cast<std::uint32_t>(open.reason));
    put_text(out, open.text);
    put_text(out, open.detail);
    put_sites(out, open.sites);
  }
}

bool read_links(ByteReader& in, FoldedAtom& atom, AtomId id) {
  bool ok = true;
  std::uint32_t target = raw(id);
  for (std::uint32_t left = in.count(); left > 0 && in.ok() && ok; --left) {
    FoldedEdge& edge = atom.edges.emplace_back();
    const std::uint32_t label = in.number(kRelationCount * 3 - 1);
    edge.relation = static_cast<Relation>(label / 3);
    edge.confidence = static_cast<Confidence>(label % 3);
    target = near(in, target, ok);
    edge.target = AtomId{target};
    edge.sites = sites(in);
  }
  for (std::uint32_t left = in.count(); left > 0 && in.ok() && ok; --left) {
    FoldedOpen& open = atom.open.emplace_back();
    const std::uint32_t label = in.number(kRelationCount * kReasons - 1);
    open.relation = static_cast<Relation>(label / kReasons);
    open.reason = static_cast<OpenReason>(label % kReasons);
    open.text = text(in);
    open.detail = text(in);
    open.sites = sites(in);
  }
  return ok && in.ok();
}

}  // namespace

void put_atom(std::string& out, AtomId id, const FoldedAtom& atom, std::string_view prefix) {
  put_content(out, atom.content, id, prefix);
  put_links(out, atom, id);
}

bool read_atom(ByteReader& in, AtomId id, std::string_view prefix, FoldedAtom& atom) {
  return read_content(in, atom.content, id, prefix) && read_links(in, atom, id);
}

std::uint32_t read_near(ByteReader& in, std::uint32_t base, bool& ok) {
  return near(in, base, ok);
}

}  // namespace dg
