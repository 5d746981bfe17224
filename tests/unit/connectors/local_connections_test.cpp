#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "connectors/blackhole/blackhole_connection.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/file/file_connection.h"
#include "connectors/file/options.h"
#include "connectors/generator/generator_connection.h"
#include "connectors/generator/options.h"
#include "connectors/local/file_descriptor_writer.h"
#include "connectors/local/paced_source.h"
#include "connectors/local/queued_sink.h"
#include "connectors/net/io_runtime.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/registry/connections.h"
#include "decoder_fixture.h"

using namespace laminar;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s;  ///< Never waited for, unless something is broken.

/// Lets a test wait until something it can look at has become true.
class Observer final : public ConnectionObserver {
public:
    void log(ConnectionLogEntry entry) override {
        const std::lock_guard lock(mutex_);
        entries_.push_back(std::move(entry));
    }
    void gap(const ConnectionGap& /*gap*/) override {}
    void changed() override {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    template <class Condition>
    bool wait(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            std::unique_lock lock(mutex_);
            // A change may have come since the look, and some conditions change without a call: look again soon.
            changed_.wait_for(lock, 5ms);
            if (std::chrono::steady_clock::now() > deadline) return false;
        }
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<ConnectionLogEntry> entries_;
};

struct World {
    IoRuntime io;
    SecretResolver secrets;
    Observer observer;
    ConnectionContext context{io, secrets, observer};
};

template <class Options>
ConnectionObject define(const std::string& name, const std::string& connector, Options options) {
    ConnectionObject definition;
    definition.name = name;
    definition.connector = builtin_connectors().find(connector);
    REQUIRE(definition.connector != nullptr);
    definition.options = std::make_shared<const Options>(std::move(options));
    return definition;
}

/// A consumer of one connection; rows are seen as JSON arrays.
struct Consumer {
    Consumer(World& environment, const ConnectionObject& definition, std::vector<BatchColumn> columns,
             std::size_t limit = 1000)
        : world(environment) {
        auto batch_schema = std::make_shared<BatchSchema>();
        batch_schema->columns = std::move(columns);
        schema = batch_schema;
        const ConnectionInputOptions options = connection_input_options(definition, world.secrets);
        channel =
            std::make_shared<InputChannel>(schema, make_message_decoder(options.decoder, schema),
                                           InputChannel::Limits{limit, 1 << 20}, [&] { world.observer.changed(); });
    }
    /// Takes until the source has ended or there are enough rows.
    void take(std::size_t enough = SIZE_MAX) {
        CHECK(world.observer.wait([&] {
            while (std::unique_ptr<ColumnBatch> batch = channel->take()) {
                most_in_batch = std::max(most_in_batch, batch->rows);
                DecoderFixture view(schema->columns);
                view.batch = std::move(*batch);
                for (std::size_t row = 0; row < view.batch.rows; ++row) rows.push_back(view.row(row));
            }
            return channel->is_finished() || rows.size() >= enough;
        }));
    }
    World& world;
    std::shared_ptr<const BatchSchema> schema;
    std::shared_ptr<InputChannel> channel;
    std::vector<std::string> rows;
    std::size_t most_in_batch = 0;
};

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "laminar-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
    std::string write(const std::string& name, const std::string& content) const {
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(file(name), std::ios::binary).rdbuf();
        return text.str();
    }

private:
    std::filesystem::path path_;
};

OutgoingMessage message(const std::string& payload) {
    return {std::make_shared<const std::string>(payload), false, {}};
}

void close_and_wait(Connection& connection) {
    std::promise<void> closed;
    connection.close(5s, [&] { closed.set_value(); });
    CHECK(closed.get_future().wait_for(patience) == std::future_status::ready);
}

std::vector<ConnectionTestStep> test_now(Connection& connection) {
    std::promise<std::vector<ConnectionTestStep>> result;
    connection.test(5s, [&](std::vector<ConnectionTestStep> steps) { result.set_value(std::move(steps)); });
    return result.get_future().get();
}

