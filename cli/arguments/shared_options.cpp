#include "cli/arguments/shared_options.h"

namespace laminar::arguments {

LogOptions CommonArguments::log(std::string_view default_level) const {
    LogOptions options;
    options.level = log_level.empty() ? default_level : std::string_view(log_level);
    options.format = log_format;
    return options;
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
                                 "Where declarations, rows and the state of pipelines are kept; made if need be")
                             ->type_name("DIR");
    command
        .add_option("--reset", reset,
                    "Object of the data directory to give up first, with its rows; may be given repeatedly")
        ->type_name("NAME")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->needs(given);
}

void add_log_options(CLI::App& command, CommonArguments& common) {
    command
        .add_option_function<std::string>(
            "--log-level", [&common](const std::string& level) { common.log_level = level; },
            "trace, debug, info, warn, error or off")
        ->type_name("LEVEL")
        ->check(CLI::Validator(
            [](std::string& level) {
                return is_log_level(level) ? std::string() : fmt::format("\"{}\" is not a log level", level);
            },
            ""));
    add_choice<LogFormat>(command, "--log-format", "Of log records on standard error",
                          {{"text", LogFormat::text}, {"json", LogFormat::json}},
                          [&common](LogFormat format) { common.log_format = format; });
}

void add_count(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target) {
    command.add_option(name, target, help)->type_name("COUNT")->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
}

void add_size(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target) {
    command.add_option(name, target, help)->type_name("SIZE")->transform(CLI::AsSizeValue(false));
}

void add_texts(CLI::App& command, const std::string& name, const std::string& value, const std::string& help,
               std::vector<std::string>& target) {
    command.add_option(name, target, help)
        ->type_name(value)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

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

}  // namespace laminar::arguments
