#include "connectors/websocket/frames/buffered_transport.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <string_view>
#include <utility>

#include "parser/text/utf8.h"

namespace laminar {

namespace net = boost::asio;

namespace {
/// Between messages of a stream, as against those of a connection that is idle.
constexpr std::chrono::seconds brief_wait{1};
/// Capacity that a send buffer may keep once it is empty.
constexpr std::size_t kept_send_capacity = BufferedTransport::comfortable_unsent * 2;
constexpr std::uint8_t close_frame_head = 0x88;  ///< FIN, opcode 8.
constexpr unsigned bad_gateway = 1014;           ///< A close code of the registry of RFC 6455 that Beast does not know.
constexpr unsigned stand_in_code = 1012;         ///< One that it knows.

/// RFC 6455 section 5.3; masking twice changes nothing. key: four bytes.
void mask(char* data, std::size_t size, const char* key) noexcept {
    std::uint32_t half = 0;
    std::memcpy(&half, key, sizeof half);
    const std::uint64_t word_key = std::uint64_t{half} << 32U | half;
    std::size_t at = 0;
    for (; size - at >= sizeof word_key; at += sizeof word_key) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + at, sizeof word);
        word ^= word_key;
        std::memcpy(data + at, &word, sizeof word);
    }
    for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ key[at % 4]);
}
}  // namespace

BufferedTransport::BufferedTransport(Socket socket, const std::shared_ptr<net::ssl::context>& tls)
    : plain_(std::move(socket)), progress_(plain_.get_executor(), net::steady_timer::time_point::max()) {
    if (tls) {
        tls_ = std::make_unique<TlsStream>(std::move(plain_), *tls);
        return;
    }
    error_code ignored;  // Of a socket that is not open: receiving will tell.
    plain_.non_blocking(true, ignored);
}

BufferedTransport::BufferedTransport(Socket socket, std::unique_ptr<TlsStream> tls, std::string_view received)
    : plain_(std::move(socket)),
      tls_(std::move(tls)),
      progress_(this->socket().get_executor(), net::steady_timer::time_point::max()) {
    error_code ignored;  // Of a socket that is not open: receiving will tell.
    if (!tls_) plain_.non_blocking(true, ignored);
    const net::mutable_buffer into = prepare(std::max(received.size(), least_receive_buffer));
    std::memcpy(into.data(), received.data(), received.size());
    end_ = received.size();
    received_bytes_ = received.size();
}

net::any_io_executor BufferedTransport::executor() { return progress_.get_executor(); }

bool BufferedTransport::has_final_data_frame() const noexcept {
    return boundary_.starts_final_data_frame(receive_buffer_.get() + begin_, end_ - begin_);
}

bool BufferedTransport::is_refused() const noexcept {
    constexpr std::string_view switching = "HTTP/1.1 101";
    return is_answer_ && http_head_ && !boundary_.is_in_http_head() && !http_head_->starts_with(switching);
}

std::string BufferedTransport::take_http_head() {
    std::string head = http_head_.value_or("");
    http_head_.reset();
    return head;
}

bool BufferedTransport::can_hand_out() const noexcept {
    if (is_refused()) return false;
    // What is left when the connection has ended is handed out as it is: let Beast judge it.
    return end_ > begin_ && (receive_error_ || boundary_.is_known(receive_buffer_.get() + begin_, end_ - begin_));
}

net::const_buffer BufferedTransport::presentable() noexcept {
    look_into_close_frame();
    const char* data = receive_buffer_.get() + begin_;
    return {data, boundary_.presentable(data, end_ - begin_)};
}

void BufferedTransport::look_into_close_frame() noexcept {
    char* data = receive_buffer_.get() + begin_;
    const std::size_t length = boundary_.close_frame_length(data, end_ - begin_);
    if (length == 0) return;
    close_frame_end_ = received_bytes_ - (end_ - begin_) + length;
    const auto byte = [data](std::size_t at) { return static_cast<std::uint8_t>(data[at]); };
    const bool masked = (byte(1) & 0x80U) != 0;
    const std::size_t payload = masked ? 6 : 2;
    if (length < payload + 2) return;
    const auto at = [&](std::size_t index) {
        return static_cast<unsigned>(byte(payload + index) ^ (masked ? byte(2 + index) : 0));
    };
    if ((at(0) << 8U | at(1)) != bad_gateway) return;
    replaced_close_code_ = bad_gateway;
    // Both begin with the same byte, masked or not.
    static_assert(bad_gateway >> 8U == stand_in_code >> 8U);
    data[payload + 1] = static_cast<char>(byte(payload + 1) ^ (bad_gateway ^ stand_in_code));
}

bool BufferedTransport::close_answers_ours() const noexcept {
    return own_close_end_ && sent_ >= *own_close_end_ && close_frame_end_ > received_before_close_;
}

/// What has been received is certainly no answer to what is only now handed to the system.
void BufferedTransport::note_received_before_close() noexcept {
    std::uint64_t waiting = 0;
    error_code ignored;
    if (!tls_) waiting = plain_.available(ignored);
    received_before_close_ = received_bytes_ + waiting;
}

void BufferedTransport::consume(std::size_t count) noexcept {
    if (http_head_ && boundary_.is_in_http_head()) http_head_->append(receive_buffer_.get() + begin_, count);
    boundary_.consume(receive_buffer_.get() + begin_, end_ - begin_, count);
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
}

