#include "cli/cluster/sql_gateway.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <thread>
#include <utility>

#include "parser/text/json_writer.h"

namespace laminar {

namespace {

using namespace std::chrono_literals;

/// A gateway compiles a statement before it answers.
constexpr auto answer_limit = 60s;
constexpr auto look_every = 100ms;
constexpr std::size_t longest_reason = 1000;

std::string_view text_of(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// The text under a name; empty where there is none.
std::string member(const rapidjson::Value& object, const char* name) {
    if (!object.IsObject()) return {};
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsString() ? std::string(text_of(found->value)) : std::string();
}

const rapidjson::Value* array_of(const rapidjson::Value& object, const char* name) {
    if (!object.IsObject()) return nullptr;
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsArray() ? &found->value : nullptr;
}

rapidjson::Document parse(const std::string& text) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject())
        throw SqlGateway::Refusal("what answers is no SQL gateway: its answer is no JSON object");
    return document;
}

/// Of a trace of Java's exceptions the message of the last cause, without the name of its class.
std::string cause_in(std::string_view trace) {
    std::string_view cause = trace;
    constexpr std::string_view caused_by = "Caused by: ";
    if (const std::size_t last = trace.rfind(caused_by); last != std::string_view::npos)
        cause = trace.substr(last + caused_by.size());
    // Its frames begin on lines of their own.
    cause = cause.substr(0, cause.find("\n\tat "));
    while (!cause.empty() && (cause.back() == '\n' || cause.back() == ' ')) cause.remove_suffix(1);
    const std::size_t colon = cause.find(": ");
    const std::string_view class_name = cause.substr(0, colon);
    const bool has_class = colon != std::string_view::npos && class_name.find('.') != std::string_view::npos &&
                           class_name.find(' ') == std::string_view::npos;
    if (has_class) cause.remove_prefix(colon + 2);
    return std::string(cause.substr(0, longest_reason));
}

std::string reason_of(const HttpClient::Answer& answer) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
    std::string reason;
    if (!document.HasParseError()) {
        // The first is a summary; the trace is the last.
        if (const rapidjson::Value* errors = array_of(document, "errors")) {
            for (const rapidjson::Value& error : errors->GetArray())
                if (error.IsString()) reason = cause_in(text_of(error));
        }
    }
    return reason.empty() ? fmt::format("it answered with status {}", answer.status) : reason;
}

std::string value_text(const rapidjson::Value& value) {
    if (value.IsNull()) return {};
    if (value.IsString()) return std::string(text_of(value));
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

/// Adds what a page of results has.
void take_page(const rapidjson::Value& page, SqlGateway::Result& result) {
    if (std::string job = member(page, "jobID"); !job.empty()) result.job = std::move(job);
    const auto results = page.FindMember("results");
    if (results == page.MemberEnd() || !results->value.IsObject()) return;
    if (const rapidjson::Value* columns = array_of(results->value, "columns"); columns && result.columns.empty()) {
        for (const rapidjson::Value& column : columns->GetArray()) result.columns.push_back(member(column, "name"));
    }
    const rapidjson::Value* rows = array_of(results->value, "data");
    if (!rows) return;
    for (const rapidjson::Value& row : rows->GetArray()) {
        const rapidjson::Value* fields = array_of(row, "fields");
        if (!fields) continue;
        std::vector<std::string>& values = result.rows.emplace_back();
        for (const rapidjson::Value& field : fields->GetArray()) values.push_back(value_text(field));
    }
}

}  // namespace

std::string GatewayAddress::url() const {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", is_ipv6 ? "[" : "", address.host, is_ipv6 ? "]" : "",
                       address.port);
}

std::optional<GatewayAddress> parse_gateway_address(std::string_view url) {
    constexpr std::string_view plain = "http://";
    constexpr std::string_view secure = "https://";
    GatewayAddress gateway;
    if (url.starts_with(secure))
        gateway.tls.emplace();
    else if (!url.starts_with(plain))
        return std::nullopt;
    url.remove_prefix(gateway.tls ? secure.size() : plain.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    std::optional<ListenAddress> address = parse_listen_address(url);
    if (!address || address->port == 0) return std::nullopt;
    gateway.address = std::move(*address);
    return gateway;
}

SqlGateway::SqlGateway(const GatewayAddress& address, std::function<bool()> is_over)
    : client_(address.address, "", address.tls), is_over_(std::move(is_over)) {
    const HttpClient::Answer answer =
        client_.ask({HttpClient::Method::post, "/v2/sessions", "{}", "application/json"}, answer_limit);
    const std::string handle = answer.status == 200 ? member(parse(answer.body), "sessionHandle") : std::string();
    if (handle.empty())
        throw Refusal(
            fmt::format("no session of a SQL gateway was opened there: {}; Flink's gateway listens on port 8083 of "
                        "its own, not on that of the REST interface",
                        answer.status == 200 ? "the answer names none" : reason_of(answer)));
    session_ = "/v2/sessions/" + handle;
}

SqlGateway::~SqlGateway() {
    if (session_.empty()) return;
    try {
        (void)client_.ask({HttpClient::Method::remove, session_, "", ""}, 5s);
    } catch (const HttpClient::Failure&) {
        // The gateway ends sessions that nobody uses.
    }
}

SqlGateway::Result SqlGateway::execute(const std::string& statement) {
    JsonWriter question;
    question.begin_object().key("statement").text(statement).end_object();
    const rapidjson::Document begun = parse(ask(HttpClient::Method::post, session_ + "/statements", question.take()));
    const std::string operation = member(begun, "operationHandle");
    if (operation.empty()) throw Refusal("the gateway began no operation for a statement");
    Result result;
    std::string next = fmt::format("{}/operations/{}/result/0?rowFormat=JSON", session_, operation);
    while (!next.empty()) {
        const rapidjson::Document page = parse(ask(HttpClient::Method::get, next, ""));
        const std::string kind = member(page, "resultType");
        if (kind == "NOT_READY") {
            if (is_over_()) throw Refusal("interrupted while a statement was executed");
            std::this_thread::sleep_for(look_every);
            continue;
        }
        take_page(page, result);
        next = kind == "EOS" ? std::string() : member(page, "nextResultUri");
        // Rows of a job would have no end: that it runs is what was asked for.
        if (!result.job.empty()) break;
    }
    return result;
}

std::string SqlGateway::ask(HttpClient::Method method, const std::string& path, const std::string& body) const {
    const HttpClient::Answer answer =
        client_.ask({method, path, body, body.empty() ? "" : "application/json"}, answer_limit);
    if (answer.status != 200) throw Refusal(reason_of(answer));
    return answer.body;
}

}  // namespace laminar
