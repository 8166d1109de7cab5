#include "graph/queries/why_steps.h"

#include <algorithm>
#include <tuple>

#include "events/names.h"
#include "graph/text_hash.h"

namespace dg {
namespace {

std::string_view name_of(const LinkFile& file, std::uint32_t atom) {
  return file.facts->name(file.facts->atoms[atom].qualified_name);
}

std::string describe(Container container) {
  switch (container) {
    case Container::array:
      return "an array";
    case Container::tuple:
      return "a tuple";
    case Container::set:
      return "a set";
    case Container::map:
      return "a map";
    case Container::iterator:
      return "an iterable";
    case Container::step:
      return "an iterator's result";
    case Container::record:
      return "a record";
    case Container::reference:
      return "a WeakRef";
    case Container::generic:
      return "a type from outside of the project";
  }
  return {};
}

/// `class Cart`, `an instance of Cart`, `an object literal`, `the module a.js`.
std::string describe(const LinkFile& file, ValueKind kind, std::uint32_t index) {
  switch (kind) {
    case ValueKind::atom:
      return std::string(to_string(file.facts->atoms[index].kind)) + " " +
             in_backquotes(name_of(file, index));
    case ValueKind::instance:
      return "an instance of " + in_backquotes(name_of(file, index));
    case ValueKind::object: {
      const AtomIndex variable = file.facts->shapes[index].atom;
      return variable == kNone<AtomIndex>
                 ? std::string("an object literal")
                 : "the object literal of " + in_backquotes(name_of(file, raw(variable)));
    }
    case ValueKind::module:
      return "the module " + file.version->path;
    case ValueKind::builtin:
      return describe(static_cast<Container>(index));
    case ValueKind::signature:
      return "a function of a declared type";
    case ValueKind::callback:
      return "a function that the standard library calls";
    case ValueKind::parameter: {
      const Binding& binding = file.facts->bindings[index];
      return "what is handed over as " + in_backquotes(file.facts->name(binding.name));
    }
    case ValueKind::alias:
      return "the type " + in_backquotes(file.facts->name(file.facts->bindings[index].name));
  }
  return {};
}

std::string described(const Values& values) {
  if (values.list.empty()) return "nothing known";
  const Value& first = values.list.front();
  std::string text = describe(*first.file, first.kind, first.index);
  if (first.promise) text = "a promise of " + text;
  if (values.list.size() > 1) {
    text += " or " + std::to_string(values.list.size() - 1) + " other";
    if (values.list.size() > 2) text += "s";
  }
  return text;
}

class StepWriter {
 public:
  StepWriter(Evaluator& evaluator, const std::vector<TraceStep>& steps)
      : evaluator_(evaluator), steps_(steps) {}

