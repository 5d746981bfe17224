#include "server/http/answers/client_statement.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "parser/read/parser.h"
#include "server/http/answers/statement_parameters.h"

namespace laminar::http {

namespace {

constexpr const char* source_name = "query";

Error error(std::string message, std::string hint = {}) {
    return {.status = 400, .message = std::move(message), .hint = std::move(hint)};
}

/// Takes {"sql": text, "parameters": [values]} as it is read. Nothing is called by its depth.
class SentSqlReader {
public:
    using Size = rapidjson::SizeType;

    bool Null() {
        return value(Parameter::Kind::null, "null", [](Writer& out) { return out.Null(); });
    }
    bool Bool(bool is_true) {
        return value(Parameter::Kind::boolean, is_true ? "true" : "false",
                     [&](Writer& out) { return out.Bool(is_true); });
    }
    bool RawNumber(const char* text, Size size, bool /*copy*/) {
        return value(Parameter::Kind::number, {text, size},
                     [&](Writer& out) { return out.RawValue(text, size, rapidjson::kNumberType); });
    }
    bool String(const char* text, Size size, bool /*copy*/) {
        if (depth_ == 1 && member_ == "sql") {
            sent_.sql.assign(text, size);
            has_sql_ = true;
            return true;
        }
        return value(Parameter::Kind::text, {text, size}, [&](Writer& out) { return out.String(text, size); });
    }
    bool Key(const char* text, Size size, bool /*copy*/) {
        if (depth_ > 1) return writer_.Key(text, size);
        member_.assign(text, size);
        if (member_ == "sql" || member_ == "parameters") return true;
        return fail(fmt::format("the body has \"sql\" and \"parameters\", and no \"{}\"", member_));
    }
    bool StartObject() {
        if (depth_++ == 0) return true;
        return depth_ > 2 ? open([](Writer& out) { return out.StartObject(); }) : wrong_member();
    }
    bool EndObject(Size count) {
        if (--depth_ == 0) return true;
        return close([count](Writer& out) { return out.EndObject(count); });
    }
    bool StartArray() {
        if (++depth_ == 1) return fail("the body is an object: {\"sql\": \"...\", \"parameters\": []}");
        if (depth_ == 2) return member_ == "parameters" || wrong_member();
        return open([](Writer& out) { return out.StartArray(); });
    }
    bool EndArray(Size count) {
        if (--depth_ == 1) return true;
        return close([count](Writer& out) { return out.EndArray(count); });
    }
    // Numbers come as they are written.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] bool has_sql() const noexcept { return has_sql_; }
    [[nodiscard]] SentSql take() { return std::move(sent_); }

private:
    using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
    static constexpr unsigned most_nested = 100;

    bool fail(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }
    bool wrong_member() {
        return fail(member_ == "sql" ? "\"sql\" is a text" : "\"parameters\" is an array of values");
    }
    template <class Write>
    bool value(Parameter::Kind kind, std::string_view text, Write write) {
        if (depth_ == 0) return fail("the body is an object: {\"sql\": \"...\", \"parameters\": []}");
        if (depth_ == 1) return wrong_member();
        if (depth_ > 2) return write(writer_);
        sent_.parameters.push_back({kind, std::string(text)});
        return true;
    }
    template <class Write>
    bool open(Write write) {
        if (depth_ > most_nested) return fail("a parameter is nested too deeply");
        if (depth_ == 3) {
            buffer_.Clear();
            writer_.Reset(buffer_);
        }
        return write(writer_);
    }
    template <class Write>
    bool close(Write write) {
        if (!write(writer_)) return false;
        if (depth_ == 2)
            sent_.parameters.push_back({Parameter::Kind::json, std::string(buffer_.GetString(), buffer_.GetSize())});
        return true;
    }

