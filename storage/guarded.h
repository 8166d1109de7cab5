#pragma once
/// \file
/// The frame of the module's entrances: what its inside throws becomes an Error. Internal to
/// storage/.

#include <string>
#include <type_traits>

#include "storage/result.h"
#include "storage/sqlite/connection.h"

namespace dg {

template <typename T>
struct ResultOf {
  using type = Result<T>;
};
template <typename T>
struct ResultOf<Result<T>> {
  using type = Result<T>;
};

/// What `work` gives, as a Result; a Failure or an Error that it throws is told of `thing`.
template <typename Work>
auto guarded(const std::string& thing, const Work& work) ->
    typename ResultOf<decltype(work())>::type {
  try {
    return work();
  } catch (const Failure& failure) {
    return to_error(failure, thing);
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace dg
