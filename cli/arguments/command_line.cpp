#include "cli/arguments/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/document_output.h"
#include "cli/report/version.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

void report_unknown_command(const CLI::App& program, const std::string& name) {
    std::vector<std::string> commands;
    for (const CLI::App* command : program.get_subcommands({})) commands.push_back(command->get_name());
    std::string hint = did_you_mean(name, commands);
    if (hint.empty()) hint = fmt::format("commands are {}", fmt::join(commands, ", "));
    fmt::print(stderr, "laminar: there is no command \"{}\"; {}\n", name, hint);
}

}  // namespace

int execute_command_line(int argument_count, char** argument_values) {
    using namespace arguments;
    CLI::App program("SQL for WebSocket streams", "laminar");
    CommonArguments common;
    program.set_version_flag("--version", version_text);
    program.require_subcommand(1);
    const std::vector<Command> commands = {
        add_run(program, common),    add_serve(program, common), add_top(program),          add_hash_password(program),
        add_check(program, common),  add_shell(program, common), add_test(program, common), add_infer(program, common),
        add_export(program, common), add_submit(program),        add_status(program),       add_cancel(program),
        add_backup(program),         add_restore(program),       add_verify(program),       add_connectors(program),
        add_reference(program),
    };
    program.footer("laminar COMMAND --help tells more about each.");
    try {
        program.parse(argument_count, argument_values);
    } catch (const CLI::ParseError& error) {
        if (program.get_subcommands().empty() && argument_count > 1 && argument_values[1][0] != '-') {
            report_unknown_command(program, argument_values[1]);
            return exit_usage;
        }
        std::ostringstream document;  // The help, or the version.
        if (program.exit(error, document, std::cerr) != 0) return exit_usage;
        return print_document(document.str());
    }
    try {
        for (const Command& command : commands)
            if (command.parser->parsed()) return command.execute();
    } catch (const std::exception& error) {
        fmt::print(stderr, "laminar: internal error: {}\n", common.secrets.remembered->redact(error.what()));
        return 1;
    }
    return exit_usage;
}

}  // namespace laminar
