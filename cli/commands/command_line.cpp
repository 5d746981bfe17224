#include "cli/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands/check_command.h"
#include "cli/commands/connectors_command.h"
#include "cli/commands/document_output.h"
#include "cli/commands/hash_password_command.h"
#include "cli/commands/infer_command.h"
#include "cli/commands/run_command.h"
#include "cli/commands/shell_command.h"
#include "cli/commands/test_command.h"
#include "cli/commands/top_command.h"
#include "cli/reference/command_reference.h"
#include "cli/report/version.h"
#include "cli/scripts/duration.h"
#include "parser/text/name_suggester.h"
#include "server/login/access.h"

namespace laminar {
namespace {

constexpr int exit_usage = 2;

/// What the command line was parsed into. The strings live as long as the command runs.
struct Arguments {
    RunOptions run;
    HashPasswordOptions hash_password;
    TopOptions top;
    CheckOptions check;
    ShellOptions shell;
    TestOptions test;
    InferOptions infer;
    SecretResolver::Sources secrets;
    std::string log_level;
    LogFormat log_format = LogFormat::text;
    std::string connector;
    ReferenceFormat reference_format = ReferenceFormat::text;
    std::string reference;
};

/// An option with one of a few values.
template <class Value>
void add_choice(CLI::App& command, const std::string& name, const std::string& help,
                std::map<std::string, Value> values, std::function<void(Value)> assign) {
    std::vector<std::string> names;
    for (const auto& [text, value] : values) names.push_back(text);
    command
        .add_option_function<std::string>(
            name, [values, assign = std::move(assign)](const std::string& text) { assign(values.at(text)); }, help)
        ->check(CLI::IsMember(names));
}

template <class Target>
void add_duration(CLI::App& command, const std::string& name, const std::string& help, Target& target) {
    command
        .add_option_function<std::string>(
            name,
            [name, &target](const std::string& text) {
                const std::optional<std::chrono::milliseconds> duration = parse_duration(text);
                if (!duration) {
                    throw CLI::ValidationError(
                        fmt::format("{}: \"{}\" is not a duration; write 10s, 500ms, 2m or 1h", name, text));
                }
                target = *duration;
            },
            help)
        ->type_name("DURATION");
}

void add_shutdown_timeout(CLI::App& command, std::chrono::milliseconds& target) {
    add_duration(command, "--shutdown-timeout",
                 "How long the end may take, whatever brings it: process what has arrived, send, close (10s)", target);
}

void add_secret_sources(CLI::App& command, SecretResolver::Sources& sources) {
    command
        .add_option_function<std::string>(
            "--secrets-dir", [&sources](const std::string& path) { sources.secrets_dir = path; },
            "Folder with one file per secret")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    command
        .add_option_function<std::string>(
            "--env-file", [&sources](const std::string& path) { sources.env_file = path; },
            "File with NAME=VALUE lines, for secrets")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
}

void add_data_directory(CLI::App& command, std::optional<std::string>& directory, std::vector<std::string>& reset) {
    CLI::Option* given = command
                             .add_option_function<std::string>(
                                 "--data-dir", [&directory](const std::string& path) { directory = path; },
                                 "Where declarations and the rows of stored tables are kept; made if need be")
                             ->type_name("DIR");
    command
        .add_option("--reset", reset,
                    "Object of the data directory to give up first, with its rows; may be given repeatedly")
        ->type_name("NAME")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->needs(given);
}

void add_log_options(CLI::App& command, Arguments& arguments) {
    command
        .add_option_function<std::string>(
            "--log-level", [&arguments](const std::string& level) { arguments.log_level = level; },
            "trace, debug, info, warn, error or off")
        ->type_name("LEVEL")
        ->check(CLI::Validator(
            [](std::string& level) {
                return is_log_level(level) ? std::string() : fmt::format("\"{}\" is not a log level", level);
            },
            ""));
    add_choice<LogFormat>(command, "--log-format", "Of log records on standard error",
                          {{"text", LogFormat::text}, {"json", LogFormat::json}},
                          [&arguments](LogFormat format) { arguments.log_format = format; });
}

CLI::App* add_run(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("run", "Executes scripts and keeps their streams going");
    command->add_option("FILE", arguments.run.files, "Scripts, executed one after the other; - is standard input");
    command
        ->add_option("-e", arguments.run.statements, "Statements to execute, after the files; may be given repeatedly")
        ->type_name("SQL")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_choice<OutputFormat>(*command, "--format", "Of rows; table on a terminal, else json",
                             {{"table", OutputFormat::table},
                              {"json", OutputFormat::json},
                              {"csv", OutputFormat::csv},
                              {"line", OutputFormat::line}},
                             [&arguments](OutputFormat format) { arguments.run.format = format; });
    add_duration(*command, "--for", "End after so long, counted from the start", arguments.run.run_for);
    add_duration(*command, "--until-idle", "End when no message has come or gone for so long",
                 arguments.run.until_idle);
    command->add_flag("--drain", arguments.run.drain, "Treat the end as end of input: open windows close");
    command->add_flag("--once", arguments.run.once, "End when the statements are through, whatever streams are live")
        ->excludes("--until-idle");
    add_data_directory(*command, arguments.run.data_directory, arguments.run.reset);
    add_shutdown_timeout(*command, arguments.run.shutdown_timeout);
    command->add_flag("--quiet,-q", arguments.run.quiet, "No progress, no summary, only warnings in the log");
    add_secret_sources(*command, arguments.secrets);
    add_log_options(*command, arguments);
    command->footer(
        "Exit code: 0 done, 1 failed, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar run connections.sql trades.sql --secrets-dir /run/secrets\n"
        "  laminar run trades.sql --for 10s --drain --format csv > trades.csv\n"
        "  laminar run -e \"SELECT 40 + 2 AS answer\"\n"
        "  laminar run --once feed.sql -e \"WAIT FOR trades COUNT 10\" -e \"SELECT * FROM trades\"\n"
        "  laminar run feed.sql --data-dir /var/lib/laminar\n"
        "Signals: SIGINT and SIGTERM end it in good order, a second one at once; SIGHUP reloads secrets.");
    return command;
}

void add_count(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target) {
    command.add_option(name, target, help)->type_name("COUNT")->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
}

/// A size in bytes, with or without KiB, MiB or GiB.
void add_size(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target) {
    command.add_option(name, target, help)->type_name("SIZE")->transform(CLI::AsSizeValue(false));
}

/// HOST:PORT of a server; assign is called when it is given.
void add_listen_address(CLI::App& command, const std::string& name, const std::string& help, std::uint16_t example_port,
                        std::function<void(const ListenAddress&)> assign) {
    command
        .add_option_function<std::string>(
            name,
            [name, example_port, assign = std::move(assign)](const std::string& text) {
                const auto address = parse_listen_address(text);
                if (!address)
                    throw CLI::ValidationError(
                        fmt::format("{}: \"{}\" is not HOST:PORT, such as 127.0.0.1:{} or [::1]:{}", name, text,
                                    example_port, example_port));
                assign(*address);
            },
            help)
        ->type_name("HOST:PORT");
}

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

CLI::App* add_serve(CLI::App& program, ServeArguments& serve, Arguments& arguments) {
    CLI::App* command = program.add_subcommand(
        "serve", "Executes scripts and lets others use their catalog, over the PostgreSQL protocol and HTTP");
    RunOptions& options = serve.run;
    postgres::ServerSettings& limits = serve.postgres_limits;
    command->add_option("FILE", options.files, "Scripts, executed first, one after the other; - is standard input");
    add_listen_address(
        *command, "--postgres",
        "Where clients of PostgreSQL connect; port 0 is any that is free (127.0.0.1:5433, if there is no "
        "--http)",
        5433, [&serve](const ListenAddress& address) { serve.postgres = address; });
    add_listen_address(*command, "--http", "Where HTTP is served; port 0 is any that is free", 8433,
                       [&serve](const ListenAddress& address) { serve.http = address; });
    command
        ->add_option("--http-name", serve.http_limits.names,
                     "A name by which HTTP clients may call it, beside localhost; may be given repeatedly")
        ->type_name("NAME")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--users", serve.access.users_file,
                     "Who may log in: lines of laminar hash-password; without, whoever reaches the loopback port")
        ->type_name("FILE");
    command->add_option("--tls-cert", serve.access.certificate, "Certificate chain of TLS (PEM)")->type_name("FILE");
    command->add_option("--tls-key", serve.access.private_key, "Its private key (PEM)")->type_name("FILE");
    command->add_flag("--insecure", serve.access.insecure, "Allow a network interface without TLS");
    add_count(*command, "--max-connections",
              "Clients of PostgreSQL that may be logged in, and subscriptions over HTTP (100)", limits.max_connections);
    add_count(*command, "--max-queries", "Queries over HTTP at a time (16)", serve.http_limits.max_queries);
    command->add_option("--max-rows", serve.http_limits.max_rows, "Rows of one result over HTTP (1000000)")
        ->type_name("COUNT")
        ->check(CLI::PositiveNumber);
    add_duration(*command, "--statement-timeout",
                 "How long a statement may take; clients of PostgreSQL may SET another time (no limit)",
                 limits.statement_timeout);
    add_duration(*command, "--request-timeout", "How long an HTTP client may take to send a request (30s)",
                 serve.http_limits.request_timeout);
    add_duration(*command, "--authentication-timeout", "How long a client of PostgreSQL may take to log in (10s)",
                 limits.authentication_timeout);
    add_size(*command, "--max-message-size", "Of what a client sends at once, such as a statement (16MiB)",
             limits.max_message_bytes);
    add_duration(*command, "--write-timeout", "How long a result waits for a client that takes nothing of it (60s)",
                 limits.write_timeout);
    add_data_directory(*command, options.data_directory, options.reset);
    add_shutdown_timeout(*command, options.shutdown_timeout);
    command->add_flag("--quiet,-q", options.quiet, "No progress, no summary, only warnings in the log");
    add_secret_sources(*command, arguments.secrets);
    add_log_options(*command, arguments);
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
    return command;
}

/// Why the addresses cannot be opened so; empty: they can.
std::string problem_of(const RunOptions& options) {
    std::string problem;
    if (options.postgres)
        problem = problem_of(options.postgres->access, options.postgres->address, postgres::address_option);
    if (problem.empty() && options.http)
        problem = problem_of(options.http->access, options.http->address, http::address_option);
    return problem;
}

CLI::App* add_top(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("top", "Shows what a running laminar serve does, over its HTTP port");
    add_listen_address(*command, "--http", "Where it listens (127.0.0.1:8433)", 8433,
                       [&arguments](const ListenAddress& address) { arguments.top.address = address; });
    command->footer(
        "On a terminal it goes on until q; elsewhere it prints what there is, once, as text.\n"
        "LAMINAR_TOKEN in the environment is the token of who asks, where the server wants one.\n"
        "Exit code: 0; 1 when there is no answer; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar top\n"
        "  laminar top --http 127.0.0.1:8434 | head -1");
    return command;
}

CLI::App* add_hash_password(CLI::App& program, Arguments& arguments) {
    CLI::App* command =
        program.add_subcommand("hash-password", "Makes a line of the users file of laminar serve from a password");
    HashPasswordOptions& options = arguments.hash_password;
    command->add_option("USER", options.user, "Who logs in with it")->required();
    command->add_flag("--token", options.makes_token, "It is a token for HTTP (Authorization: Bearer) that is hashed");
    add_choice<Role>(*command, "--role", "What the user may do (admin)",
                     {{"read", Role::read}, {"write", Role::write}, {"admin", Role::admin}},
                     [&options](Role role) { options.role = role; });
    command->footer(
        "The password is asked for at the terminal, or is the first line of standard input.\n"
        "Exit code: 0 done, 1 the password cannot be used, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar hash-password alice >> users\n"
        "  laminar hash-password alice < password.txt >> users");
    return command;
}

CLI::App* add_check(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("check", "Validates scripts, each on its own, without any network");
    command
        ->add_option(
            "PATH", arguments.check.paths,
            "Scripts, Markdown files (their ```sql blocks), folders with them, patterns such as 'sql/**/*.sql'; - "
            "is standard input")
        ->required();
    command
        ->add_option("--catalog", arguments.check.catalogs,
                     "File whose declarations every checked file may refer to; may be given repeatedly")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_choice<CheckFormat>(*command, "--format", "Of findings",
                            {{"text", CheckFormat::text},
                             {"json", CheckFormat::json},
                             {"sarif", CheckFormat::sarif},
                             {"github", CheckFormat::github},
                             {"junit", CheckFormat::junit}},
                            [&arguments](CheckFormat format) { arguments.check.format = format; });
    command->add_flag("--require-secrets", arguments.check.require_secrets,
                      "Report secrets that cannot be found here and now");
    command->add_flag("--deny-warnings", arguments.check.deny_warnings, "Warnings fail the check as well");
    command->add_flag("--connect", arguments.check.connect, "Also try every connection; the only use of the network");
    add_secret_sources(*command, arguments.secrets);
    command->footer(
        "Exit code: 0 clean, 1 findings, 2 wrong usage or a file that cannot be read.\n"
        "Examples:\n"
        "  laminar check sql/ docs/\n"
        "  laminar check --catalog connections.sql --deny-warnings 'pipelines/**/*.sql'\n"
        "  laminar check --format sarif sql/ > laminar.sarif");
    return command;
}

CLI::App* add_shell(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("shell", "Reads statements from a terminal or a pipe");
    command->add_option("FILE", arguments.shell.files, "Scripts to execute first");
    add_data_directory(*command, arguments.shell.data_directory, arguments.shell.reset);
    add_shutdown_timeout(*command, arguments.shell.shutdown_timeout);
    add_secret_sources(*command, arguments.secrets);
    add_log_options(*command, arguments);
    command->footer(
        "Exit code: 0; through a pipe 1 when a statement failed, which ends it; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar shell connections.sql\n"
        "  echo 'SELECT 40 + 2 AS answer;' | laminar shell");
    return command;
}

CLI::App* add_test(CLI::App& program, Arguments& arguments) {
    CLI::App* command =
        program.add_subcommand("test", "Tests pipelines with recorded messages, without their endpoints");
    command->add_option("PATH", arguments.test.paths, "Test files, folders with *.test files, patterns")->required();
    command->add_option("--only", arguments.test.only, "Tests whose name has this in it")->type_name("TEXT");
    command->add_flag("--update", arguments.test.update, "Write what came out into the test files");
    add_choice<TestFormat>(*command, "--format", "Of results",
                           {{"text", TestFormat::text}, {"junit", TestFormat::junit}},
                           [&arguments](TestFormat format) { arguments.test.format = format; });
    add_secret_sources(*command, arguments.secrets);
    add_log_options(*command, arguments);
    command->footer(
        "Exit code: 0 all passed, 1 some did not, 2 wrong usage or a test file that cannot be read.\n"
        "Examples:\n"
        "  laminar test tests/\n"
        "  laminar test --update trades.test\n"
        "  laminar test --format junit tests/ > laminar-tests.xml");
    return command;
}

void add_texts(CLI::App& command, const std::string& name, const std::string& value, const std::string& help,
               std::vector<std::string>& target) {
    command.add_option(name, target, help)
        ->type_name(value)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::App* add_infer(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("infer", "Looks at what a feed sends and writes the definitions for it");
    InferOptions& options = arguments.infer;
    command->add_option("SOURCE", options.source,
                        "ws:// or wss:// URL of the feed, or a file of recorded messages, one a line");
    command
        ->add_option("--asyncapi", options.async_api,
                     "Instead of SOURCE a description of the feed: AsyncAPI 2 or 3, as JSON")
        ->type_name("FILE");
    command
        ->add_option("--endpoint", options.endpoint,
                     "Where the messages of the file are from; of a description, instead of what it says")
        ->type_name("URL");
    add_texts(*command, "--header", "NAME:VALUE", "Header of the handshake; may be given repeatedly", options.headers);
    add_texts(*command, "--subscribe", "MESSAGE", "Message to send first; may be given repeatedly",
              options.subscribe_messages);
    add_texts(*command, "--option", "NAME=VALUE", "Further option of the connection, as in CREATE CONNECTION",
              options.connection_options);
    add_duration(*command, "--for", "How long to look, from when it is connected (10s)", options.limits.duration);
    add_count(*command, "--messages", "How many messages to look at, at most (10000)", options.limits.messages);
    add_size(*command, "--size", "How many bytes of messages to look at, at most (16MiB)", options.limits.bytes);
    command->add_option("--name", options.name, "Of the connection; else it is called after the host")
        ->type_name("NAME");
    command->add_option("--output", options.output, "Where to write the script, instead of standard output")
        ->type_name("FILE");
    command->add_flag("--force", options.force, "Overwrite that file");
    add_secret_sources(*command, arguments.secrets);
    add_log_options(*command, arguments);
    command->footer(
        "Exit code: 0 the script takes all messages that it was made from, 1 it does not or there is none, 2 wrong "
        "usage or a file that cannot be read.\n"
        "Examples:\n"
        "  laminar infer 'wss://stream.example.com/all' --for 30s --output feed.sql\n"
        "  laminar infer wss://stream.example.com --header 'X-API-Key: ${secret:api_key}' "
        "--subscribe '{\"op\": \"subscribe\"}'\n"
        "  laminar infer recorded.ndjson --endpoint wss://stream.example.com\n"
        "Signals: SIGINT and SIGTERM end the sample early, a second one at once.");
    return command;
}

CLI::App* add_reference(CLI::App& program, Arguments& arguments) {
    CLI::App* command =
        program.add_subcommand("reference", "Prints the manual page, completions for shells, or this reference");
    command->add_option("FORM", arguments.reference, "What to print")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>{"man", "bash", "zsh", "markdown"}));
    command->footer(
        "Examples:\n"
        "  laminar reference man > /usr/local/share/man/man1/laminar.1\n"
        "  source <(laminar reference bash)\n"
        "  laminar reference zsh > ~/.zsh/completions/_laminar");
    return command;
}

