#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/codec/rows/field_tree.h"
#include "connectors/codec/rows/metadata_writer.h"
#include "connectors/codec/rows/nested_json.h"
#include "connectors/codec/rows/value_copy.h"
#include "connectors/codec/values/scalar_value.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Writes the rows of messages into a batch, column by column in whatever order the fields come, and completes each row
/// with NULLs and metadata. Calls that return false have put the reason into error(); the row is then to be given
/// up. Strict, the first value that does not fit ends the row. Tolerant, such values become NULL and the first
/// reason of the row is kept in error() while the calls go on returning true. Scratch of one decoder; not thread-safe.
///
/// A value that is there only until a better one comes (in another case, at a nested path) is written at once as any
/// other; that it does not fit counts at the end of the row, if it is still what the column has by then.
class RowWriter {
public:
    /// from_text: messages come from text without types (DecoderOptions::coerce): a string that is an object or array
    /// is one for the columns that take such.
    RowWriter(std::shared_ptr<const BatchSchema> schema, bool coerce, bool tolerant, bool from_text = false);

    void begin_message(const Message& message, ColumnBatch& batch);
    /// Of the message, so far.
    [[nodiscard]] std::size_t rows() const noexcept { return batch_->rows - rows_before_; }
    /// Takes back the row at hand, and of the message's rows those from count on; forgets error(). The caller may begin
    /// rows again.
    void discard_rows(std::size_t count = 0);

    void begin_row();
    /// A field of the row is at hand. False: it is to be ignored, since one of the same place was seen in a better
    /// matching case. A field seen twice replaces what it was before.
    [[nodiscard]] bool visit(FieldNode& node, bool exact);
    [[nodiscard]] bool null(const FieldNode& node);
    [[nodiscard]] bool boolean(const FieldNode& node, bool value);
    [[nodiscard]] bool number(const FieldNode& node, std::string_view text);
    /// begin: where the quoted text starts in the payload.
    [[nodiscard]] bool string(const FieldNode& node, std::string_view text, std::size_t begin);
    /// An object or array: its text in the payload.
    [[nodiscard]] bool container(const FieldNode& node, std::string_view text);
    /// A value of a column. copies: one for each of the node's columns.
    [[nodiscard]] bool value(const FieldNode& node, const std::vector<ValueCopy>& copies, const ColumnVector& source,
                             std::size_t row);
    [[nodiscard]] const ColumnType& type_of(std::uint32_t column) const { return schema_->columns[column].type; }
    /// text: the part of the payload that the row came from. is_json: it is a JSON value.
    [[nodiscard]] bool end_row(std::string_view text, bool is_text, bool is_json);

    [[nodiscard]] std::optional<MessageError>& error() noexcept { return error_; }

private:
    /// Of a value that may be replaced by a better one.
    struct HeldError {
        std::uint32_t column = 0;
        MessageError error;
    };

    [[nodiscard]] bool accept_or_refuse(const FieldNode& node, std::uint32_t index, ValueFit fit,
                                        std::string_view found);
    /// node: where the value stands, null where there is none.
    [[nodiscard, gnu::cold]] bool refuse(const FieldNode* node, std::uint32_t index, MessageError error);
    [[nodiscard]] bool is_written_out(const ColumnType& type, std::string_view text) const;
    [[nodiscard]] bool append_nested(const FieldNode& node, std::uint32_t index, std::string_view text);
    [[gnu::cold]] void choose_columns(FieldNode& node, bool exact);
    [[nodiscard]] FieldNode::Rank rank_of(const FieldNode& node, std::uint32_t index) const;
    void take_back(std::uint32_t index);
    [[nodiscard, gnu::cold]] bool report_held_errors();
    [[nodiscard]] bool complete(std::size_t index, const RowOrigin& origin);
    [[nodiscard]] std::string_view generated_message_id();
    void forget(FieldNode& node);

    std::shared_ptr<const BatchSchema> schema_;
    bool coerce_;
    bool tolerant_;
    bool from_text_;
    bool needs_message_id_ = false;  ///< With every row, for a column that is not deferred.
    NestedJsonAppender nested_;
    std::vector<std::uint32_t> payload_columns_;  ///< Those that the payload may fill or must.
    std::vector<std::pair<std::uint32_t, MetadataField>>
        metadata_columns_;                      ///< The others that are not deferred: they hold the text of the row.
    std::vector<std::uint64_t> filled_in_row_;  ///< Per column: number of the row that has its value already.
    std::vector<FieldNode::Rank> rank_in_row_;  ///< Per column, where it has several places: which of them it is from.
    std::vector<HeldError> held_errors_;        ///< Of the row at hand.
    std::uint64_t row_number_ = 0;
    std::size_t rows_before_ = 0;
    const Message* message_ = nullptr;
    ColumnBatch* batch_ = nullptr;
    bool has_message_id_ = false;
    std::string message_id_;
    std::string generated_id_;  ///< Of the message at hand; empty until it is asked for.
    std::optional<MessageError> error_;
};

}  // namespace laminar
