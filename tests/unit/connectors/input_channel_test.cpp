#include "connectors/delivery/input_channel.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "decoder_fixture.h"

using namespace laminar;

namespace {

struct Channel {
    /// Counts how often a cycle was asked for.
    explicit Channel(
        InputChannel::Limits limits, std::function<void()> on_request = [] {}) {
        auto batch_schema = std::make_shared<BatchSchema>();
        batch_schema->columns.push_back(payload_column("n", "INTEGER"));
        schema = batch_schema;
        InputChannel::Requests asked;
        asked.cycle = [this, on_request](InputChannel::Clock::time_point time) {
            ++requests;
            requested = time;
            on_request();
        };
        asked.cycle_now = [this, on_request] {
            ++urgent_requests;
            on_request();
        };
        input = std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), limits, std::move(asked));
    }
    std::optional<MessageError> offer(const std::string& payload) {
        Message message;
        message.payload = payload;
        return input->offer(message);
    }
    std::atomic<int> requests = 0;
    InputChannel::Clock::time_point requested;  ///< By the last of them.
    std::atomic<int> urgent_requests = 0;
    std::shared_ptr<const BatchSchema> schema;
    std::shared_ptr<InputChannel> input;
};

}  // namespace

TEST_CASE("bounds can change while messages wait") {
    Channel channel({.messages = 1, .bytes = 1 << 20});
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    CHECK(channel.input->is_full());
    bool resumed = false;
    channel.input->notify_on_space([&] { resumed = true; });
    CHECK_FALSE(resumed);
    channel.input->set_limits({.messages = 3, .bytes = 1 << 20});
    CHECK(resumed);
    CHECK_FALSE(channel.input->is_full());
    channel.input->set_limits({.messages = 1, .bytes = 1 << 20});
    CHECK(channel.input->is_full());
    CHECK(channel.input->take()->rows == 1);
}

TEST_CASE("a channel of several batches drops the oldest of what waits") {
    Channel channel({.messages = 8, .bytes = 1 << 20, .batches = 4});
    const auto first = [](const std::unique_ptr<ColumnBatch>& batch) {
        return batch->columns[0].values<std::int32_t>()[0];
    };
    CHECK(channel.input->drop_oldest() == 0);
    for (int n = 0; n < 8; ++n) CHECK_FALSE(channel.offer("{\"n\":" + std::to_string(n) + "}"));
    CHECK(channel.input->is_full());
    CHECK(channel.input->pending_messages() == 8);
    CHECK(channel.input->drop_oldest() == 2);
    CHECK_FALSE(channel.input->is_full());
    CHECK_FALSE(channel.offer("{\"n\":8}"));
    CHECK_FALSE(channel.offer("{\"n\":9}"));
    CHECK(channel.input->is_full());
    channel.input->finish();
    for (int expected = 2; expected <= 8; expected += 2) {
        CHECK_FALSE(channel.input->is_finished());
        std::unique_ptr<ColumnBatch> batch = channel.input->take();
        REQUIRE(batch);
        CHECK(batch->messages == 2);
        CHECK(first(batch) == expected);
        channel.input->recycle(std::move(batch));
    }
    CHECK(channel.input->take() == nullptr);
    CHECK(channel.input->is_finished());
    CHECK(channel.input->pending_messages() == 0);
}

TEST_CASE("the consumer gets all that has arrived as one batch") {
    Channel channel({});
    CHECK(channel.input->take() == nullptr);
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    CHECK_FALSE(channel.offer(R"({"n":2})"));
    CHECK(channel.offer(R"({"n":"x"})"));
    CHECK(channel.input->pending_messages() == 2);
    CHECK(channel.requests == 0);
    channel.input->flush();
    channel.input->flush();
    CHECK(channel.requests == 1);
    std::unique_ptr<ColumnBatch> batch = channel.input->take();
    REQUIRE(batch);
    CHECK(batch->rows == 2);
    CHECK(batch->messages == 2);
    CHECK(channel.input->take() == nullptr);
    channel.input->flush();
    CHECK(channel.requests == 1);
    const ColumnBatch* memory = batch.get();
    channel.input->recycle(std::move(batch));
    CHECK_FALSE(channel.offer(R"({"n":3})"));
    batch = channel.input->take();
    CHECK_FALSE(channel.offer(R"({"n":4})"));
    const std::unique_ptr<ColumnBatch> next = channel.input->take();
    CHECK((batch.get() == memory || next.get() == memory));
    CHECK(next->rows == 1);
}

