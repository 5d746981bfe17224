#include <cstdio>
#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/arguments/serving_options.h"
#include "cli/commands/shell_command.h"

namespace laminar::arguments {

Command add_shell(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<ShellOptions>();
    const auto serving = std::make_shared<ServingArguments>();
    CLI::App* command = program.add_subcommand("shell", "Reads statements from a terminal or a pipe");
    command->add_option("FILE", options->files, "Scripts to execute first");
    add_serving_options(*command, *serving, Serving::if_asked);
    add_data_directory(*command, options->data_directory, options->reset);
    add_shutdown_timeout(*command, options->shutdown_timeout);
    add_secret_sources(*command, common.secrets);
    add_log_options(*command, common);
    command->footer(
        "Exit code: 0; through a pipe 1 when a statement failed, which ends it; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar shell connections.sql\n"
        "  echo 'SELECT 40 + 2 AS answer;' | laminar shell");
    return {command, [command, options, serving, &common] {
                if (const std::string problem = serving->problem(*command); !problem.empty()) {
                    fmt::print(stderr, "laminar: {}\n", problem);
                    return exit_usage;
                }
                options->serving = serving->options();
                options->secrets = common.secrets;
                options->log = common.log("warn");
                return shell_command(*options);
            }};
}

}  // namespace laminar::arguments
