/// \file
/// Layout: format version (varint), XXH3-64 of the rest (8 bytes), then the fields of FileFacts in
/// the order of facts.h. Vectors begin with their count. Indexes are stored + 1, so that "none" is
/// one byte; positions and indexes that rise are stored as differences (zigzag).

#include "parser/facts_codec.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <type_traits>

#include "parser/facts_bounds.h"

namespace dg {
namespace {

constexpr std::uint8_t kFormat = 3;
constexpr std::size_t kHeader = 1 + sizeof(std::uint64_t);

class Writer {
 public:
  static constexpr bool reading = false;
  explicit Writer(std::string& out) : out_(out) {}

  void number(std::uint32_t value) {
    char buffer[5];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) buffer[size++] = static_cast<char>(value | 0x80);
    buffer[size++] = static_cast<char>(value);
    out_.append(buffer, size);
  }
  void word(std::uint64_t value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  void text(const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  template <typename T>
  std::uint32_t count(const std::vector<T>& items) {
    number(static_cast<std::uint32_t>(items.size()));
    return static_cast<std::uint32_t>(items.size());
  }

 private:
  std::string& out_;
};

/// Any defect makes it fail for good; reads after that give 0.
class Reader {
 public:
  static constexpr bool reading = true;
  explicit Reader(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

  bool ok() const noexcept { return ok_; }
  bool done() const noexcept { return ok_ && at_ == end_; }
  void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  std::uint32_t number() noexcept {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      return static_cast<unsigned char>(*at_++);
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) {
        // One encoding per value: no over-long forms, nothing beyond 32 bits.
        if (value > 0xFFFFFFFFU || (byte == 0 && shift > 0)) break;
        return static_cast<std::uint32_t>(value);
      }
    }
    fail();
    return 0;
  }
  std::uint64_t word() noexcept {
    std::uint64_t value = 0;
    if (left() < sizeof value) return fail(), 0;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::uint8_t byte() noexcept {
    if (at_ == end_) return fail(), std::uint8_t{0};
    return static_cast<std::uint8_t>(*at_++);
  }
  void text(std::string& value) {
    const std::uint32_t size = number();
    if (size > left()) return fail();
    value.assign(at_, size);
    at_ += size;
  }
  /// Every element takes at least one byte, which bounds what a hostile count can allocate.
  template <typename T>
  std::uint32_t count(std::vector<T>& items) {
    const std::uint32_t size = number();
    if (size > left()) return fail(), 0U;
    items.resize(size);
    return size;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

/// One description of the layout for both directions.
template <typename Stream>
class Codec {
 public:
  template <typename T>
  using In = std::conditional_t<Stream::reading, T&, const T&>;

  explicit Codec(Stream& stream) : s_(stream) {}

  void facts(In<FileFacts> f) {
    enumeration(f.language, Language::tsx);
    enumeration(f.skipped, SkipReason::too_complex);
    flags({&f.is_module, &f.is_commonjs});
    number(f.lines);
    number(f.bytes);
    s_.text(f.name_bytes);
    name_ends(f);
    each(f.atoms, [this](auto& a) { atom(a); });
    each(f.params, [this](auto& p) { param(p); });
    each(f.scopes, [this](auto& x) { scope(x); });
    each(f.bindings, [this](auto& b) { binding(b); });
    each(f.exprs, [this](auto& e) { expr(e); });
    each(f.expr_lists, [this](auto& e) { near(e, list_expr_); });
    each(f.references, [this](auto& r) { reference(r); });
    each(f.imports, [this](auto& i) { import(i); });
    each(f.exports, [this](auto& e) { export_(e); });
    each(f.shapes, [this](auto& x) { shape(x); });
    each(f.members, [this](auto& m) { member(m); });
    each(f.assignments, [this](auto& a) { assignment(a); });
    each(f.problems, [this](auto& p) { problem(p); });
    number(f.problem_count);
  }

 private:
  using Flag = std::conditional_t<Stream::reading, bool*, const bool*>;

  template <typename Vector, typename Function>
  void each(Vector& items, Function function) {
    const std::uint32_t count = s_.count(items);
    previous_ = {};
    for (std::uint32_t i = 0; i < count; ++i) function(items[i]);
  }

  void number(In<std::uint32_t> value) {
    if constexpr (Stream::reading) {
      value = s_.number();
    } else {
      s_.number(value);
    }
  }

  template <typename Index>
  void index(Index& value) {  // + 1 wraps "none" to 0.
    if constexpr (Stream::reading) {
      value = static_cast<std::remove_const_t<Index>>(s_.number() - 1);
    } else {
      s_.number(raw(value) + 1);
    }
  }

  template <typename Index>
  void plain(Index& value) {
    if constexpr (Stream::reading) {
      value = static_cast<std::remove_const_t<Index>>(s_.number());
    } else {
      s_.number(raw(value));
    }
  }

  void delta(In<std::uint32_t> value, std::uint32_t& before) {
    if constexpr (Stream::reading) {
      const std::uint32_t zigzag = s_.number();
      value = before + ((zigzag >> 1) ^ (0U - (zigzag & 1)));
    } else {
      const std::uint32_t difference = value - before;
      s_.number((difference << 1) ^ (0U - (difference >> 31)));
    }
    before = value;
  }

  template <typename Index>
  void near(Index& value, std::uint32_t& before) {
    if constexpr (Stream::reading) {
      std::uint32_t number_value = 0;
      delta(number_value, before);
      value = static_cast<std::remove_const_t<Index>>(number_value);
    } else {
      delta(raw(value), before);
    }
  }

  void position(In<Position> p) {
    delta(p.line, previous_.line);
    number(p.col);
  }

  template <typename Enum>
  void enumeration(Enum& value, std::remove_const_t<Enum> last) {
    if constexpr (Stream::reading) {
      const std::uint8_t byte = s_.byte();
      if (byte > static_cast<std::uint8_t>(last)) s_.fail();
      value = static_cast<Enum>(byte);
    } else {
      s_.byte(static_cast<std::uint8_t>(value));
    }
  }

  void flags(std::initializer_list<Flag> bits) {
    if constexpr (Stream::reading) {
      std::uint8_t byte = s_.byte();
      for (bool* bit : bits) {
        *bit = (byte & 1) != 0;
        byte >>= 1;
      }
      if (byte != 0) s_.fail();
    } else {
      unsigned byte = 0, shift = 0;
      for (const bool* bit : bits) byte |= static_cast<unsigned>(*bit) << shift++;
      s_.byte(static_cast<std::uint8_t>(byte));
    }
  }

  void word(In<std::uint64_t> value) {
    if constexpr (Stream::reading) {
      value = s_.word();
    } else {
      s_.word(value);
    }
  }

  void range(In<Range> r) {
    number(r.count);
    delta(r.begin, previous_.range);
  }

  void name_ends(In<FileFacts> f) {
    const std::uint32_t count = s_.count(f.name_ends);
    std::uint32_t before = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if constexpr (Stream::reading) {
        const std::uint32_t length = s_.number();
        if (length > f.name_bytes.size() - before) return s_.fail();
        f.name_ends[i] = before += length;
      } else {
        s_.number(f.name_ends[i] - before);
        before = f.name_ends[i];
      }
    }
  }

  void atom(In<Atom> a) {
    plain(a.name);
    plain(a.qualified_name);
    enumeration(a.kind, AtomKind::namespace_);
    enumeration(a.form, FunctionForm::variable);
    flags(
        {&a.exported, &a.is_async, &a.is_static, &a.ambient, &a.has_error_handling, &a.uses_await});
    index(a.parent);
    index(a.member_of);
    index(a.shape);
    position(a.start);
    delta(a.end.line, previous_.line);
    number(a.end.col);
    delta(a.name_at.line, previous_.line);
    number(a.name_at.col);
    delta(a.byte_begin, previous_.byte);
    delta(a.byte_end, previous_.byte);
    plain(a.signature);
    plain(a.doc);
    plain(a.test_callee);
    range(a.params);
    number(a.references.begin);
    number(a.references.count);
    if constexpr (Stream::reading) {
      const std::uint32_t complexity = s_.number();
      if (complexity > 0xFFFF) s_.fail();
      a.complexity = static_cast<std::uint16_t>(complexity);
    } else {
      s_.number(a.complexity);
    }
    number(a.code_lines);
    plain(a.returns);
    word(a.body_hash);
    word(a.shape_hash);
    number(a.tokens);
    sketch(a.sketch);
  }

  /// A mask of the bins in use, then those.
  void sketch(In<Sketch> bins) {
    std::uint32_t used = 0;
    if constexpr (!Stream::reading) {
      for (std::size_t i = 0; i < bins.size(); ++i) used |= std::uint32_t{bins[i] != 0} << i;
      s_.number(used);
    } else {
      used = s_.number();
    }
    for (std::size_t i = 0; i < bins.size(); ++i) {
      if ((used >> i & 1U) == 0) continue;
      if constexpr (Stream::reading) {
        bins[i] = s_.byte();
        if (bins[i] == 0) s_.fail();
      } else {
        s_.byte(bins[i]);
      }
    }
  }

  void param(In<Param> p) {
    plain(p.name);
    enumeration(p.form, ParamForm::rest);
    flags({&p.optional});
    plain(p.default_text);
    plain(p.type_text);
    index(p.binding);
  }

  void scope(In<Scope> x) {
    enumeration(x.kind, ScopeKind::namespace_);
    index(x.parent);
    plain(x.owner);
  }

  void binding(In<Binding> b) {
    plain(b.name);
    enumeration(b.kind, BindingKind::type);
    flags({&b.reassigned, &b.type_only});
    plain(b.scope);
    index(b.atom);
    index(b.import);
    plain(b.init);
    position(b.at);
  }

  void expr(In<Expr> e) {
    enumeration(e.kind, ExprKind::tuple);
    if constexpr (Stream::reading) {
      e.a = s_.number() - 1;
      e.b = s_.number() - 1;
    } else {
      s_.number(e.a + 1);
      s_.number(e.b + 1);
    }
  }

  void reference(In<Reference> r) {
    enumeration(r.kind, ReferenceKind::listen);
    flags({&r.optional_chain, &r.awaited, &r.type_position});
    near(r.owner, previous_.owner);
    near(r.target, previous_.expr);
    position(r.at);
    plain(r.text);
    range(r.args);
  }

  void import(In<Import> i) {
    enumeration(i.kind, ImportKind::type);
    flags({&i.type_only, &i.conditional});
    plain(i.specifier);
    plain(i.imported);
    index(i.local);
    plain(i.owner);
    position(i.at);
  }

  void export_(In<Export> e) {
    enumeration(e.kind, ExportKind::cjs_all);
    flags({&e.type_only});
    plain(e.exported);
    plain(e.imported);
    index(e.import);
    index(e.binding);
    plain(e.value);
    position(e.at);
  }

  void shape(In<Shape> x) {
    flags({&x.is_class});
    index(x.atom);
    plain(x.extends);
    range(x.members);
    number(x.implements.begin);
    number(x.implements.count);
  }

  void member(In<Member> m) {
    plain(m.name);
    enumeration(m.kind, MemberKind::spread);
    flags({&m.is_static});
    index(m.atom);
    plain(m.value);
  }

  void assignment(In<Assignment> a) {
    plain(a.object);
    plain(a.property);
    plain(a.value);
    plain(a.owner);
  }

  void problem(In<Problem> p) {
    enumeration(p.kind, ProblemKind::nul_byte);
    position(p.at);
  }

  struct Previous {
    std::uint32_t line = 0, byte = 0, range = 0, owner = 0, expr = 0;
  };
  Stream& s_;
  Previous previous_;
  std::uint32_t list_expr_ = 0;
};

}  // namespace

std::string encode_facts(const FileFacts& facts) {
  std::string out(kHeader, '\0');
  out.reserve(kHeader + facts.name_bytes.size() + facts.references.size() * 10 +
              facts.exprs.size() * 5 + facts.atoms.size() * 72);
  Writer writer(out);
  Codec<Writer>(writer).facts(facts);
  out[0] = static_cast<char>(kFormat);
  const std::uint64_t sum = XXH3_64bits(out.data() + kHeader, out.size() - kHeader);
  std::memcpy(out.data() + 1, &sum, sizeof sum);
  return out;
}

std::optional<FileFacts> decode_facts(std::string_view bytes) {
  if (bytes.size() < kHeader || static_cast<std::uint8_t>(bytes[0]) != kFormat) return std::nullopt;
  std::uint64_t sum = 0;
  std::memcpy(&sum, bytes.data() + 1, sizeof sum);
  const std::string_view body = bytes.substr(kHeader);
  if (sum != XXH3_64bits(body.data(), body.size())) return std::nullopt;
  Reader reader(body);
  FileFacts facts;
  Codec<Reader>(reader).facts(facts);
  if (!reader.done() || !indexes_hold(facts)) return std::nullopt;
  return facts;
}

}  // namespace dg
