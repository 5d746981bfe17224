#include "connectors/file/file_connection.h"

#include <doctest/doctest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/file/options.h"
#include "decoder_fixture.h"
#include "local_fixture.h"

using namespace laminar;
using namespace laminar::test;

namespace {

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
    close_and_wait_patiently(*connection);

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
            close_and_wait_patiently(*connection);
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
    close_and_wait_patiently(*connection);
    std::istringstream lines(folder.read("out.json"));
    std::string line;
    for (int number = 0; number < 1000; ++number) {
        REQUIRE(std::getline(lines, line));
        REQUIRE(line == std::to_string(number));
    }
}
