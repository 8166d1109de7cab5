// Events of a file's delta. Their stored form is in event_codec.cc.

#include "events/event.h"

#include <algorithm>

#include "events/json_text.h"
#include "events/link_view.h"

namespace dg {
namespace {

void assign_utf8(std::string& out, std::string_view text) {
  out.clear();
  append_utf8(out, text);
}

/// Elements of a reused list keep their capacity; `size` tells how many are meant.
template <typename T>
class Reused {
 public:
  explicit Reused(std::vector<T>& list) : list_(list) {}
  ~Reused() { list_.resize(size_); }
  Reused(const Reused&) = delete;
  Reused& operator=(const Reused&) = delete;
  T& add() {
    if (size_ == list_.size()) list_.emplace_back();
    return list_[size_++];
  }

 private:
  std::vector<T>& list_;
  std::size_t size_ = 0;
};

void assign_sites(std::vector<Site>& out, std::span<const Site> sites) {
  out.assign(sites.begin(), sites.end());
}

class EventMaker {
 public:
  EventMaker(const FileDelta& delta, Sequence sequence)
      : delta_(delta), own_links_(delta.before.get()), new_links_(delta.after.get()) {
    event_.sequence = sequence;
  }

  const Event& make(const AtomChange& change) {
    event_.atom = change.id;
    event_.operation = change.operation;
    event_.version_before = change.version_before;
    event_.version_after = change.version_after;
    event_.changed = change.changed;
    content(change);
    if (change.from == nullptr) {
      edges(change, own_links_);
      open(change, own_links_);
    } else {
      LinkView origin(change.from.get());
      edges(change, origin);
      open(change, origin);
    }
    return event_;
  }

 private:
  void content(const AtomChange& change) {
    content_of_side(delta_.before_of(change), change.before, event_.was);
    content_of_side(delta_.after.get(), change.after, event_.now);
    if (change.before == kNone<AtomIndex> || change.after == kNone<AtomIndex>) return;
    if (change.operation == Operation::move) return;
    keep(change.changed, event_.was);
    keep(change.changed, event_.now);
  }

  static void content_of_side(const FileVersion* file, AtomIndex atom, AtomContent& out) {
    if (atom == kNone<AtomIndex>) {
      out = AtomContent{};
    } else {
      content_of(*file, atom, out);
    }
  }

  /// Clears what did not change, so that an event says only what it means.
  static void keep(FieldSet changed, AtomContent& content) {
    const auto has = [&](Field field) { return (changed & static_cast<FieldSet>(field)) != 0; };
    const AtomContent none;
    if (!has(Field::name)) {
      content.id_text.clear();
      content.file = none.file;
      content.name.clear();
    }
    if (!has(Field::kind)) {
      content.kind = none.kind;
      content.form = none.form;
      content.is_static = content.ambient = false;
      content.test_callee.clear();
    }
    if (!has(Field::signature)) content.signature.clear();
    if (!has(Field::doc)) content.doc.clear();
    if (!has(Field::body)) content.body_hash = 0;
    if (!has(Field::exported)) content.exported = false;
    if (!has(Field::async)) content.is_async = false;
    if (!has(Field::owner)) content.owner = none.owner;
  }

  void edges(const AtomChange& change, const LinkView& old_links) {
    const auto olds = change.before == kNone<AtomIndex> ? std::span<const Edge>{}
                                                        : old_links.edges(change.before);
    const bool whole = change.operation == Operation::move;
    const auto news =
        change.after == kNone<AtomIndex> ? std::span<const Edge>{} : new_links_.edges(change.after);
    Reused lost(event_.lost), gained(event_.gained), resited(event_.resited);
    const auto key = [](const Edge& e) { return std::pair(e.relation, e.target); };
    const auto lose = [&](const Edge& e) { set(lost.add(), e, old_links.sites(e), {}); };
    const auto gain = [&](const Edge& e) { set(gained.add(), e, {}, new_links_.sites(e)); };
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      if (y == news.end() || (x != olds.end() && key(*x) < key(*y))) {
        lose(*x++);
      } else if (x == olds.end() || key(*y) < key(*x)) {
        gain(*y++);
      } else {
        if (whole || x->confidence != y->confidence) {
          lose(*x);
          gain(*y);
        } else if (!std::ranges::equal(old_links.sites(*x), new_links_.sites(*y))) {
          set(resited.add(), *y, old_links.sites(*x), new_links_.sites(*y));
        }
        ++x, ++y;
      }
    }
  }

  static void set(EdgeEvent& out, const Edge& edge, std::span<const Site> before,
                  std::span<const Site> after) {
    out.relation = edge.relation;
    out.target = edge.target;
    out.confidence = edge.confidence;
    assign_sites(out.before, before);
    assign_sites(out.after, after);
  }

  void open(const AtomChange& change, LinkView& old_links) {
    const auto olds = change.before == kNone<AtomIndex> ? std::span<const OpenView>{}
                                                        : old_links.open(change.before);
    const bool whole = change.operation == Operation::move;
    const auto news = change.after == kNone<AtomIndex> ? std::span<const OpenView>{}
                                                       : new_links_.open(change.after);
    Reused closed(event_.closed), opened(event_.opened), reopened(event_.reopened);
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      if (y == news.end() || (x != olds.end() && x->order(*y) < 0)) {
        set(closed.add(), *x, x->sites, {});
        ++x;
      } else if (x == olds.end() || y->order(*x) < 0) {
        set(opened.add(), *y, {}, y->sites);
        ++y;
      } else {
        if (whole) {
          set(closed.add(), *x, x->sites, {});
          set(opened.add(), *y, {}, y->sites);
        } else if (!std::ranges::equal(x->sites, y->sites)) {
          set(reopened.add(), *y, x->sites, y->sites);
        }
        ++x, ++y;
      }
    }
  }

  static void set(OpenEvent& out, const OpenView& view, std::span<const Site> before,
                  std::span<const Site> after) {
    out.relation = view.relation;
    out.reason = view.reason;
    assign_utf8(out.text, view.text);
    assign_utf8(out.detail, view.detail);
    assign_sites(out.before, before);
    assign_sites(out.after, after);
  }

  const FileDelta& delta_;
  LinkView own_links_, new_links_;
  Event event_;
};

}  // namespace

void content_of(const FileVersion& file, AtomIndex index, AtomContent& out) {
  const FileFacts& facts = *file.facts;
  const Atom& atom = facts.atoms[raw(index)];
  assign_utf8(out.id_text, file.path);
  out.id_text += "::";
  append_utf8(out.id_text, facts.name(atom.qualified_name));
  out.file = file.id;
  assign_utf8(out.name, facts.name(atom.name));
  out.kind = atom.kind;
  out.form = atom.form;
  out.is_static = atom.is_static;
  out.ambient = atom.ambient;
  assign_utf8(out.test_callee, facts.name(atom.test_callee));
  assign_utf8(out.signature, facts.name(atom.signature));
  assign_utf8(out.doc, facts.name(atom.doc));
  out.body_hash = atom.body_hash;
  out.exported = atom.exported;
  out.is_async = atom.is_async;
  out.owner = atom.parent == kNone<AtomIndex> ? kNoAtom : file.atoms[raw(atom.parent)];
}

void for_each_event(const FileDelta& delta, Sequence sequence,
                    const std::function<void(const Event&)>& take) {
  EventMaker maker(delta, sequence);
  for (const AtomChange& change : delta.atoms) take(maker.make(change));
}

}  // namespace dg
