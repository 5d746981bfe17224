#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/objects/column_type.h"
#include "connectors/codec/rows/nested_json.h"
#include "connectors/rows/column_batch.h"

namespace laminar::postgres {

/// As what values of COPY FROM are handed to the engine, for a column of a type: as texts that it casts, lists of such
/// texts, or what is nested otherwise as it is.
[[nodiscard]] ColumnType copied_type(const ColumnType& type);

/// Reads values of COPY FROM, as clients write them (value_text.h). What COPY TO writes becomes the same again, to the
/// last digit. Holds scratch memory; not thread-safe.
class CopiedValues {
public:
    struct Problem {
        std::string_view state = "22P02";
        std::string what;  ///< "expected INTEGER at .n, found ..."; empty: the value is none of its type.
    };

    /// Appends one to a column of copied_type(type). The problem, if it is no value of the type; the column is then not
    /// to be used any more.
    [[nodiscard]] std::optional<Problem> append(ColumnVector& column, const ColumnType& type, std::string_view text);

private:
    [[nodiscard]] std::optional<Problem> append_nested(ColumnVector& column, std::string_view json);
    [[nodiscard]] static bool append_array(ColumnVector& column, const ColumnType& element, std::string_view text);

    NestedJsonAppender nested_;
};

}  // namespace laminar::postgres