int print_reference(const CLI::App& program, const std::string& form) {
    const std::vector<CommandReference> commands = describe_commands(program);
    return print_document(form == "man"    ? manual_page(commands)
                          : form == "bash" ? bash_completion(commands)
                          : form == "zsh"  ? zsh_completion(commands)
                                           : command_reference_markdown(commands));
}

CLI::App* add_connectors(CLI::App& program, Arguments& arguments) {
    CLI::App* command = program.add_subcommand("connectors", "Prints the reference of the connectors");
    command->add_option("NAME", arguments.connector, "One connector alone");
    add_choice<ReferenceFormat>(
        *command, "--format", "Of the reference",
        {{"text", ReferenceFormat::text}, {"json", ReferenceFormat::json}, {"markdown", ReferenceFormat::markdown}},
        [&arguments](ReferenceFormat format) { arguments.reference_format = format; });
    command->footer(
        "Examples:\n"
        "  laminar connectors\n"
        "  laminar connectors websocket --format markdown");
    return command;
}

void report_unknown_command(const CLI::App& program, const std::string& name) {
    std::vector<std::string> commands;
    for (const CLI::App* command : program.get_subcommands({})) commands.push_back(command->get_name());
    std::string hint = did_you_mean(name, commands);
    if (hint.empty()) hint = fmt::format("commands are {}", fmt::join(commands, ", "));
    fmt::print(stderr, "laminar: there is no command \"{}\"; {}\n", name, hint);
}

