#include "events/positions.h"

#include <algorithm>
#include <limits>

#include "parser/check.h"

namespace dg {
namespace {

constexpr char kFormat = 3;
constexpr char kFormatWithoutTexts = 2;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

void put(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

/// Places are close to the place before them, so that most take two bytes.
class PlaceWriter {
 public:
  explicit PlaceWriter(std::string& out) : out_(out) {}
  void operator()(Position place) {
    const std::int64_t step = std::int64_t{place.line} - line_;
    put(out_, (static_cast<std::uint64_t>(step) << 1) ^ static_cast<std::uint64_t>(step >> 63));
    put(out_, place.col);
    line_ = place.line;
  }

 private:
  std::string& out_;
  std::int64_t line_ = 1;
};

class PlaceReader {
 public:
  explicit PlaceReader(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

  bool number(std::uint64_t& value, std::uint64_t limit) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value <= limit && (byte != 0 || shift == 0);
    }
    return false;
  }

  bool text(std::string& text) {
    std::uint64_t length = 0;
    if (!number(length, bytes_.size()) || length > bytes_.size()) return false;
    text = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return true;
  }

  bool place(Position& place) {
    std::uint64_t coded = 0;
    std::uint64_t col = 0;
    if (!number(coded, kMax32 * 2 + 1) || !number(col, kMax32)) return false;
    const std::int64_t step =
        static_cast<std::int64_t>(coded >> 1) ^ -static_cast<std::int64_t>(coded & 1);
    line_ += step;
    if (line_ < 0 || line_ > static_cast<std::int64_t>(kMax32)) return false;
    place = {static_cast<std::uint32_t>(line_), static_cast<std::uint32_t>(col)};
    return true;
  }

 private:
  std::string_view bytes_;
  std::int64_t line_ = 1;
};

void put_figures(std::string& out, const FileFigures& figures) {
  put(out, static_cast<std::uint64_t>(figures.language));
  put(out, static_cast<std::uint64_t>(figures.skipped));
  put(out, figures.lines);
  put(out, figures.size);
  put(out, figures.problem_count);
  if (!figures.first_problem) return put(out, 0);
  put(out, 1 + static_cast<std::uint64_t>(figures.first_problem->kind));
  put(out, figures.first_problem->at.line);
  put(out, figures.first_problem->at.col);
}

template <typename Value>
bool read(PlaceReader& reader, Value& value, std::uint64_t limit) {
  std::uint64_t number = 0;
  if (!reader.number(number, limit)) return false;
  value = static_cast<Value>(number);
  return true;
}

bool read_figures(PlaceReader& reader, FileFigures& figures) {
  std::uint64_t problem = 0;
  if (!read(reader, figures.language, static_cast<std::uint64_t>(Language::tsx)) ||
      !read(reader, figures.skipped, static_cast<std::uint64_t>(SkipReason::too_complex)) ||
      !read(reader, figures.lines, kMax32) ||
      !read(reader, figures.size, std::numeric_limits<std::uint64_t>::max()) ||
      !read(reader, figures.problem_count, kMax32) ||
      !read(reader, problem, 1 + static_cast<std::uint64_t>(ProblemKind::nul_byte))) {
    return false;
  }
  if (problem == 0) return true;
  Problem& first = figures.first_problem.emplace();
  first.kind = static_cast<ProblemKind>(problem - 1);
  return read(reader, first.at.line, kMax32) && read(reader, first.at.col, kMax32);
}

FileFigures figures_of(const FileVersion& file) {
  const FileFacts& facts = *file.facts;
  FileFigures figures{facts.language, facts.skipped,       facts.lines,
                      file.size,      facts.problem_count, std::nullopt};
  if (!facts.problems.empty()) figures.first_problem = facts.problems.front();
  return figures;
}

std::vector<ReferenceText> uncertain_texts(const FileVersion& file, const FilePlaces& places) {
  std::vector<ReferenceText> texts;
  if (file.links == nullptr) return texts;
  for (const Edge& edge : file.links->edges) {
    const std::uint32_t atom = raw(edge.source);
    for (std::uint32_t i = 0; i < edge.sites.count; ++i) {
      const Site& site = file.links->sites[edge.sites.begin + i];
      if (site.confidence == Confidence::exact || site.ordinal == kNoOrdinal) continue;
      const std::uint32_t begin = file.facts->atoms[atom].references.begin;
      texts.push_back(
          {places.atoms[atom].references.begin + site.ordinal,
           std::string(file.facts->name(file.facts->references[begin + site.ordinal].text))});
    }
  }
  const auto order = [](const ReferenceText& a, const ReferenceText& b) {
    return a.reference < b.reference;
  };
  std::sort(texts.begin(), texts.end(), order);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

bool read_texts(PlaceReader& reader, FilePlaces& places) {
  std::uint64_t count = 0;
  if (!reader.number(count, reader.left() / 2)) return false;
  places.texts->resize(count);
  std::uint64_t reference = 0;  // The one after the last.
  for (ReferenceText& each : *places.texts) {
    std::uint64_t step = 0;
    if (!reader.number(step, kMax32) || !reader.text(each.text)) return false;
    reference += step;
    if (reference >= places.references.size()) return false;
    each.reference = static_cast<std::uint32_t>(reference++);
  }
  return true;
}

}  // namespace

FilePlaces places_of(const FileVersion& file) {
  FilePlaces places;
  places.figures = figures_of(file);
  places.atoms.reserve(file.atoms.size());
  places.references.reserve(file.facts->references.size());
  for (std::size_t i = 0; i < file.atoms.size(); ++i) {
    const Atom& atom = file.facts->atoms[i];
    const auto begin = static_cast<std::uint32_t>(places.references.size());
    for (std::uint32_t k = 0; k < atom.references.count; ++k) {
      places.references.push_back(file.facts->references[atom.references.begin + k].at);
    }
    places.atoms.push_back({file.atoms[i],
                            atom.start,
                            atom.end,
                            atom.name_at,
                            {begin, atom.references.count},
                            atom.complexity,
                            atom.code_lines});
  }
  places.texts = uncertain_texts(file, places);
  return places;
}

std::string pack_places(const FilePlaces& places) {
  std::string out;
  out.reserve(16 + places.atoms.size() * 14 + places.references.size() * 2);
  out += kFormat;
  put_figures(out, places.figures);
  put(out, places.atoms.size());
  PlaceWriter place(out);
  std::uint32_t references = 0;
  for (const AtomPlace& atom : places.atoms) {
    DG_ENFORCE(atom.references.begin == references, "references are grouped by atom, in its order");
    put(out, raw(atom.id));
    place(atom.start);
    place(atom.end);
    place(atom.name_at);
    put(out, atom.references.count);
    put(out, atom.complexity);
    put(out, atom.code_lines);
    references += atom.references.count;
  }
  DG_ENFORCE(references == places.references.size(), "every reference has an atom");
  for (const Position& at : places.references) place(at);
  if (!places.texts) {
    out.front() = kFormatWithoutTexts;
    return out;
  }
  put(out, places.texts->size());
  std::uint32_t next = 0;
  for (const ReferenceText& each : *places.texts) {
    put(out, each.reference - next);
    put(out, each.text.size());
    out += each.text;
    next = each.reference + 1;
  }
  return out;
}

std::string pack_positions(const FileVersion& file) {
  return pack_places(places_of(file));
}

std::optional<FilePlaces> unpack_positions(std::string_view bytes) {
  if (bytes.empty() || (bytes.front() != kFormat && bytes.front() != kFormatWithoutTexts))
    return std::nullopt;
  PlaceReader reader(bytes.substr(1));
  FilePlaces places;
  if (!read_figures(reader, places.figures)) return std::nullopt;
  // Each atom takes at least ten bytes and each reference two, so that no count can make us
  // allocate more than a small multiple of what is there.
  std::uint64_t count = 0;
  if (!reader.number(count, reader.left() / 10)) return std::nullopt;
  places.atoms.resize(count);
  std::uint64_t references = 0;
  for (AtomPlace& atom : places.atoms) {
    std::uint64_t id = 0;
    std::uint64_t own = 0;
    if (!reader.number(id, kMax32) || !reader.place(atom.start) || !reader.place(atom.end) ||
        !reader.place(atom.name_at) || !reader.number(own, bytes.size()) ||
        !read(reader, atom.complexity, std::numeric_limits<std::uint16_t>::max()) ||
        !read(reader, atom.code_lines, kMax32)) {
      return std::nullopt;
    }
    atom.id = AtomId{static_cast<std::uint32_t>(id)};
    atom.references = {static_cast<std::uint32_t>(references), static_cast<std::uint32_t>(own)};
    references += own;
  }
  if (references > reader.left() / 2) return std::nullopt;
  places.references.resize(references);
  for (Position& at : places.references) {
    if (!reader.place(at)) return std::nullopt;
  }
  if (bytes.front() == kFormatWithoutTexts) {
    places.texts.reset();
  } else if (!read_texts(reader, places)) {
    return std::nullopt;
  }
  if (!reader.at_end()) return std::nullopt;
  return places;
}

}  // namespace dg
