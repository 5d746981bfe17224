#include <memory>
#include <vector>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/connectors_command.h"
#include "cli/commands/document_output.h"
#include "cli/reference/command_reference.h"

namespace laminar::arguments {

namespace {

struct ConnectorsOptions {
    std::string connector;
    ReferenceFormat reference_format = ReferenceFormat::text;
};

int print_reference(const CLI::App& program, const std::string& form) {
    const std::vector<CommandReference> commands = describe_commands(program);
    return print_document(form == "man"    ? manual_page(commands)
                          : form == "bash" ? bash_completion(commands)
                          : form == "zsh"  ? zsh_completion(commands)
                                           : command_reference_markdown(commands));
}

}  // namespace

Command add_connectors(CLI::App& program) {
    const auto options = std::make_shared<ConnectorsOptions>();
    CLI::App* command = program.add_subcommand("connectors", "Prints the reference of the connectors");
    command->add_option("NAME", options->connector, "One connector alone");
    add_choice<ReferenceFormat>(
        *command, "--format", "Of the reference",
        {{"text", ReferenceFormat::text}, {"json", ReferenceFormat::json}, {"markdown", ReferenceFormat::markdown}},
        [options](ReferenceFormat format) { options->reference_format = format; });
    command->footer(
        "Examples:\n"
        "  laminar connectors\n"
        "  laminar connectors websocket --format markdown");
    return {command, [options] { return connectors_command(options->connector, options->reference_format); }};
}

Command add_reference(CLI::App& program) {
    const auto form = std::make_shared<std::string>();
    CLI::App* command =
        program.add_subcommand("reference", "Prints the manual page, completions for shells, or this reference");
    command->add_option("FORM", *form, "What to print")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>{"man", "bash", "zsh", "markdown"}));
    command->footer(
        "Examples:\n"
        "  laminar reference man > /usr/local/share/man/man1/laminar.1\n"
        "  source <(laminar reference bash)\n"
        "  laminar reference zsh > ~/.zsh/completions/_laminar");
    return {command, [form, &program] { return print_reference(program, *form); }};
}

}  // namespace laminar::arguments
