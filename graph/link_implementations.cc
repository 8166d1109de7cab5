// A member that a type only declares: what the code gives it. Looked for in the file of the type
// and in the file that is linked, where such code mostly stands: classes that implement the type,
// and assignments to a member of something of that type.

#include <algorithm>
#include <array>

#include "graph/link_eval.h"
#include "graph/link_keys.h"

namespace dg {
namespace {

constexpr std::size_t kMaxAssignments = 64;

bool is_declared(const Value& value) noexcept {
  return value.kind == ValueKind::signature && value.declared_in != nullptr;
}

bool same_member(const Value& a, const Value& b) noexcept {
  return a.declared_in == b.declared_in && a.origin == b.origin;
}

}  // namespace

/// Beside declared members without code come those that implement them.
void Evaluator::add_implementations(Values& values, std::string_view name, int depth) {
  if (name.empty() || name[0] == '<') return;
  const auto has_code = [](const Value& v) { return v.kind == ValueKind::atom; };
  if (std::any_of(values.list.begin(), values.list.end(), has_code)) return;
  Values found;
  for (const Value& value : values.list) {
    if (is_declared(value)) join(found, implementations(value, name, depth + 1));
  }
  for (const Value& value : found.list) join(values, Values::one(value));
}

Values Evaluator::implementations(const Value& declared, std::string_view name, int depth) {
  const std::uint64_t key =
      mix(std::uint64_t{declared.declared_in->ordinal} << 32 | declared.origin, 0x1e3);
  const std::int32_t known = implementations_[key];
  if (known == -1 || !step(depth)) return {};
  if (known > 0) return memo_[static_cast<std::size_t>(known - 1)];
  implementations_[key] = -1;
  Values values;
  bool searched_own = false;
  for (const LinkFile* const file : {declared.declared_in, static_cast<const LinkFile*>(&own_)}) {
    if (file->own && searched_own) continue;
    searched_own = searched_own || file->own;
    if (!file->own) note(assigned_key(*file->index, hash_text(name)));
    add_assigned(*file, declared, name, values, depth);
    add_implementing(*file, declared, name, values, depth);
  }
  for (Value& value : values.list) value.confidence = Confidence::inferred;
  memo_.push_back(values);
  implementations_[key] = static_cast<std::int32_t>(memo_.size());
  return values;
}

bool Evaluator::declares_same(const Values& holders, const Value& declared, std::string_view name,
                              int depth) {
  for (const Value& holder : holders.list) {
    if (holder.promise || !step(depth)) continue;
    if (holder.kind != ValueKind::instance && holder.kind != ValueKind::object) continue;
    const Values members = member_of(holder, name, depth + 1);
    for (const Value& value : members.list) {
      if (is_declared(value) && same_member(value, declared)) return true;
    }
  }
  return false;
}

void Evaluator::add_assigned(const LinkFile& file, const Value& declared, std::string_view name,
                             Values& out, int depth) {
  const auto found = rows(file.index->assigned, hash_text(name));
  for (const auto& row : found.first(std::min(found.size(), kMaxAssignments))) {
    const Assignment& assignment = file.facts->assignments[row.value];
    const Values objects = eval(file, assignment.object, nullptr, depth + 1);
    if (!declares_same(objects, declared, name, depth + 1)) continue;
    for (const Value& value : eval(file, assignment.value, nullptr, depth + 1).list) {
      if (value.kind == ValueKind::atom) join(out, Values::one(value));
    }
  }
}

void Evaluator::add_implementing(const LinkFile& file, const Value& declared, std::string_view name,
                                 Values& out, int depth) {
  const auto& classes = file.index->implementing;
  for (std::size_t i = 0; i < std::min(classes.size(), kMaxAssignments); ++i) {
    const Shape& shape = file.facts->shapes[classes[i]];
    const Values own = own_method(file, shape.atom, name, false);
    if (own.list.empty()) continue;
    for (std::uint32_t t = 0; t < shape.implements.count; ++t) {
      const ExprIndex type = file.facts->expr_lists[shape.implements.begin + t];
      const Values types = eval_type(file, type, nullptr, depth + 1);
      if (declares_same(types, declared, name, depth + 1)) join(out, own);
    }
  }
}

}  // namespace dg
