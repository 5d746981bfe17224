#include <algorithm>

#include "catalog/objects/change_row.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/system_table_schema.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/ast/spans.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

std::string dotted(const ast::QualifiedName& name) {
    std::string text;
    for (const ast::Identifier& part : name.parts) {
        if (!text.empty()) text += '.';
        text += part.text;
    }
    return text;
}

/// A word given as an option of the connection, lower case; empty when it is not given.
std::string declared_word(const ConnectionObject& connection, std::string_view option_name) {
    const auto* statement = std::get_if<ast::CreateConnection>(&connection.statement.node);
    if (statement == nullptr) return {};
    for (const ast::Option& option : statement->options) {
        if (!equals_ignoring_case(option.name.text, option_name)) continue;
        if (const auto* text = std::get_if<ast::OptionValue::String>(&option.value.node)) return fold_case(text->text);
        if (const auto* name = std::get_if<ast::OptionValue::Name>(&option.value.node)) return fold_case(name->text);
    }
    return {};
}

bool only_takes_rows(const ConnectionObject& connection) {
    if (connection.connector == nullptr) return false;
    if (!connection.connector->is_source) return true;
    const std::string_view role = connection.connector->role_option;
    return !role.empty() && declared_word(connection, role) == "sink";
}

ScopeColumn known_column(std::string_view name, ColumnType type, std::size_t input) {
    ScopeColumn column;
    column.name = name;
    column.facts.type = std::move(type);
    column.facts.inputs = {input};
    return column;
}

std::vector<std::string_view> table_function_columns(std::string_view name) {
    if (name == "unnest") return {"unnest", "ordinality"};
    if (name == "range") return {"range"};
    if (name == "generate_series") return {"generate_series"};
    if (name == "json_each" || name == "json_tree") {
        return {"key", "value", "type", "atom", "id", "parent", "fullkey", "path"};
    }
    return {};
}

}  // namespace

void QueryWalk::bind_table(ast::TableReference& table, Scope& scope) {
    if (auto* join = std::get_if<ast::Join>(&table.node)) {
        bind_join(*join, scope);
    } else if (auto* derived = std::get_if<ast::DerivedTable>(&table.node)) {
        Relation& relation = relations_.emplace_back();
        relation.kind = Relation::Kind::derived;
        relation.span = table.span;
        relation.output = bind_query(*derived->query, {&scope, derived->lateral});
        // Every relation needs a name so that '*' can be told what to leave out; this is the engine's own choice.
        ++derived_count_;
        set_alias(table, relation,
                  "unnamed_subquery" + (derived_count_ > 1 ? std::to_string(derived_count_) : std::string()));
        if (!relation.renamed.empty() && relation.is_open()) demand_all(relation);
        scope.relations.push_back(&relation);
    } else if (std::holds_alternative<ast::TableFunction>(table.node)) {
        bind_table_function(table, scope);
    } else if (std::holds_alternative<ast::NamedTable>(table.node)) {
        bind_named(table, scope);
    }
}

void QueryWalk::set_alias(ast::TableReference& table, Relation& relation, std::string_view name) {
    if (!table.alias) {
        table.alias.emplace();
        table.alias->name = make_identifier(name, table.span);
    }
    relation.alias = table.alias->name.text;
    for (std::size_t index = 0; index < table.alias->columns.size(); ++index) {
        const std::string& text = table.alias->columns[index].text;
        if (index < relation.renamed.size()) {
            relation.renamed[index] = text;
        } else {
            relation.renamed.push_back(text);
        }
    }
    name_listed_columns(table.alias->columns, relation, table.span);
}

const QueryWalk::CommonTable* QueryWalk::find_common_table(std::string_view name) const {
    const auto found = std::find_if(common_tables_.rbegin(), common_tables_.rend(), [name](const CommonTable& table) {
        return equals_ignoring_case(table.name, name);
    });
    return found == common_tables_.rend() ? nullptr : &*found;
}

