// The payload of an event: JSON where it tells what changed, bytes where it tells a whole atom. The
// writers have one order of keys, so that equal events have equal bytes; the readers accept that
// order only.

#include <limits>

#include "events/atom_codec.h"
#include "events/event.h"
#include "events/json_text.h"
#include "events/names.h"
#include "parser/hexadecimal.h"

namespace dg {
namespace {

constexpr FieldSet kAllContent = 0xFF;  ///< Every field but `relations`.
constexpr std::uint32_t kMaxId = std::numeric_limits<std::uint32_t>::max();

constexpr bool has(FieldSet fields, Field field) {
  return (fields & static_cast<FieldSet>(field)) != 0;
}

/// The fields that both sides of a JSON payload spell out.
FieldSet spelled(const EventHeader& header) {
  return static_cast<FieldSet>(header.changed & kAllContent);
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void content(std::string_view key, const AtomContent& content, FieldSet fields) {
    if (fields == 0) return;
    begin(key, '{');
    if (has(fields, Field::name)) {
      text("id", content.id_text);
      number("file", raw(content.file));
      text("name", content.name);
    }
    if (has(fields, Field::kind)) {
      text("kind", to_string(content.kind));
      text("form", to_string(content.form));
      number("static", content.is_static);
      number("ambient", content.ambient);
      text("test", content.test_callee);
    }
    if (has(fields, Field::signature)) text("signature", content.signature);
    if (has(fields, Field::doc)) text("doc", content.doc);
    if (has(fields, Field::body)) hex("body", content.body_hash);
    if (has(fields, Field::exported)) number("exported", content.exported);
    if (has(fields, Field::async)) number("async", content.is_async);
    if (has(fields, Field::owner)) number("owner", raw(content.owner));
    out_ += '}';
    first_ = false;
  }

  template <typename Entry>
  void list(std::string_view key, const std::vector<Entry>& entries, bool before, bool after) {
    if (entries.empty()) return;
    begin(key, '[');
    for (const Entry& entry : entries) {
      comma();
      out_ += '[';
      head(entry);
      if (before) sites(entry.before);
      if (after) sites(entry.after);
      out_ += ']';
    }
    out_ += ']';
    first_ = false;
  }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void name(std::string_view key) {
    comma();
    out_.append("\"").append(key).append("\":");
  }
  void begin(std::string_view key, char bracket) {
    name(key);
    out_ += bracket;
    first_ = true;
  }
  void text(std::string_view key, std::string_view value) {
    name(key);
    append_json_string(out_, value);
  }
  void number(std::string_view key, std::uint32_t value) {
    name(key);
    append_json_integer(out_, value);
  }
  void hex(std::string_view key, std::uint64_t value) {
    name(key);
    out_ += '"';
    out_ += hexadecimal(value) + '"';
  }
  void head(const EdgeEvent& edge) {
    append_json_string(out_, to_string(edge.relation));
    out_ += ',';
    append_json_integer(out_, raw(edge.target));
    out_ += ',';
    append_json_string(out_, to_string(edge.confidence));
  }
  void head(const OpenEvent& open) {
    append_json_string(out_, to_string(open.relation));
    out_ += ',';
    append_json_string(out_, open.text);
    out_ += ',';
    append_json_string(out_, to_string(open.reason));
    out_ += ',';
    append_json_string(out_, open.detail);
  }
  void sites(const std::vector<Site>& sites) {
    out_ += ",[";
    for (std::size_t i = 0; i < sites.size(); ++i) {
      if (i > 0) out_ += ',';
      append_json_integer(out_,
                          sites[i].ordinal == kNoOrdinal ? -1 : std::int64_t{sites[i].ordinal});
      out_ += ',';
      append_json_integer(out_, static_cast<int>(sites[i].confidence));
      out_ += ',';
      append_json_integer(out_, sites[i].rule);
    }
    out_ += ']';
  }

  std::string& out_;
  bool first_ = true;
};

class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload) : in_(payload) {}

  bool event(Event& event) {
    return in_.take("{") && content("was", event.was, spelled(event)) &&
           content("now", event.now, spelled(event)) && list("lost", event.lost, true, false) &&
           list("gained", event.gained, false, true) &&
           list("resited", event.resited, true, true) &&
           list("closed", event.closed, true, false) && list("opened", event.opened, false, true) &&
           list("reopened", event.reopened, true, true) && in_.take("}") && in_.at_end();
  }

