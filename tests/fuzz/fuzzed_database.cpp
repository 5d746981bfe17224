#include "fuzzed_database.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <string_view>

#include "connectors/registry/builtin_connectors.h"
#include "loopback_client.h"
#include "parser/read/parser.h"
#include "runtime/session/session.h"

namespace laminar::fuzz {

namespace {

constexpr std::string_view script = R"(
    CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, price DECIMAL(10, 2), tags TEXT[], at TIMESTAMP);
    INSERT INTO items VALUES (1, 'one', 1.5, ['a', NULL], TIMESTAMP '2026-01-02 03:04:05'), (2, NULL, NULL, NULL, NULL);
    CREATE VIEW dear AS SELECT id, price FROM items WHERE price > 1;
    CREATE TABLE hooks (id BIGINT) WITH (webhook_hmac_secret = 'key', webhook_max_bytes = 4096);
    CREATE CONNECTION feed TO generator (rows_per_second = 1000);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
)";

class NoOutput final : public SessionOutput {
public:
    void begin_result(const std::vector<OutputColumn>& /*columns*/) override {}
    void rows(const ResultTable& /*rows*/) override {}
    void end_result() override {}
    void stream_rows(std::string_view /*stream*/, const ResultTable& /*rows*/) override {}
    void done(std::string_view /*tag*/) override {}
};

}  // namespace

Database& fuzzed_database() {
    // Never destroyed: the end of the program is the end of its threads.
    static Database& database = *[] {
        spdlog::set_level(spdlog::level::off);
        auto made = std::make_unique<Database>(Database::Settings(), builtin_connectors());
        NoOutput output;
        Session session(*made, output);
        const auto source = std::make_shared<const SourceText>("fuzz", std::string(script));
        Diagnostics problems(source);
        const ParsedScript parsed = parse_script(source, problems);
        for (const ast::Statement& statement : parsed.statements)
            if (problems.has_errors() || !session.execute(source, statement, problems))
                fail("the catalog cannot be made");
        session.open_connections();
        return made.release();
    }();
    return database;
}

}  // namespace laminar::fuzz
