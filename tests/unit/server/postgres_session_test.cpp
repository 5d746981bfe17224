// Statements about transactions and the session, and its parameters.

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "server/postgres/session/client_channel.h"
#include "server/postgres/statements/session_command.h"
#include "server/postgres/statements/session_parameters.h"

using namespace laminar;
using namespace laminar::postgres;
using Kind = SessionCommand::Kind;

namespace {

std::string said(std::string_view statement) {
    const auto command = parse_session_command(statement);
    if (!command) return "-";
    std::string text = command->tag + "(" + command->name;
    for (const std::string& value : command->values) text += "|" + value;
    return text + (command->chains ? ")+" : ")");
}

}  // namespace

TEST_CASE("statements about transactions") {
    for (const char* text : {"begin", "BEGIN WORK", "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY",
                             "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE NOT DEFERRABLE", "/* x */ begin -- y"})
        CHECK(said(text) == "BEGIN()");
    CHECK(said("START TRANSACTION READ ONLY") == "START TRANSACTION()");
    CHECK(said("END") == "COMMIT()");
    CHECK(said("COMMIT AND CHAIN") == "COMMIT()+");
    CHECK(said("COMMIT AND NO CHAIN") == "COMMIT()");
    CHECK(said("abort work") == "ROLLBACK()");
    CHECK(parse_session_command("ROLLBACK TO SAVEPOINT a")->kind == Kind::rollback_to);
    CHECK(said("ROLLBACK TO \"A b\"") == "ROLLBACK(A b)");
    CHECK(said("SAVEPOINT Sp") == "SAVEPOINT(sp)");
    CHECK(said("RELEASE sp") == "RELEASE(sp)");
    CHECK(parse_session_command("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")->kind == Kind::set_transaction);
    CHECK(parse_session_command("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")->kind ==
          Kind::set_transaction);
    for (const char* text : {"BEGIN x", "COMMIT AND", "SAVEPOINT", "SAVEPOINT 'a'", "ROLLBACK TO", "START", "begin;"})
        CHECK_MESSAGE(said(text) == "-", text);
}

TEST_CASE("statements about the session") {
    CHECK(said("SET DateStyle TO 'ISO'") == "SET(datestyle|ISO)");
    CHECK(said("SET SESSION datestyle = ISO, MDY") == "SET(datestyle|iso|mdy)");
    CHECK(said("set local statement_timeout = 500") == "SET(statement_timeout|500)");
    CHECK(said("SET client_encoding TO DEFAULT") == "SET(client_encoding)");
    CHECK(said("SET NAMES 'utf8'") == "SET(client_encoding|utf8)");
    CHECK(said("SET TIME ZONE 'UTC'") == "SET(timezone|UTC)");
    CHECK(said("SET TIME ZONE LOCAL") == "SET(timezone)");
    CHECK(said("SET application_name = 'it''s'") == "SET(application_name|it's)");
    CHECK(said("SHOW TimeZone") == "SHOW(timezone)");
    CHECK(said("SHOW TRANSACTION ISOLATION LEVEL") == "SHOW(transaction_isolation)");
    CHECK(said("SHOW ALL") == "SHOW()");
    CHECK(said("RESET ALL") == "RESET()");
    CHECK(said("DISCARD ALL") == "DISCARD ALL(all)");
    CHECK(said("DEALLOCATE PREPARE p") == "DEALLOCATE(p)");
    CHECK(said("CLOSE ALL") == "CLOSE CURSOR ALL()");
    CHECK(said("UNLISTEN *") == "UNLISTEN()");
}

TEST_CASE("statements of Laminar's own are none of these") {
    for (const char* text : {"SELECT 1", "SET max_latency = INTERVAL '5 ms'", "SET threads = 4", "SHOW TABLES",
                             "SHOW CREATE TABLE t", "SHOW SETTINGS", "SET", "SHOW", "", "CREATE TABLE t (a INT)",
                             "SET datestyle 'ISO'", "SET datestyle = ", "SHOW TimeZone x", "SET 'a' = 1"})
        CHECK_MESSAGE(said(text) == "-", text);
}

