#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/websocket/frames/frame_boundary.h"

namespace laminar {

/// A TCP socket, with or without TLS, between a receive buffer and a send buffer.
/// The receive buffer starts small and grows with load; while nothing comes there is a tiny one, with TLS or where
/// something came a moment ago, or none, so that idle connections stay cheap. What is appended to the send buffer is
/// sent by a chain of writes of its own, one at a time, as fast as the peer takes it. Belongs to the strand of its
/// socket; held by shared_ptr because writes in flight refer to it.
class BufferedTransport : public std::enable_shared_from_this<BufferedTransport> {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using TlsStream = boost::asio::ssl::stream<Socket>;
    using error_code = boost::system::error_code;

    static constexpr std::size_t waiting_buffer = 512;  ///< Takes a small message whole.
    static constexpr std::size_t least_receive_buffer = 4 << 10;
    static constexpr std::size_t most_receive_buffer = 256 << 10;
    /// With more than this not yet sent, writers should wait.
    static constexpr std::size_t comfortable_unsent = 64 << 10;

    /// tls null: plain TCP.
    BufferedTransport(Socket socket, const std::shared_ptr<boost::asio::ssl::context>& tls);
    /// Over what somebody else has begun with: the socket alone, or TLS over another. received: what has come already
    /// and comes first here.
    BufferedTransport(Socket socket, std::unique_ptr<TlsStream> tls, std::string_view received);

    [[nodiscard]] boost::asio::any_io_executor executor();
    [[nodiscard]] Socket& socket() noexcept { return tls_ ? tls_->next_layer() : plain_; }
    [[nodiscard]] TlsStream* tls() noexcept { return tls_.get(); }

    // Receiving.
    /// From here on the peer's bytes are an HTTP head: not handed out beyond its end, and remembered.
    void expect_http_head() {
        boundary_.expect_http_head();
        http_head_.emplace();
    }
    /// The same; unless it is that of an answer with status 101, nothing beyond it is handed out (as if the connection
    /// had ended there) until take_http_head.
    void expect_http_answer() {
        expect_http_head();
        is_answer_ = true;
    }
    [[nodiscard]] std::string take_http_head();
    /// From here on they are WebSocket frames.
    void expect_frames() { boundary_.expect_frames(); }
    /// Whether the buffer holds a whole data frame that ends its message, at a frame's start.
    [[nodiscard]] bool has_final_data_frame() const noexcept;
    /// Whether some bytes can be handed out without receiving more.
    [[nodiscard]] bool can_hand_out() const noexcept;
    /// Those bytes: up to the end of the frame (or HTTP head) at most.
    [[nodiscard]] boost::asio::const_buffer presentable() noexcept;
    void consume(std::size_t count) noexcept;
    /// A message of one frame that lies whole in the buffer.
    struct BufferedMessage {
        char* payload = nullptr;  ///< In the buffer, unmasked.
        std::size_t size = 0;
        bool is_binary = false;
    };
    /// Takes such a message out of the buffer, where it stays in its place until release_message, whatever is received
    /// before. Nothing: the buffer does not begin with one, or with one that somebody has to look at who knows all
    /// rules: it is larger than limit, not masked as it should be, or a text that is not UTF-8.
    [[nodiscard]] std::optional<BufferedMessage> take_message(std::size_t limit, bool is_masked) noexcept;
    void release_message() noexcept;
    /// Beast refuses the close code 1014 (bad gateway), which is younger than it is: it gets another one instead. What
    /// the peer's close frame said in such a case; 0 otherwise.
    [[nodiscard]] std::uint16_t replaced_close_code() const noexcept { return replaced_close_code_; }
    /// Whether the peer's close frame came after ours had been handed to the system: as an answer to it, and not by
    /// itself.
    [[nodiscard]] bool close_answers_ours() const noexcept;
    [[nodiscard]] const error_code& receive_error() const noexcept { return receive_error_; }
    /// Why nothing more will be handed out, if so.
    [[nodiscard]] error_code end_of_input() const noexcept {
        return is_refused() ? boost::asio::error::eof : receive_error_;
    }

