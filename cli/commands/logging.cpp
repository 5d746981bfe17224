#include "cli/commands/logging.h"

#include <fmt/chrono.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cli/terminal/cell_text.h"
#include "cli/terminal/standard_error.h"
#include "parser/text/json_writer.h"

namespace laminar {
namespace {

constexpr std::array<std::string_view, 6> level_names{"trace", "debug", "info", "warn", "error", "off"};

std::string utc_time(spdlog::log_clock::time_point time) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
                       milliseconds % 1000);
}

std::string_view level_name(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::warn:
            return "warning";
        case spdlog::level::err:
            return "error";
        case spdlog::level::critical:
            return "critical";
        case spdlog::level::info:
            return "info";
        case spdlog::level::debug:
            return "debug";
        default:
            return "trace";
    }
}

/// The connection a record is about: connections log under their names. Empty when it is about none.
std::string_view connection_of(const spdlog::details::log_msg& record) {
    return {record.logger_name.data(), record.logger_name.size()};
}

/// What connections log begins with the name of an event.
std::string json_line(const spdlog::details::log_msg& record, std::string_view message) {
    JsonWriter json;
    json.begin_object();
    json.key("time").text(utc_time(record.time)).key("level").text(level_name(record.level));
    if (const std::string_view connection = connection_of(record); !connection.empty()) {
        json.key("connection").text(connection);
        const std::size_t colon = message.find(": ");
        if (colon != std::string_view::npos) {
            json.key("event").text(message.substr(0, colon));
            message.remove_prefix(colon + 2);
        }
    }
    json.key("message").text(message);
    json.end_object();
    return json.take() + "\n";
}

class LineSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    LineSink(LogFormat format, std::shared_ptr<const RememberedSecrets> secrets,
             std::function<void(std::string_view)> write)
        : format_(format), secrets_(std::move(secrets)), write_(std::move(write)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& record) override {
        const std::string message = secrets_->redact({record.payload.data(), record.payload.size()});
        std::string line;
        if (format_ == LogFormat::json) {
            line = json_line(record, message);
        } else {
            const std::string_view speaker = connection_of(record);
            line = fmt::format("{} {:<7} {}{}\n", utc_time(record.time), level_name(record.level),
                               speaker.empty() ? "" : fmt::format("[{}] ", speaker), escape_controls(message));
        }
        write_(line);
    }
    void flush_() override {}

private:
    const LogFormat format_;
    const std::shared_ptr<const RememberedSecrets> secrets_;
    const std::function<void(std::string_view)> write_;
};

}  // namespace

bool is_log_level(std::string_view name) noexcept {
    for (const std::string_view level : level_names) {
        if (name == level) return true;
    }
    return false;
}

std::optional<LogFormat> parse_log_format(std::string_view name) noexcept {
    if (name == "text") return LogFormat::text;
    if (name == "json") return LogFormat::json;
    return std::nullopt;
}

void configure_logging(const LogOptions& options, std::shared_ptr<const RememberedSecrets> secrets,
                       StatusLine& status_line) {
    configure_logging(options, std::move(secrets), [&status_line](std::string_view line) {
        status_line.erase();
        write_to_standard_error(line);
    });
}

void configure_logging(const LogOptions& options, std::shared_ptr<const RememberedSecrets> secrets,
                       std::function<void(std::string_view)> write) {
    auto logger = std::make_shared<spdlog::logger>(
        "", std::make_shared<LineSink>(options.format, std::move(secrets), std::move(write)));
    logger->set_level(spdlog::level::from_str(std::string(options.level)));
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace laminar
