#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/http/http_client.h"

namespace laminar {

/// A row of a system table: values that are not NULL, by column, as text.
using StatusRow = std::map<std::string, std::string, std::less<>>;

/// The text of a value; empty for NULL and for a column that there is not.
[[nodiscard]] std::string_view text_of(const StatusRow& row, std::string_view column);
/// The same as a number, where it is one.
[[nodiscard]] std::optional<double> number_of(const StatusRow& row, std::string_view column);

/// What a running catalog says about itself at a moment.
struct StatusSample {
    std::chrono::steady_clock::time_point taken_at;
    std::vector<StatusRow> connections;
    std::vector<StatusRow> pipelines;
    std::vector<StatusRow> tables;
};

/// Asks for it. Throws HttpClient::Failure.
[[nodiscard]] StatusSample take_sample(const HttpClient& client, std::chrono::milliseconds limit);

/// Rows of the JSON that /api/v1/query answers with. Throws HttpClient::Failure when it is something else.
[[nodiscard]] std::vector<StatusRow> read_status_rows(std::string_view json);

/// What a counter grew by in a second between two samples of rows, of the one called name. Nothing when it is in one of
/// them alone, or has become smaller.
[[nodiscard]] std::optional<double> rate_between(const std::vector<StatusRow>& before,
                                                 const std::vector<StatusRow>& now,
                                                 std::chrono::duration<double> elapsed, std::string_view name_column,
                                                 std::string_view name, std::string_view column);

}  // namespace laminar
