#pragma once
/// \file
/// The stored vocabularies of facts and events as text, and back.
///
/// The texts are part of the database and of the exchange formats: never change one, only add. The
/// `…_named` functions answer nothing for a text that names no value, so that stored or sent text
/// can be read without trust. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "events/delta.h"
#include "events/ids.h"
#include "parser/facts.h"

namespace dg {

std::string_view to_string(AtomKind kind) noexcept;      ///< `class`, `test_callback`, …
std::string_view to_string(FunctionForm form) noexcept;  ///< `none` where it is no function.
std::string_view to_string(Language language) noexcept;
std::string_view to_string(SkipReason reason) noexcept;
std::string_view to_string(ProblemKind kind) noexcept;
std::string_view to_string(Field field) noexcept;  ///< Of exactly one field.

std::optional<AtomKind> atom_kind_named(std::string_view name) noexcept;
std::optional<FunctionForm> function_form_named(std::string_view name) noexcept;
std::optional<Relation> relation_named(std::string_view name) noexcept;
std::optional<Confidence> confidence_named(std::string_view name) noexcept;
std::optional<OpenReason> open_reason_named(std::string_view name) noexcept;
std::optional<Operation> operation_named(std::string_view name) noexcept;

/// The names of a field set as a JSON array in the order of their bits: `["signature","body"]`.
std::string fields_json(FieldSet fields);
/// Reads what fields_json wrote.
std::optional<FieldSet> fields_from_json(std::string_view json) noexcept;

}  // namespace dg
