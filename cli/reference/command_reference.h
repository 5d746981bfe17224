#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name.
class App;
}

namespace laminar {

struct ArgumentReference {
    std::vector<std::string> names;  ///< "--quiet", "-q"; of a positional one "FILE".
    std::string value;               ///< "DURATION"; empty for a flag.
    std::vector<std::string> choices;
    std::string help;
    bool is_file = false;  ///< A path, so that a shell completes file names.
    bool positional = false;
    bool required = false;
    bool repeats = false;  ///< Of a positional one: several may be given.
};

/// What --help says about a command, as data: the manual page, the completions of shells and docs/cli.md are made of
/// it.
struct CommandReference {
    std::string name;  ///< Empty for the program itself.
    std::string help;
    std::string footer;  ///< Exit codes, then examples.
    std::vector<ArgumentReference> arguments;
};

/// The program, then its commands in order.
[[nodiscard]] std::vector<CommandReference> describe_commands(const CLI::App& program);

/// "laminar run [OPTIONS] [FILE ...]".
[[nodiscard]] std::string usage_text(const CommandReference& command);

/// docs/cli.md.
[[nodiscard]] std::string command_reference_markdown(const std::vector<CommandReference>& commands);
/// A page for man(1), in roff.
[[nodiscard]] std::string manual_page(const std::vector<CommandReference>& commands);
[[nodiscard]] std::string bash_completion(const std::vector<CommandReference>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandReference>& commands);

}  // namespace laminar
