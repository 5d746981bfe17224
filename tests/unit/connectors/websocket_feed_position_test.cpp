#include <doctest/doctest.h>

#include "connectors/expressions/evaluation.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/session/expected_message.h"

namespace laminar {

TEST_CASE("feed position: the last one seen counts") {
    FeedPosition position("$.meta.seq");
    CHECK(position.is_kept());
    CHECK(position.current().empty());
    CHECK(position.note(R"({"meta": {"seq": 17}})"));
    CHECK(position.current() == "17");
    for (const char* without :
         {R"({"meta": {"seq": null}})", R"({"meta": 5})", "not JSON", "", "[]", R"({"seq": 1})"}) {
        CAPTURE(without);
        CHECK_FALSE(position.note(without));
    }
    CHECK(position.current() == "17");
    CHECK(position.note(R"([{"meta": {"seq": 18}}, {"meta": {"seq": 19}}, {"other": 1}])"));
    CHECK(position.current() == "19");
    CHECK(position.note("{\"meta\": {\"seq\": \"a\"}}\n{\"meta\": {\"seq\": \"b\"}}\n"));
    CHECK(position.current() == "\"b\"");
    FeedPosition none("");
    CHECK_FALSE(none.is_kept());
    CHECK_FALSE(none.note(R"({"": 1})"));
}

TEST_CASE("feed position: it is told in messages and URLs") {
    FeedPosition position("seq");
    const auto filled = [&](std::string_view text) { return fill_placeholder(text, "${resume}", position.current()); };
    CHECK(filled(R"({"from":"${resume}"})") == R"({"from":null})");
    CHECK(filled(R"({"from":"after ${resume}"})") == R"({"from":"after "})");
    CHECK(filled("from ${resume}!") == "from !");
    CHECK(position.fill_url("ws://h/p?from=${resume}") == "ws://h/p?from=");
    (void)position.note(R"({"seq": 5})");
    CHECK(filled(R"({"from":"${resume}","x":"${resume}-"})") == R"({"from":5,"x":"5-"})");
    CHECK(filled("from ${resume}!") == "from 5!");
    CHECK(filled(R"({"a":1})") == R"({"a":1})");
    (void)position.note(R"({"seq": "a\"b/ü ${secret:x}"})");
    CHECK(filled(R"({"from":"${resume}"})") == R"({"from":"a\"b/ü ${secret:x}"})");
    CHECK(filled(R"({"from":"<${resume}>"})") == R"({"from":"<a\"b/ü ${secret:x}>"})");
    CHECK(position.fill_url("ws://h/?from=${resume}&x") == "ws://h/?from=a%22b%2F%C3%BC%20%24%7Bsecret%3Ax%7D&x");
}

TEST_CASE("expected message: the same text, or an object with at least these members") {
    const ExpectedMessage pong(R"({"op": "pong"})");
    CHECK(pong.matches(R"({"op": "pong"})"));
    CHECK(pong.matches(R"({"time":1,"op":"pong"})"));
    CHECK_FALSE(pong.matches(R"({"op":"ping"})"));
    CHECK_FALSE(pong.matches(R"("op")"));
    CHECK_FALSE(pong.matches(R"({"op":"pong")"));
    const ExpectedMessage text("pong");
    CHECK(text.matches("pong"));
    CHECK_FALSE(text.matches("pong "));
}

TEST_CASE("expected reply: all paths must have their values") {
    const ExpectedReply reply({{"$.type", "subscribed"}, {"$.result[0].ok", "true"}});
    CHECK(reply.description() == "$.type = subscribed and $.result[0].ok = true");
    CHECK(reply.matches(R"({"type":"subscribed","result":[{"ok":true}]})"));
    CHECK_FALSE(reply.matches(R"({"type":"subscribed","result":[{"ok":false}]})"));
    CHECK_FALSE(reply.matches(R"({"type":"subscribed"})"));
    CHECK_FALSE(reply.matches("subscribed"));
    CHECK_FALSE(reply.matches(""));
}

}  // namespace laminar