void QueryWalk::bind_named(ast::TableReference& table, Scope& scope) {
    const ast::QualifiedName name = std::get<ast::NamedTable>(table.node).name;
    Relation& relation = relations_.emplace_back();
    relation.span = table.span;
    const CommonTable* common = name.parts.size() == 1 ? find_common_table(name.parts.front().text) : nullptr;
    if (common != nullptr) {
        count_expanded(common->relations, table.span);
        relation.kind = Relation::Kind::derived;
        relation.output = common->output;
        relation.renamed = common->renamed;
        relation.engine_renamed = common->engine_renamed;
    } else if (!bind_catalog_relation(table, relation)) {
        // Reported; whatever is asked of it later must not be reported again.
        relation.kind = Relation::Kind::function;
        relation.opaque = true;
    }
    set_alias(table, relation, name.parts.back().text);
    if (relation.kind == Relation::Kind::scan && relation.open_fields && !relation.renamed.empty()) {
        diagnostics_->error(
            DiagnosticCode::query_binding_error, table.span,
            "the fields of \"" + dotted(name) + "\" have no order, so that a list of names cannot rename them",
            "select them by name: SELECT price AS p FROM " + dotted(name));
        relation.renamed.clear();
        relation.engine_renamed.clear();
        relation.opaque = true;
    }
    scope.relations.push_back(&relation);
}

bool QueryWalk::bind_catalog_relation(ast::TableReference& table, Relation& relation) {
    const ast::QualifiedName name = std::get<ast::NamedTable>(table.node).name;
    if (name.parts.size() == 2 && equals_ignoring_case(name.parts.front().text, "system")) {
        return bind_system_table(table, relation, name);
    }
    const CatalogObject* object = name.parts.size() == 1 ? catalog_.find(name.parts.front().text) : nullptr;
    if (object == nullptr) {
        report_unknown_relation(name);
        return false;
    }
    if (open_views_.empty())
        ++relation_count_;
    else
        count_expanded(1, table.span);
    if (too_large_) return false;  // Reported at the end: to go on would take for ever.
    const Definition& definition = definition_of(*object);
    if (open_views_.empty() && !contains_name(result_.dependencies, definition.name)) {
        result_.dependencies.push_back(definition.name);
    }
    if (const auto* view = std::get_if<ViewObject>(object)) {
        if (contains_name(open_views_, view->name)) {
            diagnostics_->error(DiagnosticCode::circular_dependency, name.span,
                                "view \"" + view->name + "\" reads itself");
            return false;
        }
        inline_view(*view, table, relation);
        return true;
    }
    if (const auto* stored = std::get_if<TableObject>(object)) {
        if (stored->columns.empty()) {
            diagnostics_->error(DiagnosticCode::not_a_source, name.span,
                                "table \"" + stored->name + "\" has no columns of its own to read",
                                "it is a sink that takes the columns of the query that fills it; declare its columns");
            return false;
        }
        if (stored->only_sends()) {
            diagnostics_->error(DiagnosticCode::not_a_source, name.span,
                                "table \"" + stored->name + "\" only sends rows (mode = 'sink') and has none to read",
                                "make another table of connection \"" + stored->options.connector + "\" to read it");
            return false;
        }
        if (stored->is_changing() && !contains_name(open_views_, stored->name)) {
            inline_changes(*stored, table, relation);
            return true;
        }
        make_scan(table, relation, stored->is_stored() ? InputKind::stored_table : InputKind::stream_table,
                  stored->name);
        scan_table(*stored, relation);
        return true;
    }
    if (const auto* connection = std::get_if<ConnectionObject>(object)) {
        if (only_takes_rows(*connection)) {
            diagnostics_->error(DiagnosticCode::not_a_source, name.span,
                                "connection \"" + connection->name + "\" only takes rows and has none to read");
            return false;
        }
        make_scan(table, relation, InputKind::connection, connection->name);
        scan_connection(*connection, relation);
        return true;
    }
    if (const auto* pipeline = std::get_if<PipelineObject>(object)) {
        make_scan(table, relation, InputKind::pipeline, pipeline->name);
        scan_pipeline(*pipeline, relation);
        return true;
    }
    report_unknown_relation(name);
    return false;
}

void QueryWalk::count_expanded(std::uint64_t relations, SourceSpan span) {
    expanded_relations_ += relations;
    relation_count_ += relations;
    if (expanded_relations_ > most_expanded_relations && !too_large_) too_large_ = span;
}

bool QueryWalk::bind_system_table(ast::TableReference& table, Relation& relation, const ast::QualifiedName& name) {
    const SystemTableSchema* schema = registry_.find_system_table(name.parts.back().text);
    if (schema == nullptr) {
        std::string hint = did_you_mean(dotted(name), registry_.system_table_names());
        if (hint.empty()) {
            for (const std::string& known : registry_.system_table_names())
                hint += (hint.empty() ? "the system tables are " : ", ") + known;
        }
        diagnostics_->error(DiagnosticCode::unknown_relation, name.span,
                            "system table \"" + dotted(name) + "\" does not exist", std::move(hint));
        return false;
    }
    make_scan(table, relation, InputKind::system_table, std::string(schema->name));
    for (const SystemTableColumn& column : schema->columns) {
        relation.columns.push_back(known_column(column.name, column.type, relation.input));
    }
    return true;
}

