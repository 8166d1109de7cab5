#include "daemon/lsp/places.h"

#include <algorithm>

#include "daemon/lsp/uri.h"

namespace dg::lsp {

std::optional<std::string> Places::file_of(const std::string& uri) const {
  const std::optional<std::string> path = path_of(uri);
  if (!path || !path->starts_with(root_ + "/")) return std::nullopt;
  return path->substr(root_.size() + 1);
}

std::string Places::uri_of(const std::string& file) const {
  return lsp::uri_of(root_ + "/" + file);
}

Places::File& Places::file(const std::string& name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  File file{documents_.both(root_ + "/" + name), {}, {}};
  if (file.both.shown->bytes() != file.both.saved->bytes()) {
    file.to_shown.emplace(*file.both.saved, *file.both.shown);
    file.to_saved.emplace(*file.both.shown, *file.both.saved);
  }
  return files_.emplace(name, std::move(file)).first->second;
}

std::optional<std::string> Places::place_of(const std::string& name, Spot spot) {
  const File& text = file(name);
  const std::uint32_t column = text.both.shown->column(spot, encoding_, Encoding::utf16);
  std::uint32_t line = spot.line;
  if (text.to_saved) {
    if (!text.to_saved->is_kept(line)) return std::nullopt;
    line = text.to_saved->map(line);
  }
  return name + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1);
}

Spot Places::spot(const std::string& name, std::uint32_t line, std::uint32_t column) {
  Spot saved{std::max(line, 1u) - 1, std::max(column, 1u) - 1};
  // Nothing has to be read where the editor counts as the service does and has no text of its own.
  if (encoding_ == Encoding::utf16 && !documents_.version(root_ + "/" + name)) return saved;
  const File& text = file(name);
  saved.character = text.both.saved->column(saved, Encoding::utf16, encoding_);
  if (text.to_shown) saved.line = text.to_shown->map(saved.line);
  return saved;
}

Json Places::range(const std::string& name, std::uint32_t line, std::uint32_t column,
                   std::uint32_t units) {
  return range(name, spot(name, line, column), spot(name, line, column + units));
}

Json Places::range(const std::string&, Spot begin, Spot end) {
  return {{"start", position_json(begin)}, {"end", position_json(std::max(begin, end))}};
}

Json Places::lines(const std::string& name, std::uint32_t first, std::uint32_t last) {
  const Spot begin = spot(name, first, 1);
  Spot end = spot(name, last, 1);
  // LSP: a column beyond the line's end means its end.
  end.character = INT32_MAX;
  return range(name, begin, end);
}

}  // namespace dg::lsp
