#pragma once

#include <optional>
#include <string_view>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/codec/format/payload_compression.h"
#include "connectors/rows/message.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// What a message that comes says in its payload: inflated, and as JSON where another format stands for it. One for
/// each connection to a peer, whose stream of compressed messages it may follow. Not thread-safe; borrows the options.
class PayloadIntake {
public:
    explicit PayloadIntake(const WebSocketOptions& options);

    /// Puts what is said in the place of the payload; it is valid until release. Errors: too_large,
    /// invalid_compression, invalid_msgpack, invalid_cbor, too_deep.
    std::optional<MessageError> read(std::string_view& payload, bool binary);
    /// The last payload was a part of a message that goes on in the next: it said nothing yet.
    [[nodiscard]] bool awaits_more() const noexcept { return inflater_.awaits_more(); }
    /// What comes after the last payload cannot be read.
    [[nodiscard]] bool is_broken() const noexcept { return inflater_.is_broken(); }
    void release() noexcept;

private:
    const PayloadCompression compression_;
    PayloadInflater inflater_;
    PayloadTranslator translator_;
};

}  // namespace laminar
