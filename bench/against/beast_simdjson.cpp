// What most would write in C++: Beast's async_read, one message at a time, and simdjson. Usage: beast_simdjson PORT
// MESSAGES
#include <simdjson.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdio>
#include <cstdlib>

#include "bench/against/window_counts.h"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

class Reader {
public:
    Reader(asio::io_context& context, std::uint16_t port, std::uint64_t messages) : stream_(context), left_(messages) {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake("127.0.0.1", "/");
        read();
    }
    [[nodiscard]] const laminar::bench::WindowCounts& counts() const { return counts_; }

private:
    void read() {
        stream_.async_read(buffer_, [this](beast::error_code error, std::size_t /*bytes*/) {
            if (error) std::exit(1);  // NOLINT(concurrency-mt-unsafe): one thread
            take();
            if (--left_ > 0) read();
        });
    }
    void take() {
        const std::size_t size = buffer_.size();
        // simdjson reads past the end.
        buffer_.prepare(simdjson::SIMDJSON_PADDING);
        simdjson::ondemand::document message =
            parser_.iterate(static_cast<const char*>(buffer_.data().data()), size, size + simdjson::SIMDJSON_PADDING);
        const std::string_view symbol = message["symbol"];
        const double price = message["price"];
        const std::string_view time = message["timestamp"];
        if (price > 10) counts_.add(symbol, time);
        buffer_.clear();
    }

    beast::websocket::stream<asio::ip::tcp::socket> stream_;
    beast::flat_buffer buffer_;
    simdjson::ondemand::parser parser_;
    laminar::bench::WindowCounts counts_;
    std::uint64_t left_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    asio::io_context context(1);
    const Reader reader(context, static_cast<std::uint16_t>(std::atoi(arguments[1])),
                        std::strtoull(arguments[2], nullptr, 10));
    context.run();
    std::puts(reader.counts().summary().c_str());
    return 0;
}
