#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "catalog/options/remembered_secrets.h"
#include "cli/terminal/status_line.h"

namespace laminar {

enum class LogFormat { text, json };

struct LogOptions {
    std::string_view level = "info";  ///< trace, debug, info, warn, error or off.
    LogFormat format = LogFormat::text;
};

[[nodiscard]] bool is_log_level(std::string_view name) noexcept;
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view name) noexcept;

/// Sends spdlog's default logger to write, one line per record with its line feed, times in UTC. write is called from
/// any thread, by one at a time, and must not block; what it refers to must outlive the last record. No record shows a
/// remembered secret.
void configure_logging(const LogOptions& options, std::shared_ptr<const RememberedSecrets> secrets,
                       std::function<void(std::string_view)> write);
/// The same to standard error. The status line, which must outlive the last record, is erased before each.
void configure_logging(const LogOptions& options, std::shared_ptr<const RememberedSecrets> secrets,
                       StatusLine& status_line);

}  // namespace laminar
