#include "events/dump.h"

#include <algorithm>
#include <charconv>

#include "events/link_view.h"
#include "events/names.h"

namespace dg {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

struct AtomPlaceOf {
  const FileVersion* file = nullptr;
  AtomIndex index{};
};

/// The text of any atom of the project.
class AtomTexts {
 public:
  explicit AtomTexts(const std::vector<FileVersionPtr>& files) {
    std::size_t bound = 0;
    for (const FileVersionPtr& file : files) {
      for (const AtomId id : file->atoms) bound = std::max<std::size_t>(bound, raw(id) + 1);
    }
    places_.resize(bound);
    for (const FileVersionPtr& file : files) {
      for (std::uint32_t i = 0; i < file->atoms.size(); ++i) {
        places_[raw(file->atoms[i])] = {file.get(), AtomIndex{i}};
      }
    }
  }
  AtomPlaceOf find(AtomId id) const {
    return raw(id) < places_.size() ? places_[raw(id)] : AtomPlaceOf{};
  }

 private:
  std::vector<AtomPlaceOf> places_;
};

/// Builds one line, part by part.
class Line {
 public:
  explicit Line(std::string_view kind) : text_(kind) {}

  Line& part(std::string_view text) {
    text_ += '\t';
    return more(text);
  }
  /// Continues the last part; what cannot be read as one line of UTF-8 is escaped.
  Line& more(std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F || byte == '\\') {
        text_ += "\\x";
        text_ += kHex[byte >> 4];
        text_ += kHex[byte & 15];
      } else {
        text_ += c;
      }
    }
    return *this;
  }
  Line& number(std::uint64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, end);
    return *this;
  }
  Line& hex(std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) text_ += kHex[value >> shift & 15];
    return *this;
  }
  Line& place(Position at) { return number(at.line).more(":").number(at.col); }
  Line& flag(bool set, std::string_view name) { return set ? more(" ").more(name) : *this; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

class FileDump {
 public:
  FileDump(const FileVersion& file, const AtomTexts& atoms)
      : file_(file), facts_(*file.facts), atoms_(atoms), links_(&file) {}

  void write(std::string& out) {
    out += file_line();
    out += '\n';
    for (std::uint32_t i = 0; i < facts_.atoms.size(); ++i) {
      const AtomIndex atom{i};
      lines_.push_back(atom_line(facts_.atoms[i]));
      for (const Edge& edge : links_.edges(atom)) lines_.push_back(edge_line(atom, edge));
      for (const OpenView& open : links_.open(atom)) lines_.push_back(open_line(atom, open));
    }
    for (const Problem& problem : facts_.problems) {
      Line line("problem");
      line.part(to_string(problem.kind)).part("@").place(problem.at);
      lines_.push_back(line.take());
    }
    std::sort(lines_.begin(), lines_.end());
    for (const std::string& line : lines_) {
      out += line;
      out += '\n';
    }
  }

 private:
  std::string file_line() const {
    Line line("file");
    line.part(file_.path).part("").hex(file_.hash.high).hex(file_.hash.low);
    line.part(to_string(facts_.language)).part(to_string(facts_.skipped));
    line.part("").number(facts_.lines).more(" lines ").number(facts_.bytes).more(" bytes ");
    line.number(facts_.problem_count).more(" problems");
    line.flag(facts_.is_module, "module").flag(facts_.is_commonjs, "commonjs");
    return line.take();
  }

  Line& id(Line& line, const FileVersion& file, const Atom& atom) const {
    return line.part(file.path).more("::").more(file.facts->name(atom.qualified_name));
  }
  Line& id(Line& line, AtomIndex atom) const { return id(line, file_, facts_.atoms[raw(atom)]); }

  std::string atom_line(const Atom& atom) const {
    Line line("atom");
    id(line, file_, atom);
    line.part(to_string(atom.kind)).more(" ").more(to_string(atom.form));
    line.flag(atom.exported, "exported").flag(atom.is_async, "async");
    line.flag(atom.is_static, "static").flag(atom.ambient, "ambient");
    line.flag(atom.has_error_handling, "handles").flag(atom.uses_await, "awaits");
    line.part(facts_.name(atom.name)).part("@").place(atom.start).more("-").place(atom.end);
    line.more(" name ").place(atom.name_at).more(" bytes ");
    line.number(atom.byte_begin).more("-").number(atom.byte_end);
    line.part("complexity ").number(atom.complexity).more(" code lines ").number(atom.code_lines);
    line.part("").hex(atom.body_hash).more(" ").hex(atom.shape_hash);
    if (atom.parent != kNone<AtomIndex>) line.part("in ").more(qualified(atom.parent));
    line.part("signature ").more(facts_.name(atom.signature));
    if (raw(atom.doc) != 0) line.part("doc ").more(facts_.name(atom.doc));
    if (raw(atom.test_callee) != 0) line.part("test ").more(facts_.name(atom.test_callee));
    return line.take();
  }
  std::string_view qualified(AtomIndex atom) const {
    return facts_.name(facts_.atoms[raw(atom)].qualified_name);
  }

  std::string edge_line(AtomIndex source, const Edge& edge) const {
    Line line("edge");
    id(line, source).part(to_string(edge.relation));
    const AtomPlaceOf target = atoms_.find(edge.target);
    if (target.file != nullptr) {
      id(line, *target.file, target.file->facts->atoms[raw(target.index)]);
    } else {
      // Such an edge is a bug that a dump must show, and whatever it shows differs from a
      // rebuild's.
      line.part("no live atom, id ").number(raw(edge.target));
    }
    line.part(to_string(edge.confidence));
    sites(line, source, links_.sites(edge));
    return line.take();
  }

  std::string open_line(AtomIndex source, const OpenView& open) const {
    Line line("open");
    id(line, source).part(to_string(open.relation)).part(open.text);
    line.part(to_string(open.reason)).part(open.detail);
    sites(line, source, open.sites);
    return line.take();
  }

  void sites(Line& line, AtomIndex source, std::span<const Site> sites) const {
    line.part("at");
    const Range own = facts_.atoms[raw(source)].references;
    for (const Site& site : sites) {
      line.more(" ");
      if (site.ordinal == kNoOrdinal) {
        line.more("-");
      } else if (site.ordinal < own.count) {
        line.place(facts_.references[own.begin + site.ordinal].at);
      } else {
        line.more("no reference ").number(site.ordinal);
      }
      line.more("/").more(to_string(site.confidence)).more("/").number(site.rule);
    }
  }

  const FileVersion& file_;
  const FileFacts& facts_;
  const AtomTexts& atoms_;
  LinkView links_;
  std::vector<std::string> lines_;
};

/// Takes the first line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::vector<std::string_view> sorted_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(next_line(text));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

void dump_project(const std::vector<FileVersionPtr>& files,
                  const std::function<void(std::string_view)>& take) {
  std::vector<FileVersionPtr> sorted = files;
  std::sort(sorted.begin(), sorted.end(),
            [](const FileVersionPtr& a, const FileVersionPtr& b) { return a->path < b->path; });
  const AtomTexts atoms(sorted);
  std::string text;
  for (const FileVersionPtr& file : sorted) {
    text.clear();
    FileDump(*file, atoms).write(text);
    take(text);
  }
}

std::string dump_project(const std::vector<FileVersionPtr>& files) {
  std::string text;
  dump_project(files, [&](std::string_view part) { text.append(part); });
  return text;
}

std::string dump_difference(std::string_view a, std::string_view b, std::size_t max_lines) {
  if (a == b) return {};
  const auto x = sorted_lines(a);
  const auto y = sorted_lines(b);
  std::vector<std::string_view> only_a;
  std::vector<std::string_view> only_b;
  std::set_difference(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(only_a));
  std::set_difference(y.begin(), y.end(), x.begin(), x.end(), std::back_inserter(only_b));
  std::string text;
  std::size_t shown = 0;
  const auto show = [&](char sign, const std::vector<std::string_view>& lines) {
    for (std::size_t i = 0; i < lines.size() && shown < max_lines; ++i, ++shown) {
      text += sign;
      text.append(" ").append(lines[i]).append("\n");
    }
  };
  show('-', only_a);
  show('+', only_b);
  const std::size_t all = only_a.size() + only_b.size();
  if (all > shown) text += "… and " + std::to_string(all - shown) + " more lines\n";
  if (all == 0) text = "the same lines in another order\n";
  return text;
}

}  // namespace dg
