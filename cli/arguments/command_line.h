#pragma once

namespace laminar {

/// Reads the arguments and executes the command they name. Returns the process's exit code.
[[nodiscard]] int execute_command_line(int argument_count, char** arguments);

}  // namespace laminar
