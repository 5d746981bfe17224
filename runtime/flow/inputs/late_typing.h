#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/query/bound_query.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Decides the columns of a connection that is queried directly where the query does not: by the values in the first
/// messages (integer BIGINT, real DOUBLE, ISO 8601 text TIMESTAMP, other text TEXT, object or array JSON). Engine
/// thread only.
class LateTyping {
public:
    LateTyping(QueryInput input, DecoderOptions decoder);

    /// What the connection's channel decodes until then: whole messages with their metadata.
    [[nodiscard]] static std::shared_ptr<const BatchSchema> raw_schema(MessageFormat format);

    /// Turns raw messages into typed rows; the first call that sees a message decides the types. Null until then.
    /// Borrowed until the next call.
    ColumnBatch* decode(const ColumnBatch& raw);
    /// For the channel, to decode messages to come straight into schema(), once that is known.
    [[nodiscard]] std::unique_ptr<MessageDecoder> make_decoder() const;

    /// Tells once which fields cannot be columns, because of their names or their number; empty when there are none.
    [[nodiscard]] std::string take_report();

    /// The input with its columns completed; meaningful once decode has returned rows.
    [[nodiscard]] const QueryInput& input() const noexcept { return input_; }
    [[nodiscard]] const std::shared_ptr<const BatchSchema>& schema() const noexcept { return schema_; }

private:
    void decide(const ColumnBatch& raw);
    void leave_out(std::string_view name, std::string_view problem);

    QueryInput input_;
    DecoderOptions decoder_options_;
    std::shared_ptr<const BatchSchema> schema_;
    std::unique_ptr<MessageDecoder> decoder_;
    std::unique_ptr<ColumnBatch> batch_;
    std::size_t fields_left_out_ = 0;
    std::string names_left_out_;  ///< Of the first of them, with reasons.
};

/// Whether an input needs it: a column of unknown type, or all fields asked for.
[[nodiscard]] bool needs_late_typing(const QueryInput& input) noexcept;

}  // namespace laminar
