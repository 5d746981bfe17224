#include "cli/reference/command_reference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <string_view>

namespace laminar {
namespace {

/// The names between the braces of CLI11's type names: "TEXT:{table,json}".
std::vector<std::string> choices_of(const std::string& type) {
    std::vector<std::string> choices;
    const std::size_t begin = type.find('{');
    const std::size_t end = type.find('}', begin);
    if (begin == std::string::npos || end == std::string::npos) return choices;
    std::string_view list = std::string_view(type).substr(begin + 1, end - begin - 1);
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        choices.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return choices;
}

ArgumentReference describe_argument(const CLI::Option& option) {
    ArgumentReference argument;
    argument.help = option.get_description();
    argument.positional = option.get_positional();
    if (argument.positional) {
        argument.names.push_back(option.get_name(true));
    } else {
        for (const std::string& name : option.get_snames()) argument.names.push_back("-" + name);
        for (const std::string& name : option.get_lnames()) argument.names.push_back("--" + name);
    }
    argument.required = option.get_required();
    argument.repeats = option.get_items_expected_max() > 1;
    const std::string type = option.get_type_name();
    argument.choices = choices_of(type);
    const bool takes_value = option.get_items_expected_max() > 0;
    argument.value = takes_value ? type.substr(0, type.find(':')) : std::string();
    if (!argument.choices.empty()) argument.value = fmt::format("{}", fmt::join(argument.choices, "|"));
    const std::string& kind = argument.positional ? argument.names.front() : argument.value;
    argument.is_file = kind == "FILE" || kind == "PATH" || kind == "DIR";
    return argument;
}

CommandReference describe(const CLI::App& command, std::string name) {
    CommandReference reference;
    reference.name = std::move(name);
    reference.help = command.get_description();
    reference.footer = command.get_footer();
    for (const CLI::Option* option : command.get_options({})) reference.arguments.push_back(describe_argument(*option));
    return reference;
}

std::string names_with_value(const ArgumentReference& argument) {
    std::string text = fmt::format("{}", fmt::join(argument.names, ", "));
    if (!argument.value.empty() && !argument.positional) text += " " + argument.value;
    return text;
}

}  // namespace

std::vector<CommandReference> describe_commands(const CLI::App& program) {
    std::vector<CommandReference> commands{describe(program, {})};
    for (const CLI::App* command : program.get_subcommands({}))
        commands.push_back(describe(*command, command->get_name()));
    return commands;
}

std::string usage_text(const CommandReference& command) {
    if (command.name.empty()) return "laminar COMMAND [OPTIONS]";
    std::string text = fmt::format("laminar {} [OPTIONS]", command.name);
    for (const ArgumentReference& argument : command.arguments) {
        if (!argument.positional) continue;
        const std::string name = argument.names.front() + (argument.repeats ? " ..." : "");
        text += argument.required ? " " + name : fmt::format(" [{}]", name);
    }
    return text;
}

std::string command_reference_markdown(const std::vector<CommandReference>& commands) {
    std::string page =
        "# Command line\n\n<!-- Generated: laminar reference markdown. -->\n\nRows go to standard output; messages, "
        "logs and progress go to standard error. [operations.md](operations.md) tells how to run Laminar, "
        "[shell.md](shell.md) is about the shell, [testing.md](testing.md) about tests of pipelines.\n";
    for (const CommandReference& command : commands) {
        page += fmt::format("\n## {}\n\n{}.\n\n    {}\n", command.name.empty() ? "laminar" : "laminar " + command.name,
                            command.help, usage_text(command));
        page += "\n| argument | meaning |\n|---|---|\n";
        for (const ArgumentReference& argument : command.arguments) {
            std::string names = names_with_value(argument);
            for (std::size_t at = names.find('|'); at != std::string::npos; at = names.find('|', at + 2))
                names.insert(at, "\\");
            page += fmt::format("| `{}` | {} |\n", names, argument.help);
        }
        if (!command.footer.empty()) page += fmt::format("\n```text\n{}\n```\n", command.footer);
    }
    return page;
}

}  // namespace laminar