TEST_CASE("full is a matter of messages or bytes, and room is announced once") {
    Channel channel({2, 1 << 20});
    int resumed = 0;
    channel.input->notify_on_space([&] { ++resumed; });
    CHECK(resumed == 1);
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    CHECK_FALSE(channel.input->is_full());
    CHECK_FALSE(channel.offer(R"({"n":2})"));
    CHECK(channel.input->is_full());
    channel.input->notify_on_space([&] { ++resumed; });
    CHECK(resumed == 1);
    CHECK(channel.urgent_requests == 2);  // Half full, and with a producer that waits.
    CHECK_FALSE(channel.offer(R"({"n":3})"));
    CHECK(channel.input->take()->rows == 3);
    CHECK(resumed == 2);
    CHECK_FALSE(channel.input->is_full());
    CHECK_FALSE(channel.offer(R"({"n":4})"));
    CHECK(channel.input->take() != nullptr);
    CHECK(resumed == 2);

    Channel narrow({1000, 100});
    CHECK_FALSE(narrow.offer("{\"n\":1,\"x\":\"" + std::string(100, 'x') + "\"}"));
    CHECK(narrow.input->is_full());

    Channel amplified({1000, 500});
    std::string many = "[{}";
    for (int row = 0; row < 150; ++row) many += ",{}";
    CHECK_FALSE(amplified.offer(many + "]"));
    CHECK(amplified.input->is_full());
}

TEST_CASE("a cycle is asked for at once, and once, when the channel is half full, and by a producer that waits") {
    Channel channel({4, 1 << 20});
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    CHECK(channel.urgent_requests == 0);
    CHECK_FALSE(channel.offer(R"({"n":2})"));
    CHECK(channel.urgent_requests == 1);
    CHECK_FALSE(channel.offer(R"({"n":3})"));
    CHECK_FALSE(channel.offer(R"({"n":4})"));
    CHECK(channel.urgent_requests == 1);
    channel.input->notify_on_space([] {});
    CHECK(channel.urgent_requests == 2);
    CHECK(channel.input->take()->rows == 4);
    CHECK_FALSE(channel.offer(R"({"n":5})"));
    CHECK_FALSE(channel.offer(R"({"n":6})"));
    CHECK(channel.urgent_requests == 3);

    // Whoever waits for more rows than half is not called again and again meanwhile.
    Channel patient({.messages = 4, .batch_rows = 4, .batch_timeout = std::chrono::hours(1)});
    for (int n = 0; n < 3; ++n) {
        CHECK_FALSE(patient.offer(R"({"n":1})"));
        CHECK(patient.input->take(TakeIn::due) == nullptr);
    }
    CHECK(patient.urgent_requests == 1);
}

TEST_CASE("rows of another schema come after those of the one before") {
    Channel channel({100, 1 << 20});
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    auto text = std::make_shared<BatchSchema>();
    text->columns.push_back(payload_column("t", "VARCHAR"));
    channel.input->redefine(text, make_message_decoder({}, text));
    CHECK_FALSE(channel.offer(R"({"t":"a"})"));
    CHECK(channel.input->pending_messages() == 2);
    auto first = channel.input->take();
    CHECK(first->schema == channel.schema);
    CHECK(first->columns[0].values<std::int32_t>()[0] == 1);
    auto second = channel.input->take();
    CHECK(second->schema == text);
    CHECK(second->columns[0].string_at(0) == "a");
    // The memory of the first does not fit any more.
    channel.input->recycle(std::move(first));
    CHECK_FALSE(channel.offer(R"({"t":"b"})"));
    second = channel.input->take();
    CHECK(second->schema == text);
    CHECK(second->columns[0].string_at(0) == "b");
    CHECK_FALSE(channel.offer(R"({"t":"c"})"));
    CHECK(channel.input->take()->schema == text);
    CHECK(channel.input->take() == nullptr);

    Channel empty({100, 1 << 20});
    empty.input->redefine(text, make_message_decoder({}, text));
    CHECK_FALSE(empty.offer(R"({"t":"c"})"));
    CHECK(empty.input->take()->columns[0].string_at(0) == "c");
}

TEST_CASE("finished means that everything has been taken") {
    Channel channel({});
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    channel.input->finish();
    channel.input->finish();
    CHECK(channel.urgent_requests == 1);
    CHECK_FALSE(channel.input->is_finished());
    CHECK(channel.input->take()->rows == 1);
    CHECK(channel.input->is_finished());
}

TEST_CASE("an empty array is a message that frees its room") {
    Channel channel({1, 1000});
    CHECK_FALSE(channel.offer("[]"));
    CHECK(channel.input->is_full());
    const auto batch = channel.input->take();
    REQUIRE(batch);
    CHECK(batch->rows == 0);
    CHECK(batch->messages == 1);
}

