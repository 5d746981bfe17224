#include <doctest/doctest.h>

#include <chrono>
#include <memory>

#include "connectors/delivery/in_flight_messages.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/pending_commits.h"
#include "decoder_fixture.h"

using namespace laminar;
using namespace std::chrono_literals;

namespace {

const InFlightMessages::Clock::time_point start{};

HeldMessage held(const std::string& payload, std::vector<std::string> ids, const std::string& client_id = "") {
    Message message;
    message.payload = payload;
    message.origin = std::make_shared<const MessageOrigin>(MessageOrigin{.peer = client_id});
    return {message, std::move(ids)};
}

std::shared_ptr<InputChannel> channel() {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns.push_back(payload_column("n", "INTEGER"));
    return std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), InputChannel::Limits{});
}

std::vector<std::string> ids_of(const std::vector<AcknowledgementDue>& due) {
    std::vector<std::string> ids;
    for (const AcknowledgementDue& each : due) ids.push_back(each.message_id);
    return ids;
}

}  // namespace

TEST_CASE("a message is in flight until its id is acknowledged, once") {
    InFlightMessages messages;
    messages.add(held("first", {"a"}, "c1"), start + 1s);
    CHECK(messages.size() == 1);
    CHECK(messages.bytes() == 5);
    CHECK(messages.acknowledge("b") == std::nullopt);
    CHECK(messages.acknowledge("a") == std::optional<std::string>("c1"));
    CHECK(messages.acknowledge("a") == std::nullopt);
    CHECK(messages.size() == 0);
    CHECK(messages.bytes() == 0);
}

TEST_CASE("a message whose rows have ids of their own is done when each has been acknowledged") {
    InFlightMessages messages;
    messages.add(held("rows", {"a", "b"}), start + 1s);
    CHECK(messages.acknowledge("a"));
    REQUIRE(messages.first_overdue(start + 1s) != nullptr);
    CHECK(messages.take_first().open_ids == std::vector<std::string>{"b"});
    CHECK(messages.acknowledge("b") == std::nullopt);
}

TEST_CASE("two messages of one id are two messages") {
    InFlightMessages messages;
    messages.add(held("one", {"a"}), start + 1s);
    messages.add(held("two", {"a"}), start + 2s);
    CHECK(messages.acknowledge("a"));
    CHECK(messages.size() == 1);
    CHECK(messages.acknowledge("a"));
    CHECK(messages.size() == 0);
}

TEST_CASE("messages become overdue in the order of their time") {
    InFlightMessages messages;
    messages.add(held("one", {"a"}), start + 1s);
    messages.add(held("two", {"b"}), start + 2s);
    CHECK(messages.first_overdue(start) == nullptr);
    CHECK(messages.first_overdue(start + 1s)->payload == "one");
    CHECK(messages.take_first().payload == "one");
    CHECK(messages.first_overdue(start + 1s) == nullptr);
    CHECK(messages.first_overdue(start + 3s)->payload == "two");
    CHECK(messages.bytes() == 3);
}

TEST_CASE("a message is committed when all channels that got it have processed it") {
    PendingCommits commits;
    const auto first = channel();
    const auto second = channel();
    commits.add(1, {"a"}, "c1", {first.get(), second.get()});
    std::vector<AcknowledgementDue> due;
    commits.take_given_back(first.get(), {{1}, {}}, {}, due);
    CHECK(due.empty());
    commits.take_given_back(second.get(), {{1}, {}}, {}, due);
    REQUIRE(due.size() == 1);
    CHECK(due[0].message_id == "a");
    CHECK(due[0].peer == "c1");
    CHECK(commits.size() == 0);
}

TEST_CASE("what nobody processed, or what failed, is not committed") {
    PendingCommits commits;
    const auto first = channel();
    const auto second = channel();
    std::vector<AcknowledgementDue> due;
    commits.add(1, {"dropped"}, "", {first.get()});
    commits.add(2, {"failed"}, "", {first.get(), second.get()});
    commits.add(3, {"forgotten"}, "", {first.get()});
    commits.add(4, {"processed by one"}, "", {first.get(), second.get()});
    commits.take_given_back(first.get(), {{2}, {1}}, {"failed"}, due);
    commits.take_given_back(second.get(), {{2, 4}, {}}, {}, due);
    CHECK(due.empty());
    commits.forget(first.get(), due);
    CHECK(ids_of(due) == std::vector<std::string>{"processed by one"});
    CHECK(commits.size() == 0);
}
