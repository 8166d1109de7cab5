#include "events/file_state.h"

#include <algorithm>
#include <array>

#include "events/json_text.h"
#include "events/link_view.h"

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

std::optional<std::string> fold_content(AtomContent& content, const Event& event) {
  switch (event.operation) {
    case Operation::create:
      content = event.now;
      return std::nullopt;
    case Operation::delete_:
      if (content != event.was) return "deleted with another content than it has";
      return std::nullopt;
    case Operation::move:
      if (content != event.was) return "moved with another content than it has";
      content = event.now;
      return std::nullopt;
    case Operation::reconcile:
      content = event.now;
      return std::nullopt;
    case Operation::update:
    case Operation::rename:
      break;
  }
  AtomContent was = content;
  overwrite(was, event.was, event.changed);
  if (was != content) return "changed from another content than it has";
  overwrite(content, event.now, event.changed);
  return std::nullopt;
}

std::string contradiction(const Event& event, const std::string& what) {
  return "atom " + std::to_string(raw(event.atom)) + " at sequence " +
         std::to_string(raw(event.sequence)) + ": " + what;
}

FoldedAtom folded_atom(const FileVersion& file, AtomIndex index, LinkView& links) {
  FoldedAtom atom;
  atom.version = file.versions[raw(index)];
  content_of(file, index, atom.content);
  for (const Edge& e : links.edges(index)) {
    const auto sites = links.sites(e);
    atom.edges.push_back({e.relation, e.target, e.confidence, {sites.begin(), sites.end()}});
  }
  for (const OpenView& o : links.open(index)) {
    FoldedOpen& folded = atom.open.emplace_back();
    folded.relation = o.relation;
    folded.reason = o.reason;
    append_utf8(folded.text, o.text);
    append_utf8(folded.detail, o.detail);
    folded.sites.assign(o.sites.begin(), o.sites.end());
  }
  std::sort(atom.edges.begin(), atom.edges.end());
  std::sort(atom.open.begin(), atom.open.end());
  return atom;
}

}  // namespace

std::optional<std::string> fold_event(FoldedAtom& atom, const Event& event) {
  if (const auto wrong = fold_content(atom.content, event)) return contradiction(event, *wrong);
  const bool edges = fold(atom.edges, event.lost, event.resited, event.gained, edge);
  const bool opens = fold(atom.open, event.closed, event.reopened, event.opened, open);
  if (!edges || !opens) return contradiction(event, "loses a link that it does not have");
  atom.version = event.version_after;
  if (event.operation != Operation::delete_) return std::nullopt;
  if (atom.edges.empty() && atom.open.empty()) return std::nullopt;
  return contradiction(event, "is deleted and keeps a link");
}

void restate(FoldedAtom& atom, const Event& event) {
  atom = FoldedAtom{};
  atom.version = event.version_after;
  atom.content = event.now;
  fold(atom.edges, {}, {}, event.gained, edge);
  fold(atom.open, {}, {}, event.opened, open);
}

FileState file_state_of(const FileVersion& file) {
  FileState state{file.id, file.path, file.hash, places_of(file), {}};
  state.atoms.reserve(file.atoms.size());
  LinkView links(&file);
  for (std::uint32_t i = 0; i < file.atoms.size(); ++i) {
    state.atoms.push_back(folded_atom(file, AtomIndex{i}, links));
  }
  return state;
}

FileFold::FileFold(FileId id, std::string path) : id_(id), path_(std::move(path)) {}

std::optional<std::string> FileFold::apply(const Event& event) {
  // What is here already under the id of an arriving atom had moved away unseen.
  if (event.operation == Operation::create) {
    return fold_event(atoms_[raw(event.atom)] = FoldedAtom{}, event);
  }
  if (event.operation == Operation::move) {
    restate(atoms_[raw(event.atom)], event);
    return std::nullopt;
  }
  if (event.operation == Operation::reconcile) {
    if (event.changed == 0) {
      atoms_.erase(raw(event.atom));
    } else {
      restate(atoms_[raw(event.atom)], event);
    }
    return std::nullopt;
  }
  const auto at = atoms_.find(raw(event.atom));
  if (at == atoms_.end()) {
    return contradiction(event, std::string(to_string(event.operation)) + " of what is not there");
  }
  if (event.version_before != at->second.version) {
    return contradiction(event, "version " + std::to_string(event.version_after) + " follows " +
                                    std::to_string(at->second.version));
  }
  if (auto wrong = fold_event(at->second, event)) return wrong;
  if (event.operation == Operation::delete_) atoms_.erase(at);
  return std::nullopt;
}

std::optional<FileState> FileFold::finish(const ContentHash& hash, FilePlaces places) && {
  FileState state{id_, std::move(path_), hash, std::move(places), {}};
  state.atoms.reserve(state.places.atoms.size());
  for (const AtomPlace& place : state.places.atoms) {
    const auto at = atoms_.find(raw(place.id));
    if (at == atoms_.end()) return std::nullopt;
    state.atoms.push_back(std::move(at->second));
    atoms_.erase(at);
  }
  return state;
}

}  // namespace dg
