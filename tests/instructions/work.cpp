// Work on fixed input whose instructions are counted. Usage: instruction_work decode|decode_sorted|frames ROUNDS, each
// of 250 messages
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "bench/decode_work.h"
#include "bench/event_message.h"
#include "connectors/websocket/frames/message_stream.h"

namespace {

using namespace laminar::bench;
namespace net = boost::asio;
using net::ip::tcp;

/// Messages that are made once and used again and again, so that making them does not count; about as many as lie in a
/// receive buffer under load.
constexpr std::size_t round = 250;

void decode(std::size_t rounds) {
    const std::vector<std::string> messages = event_messages(round);
    DecodeWork work(event_columns());
    for (std::size_t count = 0; count < rounds; ++count) work.run(messages);
}

/// The same, for one of three tables that have accept.
void decode_sorted(std::size_t rounds) {
    const std::vector<std::string> messages = event_messages(round);
    SortedDecodeWork work;
    work.add(event_columns(), "order");
    work.add(event_columns(), "transaction");
    work.add(event_columns(), "status");
    for (std::size_t count = 0; count < rounds; ++count) work.run(messages);
}

void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s failed\n", what);
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread.
}

net::awaitable<void> read_messages(tcp::socket socket, std::size_t messages) {
    laminar::MessageStream stream(std::move(socket), nullptr, {});
    laminar::UpgradeReply reply;
    boost::system::error_code error = co_await stream.client_handshake("localhost", "/", {}, reply);
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < messages && !error; ++count) {
        if (!stream.read_buffered(error)) error = co_await stream.read();
        bytes += stream.message().size();
        stream.release_message();
    }
    expect(!error && bytes == messages * event_message(0).size(), "reading");
}

net::awaitable<void> send_messages(tcp::socket socket, std::size_t rounds) {
    laminar::MessageStream stream(std::move(socket), nullptr, {});
    laminar::UpgradeRequest request;
    boost::system::error_code error = co_await stream.read_request(16'384, request);
    if (!error) error = co_await stream.accept("");
    const std::vector<std::string> messages = event_messages(round);
    for (std::size_t count = 0; count < rounds && !error; ++count) {
        for (const std::string& message : messages) {
            if (!error) error = stream.write(message, false);
        }
        if (!error) error = co_await stream.flush();
        // The reader works them off.
        for (int turn = 0; turn < 5; ++turn) co_await net::post(stream.executor(), net::use_awaitable);
    }
    expect(!error, "sending");
}

void frames(std::size_t rounds) {
    net::io_context context(1);
    tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
    tcp::socket sending(context);
    sending.connect(acceptor.local_endpoint());
    const auto rethrow = [](const std::exception_ptr& problem) {
        if (problem) std::rethrow_exception(problem);
    };
    net::co_spawn(context, read_messages(acceptor.accept(), rounds * round), rethrow);
    net::co_spawn(context, send_messages(std::move(sending), rounds), rethrow);
    context.run();
}

}  // namespace

int main(int count, char** arguments) {
    const std::string path = count == 3 ? arguments[1] : "";
    const std::size_t rounds = count == 3 ? std::strtoul(arguments[2], nullptr, 10) : 0;
    if (path == "decode") {
        decode(rounds);
    } else if (path == "decode_sorted") {
        decode_sorted(rounds);
    } else if (path == "frames") {
        frames(rounds);
    } else {
        std::fprintf(stderr, "usage: instruction_work decode|decode_sorted|frames ROUNDS\n");
        return 2;
    }
    return 0;
}
