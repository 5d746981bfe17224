#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <cstddef>
#include <memory>
#include <utility>

#include "connectors/websocket/frames/buffered_transport.h"

namespace laminar {

/// The next layer of Beast's websocket stream. Reads come out of the transport's receive buffer and end where a frame
/// ends, so that Beast never holds bytes of the frame after: as long as a whole frame lies in the buffer, Beast's
/// synchronous read can take it without waiting, which costs a fraction of an asynchronous one. Writes, synchronous or
/// not, go whole into the transport's send buffer, so that frames of messages, pings and pongs never mix.
/// Belongs to the strand of its socket.
class FrameBufferedStream {
public:
    using executor_type = boost::asio::any_io_executor;
    using error_code = boost::system::error_code;

    explicit FrameBufferedStream(std::shared_ptr<BufferedTransport> transport) : transport_(std::move(transport)) {}

    [[nodiscard]] executor_type get_executor() const { return transport_->executor(); }
    [[nodiscard]] BufferedTransport& transport() noexcept { return *transport_; }

    template <class MutableBuffers>
    std::size_t read_some(const MutableBuffers& buffers, error_code& error) {
        error = {};
        if (boost::asio::buffer_size(buffers) == 0) return 0;
        if (!transport_->can_hand_out()) {
            error = transport_->end_of_input() ? transport_->end_of_input() : boost::asio::error::would_block;
            return 0;
        }
        return hand_out(*transport_, buffers);
    }
    template <class MutableBuffers>
    std::size_t read_some(const MutableBuffers& buffers) {
        error_code error;
        const std::size_t count = read_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return count;
    }

    template <class ConstBuffers>
    std::size_t write_some(const ConstBuffers& buffers, error_code& error) {
        error = transport_->send_error();
        return error ? 0 : append(*transport_, buffers);
    }
    template <class ConstBuffers>
    std::size_t write_some(const ConstBuffers& buffers) {
        error_code error;
        const std::size_t count = write_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return count;
    }

    // Handlers alone, no completion tokens: only Beast's own operations call these.
    template <class MutableBuffers, class Handler>
    void async_read_some(const MutableBuffers& buffers, Handler&& handler) {
        boost::asio::async_compose<Handler, void(error_code, std::size_t)>(
            ReadOperation<MutableBuffers>{transport_, buffers}, handler, get_executor());
    }

    template <class ConstBuffers, class Handler>
    void async_write_some(const ConstBuffers& buffers, Handler&& handler) {
        boost::asio::async_compose<Handler, void(error_code, std::size_t)>(
            WriteOperation<ConstBuffers>{transport_, buffers}, handler, get_executor());
    }

private:
    template <class MutableBuffers>
    static std::size_t hand_out(BufferedTransport& transport, const MutableBuffers& buffers) {
        const std::size_t count = boost::asio::buffer_copy(buffers, transport.presentable());
        transport.consume(count);
        return count;
    }

    template <class ConstBuffers>
    static std::size_t append(BufferedTransport& transport, const ConstBuffers& buffers) {
        std::size_t count = 0;
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
            const boost::asio::const_buffer part(*it);
            transport.append(part);
            count += part.size();
        }
        transport.start_sending();
        return count;
    }

    template <class MutableBuffers>
    struct ReadOperation {
        std::shared_ptr<BufferedTransport> transport;
        MutableBuffers buffers;
        bool waiting = false;
        bool posted = false;

        template <class Self>
        void operator()(Self& self, error_code error = {}, std::size_t count = 0) {
            if (waiting) {
                waiting = false;
                transport->end_of_wait(count, error);
                posted = true;  // A completion of the socket is as good as a post.
            }
            const bool is_empty = boost::asio::buffer_size(buffers) == 0;
            while (!is_empty && !transport->can_hand_out() && !transport->end_of_input()) {
                if (transport->receive_at_once()) continue;
                waiting = true;
                transport->async_wait_to_receive(std::move(self));
                return;
            }
            const bool ready = is_empty || transport->can_hand_out();
            if (!posted) {
                posted = true;
                boost::asio::post(std::move(self));
                return;
            }
            if (!ready) {
                self.complete(transport->end_of_input(), 0);
                return;
            }
            const std::size_t handed = hand_out(*transport, buffers);
            self.complete({}, handed);
        }
    };

    template <class ConstBuffers>
    struct WriteOperation {
        std::shared_ptr<BufferedTransport> transport;
        ConstBuffers buffers;
        bool appended = false;
        std::size_t count = 0;

        template <class Self>
        void operator()(Self& self, error_code = {}) {
            if (!appended) {
                appended = true;
                if (!transport->send_error()) count = append(*transport, buffers);
                // Answers to pings wait for room, so that a peer that only pings and never reads costs no memory.
                if (transport->unsent() > BufferedTransport::comfortable_unsent && !transport->send_error()) {
                    transport->progress_timer().async_wait(std::move(self));
                } else {
                    boost::asio::post(std::move(self));
                }
                return;
            }
            if (transport->unsent() > BufferedTransport::comfortable_unsent && !transport->send_error()) {
                transport->progress_timer().async_wait(std::move(self));
                return;
            }
            self.complete(transport->send_error(), transport->send_error() ? 0 : count);
        }
    };

    std::shared_ptr<BufferedTransport> transport_;
};

// How Beast ends the layer below. The owner does the real work (MessageStream::shut_down), with a deadline and after
// the send buffer has drained; Beast only has to go on.
inline void teardown(boost::beast::role_type, FrameBufferedStream&, boost::system::error_code& error) { error = {}; }

template <class Handler>
void async_teardown(boost::beast::role_type, FrameBufferedStream& stream, Handler&& handler) {
    boost::asio::post(stream.get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::system::error_code()));
}

inline void beast_close_socket(FrameBufferedStream& stream) { stream.transport().abort(); }

}  // namespace laminar
