#include "runtime/database/result_builder.h"

namespace laminar {

ResultBuilder::ResultBuilder(std::vector<OutputColumn> columns) {
    for (const OutputColumn& column : columns) table_.values.emplace_back(column.type);
    table_.columns = std::move(columns);
}

void ResultBuilder::add_facts(const std::vector<FactValue>& values) {
    for (std::size_t column = 0; column < values.size(); ++column) {
        if (const auto* number = std::get_if<std::int64_t>(&values[column]))
            append(column, *number);
        else if (const auto* text = std::get_if<std::string>(&values[column]))
            append(column, *text);
        else
            append(column, nullptr);
    }
    ++table_.rows;
}

void ResultBuilder::append(std::size_t column, bool value) {
    table_.values[column].append(static_cast<std::uint8_t>(value ? 1 : 0));
}

void ResultBuilder::append(std::size_t column, std::int64_t value) {
    if (table_.values[column].physical() == PhysicalType::int32)
        table_.values[column].append(static_cast<std::int32_t>(value));
    else
        table_.values[column].append(value);
}

std::optional<std::string> text_or_null(std::string text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::optional<std::int64_t> time_or_null(std::int64_t microseconds) {
    if (microseconds == 0) return std::nullopt;
    return microseconds;
}

}  // namespace laminar
