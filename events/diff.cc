// The delta analyzer: two versions of a file in, what changed between them out.

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "events/delta.h"
#include "events/link_view.h"
#include "parser/check.h"

namespace dg {
namespace {

using IdIndex = std::pair<AtomId, AtomIndex>;

std::vector<IdIndex> by_id(const FileVersion* file) {
  std::vector<IdIndex> ids;
  if (file == nullptr) return ids;
  DG_ENFORCE(file->atoms.size() == file->facts->atoms.size(), "every atom of a file has its id");
  ids.reserve(file->atoms.size());
  for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
    ids.emplace_back(file->atoms[i], AtomIndex{i});
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

AtomId owner_of(const FileVersion& file, const Atom& atom) {
  return atom.parent == kNone<AtomIndex> ? kNoAtom : file.atoms[raw(atom.parent)];
}

FieldSet bit(Field field, bool set) {
  return set ? static_cast<FieldSet>(field) : FieldSet{0};
}

/// The fields but `relations`. Position is deliberately not looked at (invariant 6).
FieldSet content_changes(const FileVersion& a, AtomIndex ai, const FileVersion& b, AtomIndex bi) {
  const Atom& x = a.facts->atoms[raw(ai)];
  const Atom& y = b.facts->atoms[raw(bi)];
  const auto differ = [&](NameId p, NameId q) { return a.facts->name(p) != b.facts->name(q); };
  const bool kind = x.kind != y.kind || x.form != y.form || x.is_static != y.is_static ||
                    x.ambient != y.ambient || differ(x.test_callee, y.test_callee);
  const bool name = differ(x.qualified_name, y.qualified_name) || differ(x.name, y.name);
  const unsigned fields =
      bit(Field::name, name || a.path != b.path) | bit(Field::kind, kind) |
      bit(Field::signature, differ(x.signature, y.signature)) |
      bit(Field::body, x.body_hash != y.body_hash) |
      bit(Field::exported, x.exported != y.exported) | bit(Field::async, x.is_async != y.is_async) |
      bit(Field::owner, owner_of(a, x) != owner_of(b, y)) | bit(Field::doc, differ(x.doc, y.doc));
  return static_cast<FieldSet>(fields);
}

class Differ {
 public:
  /// Versions are written to `assigned`, or else read from `after`.
  Differ(const FileVersion* before, const FileVersion* after, const Elsewhere& elsewhere,
         std::vector<std::uint32_t>* assigned)
      : assigned_(assigned),
        before_(before),
        after_(after),
        elsewhere_(elsewhere),
        old_links_(before),
        new_links_(after) {}

  FileDelta run() {
    if (assigned_ != nullptr) assigned_->assign(after_->atoms.size(), 0);
    merge(by_id(before_), by_id(after_));
    finish();
    return std::move(delta_);
  }

 private:
  void merge(const std::vector<IdIndex>& olds, const std::vector<IdIndex>& news) {
    delta_.atoms.reserve(before_ == nullptr ? news.size() : 0);
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      if (y == news.end() || (x != olds.end() && x->first < y->first)) {
        removed(*x++);
      } else if (x == olds.end() || y->first < x->first) {
        created(*y++);
      } else {
        kept(*x++, *y++);
      }
    }
  }

  void created(const IdIndex& atom) {
    if (elsewhere_.origin) {
      Elsewhere::Origin origin = elsewhere_.origin(atom.first);
      if (origin.file != nullptr) return moved(std::move(origin), atom);
    }
    const std::uint32_t past = assigned_ != nullptr ? elsewhere_.ended(atom.first) : 0;
    delta_.atoms.push_back({Operation::create, atom.first, kNone<AtomIndex>, atom.second, past,
                            next_version(atom.second, past), 0});
    links(atom.first, old_links_, kNone<AtomIndex>, atom.second);
  }

  void moved(Elsewhere::Origin origin, const IdIndex& atom) {
    FieldSet changed = content_changes(*origin.file, origin.atom, *after_, atom.second);
    if (links(atom.first, links_of(origin.file), origin.atom, atom.second)) {
      changed = static_cast<FieldSet>(changed | static_cast<FieldSet>(Field::relations));
    }
    const std::uint32_t version = origin.file->versions[raw(origin.atom)];
    delta_.atoms.push_back({Operation::move, atom.first, origin.atom, atom.second, version,
                            next_version(atom.second, version), changed, std::move(origin.file)});
  }

  void removed(const IdIndex& atom) {
    if (elsewhere_.moved_away && elsewhere_.moved_away(atom.first)) {
      some_moved_away_ = true;
      return;
    }
    const std::uint32_t version = before_->versions[raw(atom.second)];
    delta_.atoms.push_back(
        {Operation::delete_, atom.first, atom.second, kNone<AtomIndex>, version, version + 1, 0});
    links(atom.first, old_links_, atom.second, kNone<AtomIndex>);
  }

  void kept(const IdIndex& was, const IdIndex& now) {
    FieldSet changed = before_->facts == after_->facts
                           ? FieldSet{0}
                           : content_changes(*before_, was.second, *after_, now.second);
    if (links(was.first, old_links_, was.second, now.second)) {
      changed = static_cast<FieldSet>(changed | static_cast<FieldSet>(Field::relations));
    }
    const std::uint32_t version = before_->versions[raw(was.second)];
    if (changed == 0) {
      if (assigned_ != nullptr) (*assigned_)[raw(now.second)] = version;
      return;
    }
    delta_.atoms.push_back(
        {is_renamed(was.second, now.second) ? Operation::rename : Operation::update, was.first,
         was.second, now.second, version, next_version(now.second, version), changed});
  }

  /// The version of a changed atom, noted where versions are assigned.
  std::uint32_t next_version(AtomIndex atom, std::uint32_t past) {
    if (assigned_ == nullptr) return after_->versions[raw(atom)];
    return (*assigned_)[raw(atom)] = past + 1;
  }

  bool is_renamed(AtomIndex was, AtomIndex now) const {
    return before_->facts != after_->facts &&
           before_->facts->name(before_->facts->atoms[raw(was)].qualified_name) !=
               after_->facts->name(after_->facts->atoms[raw(now)].qualified_name);
  }

  /// Links of a file that atoms came from.
  LinkView& links_of(const FileVersionPtr& file) {
    std::unique_ptr<LinkView>& view = origins_[file.get()];
    if (view == nullptr) view = std::make_unique<LinkView>(file.get());
    return *view;
  }

  bool links(AtomId id, LinkView& old_links, AtomIndex was, AtomIndex now) {
    const bool edges_differ = edges(id, old_links, was, now);
    return open(id, old_links, was, now) || edges_differ;
  }

  /// Whether any edge of the atom, its sites included, differs.
  bool edges(AtomId id, const LinkView& old_links, AtomIndex was, AtomIndex now) {
    const auto olds = was == kNone<AtomIndex> ? std::span<const Edge>{} : old_links.edges(was);
    const auto news = now == kNone<AtomIndex> ? std::span<const Edge>{} : new_links_.edges(now);
    const auto key = [](const Edge& e) { return std::pair(e.relation, e.target); };
    const auto change = [&](const Edge& e) {
      return RelationChange{id, e.relation, e.target, e.confidence};
    };
    bool differ = false;
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      if (y == news.end() || (x != olds.end() && key(*x) < key(*y))) {
        delta_.lost.push_back(change(*x++));
        differ = true;
      } else if (x == olds.end() || key(*y) < key(*x)) {
        delta_.gained.push_back(change(*y++));
        differ = true;
      } else {
        if (x->confidence != y->confidence) {
          delta_.lost.push_back(change(*x));
          delta_.gained.push_back(change(*y));
          differ = true;
        } else if (!std::ranges::equal(old_links.sites(*x), new_links_.sites(*y))) {
          differ = true;
        }
        ++x, ++y;
      }
    }
    return differ;
  }

