#include "cli/infer/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/infer/definition_proof.h"
#include "cli/infer/definition_writer.h"
#include "cli/infer/kinds/message_kinds.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/infer/sample/payload_form.h"
#include "cli/infer/secret_texts.h"
#include "cli/infer/table_writer.h"
#include "cli/scripts/duration.h"
#include "cli/terminal/count_text.h"
#include "connectors/codec/json/json_lookup.h"
#include "parser/diagnostic/diagnostic_renderer.h"

namespace laminar {
namespace {

constexpr std::size_t most_inflated_bytes = 64U << 20;

std::string_view compression_name(PayloadCompression compression) {
    return compression == PayloadCompression::gzip ? "gzip" : "zstd";
}

class DefinitionFinder {
public:
    DefinitionFinder(const FeedRequest& request, SampledMessages sample, RememberedSecrets& secrets, UniqueNames& names)
        : request_(request), sample_(std::move(sample)), secrets_(secrets), names_(names) {}

    Inference find() {
        const std::size_t received = sample_.messages.size();
        form_ = find_payload_form(sample_, most_inflated_bytes);
        definitions_.connection = connection_statement(request_);
        describe_connection();
        remark_on_sample(received);
        if (form_.format != MessageFormat::json && request_.endpoint.empty())
            inference_.problem =
                fmt::format("{} has no JSON; --endpoint says where its messages are from", request_.file);
        else if (form_.format == MessageFormat::json)
            find_tables();
        else
            definitions_.tables.push_back(
                table_of_payloads(sample_, form_.format == MessageFormat::binary, definitions_.connection.name.text));
        if (!inference_.problem.empty()) return std::move(inference_);
        inference_.script = write_definitions(definitions_, secrets_);
        prove();
        return std::move(inference_);
    }

private:
    void describe_connection() {
        ast::CreateConnection& connection = definitions_.connection;
        connection.name.text = names_.take(connection.name.text);
        if (ast::Option* format = find_option(connection, "format"); format && form_.format != MessageFormat::json)
            format->value = text_value(form_.format == MessageFormat::text ? "text" : "binary");
        if (form_.compression != PayloadCompression::none && !find_option(connection, "compression"))
            connection.options.push_back(make_option("compression", text_value(compression_name(form_.compression))));
        for (const MaskedSecret& secret : mask_secrets(connection, secrets_)) {
            definitions_.connection_remarks.push_back(
                fmt::format("${{secret:{}}} is {}: a file {} in --secrets-dir, a line of --env-file, or an environment "
                            "variable.",
                            secret.name, secret.place, secret.name));
            inference_.remarks.push_back(
                fmt::format("{} is ${{secret:{}}} in the script; its value is not written", secret.place, secret.name));
        }
    }

    void remark_on_sample(std::size_t received) {
        if (!sample_.groups.empty()) {
            definitions_.remarks.push_back(fmt::format(
                "Written by laminar infer from {}: a beginning, to be read before it is relied on.", request_.file));
            return;
        }
        const std::string from = request_.file.empty() ? "" : fmt::format(" of {}", request_.file);
        std::string text = fmt::format("Written by laminar infer from {}{}", counted(received, "message"), from);
        const double seconds = std::chrono::duration<double>(sample_.duration).count();
        if (seconds > 0) text += fmt::format(" in {}", format_duration(sample_.duration));
        // Of less than a second it would say little.
        if (seconds >= 1) text += fmt::format(" ({:.1f}/s)", static_cast<double>(received) / seconds);
        definitions_.remarks.push_back(text + ": a beginning, to be read before it is relied on.");
        if (!sample_.ending.empty()) inference_.remarks.push_back("the sample ended early: " + sample_.ending);
    }

    void find_tables() {
        const std::vector<JsonValue> values = json_values(sample_);
        const ValueStructures structures(values, secrets_);
        const std::vector<MessageKind> kinds = find_message_kinds(sample_, values, structures);
        for (const MessageKind& kind : kinds) {
            const std::string name = names_.take(snake_case_name(kind.name));
            definitions_.tables.push_back(
                table_of_kind(sample_, values, kind, definitions_.connection.name.text, name));
        }
        if (kinds.empty()) inference_.problem = "no message is an object or an array with anything in it";
        if (form_.unreadable > 0)
            remark(
                fmt::format("{} not JSON, which is an error of the connection each time{}.",
                            form_.unreadable == 1 ? "1 message is" : fmt::format("{} messages are", form_.unreadable),
                            example_of(false)));
    }

    /// Of messages that no table takes.
    [[nodiscard]] std::string example_of(bool readable) const {
        for (const SampledMessage& message : sample_.messages) {
            const bool is_container = message.payload.starts_with('{') || message.payload.starts_with('[');
            if (is_json(message.payload) == readable && (!readable || !is_container) && message.payload.size() < 80)
                return fmt::format(", such as {}", message.payload);
        }
        return {};
    }

    void remark(const std::string& text) {
        definitions_.remarks.push_back(text);
        inference_.remarks.push_back(without_url_credentials(text));
    }

    void prove() {
        if (secrets_.redact(inference_.script) != inference_.script) {
            inference_.script.clear();
            inference_.problem = "messages have a secret as the name of a field: no script is written";
            return;
        }
        const Diagnostics findings = check_definitions(inference_.script);
        if (findings.has_errors()) {
            inference_.problem = "laminar check does not accept the script:\n";
            for (const Diagnostic& finding : findings.all()) inference_.problem += render_diagnostic(finding);
            return;
        }
        std::vector<const SampledMessage*> messages;
        for (const SampledMessage& message : sample_.messages) {
            if (form_.format != MessageFormat::json || is_json(message.payload)) messages.push_back(&message);
        }
        const ProofResult proof = prove_definitions(inference_.script, definitions_.connection.name.text, messages);
        if (!proof.problem.empty()) {
            inference_.problem = "the script could not be tried on the sample: " + proof.problem;
        } else if (proof.failed > 0) {
            inference_.problem = fmt::format("the tables do not take {} of the sample: {}",
                                             counted(proof.failed, "message"), fmt::join(proof.errors, "; "));
        }
        if (proof.unmatched > 0)
            inference_.remarks.push_back(
                fmt::format("{} for no table{}",
                            proof.unmatched == 1 ? "1 message is" : fmt::format("{} messages are", proof.unmatched),
                            example_of(true)));
    }

    const FeedRequest& request_;
    SampledMessages sample_;
    RememberedSecrets& secrets_;
    PayloadForm form_;
    UniqueNames& names_;
    FoundDefinitions definitions_;
    Inference inference_;
};

}  // namespace

Inference infer_definitions(const FeedRequest& request, SampledMessages sample, RememberedSecrets& secrets,
                            UniqueNames& names) {
    return DefinitionFinder(request, std::move(sample), secrets, names).find();
}

}  // namespace laminar
