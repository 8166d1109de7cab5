// What code anywhere in the project gives to a member: to one that a type only declares, by classes
// that implement the type and by assignments; and to one that the thing itself does not have, by
// assignments to the same thing.

#include <algorithm>

#include "graph/link/builtin_members.h"
#include "graph/link/eval.h"
#include "graph/link/keys.h"
#include "graph/link/members.h"

namespace dg {
namespace {

/// Searches within searches: what is assigned to one member is read from another.
constexpr int kMaxSearches = 6;
/// A search looks at many files, and its answer serves all questions about the member.
constexpr int kSearchSteps = 40'000;
constexpr int kMaxParents = 16;

bool is_declared(const Value& value) noexcept {
  return value.kind == ValueKind::signature && value.declared_in != nullptr;
}

bool same_member(const Value& a, const Value& b) noexcept {
  return a.declared_in == b.declared_in && a.origin == b.origin;
}

bool can_be_given(const Value& receiver) noexcept {
  if (receiver.promise || receiver.via != Via::none) return false;
  return receiver.kind == ValueKind::instance || receiver.kind == ValueKind::object ||
         receiver.kind == ValueKind::atom || receiver.kind == ValueKind::module;
}

std::uint64_t identity(const Value& value) noexcept {
  return mix(std::uint64_t{value.file->ordinal} << 32 | value.index,
             static_cast<std::uint64_t>(value.kind));
}

}  // namespace

/// Looks through the files that say something about a property, once for each member. A search
/// that comes back to itself finds nothing more there.
template <typename Search>
Values Evaluator::searched(std::uint64_t key, std::string_view name, int depth,
                           const Search& search) {
  const LinkMemo::Slot slot{LinkMemo::Slot::Table::givers, key};
  if (!memo_.has(slot) && (searches_ == kMaxSearches || !step(depth))) return {};
  return memo_.answered(slot, [&] {
    const bool outermost = ++searches_ == 1;
    const int steps = steps_;
    if (outermost) {
      steps_ = 0;
      max_steps_ = kSearchSteps;
    }
    const std::uint64_t topic = property_topic(hash_text(name));
    note(topic);
    Values values;
    for (const LinkSource::File& about : source_.files_about(topic)) {
      const LinkFile* const file = file_at(about.version->path);
      if (file != nullptr) search(*file, values, outermost ? 0 : depth);
    }
    for (Value& value : values.list) value.confidence = Confidence::inferred;
    if (outermost) {
      steps_ = steps;
      max_steps_ = kMaxSteps;
      memo_.keep();
    }
    --searches_;
    return values;
  });
}

/// Beside members that a type declares come those that the code gives for them. What is known to
/// have code of its own is none of the classes that implement the type.
void Evaluator::add_implementations(Values& values, std::string_view name, int depth) {
  if (name.empty() || name[0] == '<') return;
  const bool has_code = std::any_of(values.list.begin(), values.list.end(),
                                    [](const Value& v) { return v.kind == ValueKind::atom; });
  Values found;
  for (const Value& declared : values.list) {
    if (!is_declared(declared)) continue;
    const std::uint64_t member =
        std::uint64_t{declared.declared_in->ordinal} << 32 | declared.origin;
    join(found, searched(mix(member, has_code ? 0x1e4 : 0x1e3), name, depth,
                         [&](const LinkFile& file, Values& out, int at) {
                           add_assigned(file, declared, name, out, at);
                           if (!has_code) add_implementing(file, declared, name, out, at);
                         }));
  }
  for (const Value& value : found.list) join(values, Values::one(value));
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
  for (const auto& row : few(rows(file.index->assigned, hash_text(name)))) {
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
  for (std::size_t i = 0; i < std::min(classes.size(), kMaxAlternatives); ++i) {
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

/// A thing and what it inherits from.
Values Evaluator::owners_of(const Value& receiver, int depth) {
  Values owners = Values::one(receiver);
  Value at = receiver;
  for (int hops = 0; hops < kMaxParents; ++hops) {
    if (at.kind != ValueKind::instance && at.kind != ValueKind::atom) break;
    const Values up = parent_of(*at.file, AtomIndex{at.index}, at.env, depth + 1);
    if (up.list.empty() || up.list[0].kind != ValueKind::atom) break;
    at = up.list[0];
    at.kind = receiver.kind;
    owners.list.push_back(at);
  }
  return owners;
}

bool Evaluator::is_same(const Values& objects, const Values& owners) const noexcept {
  return std::any_of(objects.list.begin(), objects.list.end(), [&](const Value& object) {
    return can_be_given(object) &&
           std::any_of(owners.list.begin(), owners.list.end(), [&](const Value& owner) {
             return object.kind == owner.kind && object.file == owner.file &&
                    object.index == owner.index;
           });
  });
}

/// What `globalThis.name = value`, wherever it stands, gives to a global that the language and its
/// hosts do not have themselves.
Values Evaluator::given_to_global(std::string_view name, int depth) {
  if (is_standard_global(name)) return {};
  return searched(mix(0x61b, hash_text(name)), name, depth,
                  [&](const LinkFile& file, Values& out, int at) {
                    for (const auto& row : few(rows(file.index->assigned, hash_text(name)))) {
                      const Assignment& assignment = file.facts->assignments[row.value];
                      const Expr& object = file.facts->exprs[raw(assignment.object)];
                      if (!is_global_object(*file.facts, object)) continue;
                      const Values given = eval(file, assignment.value, nullptr, at + 1);
                      for (const Value& value : given.list) join(out, Values::one(value));
                    }
                  });
}

/// What `thing.name = value`, wherever it stands, gives to things that lack such a member.
void Evaluator::add_given(const Values& receivers, std::string_view name, Values& values,
                          int depth) {
  if (name.empty() || name[0] == '<' || name[0] == '#') return;
  Values found;
  for (const Value& receiver : receivers.list) {
    if (!can_be_given(receiver)) continue;
    join(found, searched(mix(identity(receiver), hash_text(name)), name, depth,
                         [&](const LinkFile& file, Values& out, int at) {
                           const auto assigned = few(rows(file.index->assigned, hash_text(name)));
                           const Values owners =
                               assigned.empty() ? Values{} : owners_of(receiver, at);
                           for (const auto& row : assigned) {
                             const Assignment& assignment = file.facts->assignments[row.value];
                             if (!is_same(eval(file, assignment.object, nullptr, at + 1), owners))
                               continue;
                             const Values given = eval(file, assignment.value, nullptr, at + 1);
                             for (const Value& value : given.list) join(out, Values::one(value));
                           }
                         }));
  }
  for (const Value& value : found.list) join(values, Values::one(value));
}

}  // namespace dg