  /// Whether any open reference of the atom, its sites included, differs.
  bool open(AtomId id, LinkView& old_links, AtomIndex was, AtomIndex now) {
    const auto olds = was == kNone<AtomIndex> ? std::span<const OpenView>{} : old_links.open(was);
    const auto news = now == kNone<AtomIndex> ? std::span<const OpenView>{} : new_links_.open(now);
    const auto change = [&](const OpenView& o) {
      return OpenChange{id, o.relation, std::string(o.text), o.reason, std::string(o.detail)};
    };
    bool differ = false;
    auto x = olds.begin();
    auto y = news.begin();
    while (x != olds.end() || y != news.end()) {
      const bool only_old = y == news.end() || (x != olds.end() && x->order(*y) < 0);
      const bool only_new = !only_old && (x == olds.end() || y->order(*x) < 0);
      if (only_old) {
        delta_.closed.push_back(change(*x++));
      } else if (only_new) {
        delta_.opened.push_back(change(*y++));
      } else {
        const bool moved = !std::ranges::equal(x->sites, y->sites);
        ++x, ++y;
        if (!moved) continue;
      }
      differ = true;
    }
    return differ;
  }

  void finish() {
    const auto place = [](const AtomChange& change) {
      return std::pair(raw(change.after == kNone<AtomIndex> ? change.before : change.after),
                       change.after != kNone<AtomIndex>);
    };
    std::sort(delta_.atoms.begin(), delta_.atoms.end(),
              [&](const AtomChange& a, const AtomChange& b) { return place(a) < place(b); });
    std::sort(delta_.gained.begin(), delta_.gained.end());
    std::sort(delta_.lost.begin(), delta_.lost.end());
    std::sort(delta_.opened.begin(), delta_.opened.end());
    std::sort(delta_.closed.begin(), delta_.closed.end());
    delta_.moved_only = before_ != nullptr && after_ != nullptr && delta_.atoms.empty() &&
                        !some_moved_away_ && before_->hash != after_->hash;
  }

