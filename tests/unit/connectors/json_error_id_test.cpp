// The errors of messages that do not fit name them by the id that their rows would have.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "decoder_fixture.h"

using namespace laminar;

namespace {

/// The ids of all errors of a message, in their order.
std::vector<std::string> ids_of(std::string_view payload, const std::string& field = "message_id") {
    DecoderOptions options;
    options.message_id_field = field;
    DecoderFixture feed({payload_column("n", "INTEGER")}, options);
    Message message;
    message.payload = payload;
    message.sequence = 7;
    auto origin = std::make_shared<MessageOrigin>();
    origin->connection_name = "feed";
    message.origin = origin;
    const std::optional<MessageError> error = feed.decode(message);
    if (!error) return {};
    std::vector<std::string> ids{error->message_id};
    for (const MessageError& further : error->further) ids.push_back(further.message_id);
    return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("the id is that of the object, wherever it stands there") {
    CHECK(ids_of(R"({"message_id":"m1","n":"x"})") == Ids{"m1"});
    CHECK(ids_of(R"({"n":"x","message_id":"m1"})") == Ids{"m1"});
    CHECK(ids_of(R"({"n":"x","message_id":17})") == Ids{"17"});
    CHECK(ids_of(R"({"n":"x","Message_ID":"m1"})") == Ids{"m1"});
    CHECK(ids_of(R"({"n":[1],"header":{"id":"h"}})", "$.header.id") == Ids{"h"});
}

TEST_CASE("without one it is the generated one, as for rows") {
    CHECK(ids_of(R"({"n":"x"})") == Ids{"feed-7"});
    CHECK(ids_of(R"({"n":"x","message_id":{}})") == Ids{"feed-7"});
    CHECK(ids_of(R"([1])") == Ids{"feed-7"});
}

TEST_CASE("elements and lines have ids of their own") {
    CHECK(ids_of(R"([{"message_id":"a","n":1},{"message_id":"b","n":"x"},{"n":"y","message_id":"c"},{"n":"z"}])") ==
          Ids{"b", "c", "feed-7"});
    CHECK(ids_of("{\"message_id\":\"a\",\"n\":1}\n{\"n\":\"x\",\"message_id\":\"b\"}\n{\"n\":\"y\"}") ==
          Ids{"b", "feed-7"});
}

TEST_CASE("what cannot be read has none") {
    CHECK(ids_of(R"({"message_id":"m1","n":)") == Ids{""});
    CHECK(ids_of("") == Ids{""});
    CHECK(ids_of("{\"message_id\":\"a\",\"n\":1}\n{\"message_id\":\"b\",") == Ids{""});
}
