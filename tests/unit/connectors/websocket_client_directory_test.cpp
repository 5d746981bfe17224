#include <doctest/doctest.h>

#include "connectors/websocket/client_directory.h"
#include "websocket_fixture.h"

namespace laminar {
namespace {

std::shared_ptr<ServerClient> enroll(ClientDirectory& directory, std::size_t room) {
    auto client = std::make_shared<ServerClient>(directory.next_id(),
                                                 OutboundQueue::Limits{room, 1 << 20, std::chrono::milliseconds(0)});
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
        CHECK(slow->status().messages_dropped == dropped);
        CHECK(quick->status().messages_dropped == 0);
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
    for (const ClientStatus& status : directory.statuses()) ids += status.id + " ";
    CHECK(ids == "c1 c2 c4 c5 c6 c7 c8 c9 c10 c11 c12 ");
}

}  // namespace laminar
