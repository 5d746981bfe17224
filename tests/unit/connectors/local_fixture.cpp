#include "local_fixture.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <sstream>

#include "decoder_fixture.h"

namespace laminar::test {

using namespace std::chrono_literals;

Consumer::Consumer(World& environment, const ConnectionObject& definition, std::vector<BatchColumn> columns,
                   std::size_t limit)
    : world(environment) {
    auto batch_schema = std::make_shared<BatchSchema>();
    batch_schema->columns = std::move(columns);
    schema = batch_schema;
    const ConnectionInputOptions options = connection_input_options(definition, world.secrets);
    channel = std::make_shared<InputChannel>(
        schema, make_message_decoder(options.decoder, schema), InputChannel::Limits{limit, 1 << 20},
        InputChannel::Requests{[&](auto) { world.observer.changed(); }, [&] { world.observer.changed(); }});
}

void Consumer::take(std::size_t enough) {
    CHECK(world.observer.wait([&] {
        while (std::unique_ptr<ColumnBatch> batch = channel->take()) {
            most_in_batch = std::max(most_in_batch, batch->rows);
            DecoderFixture view(schema->columns);
            view.batch = std::move(*batch);
            for (std::size_t row = 0; row < view.batch.rows; ++row) rows.push_back(view.row(row));
        }
        return channel->is_finished() || rows.size() >= enough;
    }));
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "laminar-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
}

std::string TemporaryFolder::read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(file(name), std::ios::binary).rdbuf();
    return text.str();
}

OutgoingMessage message(const std::string& payload) {
    return {std::make_shared<const std::string>(payload), false, {}};
}

void close_and_wait_patiently(Connection& connection) {
    std::promise<void> closed;
    connection.close(5s, [&] { closed.set_value(); });
    CHECK(closed.get_future().wait_for(patience) == std::future_status::ready);
}

std::vector<ConnectionTestStep> test_now(Connection& connection) {
    std::promise<std::vector<ConnectionTestStep>> result;
    connection.test(5s, [&](std::vector<ConnectionTestStep> steps) { result.set_value(std::move(steps)); });
    return result.get_future().get();
}

}  // namespace laminar::test
