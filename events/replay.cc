#include "events/replay.h"

#include <algorithm>

#include "events/json_text.h"
#include "events/link_view.h"
#include "events/names.h"

namespace dg {
namespace {

bool has(FieldSet fields, Field field) {
  return (fields & static_cast<FieldSet>(field)) != 0;
}

/// Copies the fields that changed.
void overwrite(AtomContent& content, const AtomContent& now, FieldSet changed) {
  if (has(changed, Field::name)) {
    content.id_text = now.id_text;
    content.file = now.file;
    content.name = now.name;
  }
  if (has(changed, Field::kind)) {
    content.kind = now.kind;
    content.form = now.form;
    content.is_static = now.is_static;
    content.ambient = now.ambient;
    content.test_callee = now.test_callee;
  }
  if (has(changed, Field::signature)) content.signature = now.signature;
  if (has(changed, Field::doc)) content.doc = now.doc;
  if (has(changed, Field::body)) content.body_hash = now.body_hash;
  if (has(changed, Field::exported)) content.exported = now.exported;
  if (has(changed, Field::async)) content.is_async = now.is_async;
  if (has(changed, Field::owner)) content.owner = now.owner;
}

FoldedEdge edge(const EdgeEvent& event, const std::vector<Site>& sites) {
  return {event.relation, event.target, event.confidence, sites};
}
FoldedOpen open(const OpenEvent& event, const std::vector<Site>& sites) {
  return {event.relation, event.text, event.reason, event.detail, sites};
}

template <typename T>
bool erase(std::vector<T>& sorted, const T& value) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), value);
  if (at == sorted.end() || *at != value) return false;
  sorted.erase(at);
  return true;
}
template <typename T>
void insert(std::vector<T>& sorted, T value) {
  sorted.insert(std::lower_bound(sorted.begin(), sorted.end(), value), std::move(value));
}

/// Takes out what is lost, then puts in what is gained; false where something lost is not there.
template <typename Folded, typename Change, typename Make>
bool fold(std::vector<Folded>& list, const std::vector<Change>& lost,
          const std::vector<Change>& changed, const std::vector<Change>& gained, Make make) {
  const auto take_out = [&](const Change& change) {
    return erase(list, make(change, change.before));
  };
  const auto put_in = [&](const Change& change) { insert(list, make(change, change.after)); };
  if (!std::all_of(lost.begin(), lost.end(), take_out)) return false;
  if (!std::all_of(changed.begin(), changed.end(), take_out)) return false;
  std::for_each(changed.begin(), changed.end(), put_in);
  std::for_each(gained.begin(), gained.end(), put_in);
  return true;
}

std::string label(AtomId id, const FoldedAtom& atom) {
  return "atom " + std::to_string(raw(id)) + " (" + atom.content.id_text + ")";
}

/// The first thing in which two versions of an atom differ.
std::string atom_difference(const FoldedAtom& a, const FoldedAtom& b) {
  const AtomContent& x = a.content;
  const AtomContent& y = b.content;
  const auto text = [](const char* what, const std::string& p, const std::string& q) {
    return std::string(what) + " '" + p + "' against '" + q + "'";
  };
  if (a.version != b.version) {
    return text("version", std::to_string(a.version), std::to_string(b.version));
  }
  if (x.id_text != y.id_text) return text("id", x.id_text, y.id_text);
  if (x.name != y.name) return text("name", x.name, y.name);
  if (x.signature != y.signature) return text("signature", x.signature, y.signature);
  if (x.doc != y.doc) return text("doc", x.doc, y.doc);
  if (x.owner != y.owner) {
    return text("owner", std::to_string(raw(x.owner)), std::to_string(raw(y.owner)));
  }
  if (x.body_hash != y.body_hash) {
    return text("body", std::to_string(x.body_hash), std::to_string(y.body_hash));
  }
  if (x != y) return "kind, form, file or flags";
  const auto one_edge = [](const FoldedEdge& e) {
    return std::string(to_string(e.relation)) + " " + std::to_string(raw(e.target)) + " " +
           std::string(to_string(e.confidence)) + " " + std::to_string(e.sites.size()) + " sites";
  };
  const auto one_open = [](const FoldedOpen& o) {
    return std::string(to_string(o.relation)) + " " + o.text + " " +
           std::string(to_string(o.reason)) + " " + o.detail + " " +
           std::to_string(o.sites.size()) + " sites";
  };
  const auto first = [&](const char* what, const auto& p, const auto& q, const auto& show) {
    const std::size_t n = std::min(p.size(), q.size());
    std::size_t i = 0;
    while (i < n && p[i] == q[i]) ++i;
    return text(what, i < p.size() ? show(p[i]) : "none", i < q.size() ? show(q[i]) : "none");
  };
  if (a.edges != b.edges) return first("edge", a.edges, b.edges, one_edge);
  return first("open reference", a.open, b.open, one_open);
}

