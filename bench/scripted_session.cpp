#include "bench/scripted_session.h"

#include <fmt/format.h>
#include <jemalloc/jemalloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "bench/feed.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/facts.h"
#include "parser/read/parser.h"

namespace laminar::bench {

namespace {

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(1);
}

void log_errors_alone() {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("bench"));
    spdlog::set_level(spdlog::level::err);
}

Database::Settings settings_with(const ConnectionMaker& make) {
    Database::Settings settings;
    settings.make_connection = make;
    return settings;
}

}  // namespace

void ScriptedSession::Output::rows(const ResultTable& rows) {
    if (rows.rows == 0) return;
    const ColumnVector& column = rows.values.front();
    number = rows.columns.front().type.id == TypeId::float64 ? column.values<double>()[0]
                                                             : static_cast<double>(column.values<std::int64_t>()[0]);
}

ScriptedSession::ScriptedSession(const ConnectionMaker& make)
    : database_(settings_with(make), builtin_connectors()), session_(database_, output_) {
    static const bool logging = (log_errors_alone(), true);
    (void)logging;
}

ScriptedSession::~ScriptedSession() { (void)database_.shut_down(false, std::chrono::seconds(10)); }

void ScriptedSession::execute(const std::string& script) {
    const auto source = std::make_shared<SourceText>("bench", script);
    Diagnostics diagnostics(source);
    const ParsedScript parsed = parse_script(source, diagnostics);
    bool done = !diagnostics.has_errors();
    for (const ast::Statement& statement : parsed.statements)
        done = done && session_.execute(source, statement, diagnostics);
    if (!done) {
        std::string text;
        for (const Diagnostic& finding : diagnostics.all()) text += finding.message + "\n";
        give_up(text + "in: " + script);
    }
    session_.open_connections();
}

double ScriptedSession::number(const std::string& query) {
    execute(query);
    return output_.number;
}

void ScriptedSession::wait_until(const std::function<bool(const DatabaseStatus&)>& holds, double limit_seconds) {
    const double limit = seconds_now() + limit_seconds;
    for (;;) {
        const DatabaseStatus status = database_.status();
        if (status.failed) give_up("the session failed: " + status.failure);
        if (holds(status)) return;
        if (seconds_now() > limit)
            give_up(fmt::format("gave up waiting; {} rows came in, {} rows went out", status.rows_in, status.rows_out));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

double ScriptedSession::wait_for_rows(std::uint64_t rows) {
    wait_until([&](const DatabaseStatus& status) { return status.rows_in >= rows; });
    return seconds_now();
}

std::uint16_t ScriptedSession::port_of(const std::string& connection) {
    std::uint16_t port = 0;
    wait_until([&](const DatabaseStatus& status) {
        for (const ConnectionStatus& candidate : status.connections) {
            if (candidate.name == connection) {
                const std::vector<FactValue>& details = candidate.details;
                const auto* bound =
                    details.empty() ? nullptr : std::get_if<std::int64_t>(&details[WebSocketDetail::port]);
                if (bound != nullptr) port = static_cast<std::uint16_t>(*bound);
            }
        }
        return port != 0;
    });
    return port;
}

double resident_bytes() {
    // What is free goes back to the system first.
    mallctl(fmt::format("arena.{}.purge", MALLCTL_ARENAS_ALL).c_str(), nullptr, nullptr, nullptr, 0);
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace laminar::bench