void QueryWalk::report_unknown_relation(const ast::QualifiedName& name) {
    std::vector<std::string> candidates = catalog_.relation_names();
    for (const CommonTable& table : common_tables_) candidates.push_back(table.name);
    for (std::string& system : registry_.system_table_names()) candidates.push_back(std::move(system));
    std::string hint = did_you_mean(dotted(name), candidates);
    if (hint.empty()) hint = "declare it before this statement, or give the file that does";
    diagnostics_->error(DiagnosticCode::unknown_relation, name.span,
                        "no table, view, connection or pipeline is named \"" + dotted(name) + "\"", std::move(hint));
}

void QueryWalk::make_scan(ast::TableReference& table, Relation& relation, InputKind kind, std::string object) {
    relation.kind = Relation::Kind::scan;
    relation.input = result_.inputs.size();
    QueryInput& input = result_.inputs.emplace_back();
    input.kind = kind;
    input.object = std::move(object);
    input.span = table.span;
    table.node = ast::BoundScan{relation.input};
}

void QueryWalk::add_metadata(Relation& relation, bool hidden, bool binary) {
    for (const MetadataField metadata : registry_.metadata_columns()) {
        if (metadata == MetadataField::data && !binary) continue;
        if (relation.find(metadata->name) != nullptr) continue;  // A declared column of the same name wins.
        ScopeColumn column = known_column(metadata->name, metadata->type, relation.input);
        column.metadata = metadata;
        column.hidden = hidden;
        column.carried = !hidden;
        relation.columns.push_back(std::move(column));
    }
}

void QueryWalk::scan_table(const TableObject& object, Relation& relation) {
    const std::vector<std::string> names = engine_column_names(object.columns);
    for (std::size_t index = 0; index < names.size(); ++index) {
        const ColumnObject& declared = object.columns[index];
        relation.columns.push_back(known_column(declared.name, declared.type, relation.input));
        if (names[index] != declared.name) relation.columns.back().engine_name = names[index];
    }
    if (object.is_stored()) return;
    add_metadata(relation, !object.options.include_metadata, true);
    std::string time = object.watermark ? object.watermark->column.text : object.options.event_time_field;
    const TimeRole role = time.empty() ? TimeRole::arrival : TimeRole::event_time;
    if (time.empty()) time = "received_at";
    if (ScopeColumn* column = relation.find(time)) column->facts.role = role;
}

void QueryWalk::scan_connection(const ConnectionObject& object, Relation& relation) {
    relation.connection = true;
    const std::string format = declared_word(object, "format");
    // In messages of text or bytes there are no fields: the message itself is the only column.
    const bool text = format == "text";
    const bool binary = format == "binary";
    if (object.connector != nullptr) {
        for (const ConnectorDescriptor::Column& fixed : object.connector->fixed_columns) {
            ScopeColumn column = known_column(fixed.name, fixed.type, relation.input);
            relation.columns.push_back(std::move(column));
        }
    }
    relation.open_fields = relation.columns.empty() && !text && !binary;
    add_metadata(relation, true, binary);
    if (ScopeColumn* arrival = relation.find("received_at")) arrival->facts.role = TimeRole::arrival;
    result_.inputs[relation.input].metadata = registry_.metadata_columns();
    if (!text && !binary) return;
    ScopeColumn* payload = relation.find(text ? "message" : "data");
    if (payload == nullptr) return;
    payload->hidden = false;
    payload->carried = true;
}

void QueryWalk::scan_pipeline(const PipelineObject& object, Relation& relation) {
    for (const OutputColumn& column : object.columns) {
        if (column.name == open_fields_column) {
            relation.open_fields = true;
        } else {
            const std::string_view shown = shown_column_name(column.name);
            relation.columns.push_back(known_column(shown, column.type, relation.input));
            if (shown != column.name) relation.columns.back().engine_name = column.name;
            if (object.event_time && object.event_time->name == column.name)
                relation.columns.back().facts.role = object.event_time->role;
        }
    }
}