    /// Takes in what has come already, or how the connection has ended. False: nothing has; wait for it.
    bool receive_at_once();
    /// Waits for something to come. handler(error, count) must pass its arguments (count may be missing) to
    /// end_of_wait, and then try again.
    template <class Handler>
    void async_wait_to_receive(Handler&& handler) {
        // TLS decrypts into a buffer, which it wants from the start; a socket needs none to tell that something came.
        // But to ask for that alone costs two more calls of the system, since the reactor is asked anew each time.
        const std::size_t room = end_ > 0 ? wanted_size_ : waiting_buffer;
        waits_into_buffer_ = tls_ != nullptr || waits_briefly();
        if (tls_) {
            tls_->async_read_some(prepare(room), std::forward<Handler>(handler));
        } else if (waits_into_buffer_) {
            plain_.async_read_some(prepare(room), std::forward<Handler>(handler));
        } else {
            plain_.async_wait(Socket::wait_read, std::forward<Handler>(handler));
        }
    }
    void end_of_wait(std::size_t count, const error_code& error) noexcept;

    // Sending.
    void append(boost::asio::const_buffer bytes);
    /// The next close frame that is appended is our own, and not the answer to the peer's.
    void expect_own_close() noexcept { expects_own_close_ = true; }
    /// Whether a close frame that is appended is kept back instead: the last of them, until it is taken.
    void keep_close_frame_back(bool keep) noexcept { keeps_close_frame_back_ = keep; }
    [[nodiscard]] bool has_close_frame() const noexcept { return !close_frame_.empty(); }
    [[nodiscard]] std::vector<char> take_close_frame() noexcept { return std::exchange(close_frame_, {}); }
    void start_sending();
    [[nodiscard]] std::size_t unsent() const noexcept { return appended_ - sent_; }
    [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }  ///< Handed to the operating system.
    [[nodiscard]] const error_code& send_error() const noexcept { return send_error_; }
    /// Cancelled whenever a write has been done; never expires.
    [[nodiscard]] boost::asio::steady_timer& progress_timer() noexcept { return progress_; }

    [[nodiscard]] std::uint64_t received_bytes() const noexcept { return received_bytes_; }

    /// Closes the socket: every operation ends with an error.
    void abort() noexcept;

private:
    boost::asio::mutable_buffer prepare(std::size_t size);
    /// Begins a wait. True where the one before it did not last long.
    bool waits_briefly() noexcept;
    void received(std::size_t count, const error_code& error) noexcept;
    void resize_receive_buffer(std::size_t size);
    void free_receive_buffer() noexcept;
    /// The message that was taken lies in the receive buffer: nothing in it may be moved.
    [[nodiscard]] bool holds_message() const noexcept { return has_taken_message_ && !message_buffer_; }
    [[nodiscard]] bool is_refused() const noexcept;
    void look_into_close_frame() noexcept;
    void note_received_before_close() noexcept;
    void send_next();
    void write_done(std::size_t count, const error_code& error);

    Socket plain_;
    std::unique_ptr<TlsStream> tls_;

    std::unique_ptr<char[]> receive_buffer_;  ///< Null while nothing is held that has come.
    std::size_t receive_buffer_size_ = 0;
    bool has_taken_message_ = false;
    std::unique_ptr<char[]> message_buffer_;  ///< What was the receive buffer, where the message taken still lies.
    std::size_t wanted_size_ = least_receive_buffer;  ///< Follows what comes at once.
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::chrono::steady_clock::time_point last_wait_;  ///< When it began.
    bool waits_into_buffer_ = false;
    bool is_drained_ = false;  ///< What the last wait brought left nothing behind.
    error_code receive_error_;
    std::uint64_t received_bytes_ = 0;
    FrameBoundary boundary_;
    std::optional<std::string> http_head_;  ///< As far as it has been handed out.
    bool is_answer_ = false;

    std::vector<char> waiting_;    ///< To be sent after in_flight_.
    std::vector<char> in_flight_;  ///< Being written, from in_flight_sent_ on.
    std::size_t in_flight_sent_ = 0;
    bool sending_ = false;
    std::uint64_t appended_ = 0;
    std::uint64_t sent_ = 0;
    bool expects_own_close_ = false;
    std::optional<std::uint64_t> own_close_end_;  ///< In the bytes sent.
    std::uint64_t received_before_close_ = 0;     ///< Bytes, when ours was handed to the system.
    std::uint64_t close_frame_end_ = 0;           ///< The peer's, in the bytes received; 0: none has come.
    std::uint16_t replaced_close_code_ = 0;
    bool keeps_close_frame_back_ = false;
    std::vector<char> close_frame_;
    error_code send_error_;
    boost::asio::steady_timer progress_;
};

}  // namespace laminar
