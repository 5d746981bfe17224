#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/arguments/shared_options.h"

namespace laminar::arguments {

/// A command of the program: what it is called with, and what it then does.
struct Command {
    const CLI::App* parser = nullptr;  ///< The program owns it.
    /// Returns the process's exit code. What has been parsed is in it.
    std::function<int()> execute;
};

// Each declares its command with its arguments; program and common outlive what it returns.
[[nodiscard]] Command add_run(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_serve(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_top(CLI::App& program);
[[nodiscard]] Command add_hash_password(CLI::App& program);
[[nodiscard]] Command add_check(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_shell(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_test(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_infer(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_export(CLI::App& program, CommonArguments& common);
[[nodiscard]] Command add_submit(CLI::App& program);
[[nodiscard]] Command add_status(CLI::App& program);
[[nodiscard]] Command add_cancel(CLI::App& program);
[[nodiscard]] Command add_backup(CLI::App& program);
[[nodiscard]] Command add_restore(CLI::App& program);
[[nodiscard]] Command add_verify(CLI::App& program);
[[nodiscard]] Command add_connectors(CLI::App& program);
[[nodiscard]] Command add_reference(CLI::App& program);

}  // namespace laminar::arguments
