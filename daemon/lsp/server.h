#pragma once
/// \file
/// A language server (LSP 3.17) on standard input and output. Every answer is one of the project's
/// service, by the same questions as on the command line; what it does not offer is answered with
/// MethodNotFound.
///
/// Unsaved text is not analysed: a place in lines that are as on disk is mapped there and answers
/// are mapped back; of lines that are not saved yet nothing is known.

#include "daemon/bridge/stdio_channel.h"
#include "daemon/lsp/backend.h"

namespace dg::lsp {

/// Serves until `exit`, the end of the input, or until nobody reads the output. True where the
/// client has said `shutdown` before (the specification's exit code is then 0, else 1). The Error
/// of StdioChannel::read where the input broke.
Result<bool> serve(StdioChannel& channel, const OpenProject& open);

}  // namespace dg::lsp
