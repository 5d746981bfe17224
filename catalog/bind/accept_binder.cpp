#include "catalog/bind/accept_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "catalog/objects/table_columns.h"
#include "catalog/options/json_path.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

/// Binds the conditions of one table; members report what is wrong and go on.
class AcceptBinder {
public:
    AcceptBinder(const BindingContext& context, const TableOptions& options, const ConnectionObject& connection)
        : context_(context), options_(options), connection_(connection), shape_(payload_shape(connection)) {}

    AcceptCondition bind(const MessageCondition& condition, const ast::OptionValue::Entry& written) {
        AcceptCondition bound;
        bound.values = condition.values;
        if (is_path(condition.place)) {
            bound.steps = parse_json_place(condition.place).value_or(std::vector<std::string>{});
            require_json(condition, written.key.span);
            require_array(condition, written.key.span);
        } else {
            bind_metadata(condition, written, bound);
        }
        return bound;
    }

private:
    void require_json(const MessageCondition& condition, SourceSpan span) {
        if (shape_ == PayloadShape::fields) return;
        const std::string_view payload = shape_ == PayloadShape::bytes ? "data" : "message";
        context_.error(DiagnosticCode::option_not_applicable, span,
                       fmt::format("the path \"{}\" leads nowhere: connection \"{}\" does not carry JSON",
                                   condition.place, connection_.name),
                       fmt::format("compare all of it, '{}': STARTS_WITH('...'), or set format = 'json' on the "
                                   "connection",
                                   payload));
    }

    /// Where objects are rows, each of them is judged, and none has elements.
    void require_array(const MessageCondition& condition, SourceSpan span) {
        if (!options_.rows.empty() || !condition.place.starts_with("$[") ||
            !is_digit(condition.place.substr(2, 1).front()))
            return;
        context_.error(DiagnosticCode::option_not_allowed_value, span,
                       fmt::format("\"{}\" is in no row: without the option rows each object is one", condition.place),
                       "add rows = '$' where a message that is an array is one row, or rows = '$[*]' for its elements");
    }

    /// What messages can be told apart by: not what is made of them, nor when they came.
    [[nodiscard]] bool can_tell(const MetadataColumn& column) const {
        switch (column.fact) {
            case MetadataFact::message:
                return shape_ != PayloadShape::bytes;
            case MetadataFact::data:
                return shape_ == PayloadShape::bytes;
            case MetadataFact::remote_address:
                return true;
            case MetadataFact::frame_type:
            case MetadataFact::of_connector:
                return is_own(column) && (column.type == TypeId::varchar || column.type == TypeId::bigint);
            default:
                return false;
        }
    }

    [[nodiscard]] bool is_own(const MetadataColumn& column) const {
        const auto& own = connection_.connector->metadata;
        return std::any_of(own.begin(), own.end(), [&](const MetadataColumn& each) { return &each == &column; });
    }

    void bind_metadata(const MessageCondition& condition, const ast::OptionValue::Entry& written,
                       AcceptCondition& bound) {
        std::vector<std::string> names;
        for (const MetadataField field : context_.registry.metadata_columns()) {
            if (!can_tell(*field)) continue;
            names.emplace_back(field->name);
            if (equals_ignoring_case(field->name, condition.place)) bound.metadata = field;
        }
        if (!bound.metadata) {
            const std::string near = did_you_mean(condition.place, names);
            context_.error(DiagnosticCode::option_not_allowed_value, written.key.span,
                           fmt::format("messages of connection \"{}\" cannot be told apart by \"{}\"", connection_.name,
                                       condition.place),
                           near.empty() ? fmt::format("a path begins with $: '$.{}'; metadata is {}", condition.place,
                                                      list_names(names))
                                        : near);
            return;
        }
        bind_values(**bound.metadata, written, bound);
    }

    void bind_values(const MetadataColumn& column, const ast::OptionValue::Entry& written, AcceptCondition& bound) {
        const auto* list = std::get_if<ast::OptionValue::List>(&written.value.node);
        for (std::size_t index = 0; index < bound.values.size(); ++index) {
            ConditionValue& value = bound.values[index];
            const SourceSpan span = list != nullptr ? list->elements[index].span : written.value.span;
            if (!may_be(column, value)) {
                context_.error(DiagnosticCode::option_not_allowed_value, span,
                               fmt::format("\"{}\" is {}, which {} never is", column.name,
                                           to_sql(ColumnType(column.type)), text_of(value)),
                               column.type == TypeId::bigint ? "compare it with numbers"
                                                             : "compare it with strings or STARTS_WITH('...')");
            } else if (column.fact == MetadataFact::data) {
                std::optional<std::string> bytes = bytes_with_escapes(value.text);
                if (!bytes)
                    context_.error(DiagnosticCode::invalid_literal, span, "a \\ must begin a byte, as in \\x0A",
                                   "a backslash itself is \\x5C");
                value.text = std::move(bytes).value_or("");
            }
        }
    }

    [[nodiscard]] static bool may_be(const MetadataColumn& column, const ConditionValue& value) {
        using Kind = ConditionValue::Kind;
        const bool is_payload = column.fact == MetadataFact::message || column.fact == MetadataFact::data;
        if (value.kind == Kind::null) return !is_payload;
        if (column.type == TypeId::bigint) return value.kind == Kind::number;
        return value.kind == Kind::text || value.kind == Kind::text_start;
    }

    [[nodiscard]] static std::string text_of(const ConditionValue& value) {
        const bool is_text = value.kind == ConditionValue::Kind::text || value.kind == ConditionValue::Kind::text_start;
        if (value.kind == ConditionValue::Kind::null) return "NULL";
        return is_text ? fmt::format("the text '{}'", value.text) : value.text;
    }

    const BindingContext& context_;
    const TableOptions& options_;
    const ConnectionObject& connection_;
    PayloadShape shape_;
};

}  // namespace

std::vector<AcceptCondition> bind_accept(const BindingContext& context, const ast::Option& written,
                                         const TableOptions& options, const ConnectionObject& connection) {
    std::vector<AcceptCondition> bound;
    const auto* object = std::get_if<ast::OptionValue::Object>(&written.value.node);
    if (object == nullptr) return bound;
    AcceptBinder binder(context, options, connection);
    for (std::size_t index = 0; index < options.accept.size(); ++index)
        bound.push_back(binder.bind(options.accept[index], object->entries[index]));
    return bound;
}

}  // namespace laminar
