#pragma once
/// \file
/// The evaluator: what an expression of some file can be, followed through bindings, imports,
/// members and returned values, across files. Every reading of another file is noted as a key
/// (keys.h).
///
/// Bounded in depth and in steps for each question. The bounds cut the same way in every run,
/// because an answer depends on the facts and on the order of questions alone, and that order is
/// the order of the linked file's own references. Thread rule: one Evaluator serves one thread and
/// one file.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/link/env.h"
#include "graph/link/key_map.h"
#include "graph/link/linker.h"
#include "graph/link/memo.h"
#include "graph/link/trace.h"
#include "graph/link/values.h"

namespace dg {

class Evaluator {
 public:
  Evaluator(const LinkSource& source, const FileVersion& self, const FileIndex& index);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  const LinkFile& own() const noexcept { return own_; }

  /// Starts a new question: the step budget is full again.
  void restart();
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
  Values parent_of(const LinkFile& file, AtomIndex atom) { return parent_of(file, atom, 0, 0); }
  /// A member that a class itself declares, as a function atom; none where it does not.
  Values own_method(const LinkFile& file, AtomIndex atom, std::string_view name, bool is_static);

  /// What `Reflect.apply(f, …)` calls and `Reflect.construct(C, …)` constructs.
  bool reflected(const LinkFile& file, const Reference& call, Values& callees, bool& constructs);

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
  static constexpr int kMaxSteps = 4000;

  /// What a followed call binds: `this`, and what parameters stand for.
  struct Context {
    const LinkFile* file = nullptr;
    std::uint32_t atom = kNoIndex;  ///< The function whose `this` is `self`.
    const Values* self = nullptr;
    std::uint32_t env = 0;
    std::uint64_t id = 0;  ///< Equal contexts have equal ids.
    int level = 0;         ///< Calls followed with their arguments.
  };
  /// A call whose arguments may be asked for.
  struct CallSite {
    const LinkFile* file = nullptr;
    const Expr* call = nullptr;
    const Context* context = nullptr;
    ExprIndex result{};  ///< The type that is expected of the result, where one is.
  };
  /// Sets, until its end, whether names are looked up as types.
  class Naming {
   public:
    Naming(bool& flag, bool value) noexcept : flag_(flag), before_(flag) { flag = value; }
    ~Naming() { flag_ = before_; }
    Naming(const Naming&) = delete;
    Naming& operator=(const Naming&) = delete;

   private:
    bool& flag_;
    bool before_;
  };
  /// What a computed key can be; `open`: also something else, `sure`: whoever calls what.
  struct Texts {
    boost::container::small_vector<std::string_view, 4> list;
    bool open = false;
    bool sure = true;
    void add(std::string_view text);
  };
  using Visited = boost::container::small_vector<const LinkFile*, 8>;

  const LinkFile* file_at(std::string_view path);
  void read_binding(const LinkFile& file, BindingIndex binding);
  void read_atom(const LinkFile& file, std::uint32_t atom);
  void read_member(const LinkFile& file, std::uint32_t atom, std::string_view name);
  void read_module(const LinkFile& file);
  bool step(int depth) noexcept;

