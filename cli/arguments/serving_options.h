#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/arguments/shared_options.h"
#include "cli/commands/run_command.h"
#include "cli/serving/serving.h"

namespace laminar::arguments {

/// Whether a command serves by itself (laminar serve), or when it is told where.
enum class Serving : std::uint8_t { always, if_asked };

/// What the options of a command about its servers were parsed into.
struct ServingArguments {
    std::optional<ListenAddress> postgres;
    std::optional<ListenAddress> http;
    AccessSettings access;
    std::size_t max_queries = default_max_queries;
    postgres::ServerSettings postgres_limits;
    http::ServerSettings http_limits;
    Serving serving = Serving::if_asked;

    /// Always and without an address: the PostgreSQL protocol at its own.
    [[nodiscard]] ServingOptions options() const;
    /// Why they cannot be; empty: they can. command: which has been parsed.
    [[nodiscard]] std::string problem(const CLI::App& command) const;
};

/// What the command is given goes into arguments, which outlives the parsing.
void add_serving_options(CLI::App& command, ServingArguments& arguments, Serving serving);

/// The options of run and serve about what they have in common: servers, data directory, end, secrets, log.
void add_service_options(CLI::App& command, ServingArguments& arguments, Serving serving, RunOptions& options,
                         CommonArguments& common);
/// Executes what they were given; its exit code. command: which has been parsed.
[[nodiscard]] int execute_service(const CLI::App& command, const ServingArguments& arguments, RunOptions& options,
                                  const CommonArguments& common);

}  // namespace laminar::arguments
