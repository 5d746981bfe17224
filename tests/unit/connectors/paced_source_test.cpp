#include "connectors/local/paced_source.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "connectors/generator/options.h"
#include "decoder_fixture.h"
#include "local_fixture.h"

using namespace laminar;
using namespace laminar::test;

namespace {

/// Throws what it is told to at its second message.
class ThrowingSource final : public MessageSource {
public:
    explicit ThrowingSource(std::function<void()> fail) : fail_(std::move(fail)) {}
    void open() override {}
    std::optional<SourceMessage> next() override {
        if (++asked_ > 1) fail_();
        return SourceMessage(R"({"n":1})");
    }
    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return {}; }

private:
    std::function<void()> fail_;
    int asked_ = 0;
};

}  // namespace

TEST_CASE("a source fails with whatever reading it throws") {
    std::function<void()> fail;
    SUBCASE("a resource") {
        fail = [] { throw std::runtime_error("the disk is gone"); };
    }
    SUBCASE("a mistake") {
        fail = [] { throw std::logic_error("the disk is gone"); };
    }
    SUBCASE("anything") {
        fail = [] { throw 42; };
    }
    World world;
    PacedSource source({"s", "file", "nowhere", std::nullopt, std::make_unique<ThrowingSource>(fail)}, world.context);
    Consumer consumer(world, define("s", "generator", GeneratorOptions{}), {payload_column("n", "INTEGER")});
    source.add_input(TableStream::messages, consumer.channel);
    source.open();
    consumer.take(1);
    CHECK(world.observer.wait([&] { return source.status().state == ConnectionState::failed; }));
    CHECK_FALSE(source.status().last_error.empty());
    CHECK(consumer.rows.size() == 1);
}
