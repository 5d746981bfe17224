#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/codec/format/message_decoder.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

/// The ids that the rows of a message would have, each once, of a message that becomes no rows. Holds scratch memory:
/// for one thread at a time.
class MessageIds {
public:
    /// field: DecoderOptions::message_id_field.
    explicit MessageIds(std::string field) : field_(std::move(field)) {}

    [[nodiscard]] std::vector<std::string> read(const Message& message);

private:
    void make_decoder();

    std::string field_;
    std::unique_ptr<MessageDecoder> decoder_;  ///< Null before the first message.
    std::unique_ptr<ColumnBatch> batch_;
};

}  // namespace laminar
