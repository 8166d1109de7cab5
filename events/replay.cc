#include "events/replay.h"

#include <algorithm>

#include "events/json_text.h"
#include "events/names.h"

namespace dg {
namespace {

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
  for (const FileVersionPtr& file : files) state.add(file_state_of(*file));
  return state;
}

void FoldedState::add(FileState file) {
  for (std::size_t i = 0; i < file.atoms.size(); ++i) {
    atoms_[raw(file.places.atoms[i].id)] = std::move(file.atoms[i]);
  }
  std::string path;
  append_utf8(path, file.path);
  set_file(file.id, {std::move(path), file.hash, std::move(file.places)});
}

std::optional<FileState> FoldedState::file_state(FileId id, const std::string& path) const {
  const FoldedFile* file = this->file(id);
  if (file == nullptr) return std::nullopt;
  FileState state{id, path, file->hash, file->places, {}};
  state.atoms.reserve(file->places.atoms.size());
  for (const AtomPlace& place : file->places.atoms) {
    const FoldedAtom* atom = this->atom(place.id);
    if (atom == nullptr) return std::nullopt;
    state.atoms.push_back(*atom);
  }
  return state;
}

void FoldedState::reconcile(const Event& event) {
  atoms_.erase(raw(event.atom));
  ended_.erase(raw(event.atom));
  if (event.changed == 0) {
    ended_[raw(event.atom)] = event.version_after;
  } else {
    restate(atoms_[raw(event.atom)], event);
  }
}

std::optional<std::string> FoldedState::apply(const Event& event) {
  if (event.operation == Operation::reconcile) {
    reconcile(event);
    return std::nullopt;
  }
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
                                : ended == ended_.end() ? unknown_version(event)
                                                        : ended->second;
  if (event.version_before != version || event.version_after != version + 1) {
    return fail("version " + std::to_string(event.version_after) + " follows " +
                std::to_string(version));
  }
  FoldedAtom& atom = live ? at->second : atoms_[raw(event.atom)];
  if (auto wrong = fold_event(atom, event)) return wrong;
  if (event.operation != Operation::delete_) return std::nullopt;
  atoms_.erase(raw(event.atom));
  ended_[raw(event.atom)] = event.version_after;
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
  for (const auto& entry : part.files_) {
    const std::uint32_t id = entry.first;
    const FoldedFile& there = entry.second;
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