  std::vector<std::uint32_t>* assigned_;
  const FileVersion* before_;
  const FileVersion* after_;
  const Elsewhere& elsewhere_;
  LinkView old_links_, new_links_;
  std::map<const FileVersion*, std::unique_ptr<LinkView>> origins_;
  bool some_moved_away_ = false;
  FileDelta delta_;
};

}  // namespace

FileDelta diff_file(const FileVersion* before, FileVersion* after, const Elsewhere& elsewhere) {
  DG_ENFORCE(before != nullptr || after != nullptr, "a delta has at least one side");
  return Differ(before, after, elsewhere, after != nullptr ? &after->versions : nullptr).run();
}

FileDelta compare_file(const FileVersion* before, const FileVersion* after,
                       const Elsewhere& elsewhere) {
  DG_ENFORCE(before != nullptr || after != nullptr, "a delta has at least one side");
  return Differ(before, after, elsewhere, nullptr).run();
}

bool is_empty(const FileDelta& delta) noexcept {
  return delta.before != nullptr && delta.after != nullptr &&
         delta.before->hash == delta.after->hash &&
         delta.before->versions == delta.after->versions && delta.atoms.empty() &&
         delta.gained.empty() && delta.lost.empty() && delta.opened.empty() && delta.closed.empty();
}

DeltaCounts count(const Delta& delta) noexcept {
  DeltaCounts counts;
  counts.files = static_cast<std::uint32_t>(delta.files.size());
  for (const FileDelta& file : delta.files) {
    for (const AtomChange& atom : file.atoms) {
      switch (atom.operation) {
        case Operation::create:
          ++counts.created;
          break;
        case Operation::delete_:
          ++counts.deleted;
          break;
        case Operation::rename:
          ++counts.renamed;
          break;
        case Operation::move:
          ++counts.moved;
          break;
        case Operation::update:
        case Operation::reconcile:
          ++counts.updated;
          break;
      }
    }
    counts.relations_gained += static_cast<std::uint32_t>(file.gained.size());
    counts.relations_lost += static_cast<std::uint32_t>(file.lost.size());
    counts.opened += static_cast<std::uint32_t>(file.opened.size());
    counts.closed += static_cast<std::uint32_t>(file.closed.size());
  }
  return counts;
}

}  // namespace dg
