#pragma once

#include <optional>
#include <string>

#include "cli/terminal/console_messages.h"

namespace laminar {

/// With a data directory, files that the process makes from now on, those of the engine among them, are its user's
/// alone.
void close_to_others(const std::optional<std::string>& data_directory) noexcept;

/// For Database::Settings::on_lost_storage: says so and ends the process, with exit code 1.
[[noreturn]] void end_without_storage(const std::string& reason, ConsoleMessages& messages);

}  // namespace laminar