std::vector<std::string> read_file_source(FileOptions options, std::vector<BatchColumn> columns,
                                          ConnectionStatus* status = nullptr) {
    World world;
    const ConnectionObject definition = define("replay", "file", std::move(options));
    const std::unique_ptr<Connection> connection = make_file_connection(definition, world.context);
    Consumer consumer(world, definition, std::move(columns));
    connection->add_input(TableStream::messages, consumer.channel);
    connection->open();
    consumer.take();
    CHECK(world.observer.wait([&] { return connection->status().state == ConnectionState::closed; }));
    if (status != nullptr) *status = connection->status();
    return consumer.rows;
}

}  // namespace

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
    close_and_wait(*connection);
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

TEST_CASE("JSON files are lines or an array") {
    TemporaryFolder folder;
    FileOptions options;
    const std::vector<BatchColumn> columns = {payload_column("a", "INTEGER")};
    const std::vector<std::string> expected = {"[1]", "[2]", "[3]"};
    options.path = folder.write("lines.json", "\xEF\xBB\xBF{\"a\":1}\n\n{\"a\":2}\r\n  {\"a\":3}");
    CHECK(read_file_source(options, columns) == expected);
    options.path = folder.write("array.json", "[ {\"a\":1 , \"x\":\"]},\\\"\"},\n{\"a\":2},{\"a\":3} ]\n");
    CHECK(read_file_source(options, columns) == expected);
    options.path = folder.write("empty.json", "");
    CHECK(read_file_source(options, columns).empty());
    options.path = folder.write("truncated.json", "[{\"a\":1},{\"a\":2");
    ConnectionStatus status;
    CHECK(read_file_source(options, columns, &status) == std::vector<std::string>{"[1]"});
    CHECK(status.messages_failed == 1);
    options.path = folder.write("bad_line.json", "{\"a\":1}\n{\"a\":\n{\"a\":2}\n{\"a\":3}\n");
    CHECK(read_file_source(options, columns, &status) == expected);
    CHECK(status.messages_failed == 1);
    CHECK(status.finished);
}

TEST_CASE("CSV files are read by the names of their header, into the columns' types") {
    TemporaryFolder folder;
    FileOptions options;
    options.format = FileFormat::csv;
    options.path = folder.write("rows.csv",
                                "id,name,price,active,at,note\r\n"
                                "1,Ann,1.50,true,2024-01-15 10:30:00,\r\n"
                                "007,\"Bob \"\"B\"\", Jr.\nII\",-2e3,no,1705314600,\"\"\r\n"
                                "\r\n"
                                "3,42\n");
    const std::vector<BatchColumn> columns = {payload_column("id", "INTEGER"),   payload_column("name", "VARCHAR"),
                                              payload_column("price", "DOUBLE"), payload_column("active", "BOOLEAN"),
                                              payload_column("at", "TIMESTAMP"), payload_column("note", "VARCHAR")};
    CHECK(read_file_source(options, columns) ==
          std::vector<std::string>{R"([1,"Ann",1.5,true,"2024-01-15T10:30:00Z",null])",
                                   R"([7,"Bob \"B\", Jr.\nII",-2000.0,false,"2024-01-15T10:30:00Z",""])",
                                   R"([3,"42",null,null,null,null])"});
}

TEST_CASE("a file that cannot be read fails its connection and its test, in words") {
    TemporaryFolder folder;
    World world;
    FileOptions options;
    options.path = folder.file("missing.json");
    const ConnectionObject definition = define("replay", "file", options);
    const std::unique_ptr<Connection> connection = make_file_connection(definition, world.context);
    const std::vector<ConnectionTestStep> steps = test_now(*connection);
    REQUIRE(steps.size() == 1);
    CHECK_FALSE(steps[0].ok);
    CHECK(steps[0].detail.find("No such file") != std::string::npos);
    connection->open();
    CHECK(world.observer.wait([&] { return connection->status().state == ConnectionState::failed; }));
    CHECK(connection->status().last_error.find("missing.json") != std::string::npos);
    close_and_wait(*connection);

    options.path = folder.file("");
    const std::unique_ptr<Connection> directory =
        make_file_connection(define("replay", "file", options), world.context);
    directory->open();
    CHECK(world.observer.wait([&] { return directory->status().state == ConnectionState::failed; }));
    CHECK(directory->status().last_error.find("not a regular file") != std::string::npos);
}

