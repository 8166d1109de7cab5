#include "graph/link_eval.h"

#include <algorithm>
#include <functional>

#include "graph/link_keys.h"

namespace dg {
namespace {

constexpr int kMaxDepth = 60;
constexpr int kMaxSteps = 4000;

Values null_value() {
  return {};
}

}  // namespace

Evaluator::Evaluator(const LinkSource& source, const FileVersion& self, const FileIndex& index)
    : source_(source),
      own_{&self, self.facts.get(), &index, true},
      memo_of_own_(self.facts->exprs.size(), 0) {
  keys_.reserve(64);
  files_.emplace(self.path, own_);
}

bool Evaluator::step(int depth) noexcept {
  return depth < kMaxDepth && ++steps_ < kMaxSteps;
}

std::uint32_t Evaluator::detail(std::string_view text) {
  if (text.empty()) return 0;
  const auto [at, added] =
      detail_ids_.try_emplace(std::string(text), static_cast<std::uint32_t>(details_.size()));
  if (added) details_.emplace_back(text);
  return at->second;
}

std::vector<std::uint64_t> Evaluator::take_keys() {
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  keys_.shrink_to_fit();
  return std::move(keys_);
}

const LinkFile* Evaluator::file_at(std::string_view path) {
  if (path == own_.version->path) return &own_;
  const auto known = files_.find(path);
  if (known != files_.end()) return &known->second;
  const LinkSource::File file = source_.file_at(path);
  if (file.version == nullptr) return nullptr;
  const LinkFile entry{file.version, file.version->facts.get(), file.index, false,
                       static_cast<std::uint32_t>(files_.size())};
  return &files_.emplace(std::string_view(file.version->path), entry).first->second;
}

void Evaluator::read_binding(const LinkFile& file, BindingIndex binding) {
  if (!file.own) note(binding_key(*file.facts, *file.index, binding));
}
void Evaluator::read_atom(const LinkFile& file, std::uint32_t atom) {
  if (!file.own) note(atom_key(*file.facts, *file.index, AtomIndex{atom}));
}
void Evaluator::read_module(const LinkFile& file) {
  if (!file.own) note(module_key(*file.index));
}

Values Evaluator::eval(const LinkFile& file, ExprIndex expr, const Receiver* self, int depth) {
  if (raw(expr) == 0 || raw(expr) == kNoIndex || !step(depth)) return Values::unknown();
  if (self != nullptr && file.index->mentions_this[raw(expr)]) {
    return compute(file, expr, self, depth);
  }
  const std::int32_t known = memo_of(file, expr);
  if (known == -1) return Values::unknown();
  if (known > 0) return memo_[static_cast<std::size_t>(known - 1)];
  memo_of(file, expr) = -1;
  Values values = compute(file, expr, nullptr, depth);
  memo_.push_back(values);
  memo_of(file, expr) = static_cast<std::int32_t>(memo_.size());
  return values;
}

std::int32_t& Evaluator::memo_of(const LinkFile& file, ExprIndex expr) {
  return file.own ? memo_of_own_[raw(expr)]
                  : memo_of_others_[std::uint64_t{file.ordinal} << 32 | raw(expr)];
}

Values Evaluator::compute(const LinkFile& file, ExprIndex expr, const Receiver* self, int depth) {
  const Expr& e = file.facts->exprs[raw(expr)];
  Value value;
  value.file = &file;
  value.index = e.a;
  switch (e.kind) {
    case ExprKind::unknown:
      return Values::unknown();
    case ExprKind::name:
      return eval_name(file, e, self, depth);
    case ExprKind::this_:
      return eval_this(file, e.a, self, depth);
    case ExprKind::super_:
      return eval_super(file, e, depth);
    case ExprKind::member:
      return eval_member(file, e, self, depth);
    case ExprKind::element:
      return eval_element(file, e, self, depth);
    case ExprKind::call:
      return eval_call(file, e, self, depth);
    case ExprKind::construct:
      return eval_construct(file, e, self, depth);
    case ExprKind::choice:
      return eval_choice(file, e, self, depth);
    case ExprKind::module:
      return imported(file, ImportIndex{e.a}, nullptr, depth + 1);
    case ExprKind::await: {
      Values values = eval(file, ExprIndex{e.a}, self, depth + 1);
      for (Value& v : values.list) v.promise = false;
      return values;
    }
    case ExprKind::atom: {
      const AtomKind kind = file.facts->atoms[e.a].kind;
      if (kind == AtomKind::variable || kind == AtomKind::module) return Values::unknown();
      return Values::one(value);
    }
    case ExprKind::object: {
      value.kind = ValueKind::object;
      const auto binding = rows(file.index->shape_binding, e.a);
      if (!binding.empty()) value.origin = binding.front().value;
      return Values::one(value);
    }
    case ExprKind::module_exports:
      value.kind = ValueKind::module;
      value.index = 0;
      return Values::one(value);
    case ExprKind::null_:
      return null_value();
    case ExprKind::array:
      return Values::unknown(OpenReason::builtin, detail("Array"));
    case ExprKind::string:
    case ExprKind::template_:
      return Values::unknown(OpenReason::builtin, detail("String"));
    case ExprKind::number:
      return Values::unknown(OpenReason::builtin, detail("Number"));
    case ExprKind::boolean:
      return Values::unknown(OpenReason::builtin, detail("Boolean"));
    case ExprKind::regexp:
      return Values::unknown(OpenReason::builtin, detail("RegExp"));
  }
  return Values::unknown();
}

Values Evaluator::eval_name(const LinkFile& file, const Expr& e, const Receiver* self, int depth) {
  if (e.a != kNoIndex) return eval_binding(file, BindingIndex{e.a}, self, depth);
  const std::string_view name = file.facts->name(NameId{e.b});
  if (name == "undefined") return null_value();
  return Values::unknown(OpenReason::global, detail(name));
}

Values Evaluator::eval_binding(const LinkFile& file, BindingIndex index, const Receiver* self,
                               int depth) {
  return traced({TraceStep::Kind::binding, &file, raw(index), {}, {}, {}},
                [&] { return binding_value(file, index, self, depth); });
}

Values Evaluator::binding_value(const LinkFile& file, BindingIndex index, const Receiver* self,
                                int depth) {
  read_binding(file, index);
  const Binding& b = file.facts->bindings[raw(index)];
  if (b.kind == BindingKind::param || b.kind == BindingKind::catch_) {
    if (raw(b.init) == 0) return Values::unknown(OpenReason::parameter);
    Values values = eval(file, b.init, self, depth + 1);  // A default value, or a destructured one.
    join(values, Values::unknown(OpenReason::parameter));
    settle(values);
    return values;
  }
  Values values;
  if (b.atom != kNone<AtomIndex> && file.facts->atoms[raw(b.atom)].kind != AtomKind::variable) {
    Value value;
    value.file = &file;
    value.index = raw(b.atom);
    values = Values::one(value);
  } else if (raw(b.init) != 0) {
    values = eval(file, b.init, self, depth + 1);
    for (Value& value : values.list) {
      if (value.rule == LinkRule::lexical) value.rule = LinkRule::alias;
    }
  } else if (b.import != kNone<ImportIndex>) {
    return imported(file, b.import, nullptr, depth + 1);
  } else {
    return Values::unknown();
  }
  if (b.reassigned) {
    join(values, Values::unknown());
    settle(values);
  }
  return values;
}

Values Evaluator::eval_holder(const LinkFile& file, Holder holder) {
  Value value;
  value.file = &file;
  value.index = holder.index;
  switch (holder.kind) {
    case HolderKind::instance:
      value.kind = ValueKind::instance;
      break;
    case HolderKind::statics:
      value.kind = ValueKind::atom;
      break;
    case HolderKind::exports:
      value.kind = ValueKind::module;
      value.index = 0;
      break;
    case HolderKind::variable: {
      const Binding& b = file.facts->bindings[holder.index];
      const Expr& init = file.facts->exprs[raw(b.init)];
      if (init.kind != ExprKind::object) return Values::unknown();
      value.kind = ValueKind::object;
      value.index = init.a;
      value.origin = holder.index;
      break;
    }
    case HolderKind::none:
      return Values::unknown();
  }
  if (value.index == kNoIndex) return Values::unknown();
  return Values::one(value);
}

Values Evaluator::eval_this(const LinkFile& file, std::uint32_t atom, const Receiver* self,
                            int depth) {
  if (atom == kNoIndex) return Values::unknown();
  read_atom(file, atom);
  const Atom& a = file.facts->atoms[atom];
  Values values;
  if (self != nullptr && self->file == &file && self->atom == atom && self->value != nullptr) {
    values = *self->value;
  } else {
    values = eval_holder(file, file.index->holder_of_this(*file.facts, AtomIndex{atom}));
    if (values.list.empty() && a.member_of != kNone<ShapeIndex> &&
        !file.facts->shapes[raw(a.member_of)].is_class) {
      Value value;
      value.kind = ValueKind::object;
      value.file = &file;
      value.index = raw(a.member_of);
      values = Values::one(value);
    }
  }
  static_cast<void>(depth);
  for (Value& value : values.list) value.through_this = true;
  return values;
}

/// `super.m` in a method: a member of the parent's prototype, or of the parent itself in a static
/// method.
Values Evaluator::eval_super(const LinkFile& file, const Expr& e, int depth) {
  if (e.b == kNoIndex || e.a == kNoIndex) return Values::unknown();
  const Shape& shape = file.facts->shapes[e.b];
  if (!shape.is_class || shape.atom == kNone<AtomIndex>) return Values::unknown();
  read_atom(file, e.a);
  Values values = parent_of(file, shape.atom, depth + 1);
  const Atom& method = file.facts->atoms[e.a];
  const bool is_static = method.is_static && method.kind != AtomKind::class_;
  for (Value& value : values.list) {
    if (!is_static && value.kind == ValueKind::atom) value.kind = ValueKind::instance;
    value.through_super = true;
  }
  return values;
}

Values Evaluator::eval_member(const LinkFile& file, const Expr& e, const Receiver* self,
                              int depth) {
  const std::string_view name = file.facts->name(NameId{e.b});
  const Expr& object = file.facts->exprs[e.a];
  if (object.kind == ExprKind::name && object.a != kNoIndex) {
    // What the code adds to an otherwise unknown value (`app.init = function () {}`) is known of
    // it.
    const Holder holder{HolderKind::variable, object.a};
    if (!rows(file.index->holder_assignments, FileIndex::holder_row(holder)).empty()) {
      read_binding(file, BindingIndex{object.a});
      Values values = added_member(file, holder, name, depth + 1);
      if (!values.list.empty()) return values;
    }
  }
  const Values receivers = eval(file, ExprIndex{e.a}, self, depth + 1);
  return member(receivers, name, self, depth + 1);
}

/// A computed member of an object literal: any of its members.
Values Evaluator::eval_element(const LinkFile& file, const Expr& e, const Receiver* self,
                               int depth) {
  const Values receivers = eval(file, ExprIndex{e.a}, self, depth + 1);
  Values values;
  for (const Value& receiver : receivers.list) {
    if (receiver.kind != ValueKind::object || receiver.promise) continue;
    const Range range = receiver.file->facts->shapes[receiver.index].members;
    if (range.count > 16) continue;
    for (std::uint32_t m = range.begin; m < range.begin + range.count; ++m) {
      join(values, member_values(*receiver.file, m, depth + 1));
    }
  }
  if (file.facts->exprs[e.a].kind == ExprKind::array && file.facts->exprs[e.a].a != kNoIndex) {
    join(values, eval(file, ExprIndex{file.facts->exprs[e.a].a}, self, depth + 1));
  }
  join(values, Values::unknown(OpenReason::dynamic));
  settle(values);
  if (values.list.empty()) values.why = OpenReason::dynamic;
  return values;
}

Values Evaluator::eval_choice(const LinkFile& file, const Expr& e, const Receiver* self,
                              int depth) {
  Values values = eval(file, ExprIndex{e.a}, self, depth + 1);
  join(values, eval(file, ExprIndex{e.b}, self, depth + 1));
  settle(values);
  return values;
}

Declaration Evaluator::declaration(const LinkFile& file, ExprIndex expr) {
  const Expr& e = file.facts->exprs[raw(expr)];
  if (e.kind == ExprKind::member) {
    const Values receivers = eval(file, ExprIndex{e.a});
    if (receivers.list.size() != 1 || receivers.list[0].kind != ValueKind::module) return {};
    const std::string_view name = file.facts->name(NameId{e.b});
    Declaration found;
    Visited visited;
    exported(*receivers.list[0].file, name, &found, visited, 1);
    return found;
  }
  if (e.kind != ExprKind::name || e.a == kNoIndex) return {};
  const Binding& b = file.facts->bindings[e.a];
  if (b.import != kNone<ImportIndex>) {
    Declaration found;
    imported(file, b.import, &found, 1);
    return found;
  }
  if (b.atom == kNone<AtomIndex>) return {};
  return {&file, b.atom};
}

}  // namespace dg
