#include "cli/commands/infer_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "catalog/bind/binder.h"
#include "catalog/options/url.h"
#include "cli/commands/stop_request.h"
#include "cli/infer/inference.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/infer/sample/async_api.h"
#include "cli/infer/sample/connection_sample.h"
#include "cli/infer/sample/file_sample.h"
#include "cli/infer/secret_masking.h"
#include "cli/scripts/text_trim.h"
#include "cli/terminal/console_messages.h"
#include "cli/terminal/stop_signals.h"
#include "cli/terminal/terminal.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"

namespace laminar {
namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

bool is_websocket_url(std::string_view text) { return text.starts_with("ws://") || text.starts_with("wss://"); }

/// Why what was given cannot be used, in words.
struct UsageError {
    std::string text;
};

std::pair<std::string, std::string> parse_header(const std::string& text) {
    const std::size_t colon = text.find(':');
    const std::string_view name = trimmed(std::string_view(text).substr(0, colon));
    if (colon == std::string::npos || name.empty())
        throw UsageError{"--header: write NAME: VALUE, such as 'X-API-Key: ${secret:api_key}'"};
    return {std::string(name), std::string(trimmed(std::string_view(text).substr(colon + 1)))};
}

/// name = value is what stands between the parentheses of CREATE CONNECTION.
ast::Option parse_option(const std::string& text) {
    const auto source =
        std::make_shared<SourceText>("--option", fmt::format("CREATE CONNECTION c TO websocket ({}\n)", text));
    Diagnostics diagnostics(source);
    ParsedScript script = parse_script(source, diagnostics);
    auto* create =
        script.statements.size() == 1 ? std::get_if<ast::CreateConnection>(&script.statements.front().node) : nullptr;
    if (diagnostics.has_errors() || !create || create->options.size() != 1)
        throw UsageError{fmt::format("--option: \"{}\" is not NAME = VALUE, such as \"idle_timeout_s = 60\"", text)};
    return std::move(create->options.front());
}

FeedRequest read_request(const InferOptions& options) {
    if (options.source.empty() == options.async_api.empty())
        throw UsageError{"give either a SOURCE to look at or --asyncapi"};
    if (!is_websocket_url(options.source) && options.source.find("://") != std::string::npos)
        throw UsageError{fmt::format("{} is neither a ws:// or wss:// URL nor a file", redact_url(options.source))};
    FeedRequest request;
    request.name = options.name;
    request.endpoint = is_websocket_url(options.source) ? options.source : options.endpoint;
    if (!is_websocket_url(options.source)) request.file = options.source + options.async_api;
    if (!request.endpoint.empty()) {
        const auto url = parse_websocket_url(request.endpoint);
        if (const auto* error = std::get_if<UrlError>(&url)) {
            throw UsageError{fmt::format("{}: {}{}{}", redact_url(request.endpoint), error->message,
                                         error->hint.empty() ? "" : "; ", error->hint)};
        }
    } else if (options.async_api.empty() &&
               !(options.headers.empty() && options.subscribe_messages.empty() && options.connection_options.empty())) {
        throw UsageError{"--header, --subscribe and --option are of an endpoint: give --endpoint with the file"};
    }
    for (const std::string& header : options.headers) request.headers.push_back(parse_header(header));
    request.subscribe_messages = options.subscribe_messages;
    for (const std::string& option : options.connection_options) request.options.push_back(parse_option(option));
    return request;
}

/// Never writes over a file, unless it is told to; then the new one takes the place of the old when it is whole.
class ScriptOutput {
public:
    ScriptOutput(std::string path, bool force) : path_(std::move(path)), force_(force) {
        if (!path_.empty() && !force_ && access(path_.c_str(), F_OK) == 0)
            throw UsageError{fmt::format("{} exists already; --force overwrites it", path_)};
    }

    /// Empty, or why it could not be written.
    [[nodiscard]] std::string write(const std::string& script) const {
        if (path_.empty()) {
            FileOutput output(STDOUT_FILENO);
            output.write(script);
            return output.is_closed() ? output.failure() : std::string();
        }
        const std::string target = force_ ? path_ + ".new" : path_;
        const int file = ::open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (force_ ? O_TRUNC : O_EXCL), 0666);
        if (file < 0) return failure();
        FileOutput output(file);
        output.write(script);
        std::string problem = output.is_closed() ? fmt::format("cannot write {}: {}", path_, output.failure()) : "";
        if (::close(file) != 0 && problem.empty()) problem = failure();
        if (problem.empty() && force_ && std::rename(target.c_str(), path_.c_str()) != 0) problem = failure();
        if (!problem.empty()) (void)::unlink(target.c_str());
        return problem;
    }

private:
    [[nodiscard]] std::string failure() const {
        return fmt::format("cannot write {}: {}", path_, std::error_code(errno, std::generic_category()).message());
    }