template <typename Map>
std::vector<std::uint32_t> keys(const Map& a, const Map& b) {
  std::vector<std::uint32_t> ids;
  ids.reserve(a.size() + b.size());
  for (const auto& entry : a) ids.push_back(entry.first);
  for (const auto& entry : b) ids.push_back(entry.first);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

FoldedState FoldedState::of(const std::vector<FileVersionPtr>& files) {
  FoldedState state;
  for (const FileVersionPtr& file : files) {
    std::string path;
    append_utf8(path, file->path);
    state.set_file(file->id, {std::move(path), file->hash, places_of(*file)});
    LinkView links(file.get());
    for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
      FoldedAtom& atom = state.atoms_[raw(file->atoms[i])];
      atom.version = file->versions[i];
      content_of(*file, AtomIndex{i}, atom.content);
      for (const Edge& e : links.edges(AtomIndex{i})) {
        const auto sites = links.sites(e);
        atom.edges.push_back({e.relation, e.target, e.confidence, {sites.begin(), sites.end()}});
      }
      for (const OpenView& o : links.open(AtomIndex{i})) {
        FoldedOpen& folded = atom.open.emplace_back();
        folded.relation = o.relation;
        folded.reason = o.reason;
        append_utf8(folded.text, o.text);
        append_utf8(folded.detail, o.detail);
        folded.sites.assign(o.sites.begin(), o.sites.end());
      }
      std::sort(atom.edges.begin(), atom.edges.end());
      std::sort(atom.open.begin(), atom.open.end());
    }
  }
  return state;
}

void FoldedState::reconcile(const Event& event) {
  atoms_.erase(raw(event.atom));
  ended_.erase(raw(event.atom));
  if (event.changed == 0) {
    ended_[raw(event.atom)] = event.version_after;
    return;
  }
  FoldedAtom& atom = atoms_[raw(event.atom)];
  atom.version = event.version_after;
  atom.content = event.now;
  fold(atom.edges, {}, {}, event.gained, edge);
  fold(atom.open, {}, {}, event.opened, open);
}

std::optional<std::string> FoldedState::apply(const Event& event) {
  if (event.operation == Operation::reconcile) {
    reconcile(event);
    return std::nullopt;
  }
  if (auto wrong = content(event)) return wrong;
  FoldedAtom& atom = atoms_[raw(event.atom)];
  const bool edges = fold(atom.edges, event.lost, event.resited, event.gained, edge);
  const bool opens = fold(atom.open, event.closed, event.reopened, event.opened, open);
  if (!edges || !opens) {
    return label(event.atom, atom) + " loses a link at sequence " +
           std::to_string(raw(event.sequence)) + " that it does not have";
  }
  if (event.operation != Operation::delete_) return std::nullopt;
  if (!atom.edges.empty() || !atom.open.empty()) {
    return label(event.atom, atom) + " is deleted and keeps a link";
  }
  atoms_.erase(raw(event.atom));
  ended_[raw(event.atom)] = event.version_after;
  return std::nullopt;
}

