#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "websocket_fixture.h"

using namespace std::chrono_literals;

namespace laminar {
namespace {

/// A Python program with the websockets library as the other side. It says what it has to say on its output.
class PythonPeer {
public:
    PythonPeer(const std::string& script, const std::vector<std::string>& arguments) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        // All memory is got before the fork: other threads may hold the allocator's lock at that moment.
        std::vector<std::string> words = {LAMINAR_TEST_PYTHON, "-c", script};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> raw;
        for (std::string& word : words) raw.push_back(word.data());
        raw.push_back(nullptr);
        process_ = fork();
        if (process_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            execv(raw[0], raw.data());
            _exit(127);
        }
        close(ends[1]);
        output_ = fdopen(ends[0], "r");
    }
    ~PythonPeer() {
        if (output_) std::fclose(output_);
        stop(SIGKILL);
    }
    PythonPeer(const PythonPeer&) = delete;
    PythonPeer& operator=(const PythonPeer&) = delete;

    /// The next line of its output, waited for; "" at its end.
    std::string line() {
        char text[4096];
        if (!output_ || !std::fgets(text, sizeof text, output_)) return {};
        std::string result(text);
        if (!result.empty() && result.back() == '\n') result.pop_back();
        return result;
    }
    void stop(int signal_number) {
        if (process_ <= 0) return;
        kill(process_, signal_number);
        waitpid(process_, nullptr, 0);
        process_ = -1;
    }

private:
    pid_t process_ = -1;
    FILE* output_ = nullptr;
};

bool is_available() {
    if (std::string(LAMINAR_TEST_PYTHON).empty()) {
        MESSAGE("skipped: no Python with the websockets library was found by CMake");
        return false;
    }
    return true;
}

const char* const feed_script = R"python(
import asyncio, sys, websockets
count = int(sys.argv[1])
compression = None if sys.argv[2] == "plain" else "deflate"
port = int(sys.argv[3])
async def serve(socket, path=None):
    first = await socket.recv()
    print("subscribed", first, socket.request_headers.get("X-Test"), flush=True)
    for i in range(count):
        text = "%d:%s" % (i, "é" * (i % 700))
        if i % 10 == 9:
            await socket.send([text[:3], text[3:]])
        elif i % 10 == 5:
            await socket.ping()
            await socket.send(text.encode())
        else:
            await socket.send(text)
    async for message in socket:
        print("got", len(message), flush=True)
    print("closed", socket.close_code, flush=True)
async def main():
    async with websockets.serve(serve, "127.0.0.1", port, compression=compression, max_size=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()
asyncio.run(main())
)python";

const char* const client_script = R"python(
import asyncio, sys, websockets
async def main():
    uri = "ws://127.0.0.1:%s/" % sys.argv[1]
    async with websockets.connect(uri, compression="deflate", max_size=None) as socket:
        for i in range(int(sys.argv[2])):
            await socket.send("%d" % i)
        await socket.send("x" * 2000000)
        pong = await socket.ping()
        await pong
        print("ponged", flush=True)
        async for message in socket:
            print("got", message, flush=True)
        print("closed", socket.close_code, socket.close_reason, flush=True)
asyncio.run(main())
)python";

}  // namespace

TEST_CASE("websocket client: reads the feed of an independent server, compressed or not") {
    if (!is_available()) return;
    for (const bool compressed : {false, true}) {
        PythonPeer peer(feed_script, {"5000", compressed ? "deflate" : "plain", "0"});
        const std::string port = peer.line();
        REQUIRE_FALSE(port.empty());
        NetworkFixture network;
        TextConsumer consumer(500);
        WebSocketOptions options = NetworkFixture::client_options(static_cast<std::uint16_t>(std::stoi(port)));
        options.subscribe_message = {"go"};
        options.headers = {{"X-Test", "header value"}};
        if (compressed) options.compression = WebSocketCompression::deflate;
        auto client = network.connect(options);
        client->add_input(TableStream::messages, consumer.channel());
        CHECK(peer.line() == "subscribed go header value");
        REQUIRE(eventually([&] { return consumer.has(5'000); }));
        std::string accents;
        for (std::size_t i = 0; i < 5'000; ++i) {
            std::string expected = std::to_string(i) + ":";
            for (std::size_t k = 0; k < i % 700; ++k) expected += "é";
            REQUIRE((consumer.take()[i] == expected));
        }
        (void)client->send(text_message(std::string(100'000, 'y')));
        CHECK(peer.line() == "got 100000");
        CHECK(close_and_wait(*client));
        CHECK(peer.line() == "closed 1000");
    }
}

TEST_CASE("websocket client: reconnects when the process of its peer is killed") {
    if (!is_available()) return;
    NetworkFixture network;
    TextConsumer consumer(10'000);
    auto first = std::make_unique<PythonPeer>(feed_script, std::vector<std::string>{"10", "plain", "0"});
    const std::string port = first->line();
    REQUIRE_FALSE(port.empty());
    WebSocketOptions options = NetworkFixture::client_options(static_cast<std::uint16_t>(std::stoi(port)));
    options.subscribe_message = {"go"};
    auto client = network.connect(options);
    client->add_input(TableStream::messages, consumer.channel());
    REQUIRE(eventually([&] { return consumer.has(10); }));
    first->stop(SIGKILL);
    REQUIRE(eventually([&] { return client->status().state != ConnectionState::connected; }));
    PythonPeer second(feed_script, {"10", "plain", port});
    CHECK(second.line() == port);
    REQUIRE(eventually([&] { return consumer.has(20); }));
    CHECK(client->status().reconnect_count >= 1);
    CHECK(client->status().state == ConnectionState::connected);
}

TEST_CASE("websocket server: serves an independent client") {
    if (!is_available()) return;
    NetworkFixture network;
    TextConsumer consumer(100);
    WebSocketOptions options = NetworkFixture::server_options();
    options.broadcast = true;
    options.compression = WebSocketCompression::deflate;
    auto server = network.serve(options);
    server->add_input(TableStream::messages, consumer.channel());
    PythonPeer peer(client_script, {std::to_string(server->port()), "2000"});
    REQUIRE(eventually([&] { return consumer.has(2'001); }));
    for (std::size_t i = 0; i < 2'000; ++i) REQUIRE(consumer.take()[i] == std::to_string(i));
    CHECK(consumer.take()[2'000].size() == 2'000'000);
    CHECK(peer.line() == "ponged");
    (void)server->send(text_message("to all"));
    (void)server->send(text_message("to one", "c1"));
    CHECK(peer.line() == "got to all");
    CHECK(peer.line() == "got to one");
    CHECK(close_and_wait(*server));
    CHECK(peer.line() == "closed 1001 going away");
}

}  // namespace laminar
