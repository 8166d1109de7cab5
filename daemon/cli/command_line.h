#pragma once
/// \file
/// The program: reads a command line, does it, answers the exit code (DESIGN §5).

namespace dg {

/// Never throws.
int run_command_line(int argc, const char* const* argv);

}  // namespace dg