std::optional<std::string> FoldedState::content(const Event& event) {
  const auto at = atoms_.find(raw(event.atom));
  const bool live = at != atoms_.end();
  const auto fail = [&](const std::string& what) {
    return "atom " + std::to_string(raw(event.atom)) + " at sequence " +
           std::to_string(raw(event.sequence)) + ": " + what;
  };
  if (live == (event.operation == Operation::create)) {
    return fail(live ? "created while it is live"
                     : std::string(to_string(event.operation)) + " of what is not live");
  }
  const auto ended = ended_.find(raw(event.atom));
  const std::uint32_t version = live                    ? at->second.version
                                : ended == ended_.end() ? 0
                                                        : ended->second;
  if (event.version_before != version || event.version_after != version + 1) {
    return fail("version " + std::to_string(event.version_after) + " follows " +
                std::to_string(version));
  }
  FoldedAtom& atom = live ? at->second : atoms_[raw(event.atom)];
  atom.version = event.version_after;
  if (event.operation == Operation::create) {
    atom.content = event.now;
  } else if (event.operation == Operation::delete_) {
    if (atom.content != event.was) return fail("deleted with another content than it has");
  } else if (event.operation == Operation::move) {
    if (atom.content != event.was) return fail("moved with another content than it has");
    atom.content = event.now;
  } else {
    AtomContent was = atom.content;
    overwrite(was, event.was, event.changed);
    if (was != atom.content) return fail("changed from another content than it has");
    overwrite(atom.content, event.now, event.changed);
  }
  return std::nullopt;
}

const FoldedAtom* FoldedState::atom(AtomId id) const {
  const auto at = atoms_.find(raw(id));
  return at == atoms_.end() ? nullptr : &at->second;
}

const FoldedFile* FoldedState::file(FileId id) const {
  const auto at = files_.find(raw(id));
  return at == files_.end() ? nullptr : &at->second;
}

std::vector<Difference> FoldedState::take_out(const FoldedState& part) {
  std::vector<Difference> differences;
  for (const auto& [id, there] : part.files_) {
    const auto here = files_.find(id);
    const std::string name = "file " + there.path;
    if (here == files_.end()) {
      differences.push_back({FileId{id}, kNoAtom, name, "none", "a file"});
      continue;
    }
    const auto differs = [&](const char* what, const std::string& a, const std::string& b) {
      differences.push_back({FileId{id}, kNoAtom, name + " " + what, a, b});
    };
    if (here->second.path != there.path) {
      differs("path", here->second.path, there.path);
    } else if (here->second.hash != there.hash) {
      differs("content hash", std::to_string(here->second.hash.low),
              std::to_string(there.hash.low));
    } else if (here->second.places != there.places) {
      differs("positions", "others", "others");
    }
    files_.erase(here);
  }
  for (const auto& [id, there] : part.atoms_) {
    const auto here = atoms_.find(id);
    if (here == atoms_.end()) {
      differences.push_back({kNoFile, AtomId{id}, there.content.id_text, "none", "an atom"});
      continue;
    }
    if (here->second != there) {
      differences.push_back({kNoFile, AtomId{id}, there.content.id_text,
                             atom_difference(here->second, there),
                             "version " + std::to_string(there.version)});
    }
    atoms_.erase(here);
  }
  return differences;
}

std::vector<Difference> FoldedState::rest() const {
  std::vector<Difference> all;
  for (const auto& [id, file] : files_)
    all.push_back({FileId{id}, kNoAtom, "file " + file.path, "a file", "none"});
  for (const auto& [id, atom] : atoms_)
    all.push_back({kNoFile, AtomId{id}, atom.content.id_text, "an atom", "none"});
  return all;
}

std::uint32_t FoldedState::ended(AtomId id) const {
  const auto at = ended_.find(raw(id));
  return at == ended_.end() ? 0 : at->second;
}

std::string FoldedState::difference(const FoldedState& other) const {
  for (const std::uint32_t id : keys(files_, other.files_)) {
    const FoldedFile* a = file(FileId{id});
    const FoldedFile* b = other.file(FileId{id});
    const std::string name = "file " + std::to_string(id) + " (" + (a ? *a : *b).path + ")";
    if (a == nullptr || b == nullptr) return name + " is only in the " + (a ? "first" : "second");
    if (a->path != b->path) return name + " has the path " + b->path + " in the second";
    if (a->hash != b->hash) return name + " differs in content hash";
    if (a->places != b->places) return name + " differs in positions";
  }
  for (const std::uint32_t id : keys(atoms_, other.atoms_)) {
    const FoldedAtom* a = atom(AtomId{id});
    const FoldedAtom* b = other.atom(AtomId{id});
    const std::string name = label(AtomId{id}, a ? *a : *b);
    if (a == nullptr || b == nullptr) return name + " is only in the " + (a ? "first" : "second");
    if (*a != *b) return name + " differs in " + atom_difference(*a, *b);
  }
  return {};
}

}  // namespace dg