LogOptions log_options(const Arguments& arguments, std::string_view default_level) {
    LogOptions options;
    options.level = arguments.log_level.empty() ? default_level : std::string_view(arguments.log_level);
    options.format = arguments.log_format;
    return options;
}

}  // namespace

int execute_command_line(int argument_count, char** argument_values) {
    CLI::App program("SQL for WebSocket streams", "laminar");
    Arguments arguments;
    ServeArguments serve_arguments;
    program.set_version_flag("--version", version_text);
    program.require_subcommand(1);
    const CLI::App* run = add_run(program, arguments);
    const CLI::App* serve = add_serve(program, serve_arguments, arguments);
    const CLI::App* top = add_top(program, arguments);
    const CLI::App* hash_password = add_hash_password(program, arguments);
    const CLI::App* check = add_check(program, arguments);
    const CLI::App* shell = add_shell(program, arguments);
    const CLI::App* test = add_test(program, arguments);
    const CLI::App* infer = add_infer(program, arguments);
    const CLI::App* connectors = add_connectors(program, arguments);
    const CLI::App* reference = add_reference(program, arguments);
    program.footer("laminar COMMAND --help tells more about each.");
    try {
        program.parse(argument_count, argument_values);
    } catch (const CLI::ParseError& error) {
        if (program.get_subcommands().empty() && argument_count > 1 && argument_values[1][0] != '-') {
            report_unknown_command(program, argument_values[1]);
            return exit_usage;
        }
        std::ostringstream document;  // The help, or the version.
        if (program.exit(error, document, std::cerr) != 0) return exit_usage;
        return print_document(document.str());
    }
    try {
        if (run->parsed()) {
            if (arguments.run.files.empty() && arguments.run.statements.empty()) {
                fmt::print(stderr, "laminar: nothing to run; give a FILE, - or -e SQL\n");
                return exit_usage;
            }
            arguments.run.secrets = arguments.secrets;
            arguments.run.log = log_options(arguments, arguments.run.quiet ? "warn" : "info");
            return run_command(arguments.run);
        }
        if (serve->parsed()) {
            RunOptions options = serve_arguments.options();
            if (const std::string problem = problem_of(options); !problem.empty()) {
                fmt::print(stderr, "laminar: {}\n", problem);
                return exit_usage;
            }
            options.secrets = arguments.secrets;
            options.log = log_options(arguments, options.quiet ? "warn" : "info");
            return run_command(options);
        }
        if (top->parsed()) return top_command(arguments.top);
        if (hash_password->parsed()) return hash_password_command(arguments.hash_password);
        if (check->parsed()) {
            arguments.check.secrets = arguments.secrets;
            return check_command(arguments.check);
        }
        if (shell->parsed()) {
            arguments.shell.secrets = arguments.secrets;
            arguments.shell.log = log_options(arguments, "warn");
            return shell_command(arguments.shell);
        }
        if (test->parsed()) {
            arguments.test.secrets = arguments.secrets;
            arguments.test.log = log_options(arguments, "off");
            return test_command(arguments.test);
        }
        if (infer->parsed()) {
            arguments.infer.secrets = arguments.secrets;
            arguments.infer.log = log_options(arguments, "warn");
            return infer_command(arguments.infer);
        }
        if (reference->parsed()) return print_reference(program, arguments.reference);
        if (connectors->parsed()) return connectors_command(arguments.connector, arguments.reference_format);
    } catch (const std::exception& error) {
        fmt::print(stderr, "laminar: internal error: {}\n", arguments.secrets.remembered->redact(error.what()));
        return 1;
    }
    return exit_usage;
}

}  // namespace laminar
