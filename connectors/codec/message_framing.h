#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/codec/format/framing_options.h"
#include "connectors/codec/message_encoder.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

struct FramedMessage {
    OutgoingMessage message;
    std::size_t rows = 1;  ///< Rows in it.
};

/// A row of which no message can be made.
struct UnframedRow {
    std::size_t row = 0;
    std::string reason;
};

/// Makes messages from the rows of a sink: encodes them, puts them together and compresses them, once for all
/// receivers. Rows keep their order; rows in one message have the same receiver. With framing, each row is a JSON value
/// on one line. Not thread-safe.
class MessageFraming {
public:
    void set_options(const FramingOptions& options) { options_ = options; }
    void set_columns(const std::vector<OutputColumn>& columns);

    /// Appends the messages of all rows, whose columns were set, to out. Returns those of which there are none.
    std::vector<UnframedRow> frame(const std::vector<ColumnVector>& columns, std::size_t rows,
                                   std::deque<FramedMessage>& out);

private:
    struct Receiver {
        std::string_view peer;
        std::optional<std::int64_t> session;
        FrameChoice frames = FrameChoice::by_content;

        [[nodiscard]] bool operator==(const Receiver&) const = default;
    };
    [[nodiscard]] Receiver receiver(const std::vector<ColumnVector>& columns, std::size_t row) const;
    void add_row(const std::vector<ColumnVector>& columns, std::size_t row, std::deque<FramedMessage>& out);
    /// The format, and compression, of a payload that is JSON or bytes as they are. binary: whether it is bytes then.
    /// Returns why it cannot be sent.
    [[nodiscard]] std::optional<std::string> finish_payload(std::string& payload, bool is_bytes, FrameChoice frames,
                                                            bool& binary) const;
    void finish(std::deque<FramedMessage>& out);

    FramingOptions options_;
    std::vector<OutputColumn> columns_;
    MessageEncoder encoder_;
    std::optional<std::size_t> receiver_column_;
    std::optional<std::size_t> session_column_;
    std::optional<std::size_t> frame_column_;
    std::string payload_;  ///< Of the message being put together, as the next four.
    std::string peer_;
    std::optional<std::int64_t> session_;
    FrameChoice frames_ = FrameChoice::by_content;
    std::size_t rows_ = 0;
    std::string row_;
    std::size_t row_index_ = 0;  ///< The latest that was added.
    std::vector<UnframedRow> unframed_;
};

}  // namespace laminar
