// Completions for bash and zsh, made of what --help says.
#include <fmt/format.h>

#include <string_view>

#include "cli/reference/command_reference.h"

namespace laminar {
namespace {

std::vector<std::string> option_names(const CommandReference& command) {
    std::vector<std::string> names;
    for (const ArgumentReference& argument : command.arguments) {
        if (!argument.positional) names.insert(names.end(), argument.names.begin(), argument.names.end());
    }
    return names;
}

std::vector<std::string> command_names(const std::vector<CommandReference>& commands) {
    std::vector<std::string> names;
    for (const CommandReference& command : commands) {
        if (!command.name.empty()) names.push_back(command.name);
    }
    return names;
}

std::vector<const ArgumentReference*> positionals(const CommandReference& command) {
    std::vector<const ArgumentReference*> found;
    for (const ArgumentReference& argument : command.arguments) {
        if (argument.positional) found.push_back(&argument);
    }
    return found;
}

/// What bash offers for an argument without a name; empty: nothing.
std::string bash_reply(const ArgumentReference& argument) {
    if (!argument.choices.empty()) return fmt::format("-W \"{}\"", fmt::join(argument.choices, " "));
    return argument.is_file ? "-f" : "";
}

/// For text in single quotes of zsh's argument specifications, where brackets and colons have a meaning.
std::string zsh_text(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\'') {
            escaped += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string zsh_action(const ArgumentReference& argument) {
    if (!argument.choices.empty()) return fmt::format("({})", fmt::join(argument.choices, " "));
    if (argument.is_file) return argument.value == "DIR" ? "_files -/" : "_files";
    return " ";
}

}  // namespace

std::string bash_completion(const std::vector<CommandReference>& commands) {
    std::string script =
        "# bash completion for laminar. To use it: source <(laminar reference bash)\n"
        "_laminar() {\n"
        "    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" "
        "command=\"${COMP_WORDS[1]}\"\n"
        "    COMPREPLY=()\n";
    script += fmt::format(
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"{} {}\" -- \"$word\"))\n"
        "        return\n    fi\n",
        fmt::join(command_names(commands), " "), fmt::join(option_names(commands.front()), " "));
    script += "    case \"$command:$before\" in\n";
    for (const CommandReference& command : commands) {
        if (command.name.empty()) continue;
        for (const ArgumentReference& argument : command.arguments) {
            if (argument.positional || argument.value.empty()) continue;
            for (const std::string& name : argument.names) {
                const std::string reply = !argument.choices.empty()
                                              ? fmt::format("-W \"{}\"", fmt::join(argument.choices, " "))
                                          : argument.value == "DIR" ? "-d"
                                          : argument.is_file        ? "-f"
                                                                    : "";
                script += fmt::format("        {}:{})\n", command.name, name);
                if (!reply.empty())
                    script += fmt::format("            COMPREPLY=($(compgen {} -- \"$word\"))\n", reply);
                script += "            return ;;\n";
            }
        }
    }
    script += "    esac\n    case \"$command\" in\n";
    for (const CommandReference& command : commands) {
        if (command.name.empty()) continue;
        const std::vector<const ArgumentReference*> arguments = positionals(command);
        script += fmt::format(
            "        {})\n            if [[ \"$word\" == -* ]]; then\n"
            "                COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))\n",
            command.name, fmt::join(option_names(command), " "));
        // Where there are several, each has its place behind the command.
        for (std::size_t index = 0; index < arguments.size(); ++index) {
            const std::string reply = bash_reply(*arguments[index]);
            if (reply.empty()) continue;
            script += arguments.size() == 1
                          ? "            else\n"
                          : fmt::format("            elif [ \"$COMP_CWORD\" -eq {} ]; then\n", index + 2);
            script += fmt::format("                COMPREPLY=($(compgen {} -- \"$word\"))\n", reply);
        }
        script += "            fi ;;\n";
    }
    script += "    esac\n}\ncomplete -o filenames -F _laminar laminar\n";
    return script;
}

std::string zsh_completion(const std::vector<CommandReference>& commands) {
    std::string script =
        "#compdef laminar\n# zsh completion for laminar. Put it as _laminar into a folder of $fpath.\n"
        "_laminar() {\n    local -a commands\n    commands=(\n";
    for (const CommandReference& command : commands) {
        if (!command.name.empty()) script += fmt::format("        '{}:{}'\n", command.name, zsh_text(command.help));
    }
    script +=
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
        "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n";
    for (const CommandReference& command : commands) {
        if (command.name.empty()) continue;
        script += fmt::format("        {})\n            _arguments", command.name);
        int place_of_next = 0;
        for (const ArgumentReference& argument : command.arguments) {
            if (argument.positional) {
                // In their places, where there are several.
                const std::string place = positionals(command).size() == 1 ? "*" : std::to_string(++place_of_next);
                script += fmt::format(" \\\n                '{}:{}:{}'", place, zsh_text(argument.names.front()),
                                      zsh_action(argument));
                continue;
            }
            for (const std::string& name : argument.names) {
                script += fmt::format(" \\\n                '*{}[{}]{}'", name, zsh_text(argument.help),
                                      argument.value.empty()
                                          ? std::string()
                                          : fmt::format(":{}:{}", zsh_text(argument.value), zsh_action(argument)));
            }
        }
        script += " ;;\n";
    }
    script += "    esac\n}\n_laminar \"$@\"\n";
    return script;
}

}  // namespace laminar
