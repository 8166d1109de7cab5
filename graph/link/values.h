#pragma once
/// \file
/// What an expression can be, as far as linking knows: the small vocabulary of the evaluator.

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "events/file_version.h"
#include "graph/link/file_index.h"
#include "graph/link/linker.h"

namespace dg {

/// One file as the linker reads it.
struct LinkFile {
  const FileVersion* version = nullptr;
  const FileFacts* facts = nullptr;
  const FileIndex* index = nullptr;
  bool own = false;           ///< The file that is being linked: reading it notes nothing.
  std::uint32_t ordinal = 0;  ///< Tells the files of one linking apart.
};

enum class ValueKind : std::uint8_t {
  atom,       ///< A function, class, enum or namespace itself; `index` is its AtomIndex.
  instance,   ///< An object made by class or ES5 constructor `index`, or its prototype.
  object,     ///< The object literal of shape `index`; `origin` is the binding it initialises.
  module,     ///< The namespace or `module.exports` of the file.
  builtin,    ///< A container of the language; `index` is its Container, `env` what it holds.
  signature,  ///< A function of the type that expression `index` writes; it has no body.
  callback,   ///< A function that a built-in calls: `env` holds what it hands over, by ordinal.
  parameter,  ///< Whatever is handed over as binding `index`.
  alias,      ///< The type that a comment names, binding `index`.
};

/// What is known of the standard library: what holds other values.
enum class Container : std::uint32_t {
  array,      ///< 0: elements.
  tuple,      ///< i: element i.
  set,        ///< 0: elements.
  map,        ///< 0: keys, 1: values.
  iterator,   ///< 0: what it yields. Also whatever can be iterated.
  step,       ///< 0: `value` of an iterator's result.
  record,     ///< 0: each member.
  reference,  ///< 0: what a WeakRef holds.
  generic,    ///< Type arguments of a type that no file of the project declares.
};

/// How a function was reached: `f.call` and `f.bind` stand for f; `memo(f)` of an unknown memo most
/// likely calls f when it is called, and has no members of f.
enum class Via : std::uint8_t { none, call, bind, wrap };

struct Value {
  ValueKind kind = ValueKind::atom;
  Confidence confidence = Confidence::exact;
  LinkRule rule = LinkRule::lexical;
  Via via = Via::none;
  bool promise = false;       ///< A promise of it; `await` gives the value.
  bool through_this = false;  ///< The receiver is `this`.
  bool through_super = false;
  const LinkFile* file = nullptr;
  std::uint32_t index = 0;
  std::uint32_t origin = kNoIndex;
  /// Of a signature that a type's member declares: the file of that type, with `origin` the member.
  const LinkFile* declared_in = nullptr;
  /// What type parameters and captured parameters stand for; an index into the evaluator's
  /// environments, 0 for none.
  std::uint32_t env = 0;
};

inline bool same_thing(const Value& a, const Value& b) noexcept {
  return a.kind == b.kind && a.file == b.file && a.index == b.index && a.promise == b.promise &&
         a.env == b.env;
}

/// The alternatives. None and not `open`: null or undefined, which nothing can be called on.
struct Values {
  boost::container::small_vector<Value, 2> list;
  bool open = false;  ///< There may be others; `why` says why they are not known.
  OpenReason why = OpenReason::unknown_receiver;
  std::uint32_t detail = 0;  ///< Into FileLinks::details.

  static Values unknown(OpenReason why = OpenReason::unknown_receiver, std::uint32_t detail = 0) {
    Values values;
    values.open = true;
    values.why = why;
    values.detail = detail;
    return values;
  }
  static Values one(const Value& value) {
    Values values;
    values.list.push_back(value);
    return values;
  }
};

/// More alternatives than this are cut, and the rest counts as open.
inline constexpr std::size_t kMaxAlternatives = 64;

/// Adds `from`'s alternatives to `into`; of equal ones the surer stays.
void join(Values& into, const Values& from);
/// Several alternatives, or an open end, leave each of them only plausible.
void settle(Values& values) noexcept;

/// Whether a binding is a type parameter, and not a type that a comment names.
bool is_type_parameter(const LinkFile& file, std::uint32_t binding) noexcept;

/// `globalThis`, `window`, `self` and `global`, where nothing local has these names.
bool is_global_object(const FileFacts& facts, const Expr& e) noexcept;

/// A declared module-level variable, class … that a name or an imported name stands for.
struct Declaration {
  const LinkFile* file = nullptr;
  AtomIndex atom = kNone<AtomIndex>;
};

}  // namespace dg
