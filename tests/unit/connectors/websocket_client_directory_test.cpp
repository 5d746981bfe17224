#include <doctest/doctest.h>

#include "connectors/websocket/server/client_directory.h"
#include "websocket_fixture.h"

namespace laminar {

using namespace std::chrono_literals;

namespace {

std::shared_ptr<ServerClient> enroll(ClientDirectory& directory, std::size_t room) {
    const auto session = static_cast<std::int64_t>(directory.size() + 1);
    auto client =
        std::make_shared<ServerClient>(session, OutboundQueue::Limits{room, 1 << 20, std::chrono::milliseconds(0)});
    client->disconnect = [] {};
    directory.enroll(client);
    return client;
}

}  // namespace

TEST_CASE("client directory: a broadcast shares one payload among all clients") {
    WebSocketOptions options = NetworkFixture::server_options();
    options.broadcast = true;
    ClientDirectory directory(options);
    std::vector<std::shared_ptr<ServerClient>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(enroll(directory, 10));
    const OutgoingMessage message = text_message("once");
    std::uint64_t dropped = 0;
    CHECK(directory.send(message, dropped) == SendOutcome::accepted);
    CHECK(message.payload.use_count() == 4);
    for (const auto& client : clients) CHECK(client->outbound.take()->payload == message.payload);
}

TEST_CASE("client directory: a full queue makes block refuse, drop_oldest drop and disconnect disconnect") {
    WebSocketOptions options = NetworkFixture::server_options();
    options.broadcast = true;
    for (const SlowClientPolicy policy :
         {SlowClientPolicy::block, SlowClientPolicy::drop_oldest, SlowClientPolicy::disconnect}) {
        options.slow_client = policy;
        ClientDirectory directory(options);
        const auto slow = enroll(directory, 1);
        const auto quick = enroll(directory, 2);
        bool disconnected = false;
        slow->disconnect = [&] { disconnected = true; };
        std::uint64_t dropped = 0;
        CHECK(directory.send(text_message("1"), dropped) == SendOutcome::accepted);
        const SendOutcome second = directory.send(text_message("2"), dropped);
        const bool blocks = policy == SlowClientPolicy::block;
        CHECK(second == (blocks ? SendOutcome::full : SendOutcome::accepted));
        CHECK(quick->outbound.size() == (blocks ? 1 : 2));
        CHECK(dropped == (blocks ? 0 : 1));
        CHECK(slow->traffic.messages_dropped.load() == dropped);
        CHECK(quick->traffic.messages_dropped.load() == 0);
        CHECK(disconnected == (policy == SlowClientPolicy::disconnect));
        CHECK(*slow->outbound.take()->payload == (policy == SlowClientPolicy::drop_oldest ? "2" : "1"));
    }
}

TEST_CASE("client directory: clients are listed in order of arrival") {
    const WebSocketOptions options = NetworkFixture::server_options();
    ClientDirectory directory(options);
    for (int i = 0; i < 12; ++i) enroll(directory, 1);
    directory.dismiss("c3");
    std::string ids;
    for (const std::vector<FactValue>& row : directory.rows()) ids += std::get<std::string>(row.front()) + " ";
    CHECK(ids == "c1 c2 c4 c5 c6 c7 c8 c9 c10 c11 c12 ");
}

TEST_CASE("client directory: a session names its client") {
    const WebSocketOptions options = NetworkFixture::server_options();
    ClientDirectory directory(options);
    const auto first = enroll(directory, 10);
    const auto second = enroll(directory, 10);
    std::uint64_t dropped = 0;
    const auto send = [&](std::int64_t session, const std::string& client_id) {
        OutgoingMessage message = text_message("hello", client_id);
        message.session = session;
        return directory.send(message, dropped);
    };
    CHECK(send(2, "") == SendOutcome::accepted);
    CHECK(send(2, "c2") == SendOutcome::accepted);
    CHECK(second->outbound.size() == 2);
    CHECK(first->outbound.is_empty());
    CHECK(send(2, "c1") == SendOutcome::no_such_session);
    for (const std::int64_t none : {3, 0, -1}) CHECK(send(none, "") == SendOutcome::no_such_session);
}

TEST_CASE("outbound queue: what belongs to one session is taken alone, and leaves with it") {
    OutboundQueue queue({10, 1 << 20});
    const auto push = [&](const std::string& text, std::optional<std::int64_t> session) {
        OutgoingMessage message = text_message(text);
        message.session = session;
        REQUIRE(queue.push(message));
    };
    push("for anybody", std::nullopt);
    push("one", 1);
    push("more for anybody", std::nullopt);
    push("two", 2);
    CHECK_FALSE(queue.is_done(1));
    CHECK(*queue.take(1)->payload == "one");
    CHECK_FALSE(queue.take(1));
    CHECK_FALSE(queue.is_done(1));  // Taken, and not confirmed.
    (void)queue.confirm(1);
    CHECK(queue.is_done(1));
    CHECK_FALSE(queue.is_done());
    const std::vector<OutgoingMessage> bound = queue.remove_bound();
    REQUIRE(bound.size() == 1);
    CHECK(*bound.front().payload == "two");
    CHECK(*queue.take()->payload == "for anybody");
    CHECK(*queue.take()->payload == "more for anybody");
    (void)queue.confirm(2);
    CHECK(queue.is_done());
    CHECK(queue.is_empty());
}

TEST_CASE(
    "outbound queue: what was sent and not proven is sent again, but not what belongs to a session that is over") {
    OutboundQueue queue({10, 1 << 20});
    const auto push = [&](const std::string& text, std::optional<std::int64_t> session) {
        OutgoingMessage message = text_message(text);
        message.session = session;
        REQUIRE(queue.push(message));
    };
    push("a", std::nullopt);
    push("b", 1);
    push("c", std::nullopt);
    push("d", std::nullopt);
    while (queue.take()) continue;
    CHECK_FALSE(queue.has_waiting(std::nullopt));
    CHECK_FALSE(queue.is_done());
    (void)queue.confirm(1);
    CHECK(queue.restore(2) == 1);  // b and c had been sent, d had not.
    CHECK(queue.has_waiting(1));
    CHECK_FALSE(queue.has_waiting(2));
    CHECK(queue.remove_bound().size() == 1);
    CHECK(*queue.take()->payload == "c");
    CHECK(*queue.take()->payload == "d");
    CHECK_FALSE(queue.take());
}

TEST_CASE("outbound queue: a burst is no slowness, not to take what waits is") {
    const auto start = OutboundQueue::Clock::now();
    OutboundQueue queue({4, 1 << 20, 1000ms});
    const auto fill = [&] {
        while (queue.push(text_message("x"))) continue;
    };
    fill();
    CHECK(queue.room_for(1, start) == OutboundQueue::Room::full);
    CHECK(queue.room_for(1, start + 999ms) == OutboundQueue::Room::full);
    for (int i = 0; i < 4; ++i) {
        CHECK(queue.take());
        queue.confirm(1);
        fill();
    }
    // All that waited has been taken meanwhile: the time begins anew.
    CHECK(queue.room_for(1, start + 5s) == OutboundQueue::Room::full);
    CHECK(queue.take());
    queue.confirm(1);
    fill();
    CHECK(queue.room_for(1, start + 6s) == OutboundQueue::Room::slow);
    // What makes room now is the policy: that is no reason to wait for the peer again.
    for (int i = 0; i < 10; ++i) CHECK(queue.push_dropping_oldest(text_message("y")) == 1);
    CHECK(queue.room_for(1, start + 6s) == OutboundQueue::Room::slow);
    CHECK(queue.take());
    CHECK(queue.take());
    queue.confirm(2);
    fill();
    CHECK(queue.room_for(1, start + 7s) == OutboundQueue::Room::full);
}

}  // namespace laminar