TEST_CASE("a consumer that comes while a producer holds the channel is served between two messages") {
    Channel channel({.messages = 1'000'000});
    std::unique_ptr<ColumnBatch> taken;
    std::int32_t offered = 0;
    std::thread consumer;
    {
        InputChannel::Hold hold(*channel.input);
        std::atomic<bool> done{false};
        consumer = std::thread([&] {
            taken = channel.input->take();
            done.store(true);
        });
        while (!done.load()) {
            Message message;
            const std::string payload = "{\"n\":" + std::to_string(offered) + "}";
            message.payload = payload;
            CHECK_FALSE(hold.offer(message));
            ++offered;
            hold.serve_consumer();
            std::this_thread::yield();
        }
    }
    consumer.join();
    REQUIRE(taken);
    CHECK(taken->rows > 0);
    const std::size_t first = taken->rows;
    // Given back without waiting for whoever holds the channel.
    {
        const InputChannel::Hold hold(*channel.input);
        channel.input->recycle(std::move(taken));
        CHECK(channel.input->pending_messages() == offered - first);
    }
    const std::unique_ptr<ColumnBatch> rest = channel.input->take();
    CHECK(first + (rest ? rest->rows : 0) == static_cast<std::size_t>(offered));
}

TEST_CASE("a consumer that comes while a producer holds the channel gets what there is when it lets go") {
    Channel channel({});
    std::unique_ptr<ColumnBatch> taken;
    std::thread consumer;
    {
        InputChannel::Hold hold(*channel.input);
        consumer = std::thread([&] { taken = channel.input->take(); });
        Message message;
        message.payload = R"({"n":1})";
        CHECK_FALSE(hold.offer(message));
    }
    consumer.join();
    if (!taken) taken = channel.input->take();  // It came and went before the message.
    REQUIRE(taken);
    CHECK(taken->rows == 1);
}

TEST_CASE("a producer that holds the channel gives way to whoever else wants it") {
    Channel channel({});
    InputChannel::Hold hold(*channel.input);
    std::thread other([&] { CHECK_FALSE(channel.input->waiting_since()); });
    while (!hold.should_give_way()) std::this_thread::yield();
    // As between messages: on a busy machine once may be too short for the other to wake up.
    while (hold.should_give_way()) {
        hold.release();
        hold.take_back();
    }
    other.join();
    CHECK_FALSE(hold.should_give_way());
}

TEST_CASE("a producer and a consumer on two threads lose nothing and never stall") {
    constexpr std::int32_t count = 20'000;
    for (const std::size_t limit : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        CAPTURE(limit);
        std::mutex mutex;
        std::condition_variable changed;
        bool woken = false;
        Channel channel({limit, 1 << 20}, [&] {
            const std::lock_guard lock(mutex);
            woken = true;
            changed.notify_all();
        });
        std::thread producer([&] {
            std::mutex room_mutex;
            std::condition_variable room_changed;
            for (std::int32_t number = 0; number < count; ++number) {
                if (channel.input->is_full()) {
                    bool room = false;
                    channel.input->notify_on_space([&] {
                        const std::lock_guard lock(room_mutex);
                        room = true;
                        room_changed.notify_all();
                    });
                    std::unique_lock lock(room_mutex);
                    room_changed.wait(lock, [&] { return room; });
                }
                (void)channel.offer("{\"n\":" + std::to_string(number) + "}");
                channel.input->flush();
            }
            channel.input->finish();
        });
        std::int32_t expected = 0;
        bool in_order = true;
        bool bounded = true;
        while (!channel.input->is_finished()) {
            std::unique_ptr<ColumnBatch> batch = channel.input->take();
            if (!batch) {
                std::unique_lock lock(mutex);
                changed.wait(lock, [&] { return woken; });
                woken = false;
                continue;
            }
            bounded = bounded && batch->rows <= limit;
            for (std::size_t row = 0; row < batch->rows; ++row)
                in_order = in_order && batch->columns[0].values<std::int32_t>()[row] == expected++;
            channel.input->recycle(std::move(batch));
        }
        producer.join();
        CHECK(in_order);
        CHECK(bounded);
        CHECK(expected == count);
    }
}

TEST_CASE("a batch is waited for until it is full") {
    Channel channel({.messages = 100, .batch_rows = 3, .batch_timeout = std::chrono::hours(1)});
    CHECK_FALSE(channel.input->due());
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    channel.input->flush();
    CHECK(channel.requests == 1);  // To learn when it is due.
    CHECK(channel.input->take(TakeIn::due) == nullptr);
    REQUIRE(channel.input->due());
    CHECK(*channel.input->due() > InputChannel::Clock::now() + std::chrono::minutes(30));
    CHECK_FALSE(channel.offer(R"({"n":2})"));
    channel.input->flush();
    CHECK(channel.requests == 1);
    CHECK_FALSE(channel.offer(R"({"n":3})"));
    channel.input->flush();
    CHECK(channel.requests == 2);
    const std::unique_ptr<ColumnBatch> batch = channel.input->take(TakeIn::due);
    REQUIRE(batch);
    CHECK(batch->rows == 3);
    CHECK_FALSE(channel.input->due());
}

