#pragma once
/// \file
/// LinkTrace: what the evaluator followed on its way to an answer. Only `why` asks for one.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/link/values.h"

namespace dg {

struct TraceStep {
  enum class Kind : std::uint8_t {
    binding,   ///< `index` is a BindingIndex.
    import,    ///< `index` is an ImportIndex.
    exported,  ///< `name` of the file.
    member,    ///< `name` of `receiver`.
    parent,    ///< The superclass of AtomIndex `index`.
    returned,  ///< What the function AtomIndex `index` returns.
  };
  Kind kind = Kind::binding;
  const LinkFile* file = nullptr;
  std::uint32_t index = kNoIndex;
  std::string_view name;
  ValueKind receiver = ValueKind::atom;
  Values gave;  ///< What following it came to.
};

/// Steps in the order in which they were begun. One thread. Its steps point into the evaluator.
class LinkTrace {
 public:
  std::size_t enter(const TraceStep& step) {
    steps_.push_back(step);
    return steps_.size() - 1;
  }
  void leave(std::size_t step, const Values& values) { steps_[step].gave = values; }
  const std::vector<TraceStep>& steps() const noexcept { return steps_; }

 private:
  std::vector<TraceStep> steps_;
};

}  // namespace dg
