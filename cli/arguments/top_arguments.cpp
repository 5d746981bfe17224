#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/top_command.h"

namespace laminar::arguments {

Command add_top(CLI::App& program) {
    const auto options = std::make_shared<TopOptions>();
    CLI::App* command = program.add_subcommand("top", "Shows what a running laminar serve does, over its HTTP port");
    add_listen_address(*command, "--http", "Where it listens (127.0.0.1:8433)", 8433,
                       [options](const ListenAddress& address) { options->address = address; });
    CLI::Option* tls = command->add_flag_callback(
        "--tls", [options] { options->tls.emplace(); }, "Ask over TLS (HTTPS)");
    command
        ->add_option_function<std::string>(
            "--tls-ca", [options](const std::string& file) { options->tls = HttpTls{file}; },
            "Certificate authority to trust instead of the system's (PEM)")
        ->type_name("FILE")
        ->needs(tls);
    command->footer(
        "On a terminal it goes on until q; elsewhere it prints what there is, once, as text.\n"
        "LAMINAR_TOKEN in the environment is the token of who asks, where the server wants one.\n"
        "Exit code: 0; 1 when there is no answer; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar top\n"
        "  laminar top --http 127.0.0.1:8434 | head -1\n"
        "  laminar top --http db.example.com:8433 --tls");
    return {command, [options] { return top_command(*options); }};
}

}  // namespace laminar::arguments
