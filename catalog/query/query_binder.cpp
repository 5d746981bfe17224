#include "catalog/query/query_binder.h"

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/function_expansion.h"
#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "catalog/query/window_placement.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += ", ";
        text += '"' + name + '"';
    }
    return text;
}

/// A value made of a row, whose columns carry marks.
bool has_marked_field(const ColumnType& type) {
    return std::any_of(type.fields.begin(), type.fields.end(), [](const ColumnType::Field& field) {
        return shown_column_name(field.name) != field.name || has_marked_field(field.type);
    });
}

}  // namespace

BoundQuery QueryWalk::run(const ast::Query& query) {
    result_.query = query;
    QueryOutput* output = bind_query(result_.query, {});
    demand_all(*output);
    note_event_time(*output);
    check_size(query.span);
    if (diagnostics_->has_errors()) return std::move(result_);
    finish_paths();
    finish_lists();
    finish_aliases();
    finish_patterns();
    finish_stars();
    finish_inputs();
    rewrite_functions(result_.query);
    return std::move(result_);
}

void QueryWalk::check_size(SourceSpan span) {
    if (too_large_) {
        diagnostics_->error(DiagnosticCode::query_too_large, *too_large_,
                            "the views and common tables of this query come to more than " +
                                std::to_string(most_expanded_relations) + " relations",
                            "let a pipeline or CREATE TABLE ... AS keep what is used several times, and read that");
    } else if (const std::uint64_t nodes = expanded_nodes(result_.query, catalog_); nodes > most_expanded_nodes) {
        diagnostics_->error(DiagnosticCode::query_too_large, span,
                            "the functions that this query calls come to " + std::to_string(nodes) +
                                " terms when they are expanded; " + std::to_string(most_expanded_nodes) + " may be",
                            "compute in a subquery or view once what is used several times");
    }
}

void QueryWalk::finish_inputs() {
    for (Relation& relation : relations_) {
        if (relation.kind != Relation::Kind::scan) continue;
        QueryInput& input = result_.inputs[relation.input];
        const bool whole = input.kind != InputKind::connection;
        for (ScopeColumn& column : relation.columns) {
            const bool named = column.carried && !column.first_use.empty();
            // Of a connection only what the query names; the rest of a relation is there whether named or not.
            if (!column.carried || (!whole && column.metadata && column.hidden && !named)) continue;
            InputColumn bound{column.name_in_engine(), column.facts.type, column.metadata, column.first_use};
            if (!column.facts.slots.empty()) bound.type = inference_.decided(column.facts.slots.front());
            input.columns.push_back(std::move(bound));
        }
        if (input.columns.empty() && !input.all_fields && input.kind == InputKind::connection) {
            // COUNT(*): rows without a column do not exist.
            input.columns.push_back({"received_at", TypeId::timestamp, MetadataField::received_at, {}});
        }
        if (input.kind == InputKind::connection) report_undecided(input, relation);
        if (input.kind == InputKind::stream_table) warn_of_unfilled_columns(input, relation);
    }
}

/// A table that is only written to need not be filled by what is received.
void QueryWalk::warn_of_unfilled_columns(const QueryInput& input, const Relation& relation) {
    const auto* table = catalog_.find_as<TableObject>(input.object);
    const auto* connection = table == nullptr ? nullptr : catalog_.find_as<ConnectionObject>(table->options.connector);
    if (connection == nullptr) return;
    const bool text = payload_shape(*connection) == PayloadShape::text;
    for (const ColumnObject& declared : table->columns) {
        if (!declared.never_filled || declared.metadata) continue;
        const auto column = std::find_if(relation.columns.begin(), relation.columns.end(), [&](const auto& each) {
            return equals_ignoring_case(each.name, declared.name);
        });
        if (column == relation.columns.end() || (column->first_use.empty() && !relation.starred)) continue;
        diagnostics_->warning(DiagnosticCode::column_never_filled,
                              column->first_use.empty() ? relation.span : column->first_use,
                              std::string("nothing in a ") + (text ? "text" : "binary") + " message fills column \"" +
                                  declared.name + "\" of table \"" + table->name + "\"",
                              text ? "the payload goes to \"message\" or the first TEXT column"
                                   : "the payload goes to \"data\" or the first BYTEA column");
    }
}

void QueryWalk::report_undecided(const QueryInput& input, const Relation& relation) {
    std::vector<std::string> undecided;
    SourceSpan first;
    for (const ScopeColumn& column : relation.columns) {
        if (column.facts.slots.empty()) continue;
        const TypeInference::Slot slot = column.facts.slots.front();
        if (const auto overruled = inference_.overruled(slot)) {
            diagnostics_->note(DiagnosticCode::undecided_type, column.first_use,
                               "\"" + column.name + "\" is used as " + to_sql(inference_.decided(slot)) + " and as " +
                                   to_sql(*overruled) + "; it is read as " + to_sql(inference_.decided(slot)),
                               "declare a table over \"" + input.object + "\" to choose its type");
        }
        if (inference_.decided(slot).id != TypeId::unknown) continue;
        if (undecided.empty()) first = column.first_use;
        undecided.push_back(column.name);
    }
    if (undecided.empty()) return;
    const bool several = undecided.size() > 1;
    diagnostics_->note(DiagnosticCode::undecided_type, first,
                       std::string(several ? "the types of " : "the type of ") + quoted_list(undecided) + " of \"" +
                           input.object + "\" " + (several ? "follow" : "follows") + " from the first messages",
                       "declare a table over \"" + input.object + "\" to fix " + (several ? "them" : "it"));
}

std::optional<BoundQuery> QueryBinder::bind(const SourceTextPtr& source, const ast::Query& query) {
    Diagnostics found(source);
    BoundQuery bound = QueryWalk(catalog_, registry_, checker_, found).run(query);
    if (!found.has_errors() && bound.uses_window_functions_of_time) check_window_placement(bound.query, found);
    if (!found.has_errors()) {
        auto columns = checker_.check_query(bound, found);
        if (columns) bound.columns = std::move(*columns);
        for (const OutputColumn& column : bound.columns) {
            if (!has_marked_field(column.type)) continue;
            found.error(DiagnosticCode::query_binding_error, query.span,
                        "a value of the result has fields whose names differ in case alone",
                        "name the columns that it is made of, such as {'first': a, 'second': b}");
            break;
        }
    }
    for (const Diagnostic& diagnostic : found.all()) diagnostics_.add(diagnostic);
    if (found.has_errors()) return std::nullopt;
    return bound;
}

bool BoundQuery::reads_stream() const noexcept {
    return std::any_of(inputs.begin(), inputs.end(), [](const QueryInput& input) {
        return input.kind == InputKind::stream_table || input.kind == InputKind::connection ||
               input.kind == InputKind::pipeline;
    });
}

}  // namespace laminar
