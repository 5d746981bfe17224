#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

TEST_CASE("a message of one object is a row, whatever the order of its fields") {
    DecoderFixture feed({payload_column("symbol", "VARCHAR"), payload_column("price", "DOUBLE"),
                         payload_column("volume", "BIGINT"), payload_column("live", "BOOLEAN"),
                         payload_column("ts", "TIMESTAMP")});
    const std::vector<std::string_view> messages = {
        R"({"symbol":"AAPL","price":189.25,"volume":1200,"live":true,"ts":"2024-01-15T10:30:00.25Z"})",
        R"({"ts":"2024-01-15 12:30:00.25+02:00","live":true,"other":[1,{"symbol":"X"}],"volume":1200,"price":189.25,"symbol":"AAPL"})",
        "  {\"SYMBOL\" : \"AAPL\",\n\"Price\":18925e-2,\"volume\":1200.0,\"live\":true,\"ts\":1705314600.25}\n",
    };
    for (std::size_t row = 0; row < messages.size(); ++row) {
        CAPTURE(messages[row]);
        CHECK(feed.refusal(messages[row]) == "");
        CHECK(feed.row(row) == R"(["AAPL",189.25,1200,true,"2024-01-15T10:30:00.25Z"])");
    }
    CHECK(feed.batch.messages == 3);
    CHECK(feed.batch.bytes == messages[0].size() + messages[1].size() + messages[2].size());
}
