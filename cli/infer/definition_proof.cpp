#include "cli/infer/definition_proof.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

#include "connectors/codec/json/json_encoder.h"
#include "connectors/recorded/recorded_peers.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/rows/utc_clock.h"
#include "parser/diagnostic/diagnostic_renderer.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"
#include "runtime/check/script_checker.h"
#include "runtime/session/session.h"

namespace laminar {
namespace {

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds look_every{1};

/// Keeps the rows of results as text.
class ResultText final : public SessionOutput {
public:
    void begin_result(const std::vector<OutputColumn>&) override { rows_.clear(); }
    void rows(const ResultTable& table) override {
        for (std::size_t row = 0; row < table.rows; ++row)
            append_json_value(rows_.emplace_back(), table.values.front(), row);
    }
    void end_result() override {}
    void stream_rows(std::string_view, const ResultTable&) override {}
    void done(std::string_view) override {}

    [[nodiscard]] const std::vector<std::string>& taken() const noexcept { return rows_; }

private:
    std::vector<std::string> rows_;
};

class Proof {
public:
    explicit Proof(std::string_view connection)
        : connection_(connection), database_(settings(), builtin_connectors()), session_(database_, output_) {}

    ProofResult run(const std::string& script, const std::vector<const SampledMessage*>& messages) {
        const bool ready = execute("inferred", script) &&
                           execute("errors", fmt::format("CREATE TABLE {} (error_message TEXT) WITH (connector = {}, "
                                                         "stream = 'errors')",
                                                         errors_table, quote_string(connection_)));
        if (!ready) return std::move(result_);
        session_.open_connections();
        for (const SampledMessage* message : messages) {
            if (peers_.deliver(connection_, message->payload, message->received_at) != RecordedPeers::Delivery::done) {
                result_.problem = "the messages are not processed";
                return std::move(result_);
            }
        }
        finish();
        return std::move(result_);
    }

private:
    static constexpr std::string_view errors_table = "\"laminar errors of the sample\"";

    Database::Settings settings() {
        Database::Settings settings;
        settings.make_connection = [this](const ConnectionObject& definition, const ConnectionContext& context) {
            return peers_.make(definition, context);
        };
        return settings;
    }

    bool execute(std::string name, std::string text) {
        const auto source = std::make_shared<SourceText>(std::move(name), std::move(text));
        Diagnostics diagnostics(source);
        const ParsedScript script = parse_script(source, diagnostics);
        bool ok = !diagnostics.has_errors();
        for (const ast::Statement& statement : script.statements)
            ok = ok && session_.execute(source, statement, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics.all()) {
            if (diagnostic.severity == Severity::error) result_.problem += render_diagnostic(diagnostic);
        }
        return ok;
    }

    void finish() {
        (void)peers_.wait_until_taken(connection_);
        peers_.finish();
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (database_.status().live && !database_.status().sources_finished) {
            if (database_.status().failed || std::chrono::steady_clock::now() > deadline) break;
            std::this_thread::sleep_for(look_every);
        }
        (void)database_.shut_down(true, patience);
        const DatabaseStatus status = database_.status();
        result_.failed = status.messages_failed;
        result_.unmatched = status.messages_unmatched;
        if (status.failed) result_.problem = status.failure;
        if (result_.failed == 0) return;
        (void)execute("errors", fmt::format("SELECT DISTINCT error_message FROM {} LIMIT 3", errors_table));
        result_.errors = output_.taken();
    }

    const std::string connection_;
    ProofResult result_;
    ResultText output_;
    RecordedPeers peers_;
    Database database_;
    Session session_;
};

}  // namespace

ProofResult prove_definitions(const std::string& script, std::string_view connection,
                              const std::vector<const SampledMessage*>& messages) {
    return Proof(connection).run(script, messages);
}

Diagnostics check_definitions(const std::string& script) {
    return ScriptChecker(nullptr).check({std::make_shared<SourceText>("inferred", script)});
}

}  // namespace laminar
