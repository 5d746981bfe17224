#include "connectors/delivery/last_answers.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery_options.h"
#include "connectors/rows/message.h"
#include "websocket_fixture.h"

namespace laminar {

namespace {

OutgoingMessage text(const std::string& payload) {
    OutgoingMessage message;
    message.payload = std::make_shared<const std::string>(payload);
    return message;
}

struct Delivery {
    NetworkFixture network;
    DeliveryOptions options;
    ConnectionJournal journal{"c", "test", network.secrets, network.observer};
    InputFanout inputs{journal, options};
    OutboundQueue queue{OutboundQueue::Limits{.messages = 2}};

    LastAnswers answers() { return {inputs, queue, LastAnswers::Clock::now() + std::chrono::minutes(1)}; }
    void end_cycle() {
        (void)inputs.end_cycle({}, [](const OutgoingMessage&) { return SendOutcome::accepted; });
    }
};

}  // namespace

TEST_CASE("where nothing has been received no answer comes") {
    Delivery delivery;
    CHECK_FALSE(delivery.answers().may_come());
}

TEST_CASE("answers that found no room may come as long as the queue empties") {
    Delivery delivery;
    const TextConsumer consumer;
    delivery.inputs.add(TableStream::messages, consumer.channel());
    REQUIRE(delivery.queue.push(text("1")));
    REQUIRE(delivery.queue.push(text("2")));
    REQUIRE_FALSE(delivery.queue.push(text("3")));
    LastAnswers answers = delivery.answers();
    // A queue that is full of what waits for its proof: nothing finds room, however often it is offered.
    CHECK_FALSE(answers.may_come());
    REQUIRE_FALSE(delivery.queue.push(text("3")));
    CHECK_FALSE(answers.may_come());
    (void)delivery.queue.take();
    (void)delivery.queue.confirm(1);
    CHECK(answers.may_come());
    delivery.end_cycle();
    delivery.end_cycle();
    CHECK_FALSE(answers.may_come());
}

}  // namespace laminar
