#pragma once
/// \file
/// The evaluator: what an expression of some file can be, followed through bindings, imports,
/// members and returned values, across files. Every reading of another file is noted as a key
/// (link_keys.h).
///
/// Bounded in depth and in steps for each question. The bounds cut the same way in every run,
/// because an answer depends on the facts and on the order of questions alone, and that order is
/// the order of the linked file's own references. Thread rule: one Evaluator serves one thread and
/// one file.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/key_map.h"
#include "graph/link_trace.h"
#include "graph/link_values.h"
#include "graph/linker.h"

namespace dg {

class Evaluator {
 public:
  Evaluator(const LinkSource& source, const FileVersion& self, const FileIndex& index);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  const LinkFile& own() const noexcept { return own_; }

  /// Starts a new question: the step budget is full again.
  void restart() noexcept { steps_ = 0; }
  /// Notes in `trace`, which must outlive the questions, what is followed from now on.
  void trace_to(LinkTrace* trace) noexcept { trace_ = trace; }
  /// What an expression can be. A module stays a module; see callable().
  Values eval(const LinkFile& file, ExprIndex expr) { return eval(file, expr, nullptr, 0); }
  /// The same with modules replaced by the value that they export as a whole.
  Values callable(const Values& values) { return callable(values, 0); }
  /// The member of each alternative.
  Values member(const Values& receivers, std::string_view name) {
    return member(receivers, name, nullptr, 0);
  }
  /// The superclass of a class atom; none and not open where it has none.
  Values parent_of(const LinkFile& file, AtomIndex atom) { return parent_of(file, atom, 0); }
  /// A member that a class itself declares, as a function atom; none where it does not.
  Values own_method(const LinkFile& file, AtomIndex atom, std::string_view name, bool is_static);

  /// The getters of that name that reading the member of each alternative runs.
  Values getters(const Values& receivers, std::string_view name);

  /// The module-level declaration that a name expression stands for, through imports.
  Declaration declaration(const LinkFile& file, ExprIndex expr);

  /// Where an import leads: a file, or nothing and the reason in `why` and `detail`.
  struct Target {
    const LinkFile* file = nullptr;
    OpenReason why = OpenReason::no_module;
    std::uint32_t detail = 0;
  };
  const Target& resolve(const LinkFile& file, ImportIndex import);

  std::uint32_t detail(std::string_view text);  ///< Interns a text of FileLinks::details.
  void note(std::uint64_t key) { keys_.push_back(key); }
  std::vector<std::uint64_t> take_keys();  ///< Sorted, no two alike.
  std::vector<std::string> take_details() { return std::move(details_); }

 private:
  /// The receiver that a followed method call gives to `this`.
  struct Receiver {
    const LinkFile* file = nullptr;
    std::uint32_t atom = kNoIndex;
    const Values* value = nullptr;
  };
  using Visited = boost::container::small_vector<const LinkFile*, 8>;

  const LinkFile* file_at(std::string_view path);
  void read_binding(const LinkFile& file, BindingIndex binding);
  void read_atom(const LinkFile& file, std::uint32_t atom);
  void read_module(const LinkFile& file);

  Values eval(const LinkFile& file, ExprIndex expr, const Receiver* self, int depth);
  Values compute(const LinkFile& file, ExprIndex expr, const Receiver* self, int depth);
  Values eval_name(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_binding(const LinkFile& file, BindingIndex binding, const Receiver* self, int depth);
  Values binding_value(const LinkFile& file, BindingIndex binding, const Receiver* self, int depth);
  Values eval_this(const LinkFile& file, std::uint32_t atom, const Receiver* self, int depth);
  Values eval_super(const LinkFile& file, const Expr& e, int depth);
  Values eval_member(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_element(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_call(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_construct(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_choice(const LinkFile& file, const Expr& e, const Receiver* self, int depth);
  Values eval_holder(const LinkFile& file, Holder holder);
  Values returned(const Value& function, const Values* receiver, int depth);
  Values returned_value(const Value& function, const Values* receiver, int depth);
  Values wrapped(const LinkFile& file, const Expr& call, int depth);
  Values merged(const LinkFile& file, const Expr& call, int depth);
  Values interop(const LinkFile& file, const Expr& call, std::string_view callee, int depth);
  Values callable(const Values& values, int depth);

  Values member(const Values& receivers, std::string_view name, const Receiver* self, int depth);
  Values member_of(const Value& receiver, std::string_view name, int depth);
  Values member_of_atom(const Value& receiver, std::string_view name, int depth);
  Values member_of_class(const LinkFile& file, AtomIndex atom, std::string_view name,
                         bool is_static, int depth);
  Values declared_member(const LinkFile& file, AtomIndex atom, std::string_view name,
                         bool is_static, int depth);
  Values member_of_object(const Value& receiver, std::string_view name, int depth);
  Values member_values(const LinkFile& file, std::uint32_t member, int depth);
  Values added_member(const LinkFile& file, Holder holder, std::string_view name, int depth);
  Values own_accessor(const Value& holder, std::string_view name);
  Values mixed_in(const LinkFile& file, Holder holder, std::string_view name, int depth);
  Values parent_of(const LinkFile& file, AtomIndex atom, int depth);
  Values parent_value(const LinkFile& file, AtomIndex atom, int depth);
  Values mixin_bases(const LinkFile& file, ExprIndex extends, int depth);

  Values imported(const LinkFile& file, ImportIndex import, Declaration* declared, int depth);
  Values imported_value(const LinkFile& file, ImportIndex import, Declaration* declared, int depth);
  bool takes_whole(const LinkFile& importer, const LinkFile& target);
  Values exported(const LinkFile& file, std::string_view name, Declaration* declared,
                  Visited& visited, int depth);
  Values exported_value(const LinkFile& file, std::string_view name, Declaration* declared,
                        Visited& visited, int depth);
  Values exported_esm(const LinkFile& file, std::string_view name, Declaration* declared,
                      Visited& visited, int depth);
  Values exported_cjs(const LinkFile& file, std::string_view name, int depth);
  Values cjs_default(const LinkFile& file, int depth);
  Values export_value(const LinkFile& file, const Export& e, Declaration* declared,
                      Visited& visited, int depth);
  Values whole_value(const LinkFile& file, int depth);
  bool step(int depth) noexcept;
  /// Computes, and notes the step and its result where somebody wants to know.
  template <typename Compute>
  Values traced(const TraceStep& step, const Compute& compute) {
    if (trace_ == nullptr) return compute();
    const std::size_t at = trace_->enter(step);
    Values values = compute();
    trace_->leave(at, values);
    return values;
  }
  std::int32_t& memo_of(const LinkFile& file, ExprIndex expr);

  const LinkSource& source_;
  LinkFile own_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::string> details_{std::string()};
  std::unordered_map<std::string, std::uint32_t> detail_ids_;
  std::unordered_map<std::string_view, LinkFile>
      files_;                        ///< By path; node-based, so addresses stay.
  KeyMap<std::uint32_t> target_of_;  ///< (file, import) → targets_ index + 1.
  std::deque<Target> targets_;
  std::vector<std::int32_t> memo_of_own_;  ///< 0 not asked, -1 being asked, else memo_ index + 1.
  KeyMap<std::int32_t> memo_of_others_;
  std::vector<Values> memo_;
  int steps_ = 0;
  LinkTrace* trace_ = nullptr;
};

}  // namespace dg
