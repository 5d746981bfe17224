#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/hash_password_command.h"

namespace laminar::arguments {

Command add_hash_password(CLI::App& program) {
    const auto options = std::make_shared<HashPasswordOptions>();
    CLI::App* command =
        program.add_subcommand("hash-password", "Makes a line of the users file of laminar serve from a password");
    command->add_option("USER", options->user, "Who logs in with it")->required();
    command->add_flag("--token", options->makes_token, "It is a token for HTTP (Authorization: Bearer) that is hashed");
    add_choice<Role>(*command, "--role", "What the user may do (admin)",
                     {{"read", Role::read}, {"write", Role::write}, {"admin", Role::admin}},
                     [options](Role role) { options->role = role; });
    command->footer(
        "The password is asked for at the terminal, or is the first line of standard input.\n"
        "Exit code: 0 done, 1 the password cannot be used, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar hash-password alice >> users\n"
        "  laminar hash-password alice < password.txt >> users");
    return {command, [options] { return hash_password_command(*options); }};
}

}  // namespace laminar::arguments
