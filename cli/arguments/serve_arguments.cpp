#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/arguments/serving_options.h"
#include "cli/commands/run_command.h"

namespace laminar::arguments {

Command add_serve(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<RunOptions>();
    const auto serving = std::make_shared<ServingArguments>();
    CLI::App* command = program.add_subcommand(
        "serve", "Executes scripts and lets others use their catalog, over the PostgreSQL protocol and HTTP");
    command->add_option("FILE", options->files, "Scripts, executed first, one after the other; - is standard input");
    add_service_options(*command, *serving, Serving::always, *options, common);
    command->footer(
        "Exit code: 0 done, 1 failed, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar serve feed.sql\n"
        "  psql -h 127.0.0.1 -p 5433 -c 'SHOW TABLES'\n"
        "  laminar serve feed.sql --http 127.0.0.1:8433\n"
        "  curl -d 'SHOW TABLES' -H 'Content-Type: text/plain' http://127.0.0.1:8433/api/v1/query\n"
        "  laminar serve feed.sql --postgres 0.0.0.0:5433 --users users --tls-cert server.crt --tls-key server.key\n"
        "Signals: SIGINT and SIGTERM end it in good order, a second one at once; SIGHUP reloads secrets, users and "
        "certificates.");
    return {command, [command, options, serving, &common] {
                options->stays = true;
                return execute_service(*command, *serving, *options, common);
            }};
}

}  // namespace laminar::arguments