  std::vector<WhyStep> run() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].gave.list.empty() || repeated(i)) continue;
      write(steps_[i], i);
    }
    return std::move(out_);
  }

 private:
  bool repeated(std::size_t i) const {
    const auto key = [](const TraceStep& s) {
      return std::tuple(s.kind, s.file, s.index, s.name, s.receiver);
    };
    return std::any_of(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(i),
                       [&](const TraceStep& s) { return key(s) == key(steps_[i]); });
  }
  void add(const char* kind, std::string text, const LinkFile& file, Position at) {
    out_.push_back({kind, std::move(text), file.version->path, at});
  }

  void write(const TraceStep& step, std::size_t i) {
    const LinkFile& file = *step.file;
    switch (step.kind) {
      case TraceStep::Kind::binding:
        return binding(step);
      case TraceStep::Kind::import:
        return import(step);
      case TraceStep::Kind::exported:
        return exported(step, i);
      case TraceStep::Kind::member:
        if (step.receiver == ValueKind::module) return;  // The export says it.
        return add("member",
                   describe(file, step.receiver, step.index) + " has " + in_backquotes(step.name) +
                       ": " + described(step.gave),
                   *place_of(step.gave).file, place_of(step.gave).at);
      case TraceStep::Kind::parent:
        return add("class",
                   in_backquotes(name_of(file, step.index)) + " extends " + described(step.gave),
                   file, file.facts->atoms[step.index].name_at);
      case TraceStep::Kind::returned:
        return add("return",
                   in_backquotes(name_of(file, step.index)) + " returns " + described(step.gave),
                   file, file.facts->atoms[step.index].name_at);
    }
  }

  struct Place {
    const LinkFile* file;
    Position at;
  };
  static Place place_of(const Values& values) {
    const Value& first = values.list.front();
    if (first.kind == ValueKind::module) return {first.file, Position{}};
    std::uint32_t atom = first.index;
    if (first.kind == ValueKind::object) atom = raw(first.file->facts->shapes[first.index].atom);
    return {first.file, atom == kNoIndex ? Position{} : first.file->facts->atoms[atom].name_at};
  }

  void binding(const TraceStep& step) {
    const LinkFile& file = *step.file;
    const Binding& b = file.facts->bindings[step.index];
    const bool imports = b.import != kNone<ImportIndex> && raw(b.init) == 0;
    if (imports) return;  // The import says it.
    add("binding", in_backquotes(file.facts->name(b.name)) + " " + source_of(file, b), file, b.at);
  }

  /// Where the value of a name comes from: its declaration, what it starts with, its annotation.
  static std::string source_of(const LinkFile& file, const Binding& b) {
    const FileFacts& facts = *file.facts;
    if (b.kind == BindingKind::param) {
      for (const Param& param : facts.params) {
        if (param.binding == kNone<BindingIndex> || &facts.bindings[raw(param.binding)] != &b) {
          continue;
        }
        const std::string_view type = facts.name(param.type_text);
        if (!type.empty()) return "is a parameter of type " + in_backquotes(type);
      }
      return "is a parameter";
    }
    if (b.atom != kNone<AtomIndex> && facts.atoms[raw(b.atom)].kind != AtomKind::variable) {
      return "is the " + std::string(to_string(facts.atoms[raw(b.atom)].kind)) + " declared here";
    }
    return starts_with(facts, facts.exprs[raw(b.init)]);
  }

  static std::string starts_with(const FileFacts& facts, const Expr& init) {
    const auto text = [&](std::uint32_t reference) {
      return reference == kNoIndex ? std::string("…")
                                   : std::string(facts.name(facts.references[reference].text));
    };
    switch (init.kind) {
      case ExprKind::construct:
        return "starts as " + in_backquotes("new " + text(init.b));
      case ExprKind::call:
        return "starts as what " + in_backquotes(text(init.b) + "()") + " returns";
      case ExprKind::await:
        return "starts as an awaited value";
      case ExprKind::module:
        return "is all of the module " + in_backquotes(facts.name(facts.imports[init.a].specifier));
      case ExprKind::object:
        return "starts as an object literal";
      case ExprKind::member:
        return "starts as a member " + in_backquotes(facts.name(NameId{init.b}));
      case ExprKind::name:
        return "is another name for " + in_backquotes(facts.name(NameId{init.b}));
      case ExprKind::choice:
        return "starts as one of two values";
      case ExprKind::unknown:
        return "is declared here";
      default:
        return "has its initial value here";
    }
  }

  void import(const TraceStep& step) {
    const LinkFile& file = *step.file;
    const Import& i = file.facts->imports[step.index];
    const std::string_view name = file.facts->name(i.imported);
    const Evaluator::Target target = evaluator_.resolve(file, ImportIndex{step.index});
    std::string text = name.empty() || name == "*" ? "all of " : in_backquotes(name) + " of ";
    text += in_backquotes(file.facts->name(i.specifier)) + " is imported";
    if (target.file != nullptr) text += ", which is " + target.file->version->path;
    add("import", std::move(text), file, i.at);
  }

  void exported(const TraceStep& step, std::size_t i) {
    const LinkFile& file = *step.file;
    const FileFacts& facts = *file.facts;
    const std::string name = in_backquotes(step.name);
    for (const auto& row : rows(file.index->exports, hash_text(step.name))) {
      const Export& e = facts.exports[row.value];
      if (e.kind == ExportKind::cjs_member && raw(e.value) == 0) continue;
      const bool from = e.kind == ExportKind::named_from || e.kind == ExportKind::namespace_from;
      std::string text = from ? "re-exports " : "exports ";
      text += name;
      if (from && e.import != kNone<ImportIndex>) {
        text += " from " + in_backquotes(facts.name(facts.imports[raw(e.import)].specifier));
      }
      return add("export", std::move(text), file, e.at);
    }
    if (const Export* star = star_to(step, i)) {
      return add("export", "gives " + name + " on by " + in_backquotes("export *"), file, star->at);
    }
    if (!file.index->whole.empty()) {
      add("export", "exports one value as a whole, and " + name + " of it", file,
          facts.exports[file.index->whole.front()].at);
    }
  }

  /// The `export *` that leads to the file that a later step finds the same name in.
  const Export* star_to(const TraceStep& step, std::size_t i) {
    for (std::size_t next = i + 1; next < steps_.size(); ++next) {
      const TraceStep& later = steps_[next];
      if (later.kind != TraceStep::Kind::exported || later.name != step.name) continue;
      if (later.gave.list.empty()) continue;
      for (const std::uint32_t star : step.file->index->stars) {
        const Export& e = step.file->facts->exports[star];
        if (e.kind == ExportKind::cjs_all) return &e;
        if (e.import == kNone<ImportIndex>) continue;
        if (evaluator_.resolve(*step.file, e.import).file == later.file) return &e;
      }
    }
    return nullptr;
  }

  Evaluator& evaluator_;
  const std::vector<TraceStep>& steps_;
  std::vector<WhyStep> out_;
};

}  // namespace

std::string in_backquotes(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::vector<WhyStep> steps_of(Evaluator& evaluator, const LinkTrace& trace) {
  return StepWriter(evaluator, trace.steps()).run();
}

}  // namespace dg
