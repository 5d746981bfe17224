#include "cli/arguments/serving_options.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include "cli/report/version.h"
#include "server/postgres/statements/session_parameters.h"

namespace laminar::arguments {

namespace {

/// Those that say how it is served, and not where.
constexpr std::array<const char*, 13> manners{"--http-name",
                                              "--users",
                                              "--tls-cert",
                                              "--tls-key",
                                              "--insecure",
                                              "--max-connections",
                                              "--max-queries",
                                              "--max-rows",
                                              "--statement-timeout",
                                              "--request-timeout",
                                              "--authentication-timeout",
                                              "--max-message-size",
                                              "--write-timeout"};

}  // namespace

ServingOptions ServingArguments::options() const {
    ServingOptions made;
    const auto queries = std::make_shared<QueryLimit>(max_queries);
    if (postgres || (!http && serving == Serving::always)) {
        made.postgres = postgres_limits;
        made.postgres->access = access;
        made.postgres->queries = queries;
        if (postgres) made.postgres->address = *postgres;
    }
    if (http) {
        made.http = http_limits;
        made.http->access = access;
        made.http->queries = queries;
        made.http->address = *http;
        made.http->version = program_version();
        made.http->max_body_bytes = postgres_limits.max_message_bytes;
        made.http->max_subscriptions = postgres_limits.max_connections;
        made.http->write_timeout = postgres_limits.write_timeout;
        made.http->statement_timeout = postgres_limits.statement_timeout;
    }
    return made;
}

std::string ServingArguments::problem(const CLI::App& command) const {
    const ServingOptions made = options();
    if (made.any()) return made.problem();
    for (const char* name : manners)
        if (command.count(name) > 0)
            return fmt::format("{} is about --postgres and --http, and there is neither", name);
    return {};
}

void add_serving_options(CLI::App& command, ServingArguments& arguments, Serving serving) {
    arguments.serving = serving;
    postgres::ServerSettings& limits = arguments.postgres_limits;
    add_listen_address(command, "--postgres",
                       serving == Serving::always
                           ? "Where clients of PostgreSQL connect; port 0 is any that is free (127.0.0.1:5433, if "
                             "there is no --http)"
                           : "Where clients of PostgreSQL may use the catalog meanwhile; port 0 is any that is free",
                       5433, [&arguments](const ListenAddress& address) { arguments.postgres = address; });
    add_listen_address(command, "--http",
                       serving == Serving::always ? "Where HTTP is served; port 0 is any that is free"
                                                  : "Where HTTP is served meanwhile; port 0 is any that is free",
                       8433, [&arguments](const ListenAddress& address) { arguments.http = address; });
    command
        .add_option("--http-name", arguments.http_limits.names,
                    "A name by which HTTP clients may call it, beside localhost; may be given repeatedly")
        ->type_name("NAME")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option("--users", arguments.access.users_file,
                    "Who may log in: lines of laminar hash-password; without, whoever reaches the loopback port")
        ->type_name("FILE");
    command.add_option("--tls-cert", arguments.access.certificate, "Certificate chain of TLS (PEM)")->type_name("FILE");
    command.add_option("--tls-key", arguments.access.private_key, "Its private key (PEM)")->type_name("FILE");
    command.add_flag("--insecure", arguments.access.insecure, "Allow a network interface without TLS");
    add_count(command, "--max-connections",
              "Clients of PostgreSQL that may be logged in, and subscriptions over HTTP (100)", limits.max_connections);
    add_count(command, "--max-queries",
              "Queries of clients at a time: more over HTTP are refused, over PostgreSQL they wait (16)",
              arguments.max_queries);
    command.add_option("--max-rows", arguments.http_limits.max_rows, "Rows of one result over HTTP (1000000)")
        ->type_name("COUNT")
        ->check(CLI::PositiveNumber);
    add_duration(command, "--statement-timeout",
                 "How long a statement may take; clients of PostgreSQL may SET another time (no limit)",
                 limits.statement_timeout);
    command.get_option("--statement-timeout")->check([](const std::string& text) {
        const auto time = parse_duration(text);
        return time && *time > postgres::most_statement_timeout ? std::string("it is at most 24 days") : std::string();
    });
    add_duration(command, "--request-timeout", "How long an HTTP client may take to send a request (30s)",
                 arguments.http_limits.request_timeout);
    add_duration(command, "--authentication-timeout", "How long a client of PostgreSQL may take to log in (10s)",
                 limits.authentication_timeout);
    add_size(command, "--max-message-size", "Of what a client sends at once, such as a statement (16MiB)",
             limits.max_message_bytes);
    add_duration(command, "--write-timeout", "How long a result waits for a client that takes nothing of it (60s)",
                 limits.write_timeout);
}

void add_service_options(CLI::App& command, ServingArguments& arguments, Serving serving, RunOptions& options,
                         CommonArguments& common) {
    add_serving_options(command, arguments, serving);
    add_data_directory(command, options.data_directory, options.reset);
    add_shutdown_timeout(command, options.shutdown_timeout);
    command.add_flag("--quiet,-q", options.quiet, "No progress, no summary, only warnings in the log");
    add_secret_sources(command, common.secrets);
    add_log_options(command, common);
}

int execute_service(const CLI::App& command, const ServingArguments& arguments, RunOptions& options,
                    const CommonArguments& common) {
    if (const std::string problem = arguments.problem(command); !problem.empty()) {
        fmt::print(stderr, "laminar: {}\n", problem);
        return exit_usage;
    }
    options.serving = arguments.options();
    options.secrets = common.secrets;
    options.log = common.log(options.quiet ? "warn" : "info");
    return run_command(options);
}

}  // namespace laminar::arguments
