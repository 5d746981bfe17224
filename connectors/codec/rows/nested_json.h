#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/values/scalar_value.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Appends JSON values of any shape to a column of any type. The text has been validated already; it is read a second
/// time, which only columns of nested types pay for. Objects become STRUCT (fields as columns: same case first, then
/// any case; fields missing are NULL, others ignored; of duplicates the last counts) and MAP; arrays become LIST, ARRAY
/// (of exactly its length) and, as [{"key": k, "value": v}, ...], MAP. Keys of a MAP are converted from their text.
/// Holds scratch memory; not thread-safe. Recursion goes as deep as the type.
class NestedJsonAppender {
public:
    /// What did not fit, where within the value, and what was wanted.
    struct Problem {
        std::string path;  ///< Such as .a[3].b; empty for the value itself.
        const ColumnType* expected = nullptr;
        std::string found;  ///< The value's text, or a description when is_description.
        bool is_description = false;
        ValueFit fit = ValueFit::mismatch;
    };

    /// False when the value does not fit: problem() tells, and the column must be truncated to its former size.
    [[nodiscard]] bool append(ColumnVector& column, std::string_view value, bool coerce);
    [[nodiscard]] const Problem& problem() const noexcept { return problem_; }

private:
    bool append_structure(ColumnVector& column, std::string_view object, bool coerce);
    bool append_elements(ColumnVector& column, std::string_view array, bool coerce);
    bool append_map(ColumnVector& column, std::string_view object, bool coerce);
    bool append_scalar(ColumnVector& column, std::string_view value, bool coerce);
    bool check_map_keys(const ColumnVector& map, std::size_t first);
    bool refuse(const ColumnVector& column, std::string_view value, ValueFit fit = ValueFit::mismatch);
    bool refuse_for(const ColumnVector& column, std::string description);

    Problem problem_;
    std::vector<std::string_view> field_values_;  ///< A stack: the fields of the structures being read.
    std::string text_;
};

}  // namespace laminar