    unsigned depth_ = 0;
    std::string member_;
    SentSql sent_;
    bool has_sql_ = false;
    std::string problem_;
    rapidjson::StringBuffer buffer_;
    Writer writer_{buffer_};
};

Error refused(const postgres::ErrorMessage& error) {
    return {.message = error.message, .hint = error.hint, .sql_state = std::string(error.state)};
}

}  // namespace

std::variant<SentSql, Error> read_sql_document(std::string_view json) {
    SentSqlReader handler;
    rapidjson::Reader reader;
    rapidjson::MemoryStream stream(json.data(), json.size());
    constexpr unsigned flags =
        rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
    if (!handler.problem().empty()) return error(handler.problem());
    if (result.IsError())
        return error(fmt::format("the body is no JSON, from byte {} on: {}", result.Offset(),
                                 rapidjson::GetParseError_En(result.Code())));
    if (!handler.has_sql()) return error("the body has no \"sql\"");
    return handler.take();
}

std::variant<SentSql, Error> read_sql(const Request& request) {
    const std::string type = request.media_type();
    if (type == "application/json") return read_sql_document(request.body);
    if (type.empty() || type == "text/plain" || type == "application/sql") return SentSql{request.body, {}};
    return Error{.status = 415,
                 .message = fmt::format("a body of the type {} is not understood", type),
                 .hint = "send application/json or text/plain"};
}

ClientStatement::ClientStatement(const std::string& sql, postgres::ParameterText::Filled filled)
    : filled_(std::move(filled)),
      sent_(std::make_shared<const SourceText>(source_name, sql)),
      source_(std::make_shared<const SourceText>(source_name, filled_.text())) {}

namespace {

/// What a value would have to be.
std::string hint_of(const ParameterTypes& types, std::size_t index) {
    if (is_bytes(types.numbers[index])) return "bytes are base64";
    return types.nested[index] ? fmt::format("it is a {}", to_sql(*types.nested[index])) : "";
}

}  // namespace

std::variant<ClientStatement, Error> ClientStatement::read(const SentSql& sent, const Catalog& catalog) {
    const postgres::ParameterText text(sent.sql);
    if (const auto refusal = text.refusal()) return refused(*refusal);
    if (text.parameter_count() != sent.parameters.size())
        return Error{.message = fmt::format("the statement has {} parameters, and {} were given",
                                            text.parameter_count(), sent.parameters.size()),
                     .sql_state = "08P01"};
    ParameterTypes types{text.types_at_places(), {}};
    types.nested.resize(types.numbers.size());
    std::variant<ClientStatement, Error> made = read(sent, text, types);
    const auto* statement = std::get_if<ClientStatement>(&made);
    const bool inserts = statement && std::holds_alternative<ast::Insert>(statement->statement_.node);
    const bool has_json = std::any_of(sent.parameters.begin(), sent.parameters.end(),
                                      [](const Parameter& each) { return each.kind == Parameter::Kind::json; });
    const bool may_tell = statement && (inserts || has_json);
    return may_tell && infer_types(sent, text, catalog, types) ? read(sent, text, types) : std::move(made);
}

std::variant<ClientStatement, Error> ClientStatement::read(const SentSql& sent, const postgres::ParameterText& text,
                                                           const ParameterTypes& types) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < sent.parameters.size(); ++i) {
        std::optional<std::string> sql = sql_of(sent.parameters[i], types.numbers[i], types.nested[i]);
        if (!sql)
            return Error{.message = fmt::format("parameter ${} is no value of its type", i + 1),
                         .hint = hint_of(types, i),
                         .sql_state = "22P02"};
        values.push_back(std::move(*sql));
    }
    std::optional<postgres::ParameterText::Filled> filled = text.fill(values);
    if (!filled) return refused(postgres::ParameterText::too_long());
    ClientStatement made(sent.sql, std::move(*filled));
    Diagnostics diagnostics(made.source_);
    ParsedScript script = parse_script(made.source_, diagnostics);
    if (const std::optional<Error> problem = made.first_error(diagnostics)) return *problem;
    if (script.statements.size() != 1)
        return Error{
            .message = script.statements.empty() ? "there is no statement in the text" : "a request has one statement",
            .sql_state = "42601"};
    made.statement_ = std::move(script.statements.front());
    return made;
}

Error ClientStatement::to_error(const Diagnostic& finding) const {
    Error made{.message = finding.message,
               .hint = finding.hint,
               .code = std::string(diagnostic_code_text(finding.code)),
               .sql_state = std::string(sql_state_of(finding))};
    if (finding.code == DiagnosticCode::internal_error) made.status = 500;
    if (made.sql_state == "42501") made.status = 403;
    if (finding.source != source_) return made;
    const auto place = [&](std::uint32_t offset) {
        return sent_->position(static_cast<std::uint32_t>(filled_.origin(offset)));
    };
    const SourcePosition begin = place(finding.span.begin);
    const SourcePosition end = place(finding.span.end);
    made.line = begin.line;
    made.column = begin.column;
    if (end.line == begin.line && end.column > begin.column) made.end_column = end.column;
    return made;
}

std::optional<Error> ClientStatement::first_error(const Diagnostics& diagnostics) const {
    const auto& all = diagnostics.all();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [](const Diagnostic& finding) { return finding.severity == Severity::error; });
    return found == all.end() ? std::nullopt : std::optional(to_error(*found));
}

}  // namespace laminar::http
