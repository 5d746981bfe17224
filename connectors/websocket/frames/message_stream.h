#pragma once

#include <openssl/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace laminar {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The request that asks for a WebSocket, as the server sees it.
struct UpgradeRequest {
    std::string method;
    std::string target;  ///< Path and query.
    int version = 11;    ///< 11 is HTTP/1.1.
    HttpHeaders headers;
    bool is_upgrade = false;  ///< It asks for a WebSocket.
    bool is_strict = true;    ///< Every header stands on a line of its own, its name right before the colon.

    /// First header of that name, without regard to case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
};

/// What the server answered to a client's handshake.
struct UpgradeReply {
    int status = 0;
    std::string reason;
    HttpHeaders headers;
    std::string body;     ///< Of a refusal: its beginning, as far as it came in time.
    std::string problem;  ///< Why the server's 101 is not acceptable, when that is the error.

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

struct DeflateSettings {
    int level = 6;
    int window_bits = 15;
    std::size_t threshold = 64;
    bool no_context_takeover = false;
};

struct MessageStreamSettings {
    std::uint64_t max_message_size = 16ULL << 20;
    std::optional<DeflateSettings> deflate;
};

/// One WebSocket connection of either role: the only place that knows Beast's websocket stream.
/// Errors are returned, never thrown; every operation ends soon after abort(). All members belong to the strand of the
/// socket. One reader and one writer coroutine may use it at the same time.
class MessageStream {
public:
    using error_code = boost::system::error_code;

    /// tls null: plain TCP.
    MessageStream(boost::asio::ip::tcp::socket socket, const std::shared_ptr<boost::asio::ssl::context>& tls,
                  const MessageStreamSettings& settings);
    /// Over what an HTTP server has begun with: the socket alone, or TLS over another. received: what the client has
    /// sent already, from its request on; read_request comes first.
    MessageStream(boost::asio::ip::tcp::socket socket,
                  std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket>> tls,
                  std::string_view received, const MessageStreamSettings& settings);
    ~MessageStream();
    MessageStream(const MessageStream&) = delete;
    MessageStream& operator=(const MessageStream&) = delete;

    [[nodiscard]] boost::asio::any_io_executor executor();

    // Setting up. Without deadlines of their own: the caller aborts.
    [[nodiscard]] SSL* tls_handle() noexcept;  ///< Null over plain TCP.
    boost::asio::awaitable<error_code> tls_handshake(bool as_client);
    /// An answer other than 101 is an error; what reply tells then does not depend on its body's being whole.
    boost::asio::awaitable<error_code> client_handshake(const std::string& authority, const std::string& target,
                                                        const HttpHeaders& headers, UpgradeReply& reply);
    /// Reads the client's request; is_header_too_large when its head exceeds max_head bytes.
    boost::asio::awaitable<error_code> read_request(std::uint32_t max_head, UpgradeRequest& request);
    /// Grants the request read before. subprotocol empty: none.
    boost::asio::awaitable<error_code> accept(const std::string& subprotocol);
    /// Answers with an HTTP error instead; the connection is of no further use.
    boost::asio::awaitable<void> refuse(int status, const std::string& explanation, const HttpHeaders& headers);

    // Receiving.
    /// Takes the next message if it lies whole in the receive buffer: true when message() is it, or error is set.
    bool read_buffered(error_code& error);
    boost::asio::awaitable<error_code> read();
    [[nodiscard]] std::string_view message() const noexcept;
    [[nodiscard]] bool message_is_binary() const noexcept;
    void release_message() noexcept;  ///< Done with message().

    // The end. What the peer has said last (a close frame, something that is against the protocol, nothing any more)
    // ends reading with an error. What was received before it may still be answered: the close frame that belongs to
    // that end waits for say_goodbye.
    /// After an error of read: whether there may be more to say. is_open() and write go on then.
    [[nodiscard]] bool stop_listening() noexcept;
    /// The peer has gone without a close frame: nobody knows whether it still takes what is sent.
    [[nodiscard]] bool peer_has_hung_up() const noexcept;
    void say_goodbye();

    // Sending.
    [[nodiscard]] bool is_open() const noexcept;
    /// Puts a frame into the send buffer; nothing waits. Only while is_open().
    error_code write(std::string_view payload, bool binary);
    /// Waits until everything written has been handed to the operating system.
    boost::asio::awaitable<error_code> flush();
    /// Sends a ping unless one is still on its way out: false then. At most 125 bytes.
    bool ping(std::string_view payload);
    /// Told the payload of every pong, on the strand, while something reads.
    void set_on_pong(std::function<void(std::string_view)> on_pong);
    /// Sends a close frame and waits for the peer's.
    boost::asio::awaitable<error_code> close(std::uint16_t code, const std::string& reason);
    /// Ends the connection below in order, so that the last bytes arrive: flush, TLS goodbye, half-close, wait for the
    /// peer to close. Aborts when the time is up.
    boost::asio::awaitable<void> shut_down(std::chrono::milliseconds deadline);
    void abort() noexcept;

    /// What the peer's close frame said; 0 when none was received, or none that may be sent (1005 when it had no code).
    [[nodiscard]] std::uint16_t close_code() const noexcept;
    [[nodiscard]] std::string close_reason() const;
    /// Whether the peer's close frame came after ours had left.
    [[nodiscard]] bool close_answers_ours() const noexcept;

    [[nodiscard]] std::uint64_t appended_bytes() const noexcept;
    [[nodiscard]] std::uint64_t sent_bytes() const noexcept;
    [[nodiscard]] std::uint64_t received_bytes() const noexcept;
    [[nodiscard]] std::size_t unsent_bytes() const noexcept;
    /// With more than this not yet sent, the writer should flush first.
    [[nodiscard]] static std::size_t comfortable_unsent() noexcept;

private:
    struct Implementation;

    boost::asio::awaitable<void> read_refusal(UpgradeReply& reply);

    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
