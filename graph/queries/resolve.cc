#include "graph/queries/resolve.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "graph/queries/nameless.h"
#include "graph/queries/options.h"

namespace dg {
namespace {

/// Takes a final `:<number>` off the text.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || stop != end || number == 0) return std::nullopt;
  text = text.substr(0, colon);
  return number;
}

AtomRef atom_on_line(const Snapshot& snapshot, std::string_view path, std::uint32_t line) {
  const FileVersionPtr file = snapshot.file_at(path);
  if (file == nullptr) return {};
  const std::vector<Atom>& atoms = file->facts->atoms;
  const auto at = std::lower_bound(
      atoms.begin() + 1, atoms.end(), line,
      [](const Atom& atom, std::uint32_t wanted) { return atom.start.line < wanted; });
  if (at != atoms.end() && at->start.line == line) {
    return {file.get(), AtomIndex{static_cast<std::uint32_t>(at - atoms.begin())}};
  }
  return snapshot.atom_at(path, {line, 1});
}

AtomRef atom_at_place(const Snapshot& snapshot, std::string_view text) {
  const std::optional<std::uint32_t> last = take_number(text);
  if (!last) return {};
  std::string_view rest = text;
  const std::optional<std::uint32_t> line = take_number(rest);
  // `a.js:12:7`, unless the file is called `a.js:12`.
  if (line && snapshot.file_at(text) == nullptr) return snapshot.atom_at(rest, {*line, *last});
  return atom_on_line(snapshot, text, *last);
}

std::vector<AtomId> atoms_ending_so(const Snapshot& snapshot, std::string_view text) {
  std::vector<AtomId> found;
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return found;
  const std::string ending = "." + std::string(text);
  for (const AtomId id : snapshot.atoms_named(text.substr(dot + 1))) {
    if (snapshot.atom(id).qualified_name().ends_with(ending)) found.push_back(id);
  }
  return found;
}

/// A declaration without a body (`.d.ts`, `declare`, an overload) steps back where the name also
/// has an implementation: that is what is asked for.
std::vector<AtomId> implementations_first(const Snapshot& snapshot, std::vector<AtomId> named) {
  const auto ambient = [&](AtomId id) { return snapshot.atom(id).atom().ambient; };
  if (!std::all_of(named.begin(), named.end(), ambient)) std::erase_if(named, ambient);
  return named;
}

}  // namespace

ResolvedAtoms resolve_atom(const Snapshot& snapshot, std::string_view text) {
  while (text.starts_with("./")) text.remove_prefix(2);
  if (text.empty()) return {};
  if (const AtomRef atom = snapshot.atom_with_id(text)) return {AtomForm::id, {atom.id()}};
  if (const AtomRef atom = atom_at_place(snapshot, text)) return {AtomForm::place, {atom.id()}};
  if (const FileVersionPtr file = snapshot.file_at(text)) {
    return {AtomForm::file, {file->atoms.front()}};
  }
  if (auto named = snapshot.atoms_named(text); !named.empty()) {
    return {AtomForm::name, implementations_first(snapshot, std::move(named))};
  }
  if (auto ending = atoms_ending_so(snapshot, text); !ending.empty()) {
    return {AtomForm::tail, implementations_first(snapshot, std::move(ending))};
  }
  if (auto nameless = nameless_exports(snapshot, text); !nameless.empty()) {
    return {AtomForm::nameless_export, std::move(nameless)};
  }
  return {};
}

}  // namespace dg
