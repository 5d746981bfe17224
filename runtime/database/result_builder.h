#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/rows/message.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Builds a ResultTable row by row from plain values: for SHOW, DESCRIBE and system tables.
/// Each add_row gives one value per column, of the C++ type that the column's type has: bool, 64-bit integers (narrowed
/// to the column's width), text, or nullptr for NULL; microseconds since the epoch for TIMESTAMP.
class ResultBuilder {
public:
    explicit ResultBuilder(std::vector<OutputColumn> columns);

    template <class... Values>
    void add_row(const Values&... values) {
        std::size_t column = 0;
        (append(column++, values), ...);
        ++table_.rows;
    }
    /// The same for values of which only the row knows what they are.
    void add_facts(const std::vector<FactValue>& values);
    [[nodiscard]] ResultTable take() { return std::move(table_); }

private:
    void append(std::size_t column, std::string_view text) { table_.values[column].append_string(text); }
    void append(std::size_t column, const std::string& text) { append(column, std::string_view(text)); }
    void append(std::size_t column, const char* text) { append(column, std::string_view(text)); }
    void append(std::size_t column, std::nullptr_t) { table_.values[column].append_null(); }
    void append(std::size_t column, bool value);
    void append(std::size_t column, std::int64_t value);
    void append(std::size_t column, std::uint64_t value) { append(column, static_cast<std::int64_t>(value)); }
    template <class T>
    void append(std::size_t column, const std::optional<T>& value) {
        value ? append(column, *value) : append(column, nullptr);
    }

    ResultTable table_;
};

/// NULL for an empty text or a zero time: how "never" and "none" are shown.
[[nodiscard]] std::optional<std::string> text_or_null(std::string text);
[[nodiscard]] std::optional<std::int64_t> time_or_null(std::int64_t microseconds);

}  // namespace laminar
