#include "runtime/flow/inputs/pipeline_inputs.h"

#include <doctest/doctest.h>

#include "flow_fixture.h"
#include "runtime/flow/inputs/connection_input.h"
#include "runtime/flow/inputs/late_typed_input.h"
#include "runtime/flow/inputs/relation_input.h"
#include "runtime/flow/inputs/table_input.h"
#include "runtime/flow/inputs/upstream_input.h"
#include "runtime/flow/rows/result_rows.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

void offer(InputChannel& channel, const std::string& json) {
    Message message;
    message.payload = json;
    REQUIRE_FALSE(channel.offer(message));
}

QueryInput connection_input() {
    QueryInput input;
    input.kind = InputKind::connection;
    input.object = "feed";
    return input;
}

/// Inputs over connections, with the channels that feed them.
struct Connections {
    std::shared_ptr<InputChannel> add_typed() {
        QueryInput input = connection_input();
        input.columns.push_back({"n", TypeId::bigint, std::nullopt, {}});
        const auto channel = open(connection_batch_schema(input, MessageFormat::json));
        inputs.push_back(std::make_unique<ConnectionInput>(input, stream(channel), source()));
        return channel;
    }
    std::shared_ptr<InputChannel> add_late_typed() {
        QueryInput input = connection_input();
        input.all_fields = true;
        const auto channel = open(LateTyping::raw_schema(MessageFormat::json));
        inputs.push_back(std::make_unique<LateTypedInput>(input, stream(channel), source(), DecoderOptions{}));
        return channel;
    }
    static std::shared_ptr<InputChannel> open(const std::shared_ptr<const BatchSchema>& schema) {
        return std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), InputChannel::Limits{});
    }
    std::unique_ptr<StreamInput> stream(const std::shared_ptr<InputChannel>& channel) {
        return StreamInput::for_connection(*engine, "input " + std::to_string(inputs.size()), channel);
    }
    static InputOrigin source() {
        return {"feed", MessageFormat::json, 2, [] { return true; }};
    }

    Rows read(std::size_t index) { return as_json(engine->query("SELECT * FROM " + inputs[index]->scan().from_sql)); }

    std::unique_ptr<Engine> engine = Engine::create({});
    std::vector<std::unique_ptr<PipelineInput>> inputs;
};

/// A pipeline that is read.
struct Upstream final : UpstreamRows {
    [[nodiscard]] const std::string& name() const override { return text; }
    [[nodiscard]] const std::set<std::string>& fed_by() const override { return connections; }
    [[nodiscard]] unsigned most_retries() const override { return 3; }
    void add_reader() override { is_read = true; }
    [[nodiscard]] std::vector<OutputColumn> columns() const override { return known; }
    [[nodiscard]] InputTime time() const override { return {}; }
    void watch(std::size_t) override {}
    [[nodiscard]] const ResultTable* added() const override { return rows.rows > 0 ? &rows : nullptr; }
    [[nodiscard]] const ResultTable* removed() const override { return nullptr; }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> arrived_at() const override { return {}; }
    [[nodiscard]] StreamTime time_of(std::size_t) const override { return {}; }
    [[nodiscard]] const RowMarks* marks(std::size_t) const override { return nullptr; }
    [[nodiscard]] bool has_finished() const override { return finished; }
    [[nodiscard]] const std::string& failure() const override { return failed; }
    void hold_back() override { is_held_back = true; }

    std::string text = "before";
    std::string failed;
    std::set<std::string> connections{"far"};
    std::vector<OutputColumn> known;
    ResultTable rows;
    bool is_read = false;
    bool finished = false;
    bool is_held_back = false;
};

}  // namespace

TEST_CASE("a connection is taken in as it comes, and has ended with its channel") {
    Connections made;
    const auto channel = made.add_typed();
    PipelineInput& input = *made.inputs.front();
    CHECK(input.prepare(*made.engine, "p"));
    CHECK_FALSE(input.take(TakeIn::everything));
    offer(*channel, R"({"n":7})");
    CHECK(input.take(TakeIn::everything));
    CHECK(input.rows() == 1);
    CHECK(made.read(0) == Rows{R"({"n":7})"});
    CHECK(input.fed_by() == std::set<std::string>{"feed"});
    std::vector<FailedRow> failures;
    input.add_failure_of({0, "bad"}, FailedRow::Kind::processing, "p", failures);
    REQUIRE(failures.size() == 1);
    CHECK(failures.front().connection == "feed");
    CHECK(failures.front().reason == "bad");
    channel->finish();
    input.release(true);
    CHECK(input.rows() == 0);
    CHECK(channel->finished_messages() == 1);
    CHECK(input.has_ended());
}

