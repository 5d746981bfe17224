#pragma once

// For message_stream*.cpp alone: everything here belongs to one stream, and to its strand.

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "connectors/websocket/frames/frame_buffered_stream.h"
#include "connectors/websocket/frames/message_stream.h"

namespace laminar {

struct MessageStream::Implementation {
    Implementation(std::shared_ptr<BufferedTransport> buffered_transport, const MessageStreamSettings& settings);

    void begin_frames(bool as_client);
    /// Takes a message without Beast, where that can be: nothing of it depends on what came before.
    [[nodiscard]] bool take_buffered_message() noexcept;

    std::shared_ptr<BufferedTransport> transport;
    boost::beast::websocket::stream<FrameBufferedStream> stream;
    boost::beast::flat_buffer message;                                   ///< That Beast has read,
    std::optional<BufferedTransport::BufferedMessage> buffered_message;  ///< or taken without it.
    std::optional<int> window_bits;  ///< Of permessage-deflate; nothing: it is not used.
    std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> request;
    std::function<void(std::string_view)> on_pong;
    bool close_received = false;
    bool close_sent = false;
    bool bad_close_code = false;  ///< The close frame had a code that none may have.
    bool deaf = false;            ///< Reading has ended.
    bool is_client = false;
    std::shared_ptr<bool> ping_in_flight = std::make_shared<bool>(false);
};

}  // namespace laminar
