#pragma once
/// \file
/// Result: an expected outcome or a failure of the world, with what a person needs to act on it.

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dg {

/// Only kinds that some code reacts to.
enum class ErrorKind {
  usage,      ///< The request makes no sense. Exit 2.
  not_found,  ///< No such project, file or atom. Exit 4.
  ambiguous,  ///< More than one match. Exit 3.
  busy,       ///< Held by another process, named in `reason`. Exit 5.
  disk_full,  ///< ENOSPC or quota; may pass. Exit 5.
  io,         ///< Any other failure to read or write. Exit 5.
  corrupt,    ///< The database is not one, or is damaged. Exit 5.
  newer,      ///< The database was written by a newer program. Exit 5.
  conflict,   ///< An optimistic version check failed. Exit 5.
  cancelled,  ///< Deadline or cancellation.
};

/// One of several atoms that a request could mean (ambiguous), or that its author may have meant
/// (not_found).
struct Candidate {
  std::string id;     ///< `src/a.js::Cart.pay`.
  std::string kind;   ///< `method`.
  std::string place;  ///< `src/a.js:12:3`.
};

/// Thing, reason, cure: `deltagraph: <thing>: <reason>. <cure>`.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string thing;
  std::string reason;
  std::string cure;
  std::vector<Candidate> candidates = {};  ///< Best first; at most a screenful.
  std::string message() const {
    std::string text = thing + ": " + reason;
    if (!cure.empty()) text += ". " + cure;
    return text;
  }
};

struct Ok {};

template <typename T = Ok>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor): reads as a value
      : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const noexcept { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace dg