  // eval.cc: expressions.
  Values eval(const LinkFile& file, ExprIndex expr, const Context* in, int depth);
  Values compute(const LinkFile& file, ExprIndex expr, const Context* in, int depth);
  Values eval_name(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_binding(const LinkFile& file, BindingIndex binding, const Context* in, int depth);
  Values binding_value(const LinkFile& file, BindingIndex binding, const Context* in, int depth);
  Values eval_parameter_binding(const LinkFile& file, BindingIndex binding, const Context* in,
                                int depth);
  void add_elements(const LinkFile& file, BindingIndex binding, Values& values, int depth);
  void with_elements(Values& values, const Values& added, int depth);
  Values any_member(const Value& receiver, int depth);
  Values eval_typed(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_this(const LinkFile& file, std::uint32_t atom, const Context* in, int depth);
  void add_mixed_into(const LinkFile& file, ShapeIndex object, Values& values, int depth);
  Values prototype_of(const LinkFile& file, ShapeIndex object, int depth);
  Values eval_super(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_member(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_element(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_choice(const LinkFile& file, const Expr& e, const Context* in, bool types, int depth);
  Values eval_narrowed(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values tested(const LinkFile& file, ExprIndex test, const Context* in, int depth);
  Values eval_array(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_holder(const LinkFile& file, Holder holder, int depth);
  static LinkMemo::Slot slot_of(const LinkFile& file, ExprIndex expr, bool type,
                                const Context* in) noexcept;

  // texts.cc: computed keys.
  void add_texts(const LinkFile& file, ExprIndex key, Texts& out, int depth);
  void add_listed_texts(const LinkFile& file, ExprIndex list, Texts& out, int depth);
  void add_passed_texts(const LinkFile& file, BindingIndex binding, Texts& out, int depth);
  Values named_members(const Value& receiver, const Texts& keys, const Context* in, int depth);

  // types.cc: types.
  Values eval_type(const LinkFile& file, ExprIndex type, const Context* in, int depth);
  Values compute_type(const LinkFile& file, ExprIndex type, const Context* in, int depth);
  Values type_names(const LinkFile& file, ExprIndex expr, const Context* in, int depth);
  Values type_named(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values applied(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values instantiate(const Values& names, const std::vector<Values>& arguments, int depth);
  Values standard_type(std::string_view name, const std::vector<Values>& arguments, int depth);
  Values undeclared_type(const LinkFile& file, std::string_view name,
                         const std::vector<Values>& arguments, int depth);
  Values nearest_class(const LinkFile& file, std::string_view name);
  std::vector<Values> type_arguments(const LinkFile& file, ExprIndex list, const Context* in,
                                     int depth);
  Values tuple_type(const LinkFile& file, const Expr& e, const Context* in, int depth);
  /// The environment in which an atom's type parameters stand for these arguments.
  std::uint32_t bind(const LinkFile& file, AtomIndex atom, const std::vector<Values>& arguments,
                     std::uint32_t env);
  std::uint32_t bind_omitted(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth);
  Value container(Container kind, Environment held);
  Value list_of(Container kind, const Values& elements);
  Value opaque_generic(const std::vector<Values>& arguments);
  Values iterate(const Values& values, int depth);
  Values iterated_by_hand(const Values& makers, int depth);
  Values held(const Value& value, std::uint64_t key) const;

  // calls.cc: what calls give.
  /// What calling, constructing or instantiating something gives where nothing of it is known: as
  /// open as that is, and of what the language has a thing that the language makes.
  Values outcome_of_unknown(const Values& callees) const noexcept;
  Values eval_call(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values eval_construct(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values results(const Values& functions, const Values* receiver, const CallSite& site, int depth);
  Values constructed_by_type(const Value& callee, const CallSite& site, int depth);
  std::uint32_t constructed_env(const Value& callee, const CallSite& site, int depth);
  Values overload_result(const Value& function, const CallSite& site, int depth);
  Values generated(const Values& body, bool is_async, int depth);
  Values construct_global(const LinkFile& file, const Expr& e, std::string_view name,
                          const Context* in, int depth);
  Values returned(const Value& function, const Values* receiver, const CallSite* site, int depth);
  Values returned_value(const Value& function, const Values* receiver, const CallSite* site,
                        int depth);
  Values callable(const Values& values, int depth);
  Values wrapped(const LinkFile& file, const Expr& call, int depth);
  Values merged(const LinkFile& file, const Expr& call, const Context* in, int depth);
  Values first_argument(const LinkFile& file, const Expr& call, const Context* in, int depth);
  Values argument_value(const CallSite& site, std::uint32_t ordinal, int depth);
  Values argument_at(const LinkFile& file, Range args, std::uint32_t ordinal, const Context* in,
                     int depth);
  Values arguments_from(const LinkFile& file, Range args, std::uint32_t first, const Context* in,
                        int depth);

  // infer.cc: arguments to parameters, both ways.
  std::uint32_t bind_call(const Value& function, const CallSite& site, std::uint32_t env,
                          std::uint32_t except, int depth);
  static Range arguments_of(const CallSite& site) noexcept;
  Values constructors(const Values& classes, int depth);
  void unify_applied(const LinkFile& file, const Expr& e, const Values& given, Environment& out,
                     int depth);
  void unify_alias(const LinkFile& file, const Expr& e, const Values& given, Environment& out,
                   int depth);
  void unify(const LinkFile& file, ExprIndex type, const Values& given, Environment& out,
             int depth);
  Values eval_argument(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values expected_by_callee(const CallSite& site, std::uint32_t ordinal, int depth);
  Values expected(const Value& function, const CallSite& site, std::uint32_t ordinal, int depth);
  Values eval_parameter(const LinkFile& file, const Expr& e, const Context* in, int depth);
  Values parameter_of(const Value& function, std::uint32_t ordinal, int depth);
  Values passed(const LinkFile& file, BindingIndex binding, int depth);
  Values passed_to(const LinkFile& file, AtomIndex owner, std::uint32_t ordinal, bool rest,
                   int depth);
  void add_passed(const LinkFile& caller, std::span<const FileIndex::Row> calls,
                  const Value& function, std::uint32_t ordinal, bool rest, Values& values,
                  int depth);
  void add_passed_by(const LinkFile& caller, const Reference& call, const Value& function,
                     std::uint32_t ordinal, bool rest, Values& values, int depth);
  Values given_as_this(const LinkFile& file, AtomIndex function, int depth);
  void add_called_back(const LinkFile& file, AtomIndex owner, std::string_view name,
                       std::uint32_t ordinal, Values& values, int depth);
  Values handed_over(const LinkFile& file, BindingIndex binding, std::uint32_t ordinal, int depth);
  Values type_at(const LinkFile& file, ExprIndex list, std::uint32_t ordinal, const Context* in,
                 int depth);

  // builtins.cc: the standard library.
  Values builtin_call(const Value& receiver, std::string_view name, const CallSite& site,
                      int depth);
  Values array_call(const Value& receiver, std::string_view name, const CallSite& site, int depth);
  Values promise_call(const Value& receiver, std::string_view name, const CallSite& site,
                      int depth);
  Values called_back(const CallSite& site, std::uint32_t ordinal, int depth);
  Values builtin_callback(const Value& receiver, std::string_view name, std::uint32_t ordinal,
                          const CallSite& site, int depth);
  Values global_callback(const CallSite& site, std::uint32_t ordinal, int depth);
  Values promised(const CallSite& site, int depth);
  Values settled(const Values& promises);
  Value step_of(const Value& iterator);
  bool global_call(const CallSite& site, std::string_view object, std::string_view method,
                   Values& result, int depth);
  Values builtin_member(const Value& receiver, std::string_view name, int depth);

  // libraries.cc.
  bool library_call(const Values& callees, const CallSite& site, Values& result, int depth);

  // members.cc.
  Values member(const Values& receivers, std::string_view name, const Context* in, int depth);
  Values member_of(const Value& receiver, std::string_view name, int depth);
  Values member_of_atom(const Value& receiver, std::string_view name, int depth);
  Values member_of_class(const Value& self, std::string_view name, bool is_static, int depth);
  Values declared_member(const Value& self, std::string_view name, bool is_static, int depth);
  Values shape_member(const Value& self, std::string_view name, bool is_static, int depth);
  static bool has_method_named(const LinkFile& file, AtomIndex atom, std::string_view name,
                               bool is_static);
  Values member_of_object(const Value& receiver, std::string_view name, int depth);
  Values member_values(const LinkFile& file, std::uint32_t member, std::uint32_t env, int depth);
  Values added_member(const LinkFile& file, Holder holder, std::string_view name, int depth);
  void add_member_elements(const LinkFile& file, Holder holder, std::string_view name,
                           Values& values, int depth);
  Values own_accessor(const Value& holder, std::string_view name);
  Values mixed_in(const LinkFile& file, Holder holder, std::string_view name, int depth);
  Values parent_of(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth);
  Values parent_value(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth);
  Values interfaces_of(const LinkFile& file, AtomIndex atom, std::uint32_t env, int depth);
  Values mixin_bases(const LinkFile& file, ExprIndex extends, int depth);
  Values container_of(const Value& receiver, std::string_view name, int depth);
  Values applied_member(const Value& self, std::string_view name, int depth);
  Values decorated_member(const LinkFile& file, Holder holder, std::string_view name, int depth);

  // implementations.cc.
  void add_implementations(Values& values, std::string_view name, int depth);
  void add_given(const Values& receivers, std::string_view name, Values& values, int depth);
  template <typename Search>
  Values searched(std::uint64_t key, std::string_view name, int depth, const Search& search);
  Values given_to_global(std::string_view name, int depth);
  bool declares_same(const Values& holders, const Value& declared, std::string_view name,
                     int depth);
  bool is_same(const Values& objects, const Values& owners) const noexcept;
  void add_assigned(const LinkFile& file, const Value& declared, std::string_view name, Values& out,
                    int depth);
  void add_implementing(const LinkFile& file, const Value& declared, std::string_view name,
                        Values& out, int depth);
  Values owners_of(const Value& receiver, int depth);

  // exports.cc.
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
  Values comment_type(const LinkFile& file, std::string_view name);

  Context context_with(std::uint32_t env) const noexcept;
  /// Computes, and notes the step and its result where somebody wants to know.
  template <typename Compute>
  Values traced(const TraceStep& step, const Compute& compute) {
    if (trace_ == nullptr) return compute();
    const std::size_t at = trace_->enter(step);
    Values values = compute();
    trace_->leave(at, values);
    return values;
  }

  const LinkSource& source_;
  LinkFile own_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::string> details_{std::string()};
  std::unordered_map<std::string, std::uint32_t> detail_ids_;
  std::unordered_map<std::string_view, LinkFile>
      files_;                        ///< By path; node-based, so addresses stay.
  KeyMap<std::uint32_t> target_of_;  ///< (file, import) → targets_ index + 1.
  std::deque<Target> targets_;
  LinkMemo memo_;
  Environments envs_;
  int steps_ = 0;
  int max_steps_ = kMaxSteps;
  int searches_ = 0;          ///< Searches of what code gives to a member, one within the other.
  int cuts_ = 0;              ///< Questions that a bound cut.
  bool naming_type_ = false;  ///< A name that is a type and a value is the type.
  LinkTrace* trace_ = nullptr;
};

}  // namespace dg
