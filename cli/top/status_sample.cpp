#include "cli/top/status_sample.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>

namespace laminar {

namespace {

std::string text_of_value(const rapidjson::Value& value) {
    if (value.IsString()) return {value.GetString(), value.GetStringLength()};
    if (value.IsBool()) return value.GetBool() ? "true" : "false";
    if (value.IsInt64()) return std::to_string(value.GetInt64());
    if (value.IsUint64()) return std::to_string(value.GetUint64());
    if (value.IsDouble()) return std::to_string(value.GetDouble());
    return {};
}

std::vector<StatusRow> ask(const HttpClient& client, const std::string& sql, std::chrono::milliseconds limit) {
    return read_status_rows(client.post("/api/v1/query", sql, "text/plain; charset=utf-8", limit));
}

const StatusRow* find_row(const std::vector<StatusRow>& rows, std::string_view name_column, std::string_view name) {
    const auto found =
        std::ranges::find_if(rows, [&](const StatusRow& row) { return text_of(row, name_column) == name; });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::string_view text_of(const StatusRow& row, std::string_view column) {
    const auto found = row.find(column);
    return found == row.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<double> number_of(const StatusRow& row, std::string_view column) {
    const std::string_view text = text_of(row, column);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::vector<StatusRow> read_status_rows(std::string_view json) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    const auto is_array = [&](const char* name) {
        return document.IsObject() && document.HasMember(name) && document[name].IsArray();
    };
    if (document.HasParseError() || !is_array("columns") || !is_array("rows"))
        throw HttpClient::Failure("the answer is not one of laminar serve");
    std::vector<std::string> names;
    for (const rapidjson::Value& column : document["columns"].GetArray()) {
        const bool is_named = column.IsObject() && column.HasMember("name") && column["name"].IsString();
        names.emplace_back(is_named ? column["name"].GetString() : "");
    }
    std::vector<StatusRow> rows;
    for (const rapidjson::Value& values : document["rows"].GetArray()) {
        if (!values.IsArray()) continue;
        StatusRow row;
        for (rapidjson::SizeType index = 0; index < values.Size() && index < names.size(); ++index)
            if (!values[index].IsNull()) row[names[index]] = text_of_value(values[index]);
        rows.push_back(std::move(row));
    }
    return rows;
}

StatusSample take_sample(const HttpClient& client, std::chrono::milliseconds limit) {
    StatusSample sample;
    sample.connections = ask(client, "SELECT * FROM system.connections ORDER BY connection_name", limit);
    sample.taken_at = std::chrono::steady_clock::now();
    sample.pipelines = ask(client, "SELECT * FROM system.pipelines ORDER BY name", limit);
    sample.tables = ask(client, "SELECT * FROM system.tables ORDER BY name", limit);
    return sample;
}

std::optional<double> rate_between(const std::vector<StatusRow>& before, const std::vector<StatusRow>& now,
                                   std::chrono::duration<double> elapsed, std::string_view name_column,
                                   std::string_view name, std::string_view column) {
    const StatusRow* earlier = find_row(before, name_column, name);
    const StatusRow* later = find_row(now, name_column, name);
    if (!earlier || !later || elapsed.count() <= 0) return std::nullopt;
    const std::optional<double> from = number_of(*earlier, column);
    const std::optional<double> to = number_of(*later, column);
    if (!from || !to || *to < *from) return std::nullopt;
    return (*to - *from) / elapsed.count();
}

}  // namespace laminar