 private:
  bool key(std::string_view name) {
    if (!first_ && !in_.take(",")) return false;
    first_ = false;
    return in_.take("\"") && in_.take(name) && in_.take("\":");
  }
  bool text(std::string_view name, std::string& out) { return key(name) && in_.string(out); }
  bool flag(std::string_view name, bool& out) {
    std::uint64_t value = 0;
    if (!key(name) || !in_.number(value, 1)) return false;
    out = value == 1;
    return true;
  }
  template <typename Id>
  bool id(Id& out) {
    std::uint64_t value = 0;
    if (!in_.number(value, kMaxId)) return false;
    out = Id{static_cast<std::uint32_t>(value)};
    return true;
  }
  bool hex(std::string_view name, std::uint64_t& out) {
    if (!text(name, text_) || text_.size() != 16) return false;
    out = 0;
    for (const char c : text_) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && (c < 'a' || c > 'f')) return false;
      out = out << 4 | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
    }
    return true;
  }
  /// A text of a closed vocabulary.
  template <typename Enum>
  bool word(Enum& out, std::optional<Enum> (*named)(std::string_view) noexcept) {
    if (!in_.string(text_)) return false;
    const std::optional<Enum> value = named(text_);
    if (value) out = *value;
    return value.has_value();
  }

  bool content(std::string_view name, AtomContent& out, FieldSet fields) {
    if (fields == 0) return true;
    if (!key(name) || !in_.take("{")) return false;
    first_ = true;
    if (has(fields, Field::name) &&
        !(text("id", out.id_text) && key("file") && id(out.file) && text("name", out.name))) {
      return false;
    }
    if (has(fields, Field::kind) &&
        !(key("kind") && word(out.kind, atom_kind_named) && key("form") &&
          word(out.form, function_form_named) && flag("static", out.is_static) &&
          flag("ambient", out.ambient) && text("test", out.test_callee))) {
      return false;
    }
    if (has(fields, Field::signature) && !text("signature", out.signature)) return false;
    if (has(fields, Field::doc) && !text("doc", out.doc)) return false;
    if (has(fields, Field::body) && !hex("body", out.body_hash)) return false;
    if (has(fields, Field::exported) && !flag("exported", out.exported)) return false;
    if (has(fields, Field::async) && !flag("async", out.is_async)) return false;
    if (has(fields, Field::owner) && !(key("owner") && id(out.owner))) return false;
    first_ = false;
    return in_.take("}");
  }

  /// A list that is left out is empty; one that is there is not.
  template <typename Entry>
  bool list(std::string_view name, std::vector<Entry>& out, bool before, bool after) {
    const JsonReader start = in_;
    const bool was_first = first_;
    if (!key(name)) {
      in_ = start;
      first_ = was_first;
      return true;
    }
    if (!in_.take("[")) return false;
    do {
      Entry& entry = out.emplace_back();
      if (!in_.take("[") || !head(entry) || (before && !sites(entry.before)) ||
          (after && !sites(entry.after)) || !in_.take("]")) {
        return false;
      }
    } while (in_.take(","));
    return in_.take("]");
  }

  bool head(EdgeEvent& edge) {
    return word(edge.relation, relation_named) && in_.take(",") && id(edge.target) &&
           in_.take(",") && word(edge.confidence, confidence_named);
  }
  bool head(OpenEvent& open) {
    return word(open.relation, relation_named) && in_.take(",") && in_.string(open.text) &&
           in_.take(",") && word(open.reason, open_reason_named) && in_.take(",") &&
           in_.string(open.detail);
  }

  bool sites(std::vector<Site>& out) {
    if (!in_.take(",[")) return false;
    if (in_.take("]")) return true;
    do {
      std::int64_t ordinal = 0;
      std::uint64_t confidence = 0;
      std::uint64_t rule = 0;
      if (!in_.integer(ordinal) || ordinal < -1 || ordinal >= std::int64_t{kNoOrdinal} ||
          !in_.take(",") || !in_.number(confidence, 2) || !in_.take(",") ||
          !in_.number(rule, 255)) {
        return false;
      }
      out.push_back({ordinal < 0 ? kNoOrdinal : static_cast<std::uint32_t>(ordinal),
                     static_cast<Confidence>(confidence), static_cast<std::uint8_t>(rule)});
    } while (in_.take(","));
    return in_.take("]");
  }

  JsonReader in_;
  std::string text_;
  bool first_ = true;
};