TEST_CASE("parameters are set, shown and told of") {
    SessionParameters parameters("alice", "laminar");
    CHECK(parameters.take_changes().size() > 8);
    CHECK(parameters.take_changes().empty());
    CHECK(parameters.value("session_authorization") == "alice");
    CHECK_FALSE(parameters.set("application_name", {"app"}));
    const auto changes = parameters.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].second == "app");
    CHECK_FALSE(parameters.set("search_path", {"a", "b"}));
    CHECK(parameters.value("search_path") == "a, b");
    CHECK_FALSE(parameters.set("datestyle", {"ISO, DMY"}));
    CHECK(parameters.value("datestyle") == "ISO, MDY");
    parameters.reset_all();
    CHECK(parameters.value("application_name").empty());
}

TEST_CASE("what cannot be is refused") {
    SessionParameters parameters("alice", "laminar");
    CHECK(parameters.set("timezone", {"Europe/Vienna"})->state == "22023");
    CHECK_FALSE(parameters.set("client_encoding", {"'utf-8'"}));
    CHECK(parameters.set("client_encoding", {"latin1"})->message ==
          "invalid value for parameter \"client_encoding\": \"latin1\"");
    CHECK(parameters.set("server_version", {"16"})->state == "55P02");
    CHECK(parameters.set("statement_timeout", {"soon"})->state == "22023");
    CHECK(parameters.set("statement_timeout", {"-1"})->state == "22023");
    // What a client tells of its surroundings at the start is answered by what is.
    CHECK_FALSE(parameters.set_at_start("timezone", "Europe/Vienna"));
    CHECK(parameters.value("timezone") == "UTC");
    CHECK(parameters.set_at_start("client_encoding", "LATIN1"));
    CHECK_FALSE(parameters.set_at_start("no_such_parameter", "x"));
}

TEST_CASE("a statement's time is a number of milliseconds, or has a unit") {
    SessionParameters parameters("alice", "laminar");
    const auto milliseconds = [&](const char* text) {
        REQUIRE_FALSE(parameters.set("statement_timeout", {text}));
        return parameters.statement_timeout().count();
    };
    CHECK(milliseconds("250") == 250);
    CHECK(milliseconds("2s") == 2'000);
    CHECK(milliseconds("1 min") == 60'000);
    CHECK(milliseconds("1h") == 3'600'000);
    CHECK(milliseconds("0") == 0);
}

TEST_CASE("a channel is bounded both ways") {
    boost::asio::io_context io;
    bool given_up = false;
    ClientChannel channel(io.get_executor(), std::chrono::milliseconds(1), [&] { given_up = true; });
    CHECK(channel.has_room());
    channel.put({'Q', std::string(300 << 10, 'x')});
    CHECK_FALSE(channel.has_room());
    CHECK(channel.next()->type == 'Q');
    CHECK(channel.has_room());

    CHECK(channel.write(std::string(1 << 20, 'x')));
    // Nobody takes anything: the session is not kept.
    CHECK_FALSE(channel.write("more"));
    CHECK(given_up);
    CHECK(channel.ending() == ClientChannel::End::stands_still);
    CHECK_FALSE(channel.next());
}

TEST_CASE("a session waits for a client that takes its time") {
    boost::asio::io_context io;
    ClientChannel channel(io.get_executor(), std::chrono::hours(1), [] {});
    REQUIRE(channel.write(std::string(1 << 20, 'x')));
    std::thread client([&] { channel.sent(channel.take_output().size()); });
    CHECK(channel.write("more"));
    client.join();
    CHECK(channel.take_output().ends_with("more"));
}

TEST_CASE("a wait for a message can be ended, and only that") {
    boost::asio::io_context io;
    ClientChannel channel(io.get_executor(), std::chrono::hours(1), [] {});
    channel.interrupt();
    CHECK_FALSE(channel.next());
    CHECK(channel.ending() == ClientChannel::End::none);
    channel.interrupt();
    channel.forget_interrupt();
    channel.put({'Q', "SELECT 1"});
    CHECK(channel.next()->type == 'Q');
}

TEST_CASE("who is gone gets nothing, who is shut out the last words") {
    boost::asio::io_context io;
    ClientChannel channel(io.get_executor(), std::chrono::hours(1), [] {});
    channel.put({'Q', "SELECT 1"});
    channel.end(ClientChannel::End::shut_down);
    CHECK_FALSE(channel.next());
    CHECK(channel.write("goodbye"));
    channel.end(ClientChannel::End::client_gone);
    CHECK_FALSE(channel.write("nobody hears"));
}
