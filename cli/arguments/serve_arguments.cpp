#include <cstdio>
#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/run_command.h"
#include "cli/report/version.h"

namespace laminar::arguments {

namespace {

/// What both protocols of laminar serve have in common.
struct ServeArguments {
    RunOptions run;
    std::optional<ListenAddress> postgres;
    std::optional<ListenAddress> http;
    AccessSettings access;
    postgres::ServerSettings postgres_limits;
    http::ServerSettings http_limits;

    /// Without an address, the PostgreSQL protocol at its own.
    [[nodiscard]] RunOptions options() const {
        RunOptions made = run;
        if (postgres || !http) {
            made.postgres = postgres_limits;
            made.postgres->access = access;
            if (postgres) made.postgres->address = *postgres;
        }
        if (http) {
            made.http = http_limits;
            made.http->access = access;
            made.http->address = *http;
            made.http->version = program_version();
            made.http->max_body_bytes = postgres_limits.max_message_bytes;
            made.http->max_subscriptions = postgres_limits.max_connections;
            made.http->write_timeout = postgres_limits.write_timeout;
            made.http->statement_timeout = postgres_limits.statement_timeout;
        }
        return made;
    }
};

/// Why the addresses cannot be opened so; empty: they can.
std::string problem_of(const RunOptions& options) {
    std::string problem;
    if (options.postgres)
        problem = problem_of(options.postgres->access, options.postgres->address, postgres::address_option);
    if (problem.empty() && options.http)
        problem = problem_of(options.http->access, options.http->address, http::address_option);
    return problem;
}

}  // namespace

Command add_serve(CLI::App& program, CommonArguments& common) {
    const auto serve = std::make_shared<ServeArguments>();
    CLI::App* command = program.add_subcommand(
        "serve", "Executes scripts and lets others use their catalog, over the PostgreSQL protocol and HTTP");
    RunOptions& options = serve->run;
    postgres::ServerSettings& limits = serve->postgres_limits;
    command->add_option("FILE", options.files, "Scripts, executed first, one after the other; - is standard input");
    add_listen_address(
        *command, "--postgres",
        "Where clients of PostgreSQL connect; port 0 is any that is free (127.0.0.1:5433, if there is no "
        "--http)",
        5433, [serve](const ListenAddress& address) { serve->postgres = address; });
    add_listen_address(*command, "--http", "Where HTTP is served; port 0 is any that is free", 8433,
                       [serve](const ListenAddress& address) { serve->http = address; });
    command
        ->add_option("--http-name", serve->http_limits.names,
                     "A name by which HTTP clients may call it, beside localhost; may be given repeatedly")
        ->type_name("NAME")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--users", serve->access.users_file,
                     "Who may log in: lines of laminar hash-password; without, whoever reaches the loopback port")
        ->type_name("FILE");
    command->add_option("--tls-cert", serve->access.certificate, "Certificate chain of TLS (PEM)")->type_name("FILE");
    command->add_option("--tls-key", serve->access.private_key, "Its private key (PEM)")->type_name("FILE");
    command->add_flag("--insecure", serve->access.insecure, "Allow a network interface without TLS");
    add_count(*command, "--max-connections",
              "Clients of PostgreSQL that may be logged in, and subscriptions over HTTP (100)", limits.max_connections);
    add_count(*command, "--max-queries", "Queries over HTTP at a time (16)", serve->http_limits.max_queries);
    command->add_option("--max-rows", serve->http_limits.max_rows, "Rows of one result over HTTP (1000000)")
        ->type_name("COUNT")
        ->check(CLI::PositiveNumber);
    add_duration(*command, "--statement-timeout",
                 "How long a statement may take; clients of PostgreSQL may SET another time (no limit)",
                 limits.statement_timeout);
    add_duration(*command, "--request-timeout", "How long an HTTP client may take to send a request (30s)",
                 serve->http_limits.request_timeout);
    add_duration(*command, "--authentication-timeout", "How long a client of PostgreSQL may take to log in (10s)",
                 limits.authentication_timeout);
    add_size(*command, "--max-message-size", "Of what a client sends at once, such as a statement (16MiB)",
             limits.max_message_bytes);
    add_duration(*command, "--write-timeout", "How long a result waits for a client that takes nothing of it (60s)",
                 limits.write_timeout);
    add_data_directory(*command, options.data_directory, options.reset);
    add_shutdown_timeout(*command, options.shutdown_timeout);
    command->add_flag("--quiet,-q", options.quiet, "No progress, no summary, only warnings in the log");
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
    return {command, [serve, &common] {
                RunOptions made = serve->options();
                if (const std::string problem = problem_of(made); !problem.empty()) {
                    fmt::print(stderr, "laminar: {}\n", problem);
                    return exit_usage;
                }
                made.secrets = common.secrets;
                made.log = common.log(made.quiet ? "warn" : "info");
                return run_command(made);
            }};
}

}  // namespace laminar::arguments
