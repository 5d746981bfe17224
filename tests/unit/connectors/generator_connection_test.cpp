#include "connectors/generator/generator_connection.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "connectors/file/file_connection.h"
#include "connectors/file/options.h"
#include "connectors/generator/options.h"
#include "decoder_fixture.h"
#include "local_fixture.h"

using namespace laminar;
using namespace laminar::test;
using namespace std::chrono_literals;

TEST_CASE("the generator counts from 1 to max_rows, then the source is finished") {
    for (const std::size_t limit : {std::size_t{1}, std::size_t{1000}}) {
        CAPTURE(limit);
        World world;
        GeneratorOptions options;
        options.max_rows = 2'500;
        const ConnectionObject definition = define("ticks", "generator", options);
        const std::unique_ptr<Connection> connection = make_generator_connection(definition, world.context);
        Consumer consumer(world, definition,
                          {payload_column("counter", "BIGINT"), payload_column("timestamp", "TIMESTAMP")}, limit);
        connection->add_input(TableStream::messages, consumer.channel);
        connection->open();
        consumer.take();
        REQUIRE(consumer.rows.size() == 2'500);
        for (std::size_t row = 0; row < consumer.rows.size(); ++row)
            REQUIRE(consumer.rows[row].starts_with("[" + std::to_string(row + 1) + ",\"2"));
        CHECK(consumer.most_in_batch <= limit);
        CHECK(world.observer.wait([&] { return connection->status().state == ConnectionState::closed; }));
        CHECK(connection->status().finished);
        CHECK(connection->status().messages_received == 2'500);
        CHECK(connection->send(message("x")) == SendOutcome::failed);
    }
}

TEST_CASE("the generator keeps its pace") {
    World world;
    GeneratorOptions options;
    options.rows_per_second = 200;
    options.max_rows = 41;
    const ConnectionObject definition = define("ticks", "generator", options);
    const std::unique_ptr<Connection> connection = make_generator_connection(definition, world.context);
    Consumer consumer(world, definition, {payload_column("counter", "INTEGER")});
    connection->add_input(TableStream::messages, consumer.channel);
    const auto start = std::chrono::steady_clock::now();
    connection->open();
    consumer.take();
    const auto elapsed = std::chrono::steady_clock::now() - start;
    CHECK(consumer.rows.size() == 41);
    // 40 intervals of 5 ms: never sooner.
    CHECK(elapsed >= 200ms);
}

TEST_CASE("a paused, an endless and a lonely generator can be closed") {
    World world;
    const ConnectionObject definition = define("ticks", "generator", GeneratorOptions{});
    const std::unique_ptr<Connection> connection = make_generator_connection(definition, world.context);
    connection->open();
    CHECK(world.observer.wait([&] { return connection->status().state == ConnectionState::connected; }));
    CHECK(connection->status().messages_received == 0);
    Consumer consumer(world, definition, {payload_column("counter", "INTEGER")}, 10);
    connection->add_input(TableStream::messages, consumer.channel);
    consumer.take(100);
    connection->pause();
    CHECK(connection->status().state == ConnectionState::paused);
    connection->resume();
    consumer.take(consumer.rows.size() + 100);
    // A second consumer that takes nothing holds up the first, until it is removed.
    Consumer idle(world, definition, {payload_column("counter", "INTEGER")}, 1);
    connection->add_input(TableStream::messages, idle.channel);
    CHECK(world.observer.wait([&] {
        consumer.take(1);
        return idle.channel->is_full();
    }));
    connection->remove_input(idle.channel);
    consumer.take(consumer.rows.size() + 100);
    close_and_wait_patiently(*connection);
    CHECK(connection->status().state == ConnectionState::closed);
    CHECK_FALSE(connection->status().finished);
}

TEST_CASE("a connection may be destroyed at any moment") {
    for (int round = 0; round < 20; ++round) {
        World world;
        const ConnectionObject definition = define("ticks", "generator", GeneratorOptions{});
        std::unique_ptr<Connection> connection = make_generator_connection(definition, world.context);
        Consumer consumer(world, definition, {payload_column("counter", "INTEGER")}, 5);
        connection->add_input(TableStream::messages, consumer.channel);
        connection->open();
        if (round % 2 == 0) consumer.take(1);
        connection.reset();
        (void)consumer.channel->take();
    }
}