    const std::string path_;
    const bool force_;
};

class InferRun {
public:
    InferRun(const InferOptions& options, ConsoleMessages& messages) : options_(options), messages_(messages) {}

    int execute() {
        std::optional<ScriptOutput> output;
        FeedRequest request;
        try {
            request = read_request(options_);
            output.emplace(options_.output, options_.force);
        } catch (const UsageError& error) {
            messages_.say(error.text);
            return exit_usage;
        }
        if (!options_.async_api.empty()) {
            if (const int code = infer_channels(request); code != exit_done) return code;
        } else {
            SampledMessages sample = take_sample(request);
            if (!sample.failure.empty()) {
                messages_.say(sample.failure);
                return request.file.empty() ? exit_failed : exit_usage;
            }
            infer(request, std::move(sample));
        }
        const std::string unwritten = script_.empty() ? "" : output->write(script_);
        if (!unwritten.empty()) messages_.say(unwritten);
        for (const std::string& problem : problems_) messages_.say(problem);
        return problems_.empty() && unwritten.empty() ? exit_done : exit_failed;
    }

private:
    void infer(const FeedRequest& request, SampledMessages sample) {
        Inference inference = infer_definitions(request, std::move(sample), *options_.secrets.remembered, names_);
        for (const std::string& remark : inference.remarks) messages_.say(remark);
        if (!script_.empty() && !inference.script.empty()) script_ += '\n';
        script_ += inference.script;
        if (!inference.problem.empty()) problems_.push_back(std::move(inference.problem));
    }

    /// A connection for each channel.
    int infer_channels(const FeedRequest& wanted) {
        AsyncApiDocument document = read_async_api(options_.async_api, options_.limits.bytes);
        if (!document.problem.empty()) {
            messages_.say(fmt::format("cannot use {}: {}", options_.async_api, document.problem));
            return exit_usage;
        }
        for (AsyncApiChannel& channel : document.channels) {
            FeedRequest request = wanted;
            if (request.endpoint.empty()) request.endpoint = channel.endpoint;
            if (request.name.empty() && document.channels.size() > 1) request.name = snake_case_name(channel.name);
            infer(request, std::move(channel.messages));
        }
        return exit_done;
    }

    SampledMessages take_sample(const FeedRequest& request) {
        if (!request.file.empty()) return sample_file(request.file, options_.limits, !request.endpoint.empty());
        SampledMessages sample;
        // With the secrets as they were given, which are redacted wherever they show.
        ast::CreateConnection create = connection_statement(request);
        ast::CreateConnection masked = create;
        (void)mask_secrets(masked, *options_.secrets.remembered);
        if (find_option(create, "reconnect") == nullptr)
            create.options.push_back(make_option("reconnect", {{}, ast::OptionValue::Boolean{false}}));
        const std::optional<ConnectionObject> definition = bind(create);
        if (!definition) {
            sample.failure = "the connection cannot be made";
            return sample;
        }
        StopRequest stop;
        const StopSignals signals([&](int, unsigned count) {
            if (count > 1) _exit(exit_failed);
            if (is_terminal(stderr)) messages_.say("looking at what has come; interrupt again to stop at once");
            stop.make(StopReason::signal);
        });
        const SecretResolver secrets(options_.secrets);
        return sample_connection(*definition, secrets, options_.limits,
                                 [&](std::chrono::milliseconds duration) { return stop.wait_for(duration); });
    }

    std::optional<ConnectionObject> bind(const ast::CreateConnection& create) {
        ast::Statement statement;
        statement.node = create;
        const auto source = std::make_shared<SourceText>("connection", write_statement(statement));
        Diagnostics diagnostics(source);
        const ParsedScript script = parse_script(source, diagnostics);
        std::optional<ConnectionObject> definition;
        if (script.statements.size() == 1) {
            const std::unique_ptr<QueryChecker> checker = make_query_checker();
            const Catalog catalog;
            Binder binder(catalog, builtin_connectors(), *checker, diagnostics);
            const std::optional<BoundStatement> bound = binder.bind(source, script.statements.front());
            const auto* created = bound ? std::get_if<BoundCreate>(&bound->node) : nullptr;
            if (created) definition = std::get<ConnectionObject>(created->object);
        }
        messages_.show(diagnostics);
        return definition;
    }

    const InferOptions& options_;
    ConsoleMessages& messages_;
    UniqueNames names_;  ///< Of all that is written.
    std::string script_;
    std::vector<std::string> problems_;
};

}  // namespace

int infer_command(const InferOptions& options) {
    StatusLine status_line(false);
    ConsoleMessages messages(status_line, options.secrets.remembered);
    configure_logging(options.log, options.secrets.remembered, status_line);
    return InferRun(options, messages).execute();
}

}  // namespace laminar
