#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "connectors/blackhole/blackhole_connection.h"
#include "connectors/local/file_descriptor_writer.h"
#include "connectors/local/queued_sink.h"
#include "local_fixture.h"

using namespace laminar;
using namespace laminar::test;
using namespace std::chrono_literals;

namespace {

/// Takes nothing until it is told to, or gives up.
class StuckTarget final : public MessageTarget {
public:
    void open() override {}
    void write(const OutgoingMessage&) override {
        std::unique_lock lock(mutex_);
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return interrupted_; });
        throw std::runtime_error("interrupted");
    }
    void flush() override {}
    void interrupt() noexcept override {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return {}; }
    void wait_entered() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return entered_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool entered_ = false;
    bool interrupted_ = false;
};

}  // namespace

TEST_CASE("a sink that is stuck fills up, and closing it ends at the deadline") {
    World world;
    auto target = std::make_unique<StuckTarget>();
    StuckTarget& stuck = *target;
    QueuedSink::Settings settings;
    settings.name = "slow";
    settings.connector = "stdout";
    settings.target = std::move(target);
    settings.max_messages = 2;
    QueuedSink sink(std::move(settings), world.context);
    sink.open();
    CHECK(sink.send(message("1")) == SendOutcome::accepted);
    stuck.wait_entered();
    CHECK(sink.send(message("2")) == SendOutcome::accepted);
    CHECK(sink.send(message("3")) == SendOutcome::accepted);
    CHECK(sink.send(message("4")) == SendOutcome::full);
    CHECK_FALSE(sink.send_queue_empty());
    std::promise<void> closed;
    sink.close(50ms, [&] { closed.set_value(); });
    CHECK(closed.get_future().wait_for(patience) == std::future_status::ready);
    CHECK(world.observer.wait([&] { return sink.status().state == ConnectionState::failed; }));
    CHECK(sink.status().messages_dropped == 3);
    CHECK(sink.status().messages_sent == 0);
}

TEST_CASE("writing to a pipe waits for its reader, and fails when the reader is gone") {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    FileDescriptorWriter writer(ends[1]);
    const std::string large(1 << 20, 'x');
    std::string received;
    std::thread reader([&] {
        char buffer[4096];
        while (received.size() < large.size()) {
            const ssize_t count = ::read(ends[0], buffer, sizeof buffer);
            if (count <= 0) break;
            received.append(buffer, static_cast<std::size_t>(count));
        }
    });
    writer.write(large);
    reader.join();
    CHECK(received == large);

    std::thread interrupter([&] { writer.interrupt(); });
    CHECK_THROWS_AS(writer.write(large), std::system_error);
    interrupter.join();

    FileDescriptorWriter second(ends[1]);
    ::close(ends[0]);
    CHECK_THROWS_WITH_AS(second.write("x"), doctest::Contains("Broken pipe"), std::system_error);
    ::close(ends[1]);
}

TEST_CASE("the blackhole counts") {
    World world;
    const auto connection = make_blackhole_connection(define("null", "blackhole", ConnectorOptions{}), world.context);
    connection->open();
    CHECK(connection->send(message("12345")) == SendOutcome::accepted);
    CHECK(connection->status().messages_sent == 1);
    CHECK(connection->status().bytes_sent == 5);
    CHECK(connection->status().state == ConnectionState::connected);
    close_and_wait_patiently(*connection);
}
