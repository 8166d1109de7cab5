#pragma once
/// \file
/// The `validate` request of the socket: its parameters. What it answers is in validator/run.h.

#include "daemon/validator/run.h"

namespace dg {

/// {"deep": boolean, "repair": boolean}, both false where they are not given.
Result<ValidateOptions> validate_options(const Json& params);

}  // namespace dg