/// The rows that the changes of a table have come to: of each key what the latest change says, unless it is a deletion.
/// It is an aggregate, so that all that reads it is as with any result that changes.
void QueryWalk::inline_changes(const TableObject& object, ast::TableReference& table, Relation& relation) {
    const SourceSpan span = table.span;
    const auto latest = [&](ast::Expression value) {
        std::vector<ast::Expression> arguments;
        arguments.push_back(std::move(value));
        return make_call("last", std::move(arguments), span);
    };
    ast::Select select;
    for (const ColumnObject& column : object.columns) {
        ast::Expression value = make_column(object.name, column.name, span);
        if (column.primary_key)
            select.group_by.push_back({ast::GroupingElement::Kind::expression, {value}, {}});
        else
            value = latest(std::move(value));
        select.items.push_back({std::move(value), make_identifier(column.name, span)});
    }
    std::vector<ast::Expression> beginning;
    beginning.push_back(make_column(object.name, MetadataField::message->name, span));
    beginning.push_back(make_string(change_mark_of_deletion, span));
    select.having =
        ast::Expression{span, ast::Unary{"NOT", latest(make_call("starts_with", std::move(beginning), span))}};
    ast::QualifiedName name;
    name.parts.push_back(make_identifier(object.name, span));
    name.span = span;
    ast::TableReference changes;
    changes.span = span;
    changes.node = ast::NamedTable{std::move(name)};
    select.from = std::move(changes);
    ast::Query query;
    query.span = span;
    query.body = {span, std::move(select)};
    ast::DerivedTable derived;
    derived.query = std::move(query);
    table.node = std::move(derived);
    relation.kind = Relation::Kind::derived;
    bind_inlined(object.name, "table", table, relation);
}

void QueryWalk::inline_view(const ViewObject& view, ast::TableReference& table, Relation& relation) {
    ast::DerivedTable derived;
    derived.query = view.query;
    // Positions within the view's text mean nothing to the reader of this query.
    ast::set_spans(*derived.query, table.span);
    table.node = std::move(derived);
    relation.kind = Relation::Kind::derived;
    relation.renamed = view.column_names;
    if (!view.column_names.empty()) {
        if (!table.alias) {
            table.alias.emplace();
            table.alias->name = make_identifier(view.name, table.span);
        }
        for (std::size_t index = table.alias->columns.size(); index < view.column_names.size(); ++index) {
            table.alias->columns.push_back(make_identifier(view.column_names[index], table.span));
        }
    }

    bind_inlined(view.name, "view", table, relation);
    if (!relation.renamed.empty() && relation.is_open()) demand_all(relation);
}

/// What stands in the place of a relation of the catalog; what is wrong with it is told at that place.
void QueryWalk::bind_inlined(const std::string& name, std::string_view kind, ast::TableReference& table,
                             Relation& relation) {
    Diagnostics inner(diagnostics_->source());
    Diagnostics* const outer = std::exchange(diagnostics_, &inner);
    std::vector<CommonTable> common_tables = std::exchange(common_tables_, {});
    open_views_.push_back(name);
    relation.output = bind_query(*std::get<ast::DerivedTable>(table.node).query, {});
    open_views_.pop_back();
    common_tables_ = std::move(common_tables);
    diagnostics_ = outer;
    for (Diagnostic diagnostic : inner.all()) {
        diagnostic.span = table.span;
        diagnostic.message = "in " + std::string(kind) + " \"" + name + "\": " + diagnostic.message;
        diagnostics_->add(std::move(diagnostic));
    }
}

void QueryWalk::bind_table_function(ast::TableReference& table, Scope& scope) {
    ast::TableFunction& function = std::get<ast::TableFunction>(table.node);
    Relation& relation = relations_.emplace_back();
    relation.kind = Relation::Kind::function;
    relation.span = table.span;
    relation.opaque = true;
    std::string name = "unnamed_function";
    if (const auto* call = std::get_if<ast::FunctionCall>(&function.call.node)) {
        name = fold_case(call->name.parts.back().text);
        function_check_.check_table_function(*call, *diagnostics_);
        for (const std::string_view column : table_function_columns(name)) {
            ScopeColumn known;
            known.name = column;
            relation.columns.push_back(std::move(known));
        }
    }
    ValueFacts facts;
    if (auto* call = std::get_if<ast::FunctionCall>(&function.call.node))
        facts = bind_arguments(*call, name, scope, {});
    else
        facts = bind_expression(function.call, scope);
    for (ScopeColumn& column : relation.columns) column.facts.inputs = facts.inputs;
    relation.alias = table.alias ? table.alias->name.text : name;
    if (table.alias) {
        for (const ast::Identifier& column : table.alias->columns) {
            if (relation.renamed.size() >= relation.columns.size()) {
                ScopeColumn known;
                known.facts.inputs = facts.inputs;
                relation.columns.push_back(std::move(known));
            }
            relation.renamed.push_back(column.text);
        }
        name_listed_columns(table.alias->columns, relation, table.span);
    }
    scope.relations.push_back(&relation);
}

}  // namespace laminar
