// Whatever is thrown while rows are processed fails what it belonged to, with its reason.

#include <doctest/doctest.h>

#include <stdexcept>

#include "connectors/codec/format/message_decoder.h"
#include "connectors/delivery/input_channel.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/stream_graph.h"
#include "session_fixture.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

constexpr const char* two_pipelines =
    "CREATE CONNECTION g TO generator (rows_per_second = 200, max_rows = 40);"
    "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
    "CREATE TABLE kept (counter BIGINT);"
    "CREATE PIPELINE bad AS SELECT counter FROM r;"
    "CREATE PIPELINE good AS INSERT INTO kept SELECT counter FROM r;"
    "WAIT FOR good COUNT 40;";

/// A connection that fails at the end of every cycle.
class FailingConnection final : public Connection {
public:
    explicit FailingConnection(std::unique_ptr<Connection> real) : real_(std::move(real)) {}

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override {
        real_->add_input(stream, std::move(channel));
    }
    void remove_input(const std::shared_ptr<InputChannel>& channel) override { real_->remove_input(channel); }
    void open() override { real_->open(); }
    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        real_->close(deadline, std::move(done));
    }
    void pause() override { real_->pause(); }
    void resume() override { real_->resume(); }
    SendOutcome send(OutgoingMessage message) override { return real_->send(std::move(message)); }
    [[nodiscard]] UnsentMessages unsent() const override { return real_->unsent(); }
    [[nodiscard]] ConnectionStatus status() const override { return real_->status(); }
    void end_cycle(const ProcessingReport&) override { throw std::logic_error("no cycle ends here"); }
    void test(std::chrono::milliseconds, std::function<void(std::vector<ConnectionTestStep>)> done) override {
        done({});
    }

private:
    std::unique_ptr<Connection> real_;
};

}  // namespace

TEST_CASE("a pipeline fails with what its output throws, and the others go on") {
    SessionFixture fixture;
    SUBCASE("an exception of the library") {
        fixture.output().on_stream_rows = [] { throw std::logic_error("there is no paper"); };
    }
    SUBCASE("anything else") {
        fixture.output().on_stream_rows = [] { throw 42; };
    }
    REQUIRE(fixture.run(two_pipelines).empty());
    CHECK(fixture.query("SELECT COUNT(*) AS n FROM kept;") == Rows{R"({"n":40})"});
    CHECK(fixture.query("SELECT name FROM system.pipelines WHERE state = 'failed';") == Rows{R"({"name":"bad"})"});
    const DatabaseStatus status = fixture.database->status();
    CHECK(status.failed);
    CHECK(status.failure.starts_with("pipeline \"bad\" failed: "));
}

TEST_CASE("what belongs to nobody fails the run") {
    SessionFixture fixture;
    fixture.wrap = [](std::unique_ptr<Connection> real) {
        return std::make_unique<FailingConnection>(std::move(real));
    };
    REQUIRE(fixture
                .run("CREATE CONNECTION g TO generator (rows_per_second = 200);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');")
                .empty());
    fixture.session().open_connections();
    CHECK(SessionFixture::wait_until([&] { return fixture.database->status().failed; }));
    CHECK(fixture.database->status().failure == "processing failed: connection \"g\": no cycle ends here");
    fixture.wrap = {};
}

TEST_CASE("a table whose rows cannot be stored fails, and its readers with it") {
    const auto engine = Engine::create({});
    TableObject table;
    table.name = "r";
    table.options.connector = "c";
    ColumnObject column;
    column.name = "v";
    column.type = TypeId::bit;  // The engine makes it of text, so that rows are stored as they come.
    table.columns = {column};
    const auto schema = table_batch_schema(table, MessageFormat::json);
    const auto channel =
        std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), InputChannel::Limits{});
    Progress progress;
    StreamGraph graph(progress);
    graph.add_table("r", StreamInput::for_table(*engine, table, channel));
    const auto offer = [&] {
        Message message;
        message.payload = R"({"v":"101"})";
        return channel->offer(message);
    };
    REQUIRE_FALSE(offer());
    CHECK(graph.cycle(*engine, TakeIn::everything));
    CHECK(graph.failure().empty());
    engine->execute("DROP VIEW main.r; DROP TABLE laminar_retained.r");
    REQUIRE_FALSE(offer());
    graph.cycle(*engine, TakeIn::everything);
    CHECK(graph.failure().starts_with("table \"r\" failed: "));
    // What comes later is taken, so that others who read the connection do not stand still for it.
    REQUIRE_FALSE(offer());
    graph.cycle(*engine, TakeIn::everything);
    CHECK(channel->pending_messages() == 0);
    graph.clear();
}

// The thread sanitizer sees more of this than the result does.
TEST_CASE("a pipeline reads system tables while statements change what they show") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE CONNECTION g TO generator (rows_per_second = 5000);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
                     "CREATE TABLE seen (tables BIGINT);"
                     "CREATE PIPELINE p AS INSERT INTO seen SELECT n FROM r, "
                     "(SELECT COUNT(*) AS n FROM system.tables) AS t;"
                     "WAIT FOR p COUNT 1;")
                .empty());
    for (int round = 0; round < 40; ++round) {
        const std::string name = "t" + std::to_string(round);
        CHECK(fixture.run("CREATE TABLE " + name + " (a INTEGER); CREATE OR REPLACE TABLE " + name + " (b INTEGER);")
                  .empty());
        if (round % 2 == 1) CHECK(fixture.run("DROP TABLE " + name + ";").empty());
    }
    CHECK_FALSE(fixture.database->status().failed);
}
