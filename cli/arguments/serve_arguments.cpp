#include <cstdio>
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
    add_serving_options(*command, *serving, Serving::always);
    add_data_directory(*command, options->data_directory, options->reset);
    add_shutdown_timeout(*command, options->shutdown_timeout);
    command->add_flag("--quiet,-q", options->quiet, "No progress, no summary, only warnings in the log");
    add_secret_sources(*command, common.secrets);
    add_log_options(*command, common);
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
                if (const std::string problem = serving->problem(*command); !problem.empty()) {
                    fmt::print(stderr, "laminar: {}\n", problem);
                    return exit_usage;
                }
                options->serving = serving->options();
                options->stays = true;
                options->secrets = common.secrets;
                options->log = common.log(options->quiet ? "warn" : "info");
                return run_command(*options);
            }};
}

}  // namespace laminar::arguments