bool has_was(const EventHeader& header) {
  return header.operation == Operation::delete_ || header.operation == Operation::move;
}
bool has_now(const EventHeader& header) {
  return header.operation == Operation::create || header.operation == Operation::move ||
         (header.operation == Operation::reconcile && header.changed != 0);
}

/// Leads the bytes of a whole atom: which sides there are, 0 to 3. No JSON begins so.
char sides(const EventHeader& header) {
  return static_cast<char>((has_now(header) ? 1 : 0) | (has_was(header) ? 2 : 0));
}

/// One side of an event as an atom, its links in the event's order.
void put_side(std::string& out, AtomId id, const AtomContent& content,
              const std::vector<EdgeEvent>& edges, const std::vector<OpenEvent>& opens,
              bool after) {
  FoldedAtom atom;
  atom.content = content;
  for (const EdgeEvent& e : edges) {
    atom.edges.push_back({e.relation, e.target, e.confidence, after ? e.after : e.before});
  }
  for (const OpenEvent& o : opens) {
    atom.open.push_back({o.relation, o.text, o.reason, o.detail, after ? o.after : o.before});
  }
  put_varint(out, raw(content.file));
  put_atom(out, id, atom, {});
}

bool read_side(ByteReader& in, AtomId id, AtomContent& content, std::vector<EdgeEvent>& edges,
               std::vector<OpenEvent>& opens, bool after) {
  const std::uint32_t file = in.number(kMaxId);
  FoldedAtom atom;
  if (!read_atom(in, id, {}, atom)) return false;
  content = std::move(atom.content);
  content.file = FileId{file};
  for (FoldedEdge& e : atom.edges) {
    EdgeEvent& edge = edges.emplace_back();
    edge.relation = e.relation;
    edge.target = e.target;
    edge.confidence = e.confidence;
    (after ? edge.after : edge.before) = std::move(e.sites);
  }
  for (FoldedOpen& o : atom.open) {
    OpenEvent& open = opens.emplace_back();
    open.relation = o.relation;
    open.text = std::move(o.text);
    open.reason = o.reason;
    open.detail = std::move(o.detail);
    (after ? open.after : open.before) = std::move(o.sites);
  }
  return true;
}

void encode_whole(const Event& event, std::string& out) {
  out += sides(event);
  if (has_was(event)) {
    put_side(out, event.atom, event.was, event.lost, event.closed, false);
  }
  if (has_now(event)) {
    put_side(out, event.atom, event.now, event.gained, event.opened, true);
  }
}

bool decode_whole(std::string_view payload, Event& event) {
  if (payload.empty() || payload.front() != sides(event)) return false;
  ByteReader in(payload.substr(1));
  if (has_was(event) && !read_side(in, event.atom, event.was, event.lost, event.closed, false)) {
    return false;
  }
  if (has_now(event) && !read_side(in, event.atom, event.now, event.gained, event.opened, true)) {
    return false;
  }
  return in.ok() && in.at_end();
}

bool header_makes_sense(const EventHeader& header) {
  const bool whole = header.changed == 0 || header.changed == kReconciled;
  if (header.operation == Operation::reconcile && !whole) return false;
  return header.version_after == header.version_before + 1 && header.version_after != 0 &&
         raw(header.atom) != 0;
}

}  // namespace

bool tells_whole(Operation operation) noexcept {
  return operation != Operation::update && operation != Operation::rename;
}

void encode_event(const Event& event, std::string& out) {
  out.clear();
  if (tells_whole(event.operation)) return encode_whole(event, out);
  out += '{';
  Writer writer(out);
  writer.content("was", event.was, spelled(event));
  writer.content("now", event.now, spelled(event));
  writer.list("lost", event.lost, true, false);
  writer.list("gained", event.gained, false, true);
  writer.list("resited", event.resited, true, true);
  writer.list("closed", event.closed, true, false);
  writer.list("opened", event.opened, false, true);
  writer.list("reopened", event.reopened, true, true);
  out += '}';
}

std::optional<Event> decode_event(const EventHeader& header, std::string_view payload) {
  Event event;
  static_cast<EventHeader&>(event) = header;
  if (!header_makes_sense(header)) return std::nullopt;
  const bool read = tells_whole(header.operation) ? decode_whole(payload, event)
                                                  : PayloadReader(payload).event(event);
  if (!read) return std::nullopt;
  return event;
}

}  // namespace dg