TEST_CASE("file sinks append") {
    TemporaryFolder folder;
    World world;
    FileOptions options;
    options.mode = FileMode::sink;
    for (int round = 0; round < 2; ++round) {
        options.format = FileFormat::json;
        options.path = folder.file("out.json");
        const auto lines = make_file_connection(define("lines", "file", options), world.context);
        options.format = FileFormat::csv;
        options.path = folder.file("out.csv");
        const auto table = make_file_connection(define("table", "file", options), world.context);
        for (Connection* connection : {lines.get(), table.get()}) {
            connection->open();
            CHECK(connection->send(message(R"({"a":1,"b":"x, \"y\"","c":null,"d":""})")) == SendOutcome::accepted);
            CHECK(connection->send(message(R"({"b":{"k":[1,2]},"a":2,"e":3})")) == SendOutcome::accepted);
            CHECK(world.observer.wait([&] { return connection->send_queue_empty(); }));
            CHECK(connection->status().messages_sent == 2);
            close_and_wait(*connection);
            CHECK(connection->status().state == ConnectionState::closed);
            CHECK(connection->send(message("{}")) == SendOutcome::not_connected);
        }
    }
    const std::string lines =
        "{\"a\":1,\"b\":\"x, \\\"y\\\"\",\"c\":null,\"d\":\"\"}\n{\"b\":{\"k\":[1,2]},\"a\":2,\"e\":3}\n";
    CHECK(folder.read("out.json") == lines + lines);
    const std::string records = "1,\"x, \"\"y\"\"\",,\"\"\n2,\"{\"\"k\"\":[1,2]}\",,\n";
    CHECK(folder.read("out.csv") == "a,b,c,d\n" + records + records);
}

TEST_CASE("messages sent before a close are written, however late the sink was opened") {
    TemporaryFolder folder;
    World world;
    FileOptions options;
    options.mode = FileMode::sink;
    options.path = folder.file("out.json");
    const auto connection = make_file_connection(define("lines", "file", options), world.context);
    for (int number = 0; number < 1000; ++number)
        CHECK(connection->send(message(std::to_string(number))) == SendOutcome::accepted);
    connection->open();
    close_and_wait(*connection);
    std::istringstream lines(folder.read("out.json"));
    std::string line;
    for (int number = 0; number < 1000; ++number) {
        REQUIRE(std::getline(lines, line));
        REQUIRE(line == std::to_string(number));
    }
}

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
    close_and_wait(*connection);
}

namespace {

/// Throws what it is told to at its second message.
class ThrowingSource final : public MessageSource {
public:
    explicit ThrowingSource(std::function<void()> fail) : fail_(std::move(fail)) {}
    void open() override {}
    std::optional<std::string_view> next() override {
        if (++asked_ > 1) fail_();
        return R"({"n":1})";
    }
    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return {}; }

private:
    std::function<void()> fail_;
    int asked_ = 0;
};

}  // namespace

TEST_CASE("a source fails with whatever reading it throws") {
    std::function<void()> fail;
    SUBCASE("a resource") {
        fail = [] { throw std::runtime_error("the disk is gone"); };
    }
    SUBCASE("a mistake") {
        fail = [] { throw std::logic_error("the disk is gone"); };
    }
    SUBCASE("anything") {
        fail = [] { throw 42; };
    }
    World world;
    PacedSource source({"s", "file", "nowhere", std::nullopt, std::make_unique<ThrowingSource>(fail)}, world.context);
    Consumer consumer(world, define("s", "generator", GeneratorOptions{}), {payload_column("n", "INTEGER")});
    source.add_input(TableStream::messages, consumer.channel);
    source.open();
    consumer.take(1);
    CHECK(world.observer.wait([&] { return source.status().state == ConnectionState::failed; }));
    CHECK_FALSE(source.status().last_error.empty());
    CHECK(consumer.rows.size() == 1);
}
