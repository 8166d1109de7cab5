#pragma once
/// \file
/// The members of one JSON object of a request's document: each is asked for by its name and type.
/// What is there and not asked for, or is of another type, is a finding with its place.

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "daemon/requests/request.h"
#include "storage/requests/finding.h"

namespace dg {

/// Lives no longer than the object and the findings. A null counts as not given.
class Fields {
 public:
  /// `at`: the place of the object (RFC 6901); `keys`: all that it may have.
  Fields(const Json& json, std::string at, std::initializer_list<const char*> keys,
         requests::Findings& findings);

  std::string text(const char* key, bool required = false);  ///< Empty where there is none.
  std::optional<std::string> maybe_text(const char* key);
  bool flag(const char* key) { return maybe_flag(key).value_or(false); }
  std::optional<bool> maybe_flag(const char* key);
  std::int64_t seconds(const char* key);  ///< Since 1970; 0 where there is none.
  /// Null where there is none, or it is no array of at most so many.
  const Json* array(const char* key, std::size_t most, bool required = false);
  std::vector<std::string> texts(const char* key, std::size_t most, bool required = false);
  const Json* value(const char* key, bool required = false);  ///< Of any type; null: none.

  std::string place(const char* key) const;
  std::string place(const char* key, std::size_t i) const;
  /// E6 at the key; an empty one is the object itself.
  void wrong(const std::string& key, const std::string& what);

 private:
  const Json* find(const char* key) const;
  const Json& json_;
  std::string at_;
  requests::Findings& findings_;
};

}  // namespace dg
