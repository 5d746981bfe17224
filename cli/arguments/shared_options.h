#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/commands/logging.h"
#include "cli/scripts/duration.h"
#include "server/login/access.h"

/// Options that several commands have, each declared once. What they write into lives as long as the command runs.
namespace laminar::arguments {

/// The process's exit code when it was called wrongly.
constexpr int exit_usage = 2;

/// What every command with statements may be told: where secrets are, and what is logged.
struct CommonArguments {
    SecretResolver::Sources secrets;
    std::string log_level;  ///< Empty: the command's own.
    LogFormat log_format = LogFormat::text;

    [[nodiscard]] LogOptions log(std::string_view default_level) const;
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

/// Such as 10s; target is a std::chrono::milliseconds or an optional one.
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

void add_shutdown_timeout(CLI::App& command, std::chrono::milliseconds& target);
void add_secret_sources(CLI::App& command, SecretResolver::Sources& sources);
void add_data_directory(CLI::App& command, std::optional<std::string>& directory, std::vector<std::string>& reset);
void add_log_options(CLI::App& command, CommonArguments& common);
/// From 1 to 100,000.
void add_count(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target);
/// A size in bytes, with or without KiB, MiB or GiB.
void add_size(CLI::App& command, const std::string& name, const std::string& help, std::size_t& target);
/// May be given repeatedly, with one value each time, which the help calls value.
void add_texts(CLI::App& command, const std::string& name, const std::string& value, const std::string& help,
               std::vector<std::string>& target);
/// HOST:PORT of a server; assign is called when it is given.
void add_listen_address(CLI::App& command, const std::string& name, const std::string& help, std::uint16_t example_port,
                        std::function<void(const ListenAddress&)> assign);

}  // namespace laminar::arguments
