#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/options/computed_text.h"
#include "catalog/options/secret_resolver.h"
#include "connectors/codec/format/message_format.h"
#include "connectors/rows/message.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/session/send_pace.h"

namespace laminar {

/// Sends the texts of options on one connection to a peer: each is evaluated when it is sent, and counted (NEXT_ID)
/// from the first on. It keeps the pace of all that is sent there. Belongs to the strand of its stream; borrows its
/// arguments.
class TextSender {
public:
    /// position: where in the feed the client is, as JSON; may be empty.
    TextSender(MessageStream& stream, MessageFormat format, const SecretResolver& secrets,
               std::function<std::string()> position, SendPace pace)
        : stream_(stream), format_(format), secrets_(secrets), position_(std::move(position)), pace_(pace) {}

    /// When others that may wait are to be sent.
    [[nodiscard]] SendPace& pace() noexcept { return pace_; }

    /// Puts a text into the send buffer, whatever the pace; one that is NULL sends nothing. JSON objects and arrays are
    /// written in the format of the connection. received: the message that it answers. Returns why it could not be
    /// sent; empty when it was.
    [[nodiscard]] std::string send(const ComputedText& text, SecretUse use = SecretUse::messages,
                                   std::optional<std::string_view> received = std::nullopt);

    /// An acknowledgement of the message of that id, made now; it stays as it is where it cannot be made.
    void remake(OutgoingMessage& message, const ComputedText& text);

private:
    MessageStream& stream_;
    const MessageFormat format_;
    const SecretResolver& secrets_;
    const std::function<std::string()> position_;
    SendPace pace_;
    std::int64_t last_id_ = 0;
};

}  // namespace laminar