TEST_CASE("a batch is not waited for when there is no room, no more to come, or no patience") {
    const InputChannel::Limits limits{.messages = 2, .batch_rows = 10, .batch_timeout = std::chrono::hours(1)};
    Channel full(limits);
    CHECK_FALSE(full.offer(R"({"n":1})"));
    CHECK(full.input->take(TakeIn::due) == nullptr);
    CHECK_FALSE(full.offer(R"({"n":2})"));
    CHECK(full.input->take(TakeIn::due) != nullptr);

    Channel ended(limits);
    CHECK_FALSE(ended.offer(R"({"n":1})"));
    ended.input->finish();
    CHECK(ended.input->take(TakeIn::due) != nullptr);

    Channel urgent(limits);
    CHECK_FALSE(urgent.offer(R"({"n":1})"));
    CHECK(urgent.input->take() != nullptr);

    Channel due({.batch_rows = 10, .batch_timeout = std::chrono::milliseconds(0)});
    CHECK_FALSE(due.offer(R"({"n":1})"));
    CHECK(due.input->take(TakeIn::due) != nullptr);
}

TEST_CASE("a message after silence is due at once, and one in a stream when it has waited") {
    using Clock = InputChannel::Clock;
    Channel channel({});
    channel.input->set_max_latency(std::chrono::hours(1));
    CHECK_FALSE(channel.offer(R"({"n":1})"));
    channel.input->flush();
    CHECK(channel.requested <= Clock::now());
    CHECK(channel.input->take(TakeIn::due) != nullptr);

    CHECK_FALSE(channel.offer(R"({"n":2})"));
    channel.input->flush();
    CHECK(channel.requests == 2);
    CHECK(channel.requested > Clock::now() + std::chrono::minutes(30));
    CHECK(channel.input->due() == channel.requested);
    CHECK(channel.input->take(TakeIn::due) == nullptr);
    CHECK_FALSE(channel.offer(R"({"n":3})"));
    channel.input->flush();
    CHECK(channel.requests == 2);  // The consumer knows when.
    SUBCASE("somebody waits for an answer") {
        const auto batch = channel.input->take(TakeIn::arrived);
        REQUIRE(batch);
        CHECK(batch->rows == 2);
    }
    SUBCASE("the peer waits for an acknowledgement") {
        Message message;
        message.payload = R"({"n":4})";
        message.tracked = true;
        CHECK_FALSE(channel.input->offer(message));
        channel.input->flush();
        CHECK(channel.requested <= Clock::now());
        CHECK(channel.input->take(TakeIn::due)->rows == 3);
    }
    SUBCASE("a batch is worth it") {
        for (int n = 0; n < 498; ++n) CHECK_FALSE(channel.offer(R"({"n":4})"));
        CHECK(channel.urgent_requests == 1);
        CHECK(channel.input->take(TakeIn::due)->rows == 500);
    }
    SUBCASE("no more comes") {
        channel.input->finish();
        CHECK(channel.urgent_requests == 1);
        CHECK(channel.input->take(TakeIn::due)->rows == 2);
    }
}

TEST_CASE("without latency every message is due at once") {
    Channel channel({});
    for (int n = 0; n < 3; ++n) {
        CHECK_FALSE(channel.offer(R"({"n":1})"));
        channel.input->flush();
        CHECK(channel.requests == n + 1);
        CHECK(channel.input->take(TakeIn::due)->rows == 1);
    }
}

TEST_CASE("the producer learns what became of tracked messages") {
    Channel channel({});
    const auto offer = [&](std::uint64_t sequence, bool tracked) {
        Message message;
        message.payload = R"({"n":1})";
        message.sequence = sequence;
        message.tracked = tracked;
        CHECK_FALSE(channel.input->offer(message));
    };
    offer(7, true);
    offer(8, false);
    channel.input->recycle(channel.input->take());
    offer(9, true);
    channel.input->recycle(channel.input->take(), false);
    const InputChannel::GivenBack given_back = channel.input->take_given_back();
    CHECK(given_back.processed == std::vector<std::uint64_t>{7});
    CHECK(given_back.abandoned == std::vector<std::uint64_t>{9});
    CHECK(channel.input->take_given_back().processed.empty());
}
