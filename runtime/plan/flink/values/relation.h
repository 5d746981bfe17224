#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/column_type.h"

namespace laminar::flink {

/// A column of a table or view in Flink.
struct Column {
    std::string name;      ///< Outside, without quotes.
    ColumnType type;       ///< Here.
    ColumnType written;    ///< What Flink has: of times TIMESTAMP, TIMESTAMP_MS or TIMESTAMP_S by its precision.
    bool is_time = false;  ///< A time attribute: Flink's windows and joins can go by it.
    bool has_type = true;  ///< False: Flink has no such type, the column is not there.
};

/// What Flink knows of the windows that rows are of; columns of the relation beside the others.
struct WindowColumns {
    std::chrono::milliseconds size{0};
    std::vector<std::string> shown;  ///< The user's columns that are its start, or the whole window.
};
inline constexpr const char* window_start_column = "laminar_window_start";
inline constexpr const char* window_end_column = "laminar_window_end";
/// The last millisecond of the window: a time attribute.
inline constexpr const char* window_time_column = "laminar_window_time";

/// A table or view in Flink.
struct Relation {
    std::string name;  ///< Without quotes.
    std::vector<Column> columns;
    std::optional<WindowColumns> window;
    bool changes = false;          ///< Rows are taken back.
    std::vector<std::string> key;  ///< With changes: what identifies a row; empty where that is not known.

    [[nodiscard]] const Column* find(std::string_view column) const;
};

}  // namespace laminar::flink