TEST_CASE("an input whose columns the query does not decide has those of its first messages") {
    Connections made;
    const auto channel = made.add_late_typed();
    PipelineInput& input = *made.inputs.front();
    CHECK(input.awaits_first_message());
    CHECK_FALSE(input.prepare(*made.engine, "p"));
    CHECK(input.message_slot() == nullptr);
    offer(*channel, R"({"a":1,"b":"x"})");
    CHECK_FALSE(input.awaits_first_message());
    CHECK(input.take(TakeIn::everything));
    REQUIRE(input.prepare(*made.engine, "p"));
    CHECK(input.query_input().columns.size() == 2);
    CHECK(made.read(0) == Rows{R"({"a":1,"b":"x"})"});
    input.release(true);
    offer(*channel, R"({"a":2,"b":"y"})");
    CHECK(input.take(TakeIn::everything));
    CHECK(made.read(0) == Rows{R"({"a":2,"b":"y"})"});
    input.release(true);
}

TEST_CASE("nothing is taken before every input has had its first message") {
    Connections made;
    const auto typed = made.add_typed();
    const auto late = made.add_late_typed();
    PipelineInputs inputs(std::move(made.inputs));
    offer(*typed, R"({"n":1})");
    CHECK_FALSE(inputs.take(TakeIn::everything).any);
    CHECK(typed->pending_messages() == 1);
    offer(*late, R"({"a":1})");
    const PipelineInputs::Taken taken = inputs.take(TakeIn::everything);
    CHECK(taken.any);
    CHECK(taken.rows == 2);
    CHECK(taken.bytes > 0);
    CHECK(inputs.has_rows());
    CHECK(inputs.most_retries() == 2);
    inputs.set_retries("FEED", 5);
    CHECK(inputs.most_retries() == 5);
    inputs.release(false);
    CHECK_FALSE(inputs.have_ended());
    inputs.end();
    CHECK(inputs.have_ended());
}

TEST_CASE("a pipeline that is read shows its rows once its columns are known, and is held back") {
    const auto engine = Engine::create({});
    Upstream upstream;
    std::vector<std::unique_ptr<PipelineInput>> made;
    QueryInput query;
    query.kind = InputKind::pipeline;
    query.object = "before";
    made.push_back(std::make_unique<UpstreamInput>(query, upstream));
    CHECK(upstream.is_read);
    PipelineInputs inputs(std::move(made));
    PipelineInput& input = *inputs.all().front();
    CHECK_FALSE(inputs.prepare(*engine, "p"));
    upstream.known = {{"n", TypeId::bigint}};
    REQUIRE(inputs.prepare(*engine, "p"));
    CHECK(input.query_input().columns.size() == 1);
    CHECK_FALSE(inputs.has_rows());
    upstream.rows = engine->query("SELECT 5::BIGINT AS n");
    CHECK(inputs.has_rows());
    inputs.show();
    CHECK(as_json(engine->query("SELECT * FROM " + input.scan().from_sql)) == Rows{R"({"n":5})"});
    CHECK(inputs.fed_by() == std::set<std::string>{"far"});
    CHECK(inputs.most_retries() == 3);
    inputs.hold_back();
    CHECK(upstream.is_held_back);
    CHECK_FALSE(inputs.have_ended());
    upstream.finished = true;
    CHECK(inputs.have_ended());
    inputs.release(true);
}

TEST_CASE("relations that are no streams have no rows at hand, and have ended") {
    QueryInput query;
    query.kind = InputKind::system_table;
    query.object = "tables";
    RelationInput input(query);
    CHECK(input.scan().from_sql == "laminar_system('tables')");
    CHECK(input.rows() == 0);
    CHECK(input.has_ended());
}

TEST_CASE("inputs that read one table share the rows from before the pipeline") {
    FlowFixture flow("CREATE TABLE t (n BIGINT) WITH (connector = 'feed');");
    flow.offer("t", R"({"n":1})");
    flow.offer("t", R"({"n":2})");
    flow.cycle();
    StreamInput& stream = *flow.graph.find_table("t");
    const auto past = std::make_shared<PastRows>(stream);
    std::vector<std::unique_ptr<PipelineInput>> made;
    for (int reader = 0; reader < 2; ++reader)
        made.push_back(
            std::make_unique<TableInput>(QueryInput{}, stream, InputOrigin{"feed", {}, 0, {}}, InputTime{}, past));
    PipelineInputs inputs(std::move(made));
    CHECK(inputs.reads_past_rows());
    CHECK(inputs.read(stream));
    inputs.show_past_rows();
    CHECK(inputs.all()[0]->rows() == 2);
    CHECK(inputs.all()[1]->rows() == 2);
    inputs.release_past_rows();
    inputs.show_past_rows();
    CHECK_FALSE(inputs.reads_past_rows());
    CHECK_FALSE(inputs.has_rows());
}