std::optional<BufferedTransport::BufferedMessage> BufferedTransport::take_message(std::size_t limit,
                                                                                  bool is_masked) noexcept {
    char* const frame = receive_buffer_.get() + begin_;
    const std::optional<WholeMessage> found = boundary_.whole_message(frame, end_ - begin_);
    if (!found || found->payload > limit || found->is_masked != is_masked) return std::nullopt;
    char* const payload = frame + found->header;
    // What is to be looked at again must be there as it came.
    if (is_masked) mask(payload, found->payload, payload - 4);
    if (!found->is_binary && find_invalid_utf8({payload, found->payload}) != std::string_view::npos) {
        if (is_masked) mask(payload, found->payload, payload - 4);
        return std::nullopt;
    }
    consume(found->header + found->payload);
    has_taken_message_ = true;
    return BufferedMessage{payload, found->payload, found->is_binary};
}

void BufferedTransport::release_message() noexcept {
    has_taken_message_ = false;
    message_buffer_.reset();
}

void BufferedTransport::free_receive_buffer() noexcept {
    if (holds_message()) message_buffer_ = std::move(receive_buffer_);
    receive_buffer_.reset();
    receive_buffer_size_ = 0;
}

void BufferedTransport::resize_receive_buffer(std::size_t size) {
    auto resized = std::make_unique_for_overwrite<char[]>(size);
    std::copy(receive_buffer_.get() + begin_, receive_buffer_.get() + end_, resized.get());
    free_receive_buffer();
    receive_buffer_ = std::move(resized);
    receive_buffer_size_ = size;
    end_ -= std::exchange(begin_, 0);
}

net::mutable_buffer BufferedTransport::prepare(std::size_t size) {
    const bool too_large = begin_ == end_ && receive_buffer_size_ > size;
    if (holds_message()) {
        resize_receive_buffer(end_ - begin_ + size);
    } else if (receive_buffer_size_ < size || too_large) {
        resize_receive_buffer(size);
    } else if (begin_ > 0) {
        std::memmove(receive_buffer_.get(), receive_buffer_.get() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
    }
    return {receive_buffer_.get() + end_, receive_buffer_size_ - end_};
}

bool BufferedTransport::receive_at_once() {
    // The next wait begins with a look of its own.
    if (tls_ || std::exchange(is_drained_, false)) return false;
    error_code error;
    const std::size_t count = plain_.read_some(prepare(wanted_size_), error);
    if (error == net::error::would_block || error == net::error::try_again) {
        if (end_ == 0) free_receive_buffer();
        return false;
    }
    received(count, error);
    return true;
}

void BufferedTransport::end_of_wait(std::size_t count, const error_code& error) noexcept {
    if (!waits_into_buffer_ && !error) return;
    received(count, error);
    is_drained_ = !error && end_ < receive_buffer_size_;
}

bool BufferedTransport::waits_briefly() noexcept {
    const auto now = std::chrono::steady_clock::now();
    return now - std::exchange(last_wait_, now) < brief_wait;
}

void BufferedTransport::received(std::size_t count, const error_code& error) noexcept {
    end_ += count;
    received_bytes_ += count;
    if (receive_buffer_size_ == waiting_buffer) {
        // So little says nothing about how much more would have come.
    } else if (end_ == receive_buffer_size_) {
        wanted_size_ = std::min(wanted_size_ * 2, most_receive_buffer);  // More would have come.
    } else if (count < wanted_size_ / 8) {
        wanted_size_ = std::max(wanted_size_ / 2, least_receive_buffer);  // A burst is over, step by step.
    }
    if (error) receive_error_ = error;
}

void BufferedTransport::append(net::const_buffer bytes) {
    const auto* data = static_cast<const char*>(bytes.data());
    if (keeps_close_frame_back_ && bytes.size() > 0 && static_cast<std::uint8_t>(*data) == close_frame_head) {
        close_frame_.assign(data, data + bytes.size());
        return;
    }
    const bool is_own_close =
        expects_own_close_ && bytes.size() > 0 && static_cast<std::uint8_t>(*data) == close_frame_head;
    waiting_.insert(waiting_.end(), data, data + bytes.size());
    appended_ += bytes.size();
    if (!is_own_close) return;
    expects_own_close_ = false;
    own_close_end_ = appended_;
}

void BufferedTransport::start_sending() {
    if (sending_ || send_error_ || waiting_.empty()) return;
    sending_ = true;
    // Posted, so that everything that is appended in one go leaves in one write.
    net::post(executor(), [self = shared_from_this()] { self->send_next(); });
}

void BufferedTransport::send_next() {
    if (in_flight_sent_ == in_flight_.size()) {
        in_flight_.clear();
        in_flight_sent_ = 0;
        if (in_flight_.capacity() > kept_send_capacity) std::vector<char>().swap(in_flight_);
        std::swap(in_flight_, waiting_);
    }
    if (in_flight_.empty() || send_error_) {
        sending_ = false;
        return;
    }
    const net::const_buffer rest(in_flight_.data() + in_flight_sent_, in_flight_.size() - in_flight_sent_);
    if (own_close_end_ && sent_ < *own_close_end_) note_received_before_close();
    const auto done = [self = shared_from_this()](const error_code& error, std::size_t count) {
        self->write_done(count, error);
    };
    if (tls_) {
        tls_->async_write_some(rest, done);
    } else {
        plain_.async_write_some(rest, done);
    }
}

void BufferedTransport::write_done(std::size_t count, const error_code& error) {
    // It may have waited for room all the while.
    if (own_close_end_ && sent_ < *own_close_end_)
        received_before_close_ = std::max(received_before_close_, received_bytes_);
    in_flight_sent_ += count;
    sent_ += count;
    if (error) {
        send_error_ = error;
        sending_ = false;
    } else {
        send_next();
    }
    progress_.cancel();
}

void BufferedTransport::abort() noexcept {
    error_code ignored;
    socket().close(ignored);
    if (!send_error_) send_error_ = net::error::operation_aborted;
    if (!receive_error_) receive_error_ = net::error::operation_aborted;
    progress_.cancel();
}

}  // namespace laminar
