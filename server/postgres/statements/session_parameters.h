#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// As PostgreSQL has it: what 31 bits hold, 24 days.
constexpr std::chrono::milliseconds most_statement_timeout{2'147'483'647};

/// The parameters of a session that clients set and ask for (SET, SHOW, the start-up message): those of PostgreSQL 15
/// that drivers use. What is fixed here (UTF8, ISO dates, UTC) can be set to what it is. Of one thread.
class SessionParameters {
public:
    SessionParameters(const std::string& user, std::string database);

    /// name is in lower case, as in all functions.
    [[nodiscard]] static bool is_known(std::string_view name);

    /// No values: the default. The error, if it cannot be.
    [[nodiscard]] std::optional<ErrorMessage> set(const std::string& name, const std::vector<std::string>& values);
    /// What the start-up message asks for; it is the default from then on. What a client sends about its own
    /// surroundings (time zone, date style) and is not to be had is left as it is: ParameterStatus tells it.
    [[nodiscard]] std::optional<ErrorMessage> set_at_start(const std::string& name, const std::string& value);
    void reset_all();

    /// What the client has connected to: one name is as good as another.
    [[nodiscard]] const std::string& database() const noexcept { return database_; }
    [[nodiscard]] const std::string& value(const std::string& name) const { return values_.at(name); }
    /// The name as PostgreSQL spells it.
    [[nodiscard]] static std::string_view shown_name(std::string_view name);
    /// Name and value of all, in order.
    [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> all() const;

    /// What clients are told of by ParameterStatus and have not been since the last call; all at first.
    [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> take_changes();

    /// 0: none.
    [[nodiscard]] std::chrono::milliseconds statement_timeout() const noexcept { return statement_timeout_; }

private:
    std::map<std::string, std::string, std::less<>> values_;
    std::map<std::string, std::string, std::less<>> defaults_;
    std::map<std::string, std::string, std::less<>> told_;
    std::chrono::milliseconds statement_timeout_{0};
    std::string database_;
};

}  // namespace laminar::postgres
