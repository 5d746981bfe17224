// Messages of the PostgreSQL protocol, byte by byte; findings as errors of it.

#include <doctest/doctest.h>

#include <memory>

#include "server/postgres/messages/error_message.h"
#include "server/postgres/messages/message_reader.h"
#include "server/postgres/messages/message_writer.h"
#include "server/postgres/statements/query_text.h"

using namespace laminar;
using namespace laminar::postgres;
using namespace std::string_literals;

TEST_CASE("a message has its type, its length and its fields") {
    MessageWriter out;
    out.begin('T');
    out.int16(2);
    out.int32(-2);
    out.text("a\0b"s);
    out.end();
    CHECK(out.take() ==
          "T\0\0\0\x0C\0\x02\xFF\xFF\xFF\xFE"
          "a\0"s);
    CHECK(out.size() == 0);
    out.begin('D');
    out.value([](std::string& text) { text += "xyz"; });
    out.null_value();
    out.end();
    CHECK(out.take() == "D\0\0\0\x0F\0\0\0\x03xyz\xFF\xFF\xFF\xFF"s);
}

TEST_CASE("a field that is not whole is nothing, and neither is what follows") {
    const std::string fields = "\0\0\x01\x02name\0rest"s;
    MessageReader reader(fields);
    CHECK(reader.int32() == 258);
    CHECK(reader.text() == "name");
    CHECK(reader.bytes(2) == "re");
    CHECK(reader.rest() == "st");
    CHECK_FALSE(reader.int32());
    CHECK_FALSE(reader.bytes(1));
    CHECK_FALSE(MessageReader("no end").text());
}

TEST_CASE("an error says its fields") {
    MessageWriter out;
    append_error(out, {.state = "42601", .message = "m", .hint = "h", .position = 7});
    CHECK(out.take() ==
          "E\0\0\0\x23"
          "SERROR\0VERROR\0C42601\0Mm\0Hh\0P7\0\0"s);
    append_error(out, {.weight = Weight::warning, .state = "01000", .message = "m"});
    CHECK(out.take().front() == 'N');
}

TEST_CASE("a finding is placed in code points within what the client sent") {
    const std::string query = "SELECT 'é'; SELEC 1";
    const auto source = std::make_shared<SourceText>("query", "SELEC 1");
    const Diagnostic finding{DiagnosticCode::syntax_error, Severity::error, "no", source, {0, 5}, ""};
    const ErrorMessage error = to_error_message(finding, query, query.find("SELEC 1"));
    CHECK(error.position == 13);
    CHECK(error.state == "42601");
    CHECK(error.weight == Weight::error);
}

namespace {

QueryText read_query(std::string_view text) { return postgres::read_query(text, place_in(text)); }

}  // namespace

TEST_CASE("a query is read whole before anything of it is executed") {
    const QueryText both = read_query("SELECT 1; /* a */ BEGIN; ; SHOW TABLES");
    REQUIRE(both.statements.size() == 3);
    CHECK(std::holds_alternative<LaminarStatement>(both.statements[0].node));
    CHECK(std::get<SessionCommand>(both.statements[1].node).kind == SessionCommand::Kind::begin);
    CHECK(std::holds_alternative<LaminarStatement>(both.statements[2].node));
    CHECK(both.statements[2].begin == 27);

    const QueryText wrong = read_query("SELECT 1; SELEC 2");
    CHECK(wrong.statements.empty());
    REQUIRE(wrong.error);
    CHECK(wrong.error->position == 11);

    for (const char* text : {"SELECT 'open", "/* open", "SELECT \xFF"}) {
        const QueryText broken = read_query(text);
        CHECK_MESSAGE(broken.error, text);
    }
    CHECK(read_query(" ; -- nothing\n").statements.empty());
    CHECK_FALSE(read_query("").error);
}
