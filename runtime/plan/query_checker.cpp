#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "catalog/objects/catalog.h"
#include "catalog/query/bound_query.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/engine_connection.h"
#include "runtime/engine/error_message.h"
#include "runtime/engine/functions.h"
#include "runtime/engine/functions/query_functions.h"
#include "runtime/engine/prepared_statement.h"
#include "runtime/plan/planned_query.h"
#include "runtime/plan/stream_planner.h"

namespace laminar {

namespace {

/// Positions in errors inside a macro count from the start of the statement that made it. Blanks before that statement
/// move them beyond the end of any query, so that they are not taken for positions in the query.
constexpr std::size_t macro_padding = std::size_t{1} << 16;

constexpr std::size_t most_literals_kept = 10'000;

/// What stands in for a column whose type is not decided, one after the other, to see what depends on it.
constexpr std::array<TypeId, 5> trial_types{TypeId::varchar, TypeId::float64, TypeId::timestamp, TypeId::json,
                                            TypeId::boolean};

using Checked = std::vector<OutputColumn>;

/// SELECT of no rows with these columns; unknown ones are of the type trial, if any, else plain NULLs.
std::string empty_relation(const std::vector<OutputColumn>& columns, TypeId trial) {
    std::string items;
    for (const OutputColumn& column : columns) {
        const ColumnType type = column.type.id == TypeId::unknown ? ColumnType(trial) : column.type;
        const std::string value = type.id == TypeId::unknown ? "NULL" : "CAST(NULL AS " + to_sql(type) + ")";
        items += (items.empty() ? "" : ", ") + value + " AS " + always_quote_identifier(column.name);
    }
    if (items.empty()) items = "NULL AS \"__no_columns\"";
    return "(SELECT " + items + " WHERE false)";
}

std::vector<OutputColumn> columns_of(const QueryInput& input) {
    std::vector<OutputColumn> columns;
    bool has_open_fields = false;
    for (const InputColumn& column : input.columns) {
        columns.push_back({column.name, column.type});
        has_open_fields = has_open_fields || column.name == open_fields_column;
    }
    if (input.all_fields && !has_open_fields) columns.push_back({std::string(open_fields_column), TypeId::unknown});
    return columns;
}

bool has_unknown(const std::vector<OutputColumn>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [](const OutputColumn& column) { return column.type.id == TypeId::unknown; });
}

bool is_name_character(char c) { return is_letter_or_digit(c) || c == '_'; }

/// Offset of a whole word, or npos.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0) {
    for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_name_character(text[at - 1]);
        const std::size_t end = at + word.size();
        if (begins && (end == text.size() || !is_name_character(text[end]))) return at;
    }
    return std::string_view::npos;
}

class EngineQueryChecker final : public QueryChecker {
public:
    std::optional<Checked> check_query(const BoundQuery& query, Diagnostics& diagnostics) override {
        const bool undecided = std::any_of(query.inputs.begin(), query.inputs.end(),
                                           [](const QueryInput& input) { return has_unknown(columns_of(input)); });
        const auto write = [&](TypeId trial) {
            SqlWriterOptions options;
            options.scan_text = [&](const ast::BoundScan& scan) {
                return empty_relation(columns_of(query.inputs.at(scan.input)), trial);
            };
            return write_query(query.query, options);
        };
        return check(write, undecided, query.query, query.query.span, diagnostics);
    }

    std::shared_ptr<const PipelineFacts> check_continuous(const BoundQuery& query, const Catalog& catalog,
                                                          Diagnostics& diagnostics) override {
        const bool undecided = std::any_of(query.inputs.begin(), query.inputs.end(), [](const QueryInput& input) {
            return input.all_fields || has_unknown(columns_of(input));
        });
        if (undecided) return nullptr;
        try {
            const auto describe = [&](const std::string& sql) { return describe_query(sql); };
            std::vector<InputTime> times = input_times(query, catalog);
            auto plan = plan_stream(query, times, aggregate_functions(), describe, diagnostics);
            return plan ? planned_query(query, std::move(times), std::move(*plan)) : nullptr;
        } catch (const EngineException& problem) {
            diagnostics.error(DiagnosticCode::query_error, query.query.span, problem.error().message);
        }
        return nullptr;
    }

    std::optional<ColumnType> check_expression(const ast::Expression& expression,
                                               const std::vector<OutputColumn>& columns,
                                               Diagnostics& diagnostics) override {
        const auto write = [&](TypeId trial) {
            WrittenSql sql = write_expression(expression);
            prepend("SELECT ", sql);
            if (!columns.empty()) sql.text += " FROM " + empty_relation(columns, trial);
            return sql;
        };
        const auto checked = check(write, has_unknown(columns), expression, expression.span, diagnostics);
        if (!checked) return std::nullopt;
        return checked->empty() ? ColumnType(TypeId::unknown) : checked->front().type;
    }

    bool define_function(const FunctionObject& function, Diagnostics& diagnostics) override {
        WrittenSql sql = write_expression(function.body);
        std::string head =
            std::string(macro_padding, ' ') + "CREATE OR REPLACE MACRO " + always_quote_identifier(function.name) + "(";
        for (std::size_t index = 0; index < function.parameters.size(); ++index)
            head += (index > 0 ? ", " : "") + always_quote_identifier(function.parameters[index]);
        prepend(head + ") AS (", sql);
        sql.text += ")";
        if (!check_literals(function.body, diagnostics)) return false;
        try {
            connection().execute(sql.text);
        } catch (const EngineException& problem) {
            report(problem.error(), sql, function.body.span, diagnostics);
            return false;
        }
        described_.clear();
        functions_[fold_case(function.name)] = function.name;
        return true;
    }

    void drop_function(std::string_view name) override {
        const auto entry = functions_.find(fold_case(name));
        if (entry == functions_.end()) return;
        described_.clear();
        connection().execute("DROP MACRO IF EXISTS " + always_quote_identifier(entry->second));
        functions_.erase(entry);
    }

    bool has_function(std::string_view name) override {
        const std::string folded = fold_case(name);
        return functions_.contains(folded) || builtins().callable.contains(folded);
    }

    bool has_table_function(std::string_view name) override {
        return builtins().callable_in_from.contains(fold_case(name));
    }

    Withheld is_withheld(std::string_view name) override {
        const auto withheld = builtins().withheld.find(fold_case(name));
        return withheld == builtins().withheld.end() ? Withheld::no : withheld->second;
    }

    bool is_aggregate(std::string_view name) override { return aggregate_functions().contains(fold_case(name)); }

    IntervalLength interval_length(const ast::Expression& interval) override {
        IntervalLength length;
        ast::visit_expressions(interval, [&](const ast::Expression& each) {
            length.varies = length.varies || std::holds_alternative<ast::ColumnReference>(each.node) ||
                            std::holds_alternative<ast::Subquery>(each.node);
        });
        if (length.varies) return length;
        const std::string sql =
            "SELECT epoch_us(i), (year(i) <> 0 OR month(i) <> 0) AND "
            "(day(i) <> 0 OR hour(i) <> 0 OR minute(i) <> 0 OR microsecond(i) <> 0) FROM (SELECT CAST((" +
            write_expression(interval).text + ") AS INTERVAL) AS i)";
        if (const auto known = intervals_.find(sql); known != intervals_.end()) return known->second;
        try {
            const ResultTable result = prepare_statement(connection(), sql)->execute();
            length.is_known = true;
            if (result.values[0].is_valid(0)) {
                length.length = std::chrono::microseconds(result.values[0].values<std::int64_t>()[0]);
                length.mixes_months = result.values[1].values<bool>()[0];
            }
        } catch (const EngineException&) {
            // No interval at all, or one beyond all time: whoever checks the query says so.
        }
        if (intervals_.size() == most_literals_kept) intervals_.clear();
        return intervals_.emplace(sql, length).first->second;
    }

    bool check_setting(std::string_view name, std::string_view value, SourceSpan span,
                       Diagnostics& diagnostics) override {
        ConfigHandle config;
        duckdb_create_config(config.receive());
        if (duckdb_set_config(config.get(), std::string(name).c_str(), std::string(value).c_str()) != DuckDBError)
            return true;
        diagnostics.error(DiagnosticCode::invalid_literal, span,
                          "\"" + std::string(value) + "\" is no value for " + std::string(name),
                          "memory is written as '2GB' or '500MB'");
        return false;
    }

    std::vector<std::string> function_names() override {
        std::set<std::string> all = builtins().callable;
        all.insert(builtins().callable_in_from.begin(), builtins().callable_in_from.end());
        std::vector<std::string> names(all.begin(), all.end());
        for (const auto& [folded, name] : functions_) names.push_back(name);
        return names;
    }

private:
    /// Opened at first use: a script without queries does not pay for it.
    EngineConnection& connection() {
        if (!connection_) {
            Engine::Settings settings;
            settings.spills = false;
            settings.locks_settings = true;
            settings.optimizes = false;
            connection_.emplace(settings);
            register_functions(connection_->get(), function_states_);
            function_states_.add(connection_->get(), function_state_);
            register_window_placeholders(connection_->get());
            for (const char* macro : window_macros()) connection_->execute(macro);
        }
        return *connection_;
    }

    /// The functions of the engine, case-folded.
    struct Builtins {
        std::set<std::string> callable;          ///< Those that only make sense in FROM among them.
        std::set<std::string> callable_in_from;  ///< These alone.
        std::map<std::string, Withheld> withheld;
    };

    const Builtins& builtins() {
        if (!builtins_.callable.empty()) return builtins_;
        const auto statement = prepare_statement(connection(), builtin_functions_sql);
        const ResultTable functions = statement->execute();
        for (std::size_t row = 0; row < functions.rows; ++row) {
            const std::string name(functions.values[0].string_at(row));
            const bool stands_in_from = functions.values[1].string_at(row) == "relation";
            switch (stands_in_from ? table_function_policy(name) : function_policy(name)) {
                case FunctionPolicy::callable:
                    builtins_.callable.insert(name);
                    if (stands_in_from) builtins_.callable_in_from.insert(name);
                    break;
                case FunctionPolicy::reaches_files:
                    builtins_.withheld[name] = Withheld::reaches_files;
                    break;
                case FunctionPolicy::of_the_engine:
                case FunctionPolicy::undecided:
                    builtins_.withheld[name] = Withheld::of_the_engine;
                    break;
            }
        }
        return builtins_;
    }

    const FunctionNames& aggregate_functions() {
        if (aggregate_functions_.empty()) {
            const ResultTable names = prepare_statement(connection(), aggregate_functions_sql)->execute();
            for (std::size_t row = 0; row < names.rows; ++row)
                aggregate_functions_.emplace(names.values[0].string_at(row));
        }
        return aggregate_functions_;
    }

    static void prepend(const std::string& text, WrittenSql& sql) {
        sql.text.insert(0, text);
        for (WrittenSql::Origin& origin : sql.origins) origin.begin += static_cast<std::uint32_t>(text.size());
    }

    /// The columns of a query. Binding and planning ask for some again and again: the latest are remembered.
    Checked describe_query(const std::string& sql) {
        constexpr std::size_t most_remembered = 64;
        if (const auto known = described_.find(sql); known != described_.end()) return known->second;
        Checked columns = prepare_statement(connection(), sql)->columns();
        if (described_.size() == most_remembered) described_.clear();
        described_.emplace(sql, columns);
        return columns;
    }

    /// nullopt where it does not bind; error tells why then.
    std::optional<Checked> prepare(const std::string& sql, EngineError& error) {
        try {
            return describe_query(sql);
        } catch (const EngineException& problem) {
            error = problem.error();
            return std::nullopt;
        }
    }

    template <class Write, class Node>
    std::optional<Checked> check(const Write& write, bool undecided, const Node& node, SourceSpan span,
                                 Diagnostics& diagnostics) {
        const WrittenSql sql = write(TypeId::unknown);
        EngineError error;
        std::optional<Checked> columns = prepare(sql.text, error);
        if (undecided && !try_types(write, columns, error)) return Checked{};
        if (!columns) {
            report(error, sql, span, diagnostics);
            return std::nullopt;
        }
        if (!check_literals(node, diagnostics)) return std::nullopt;
        return columns;
    }

    /// Prepares with other types in the place of undecided ones: one may fit where a bare NULL fits several forms of a
    /// function, or none. False when nothing can be said either way.
    template <class Write>
    bool try_types(const Write& write, std::optional<Checked>& columns, EngineError& error) {
        std::optional<EngineError> unrelated;
        for (const TypeId trial : trial_types) {
            EngineError problem;
            const std::optional<Checked> other = prepare(write(trial).text, problem);
            if (!other) {
                if (describe_engine_error(problem).code != DiagnosticCode::query_type_error) unrelated = problem;
                continue;
            }
            if (!columns) columns = other;
            forget_differing_types(*columns, *other);
        }
        if (columns || error.message.find("\"NULL\"") == std::string::npos) return true;
        // Positions are those of another text, but the name in the message leads to the place.
        if (unrelated) {
            error = std::move(*unrelated);
            error.position.reset();
        }
        return unrelated.has_value();
    }

    /// What depends on the type tried is not known; so are columns that stand for others.
    static void forget_differing_types(Checked& columns, const Checked& other) {
        for (std::size_t index = 0; index < columns.size(); ++index) {
            const bool differs = index >= other.size() || !(columns[index].type == other[index].type);
            if (differs || columns[index].name == open_fields_column) columns[index].type = TypeId::unknown;
        }
    }

    /// Literals are read only when a statement runs; reading them here finds DATE '2024-13-01' before.
    template <class Node>
    bool check_literals(const Node& node, Diagnostics& diagnostics) {
        bool all_good = true;
        ast::visit_expressions(node, [&](const ast::Expression& each) {
            if (!is_converted_literal(each)) return;
            const std::string sql = "SELECT " + write_expression(each).text;
            // Scripts repeat them: INTERVAL '1 minute' in every window.
            if (good_literals_.contains(sql)) return;
            try {
                connection().execute(sql);
                if (good_literals_.size() == most_literals_kept) good_literals_.clear();
                good_literals_.insert(sql);
            } catch (const EngineException& problem) {
                all_good = false;
                ErrorMessage text = describe_engine_error(problem.error());
                diagnostics.error(DiagnosticCode::query_type_error, each.span, std::move(text.message),
                                  std::move(text.hint), text.sql_state);
            }
        });
        return all_good;
    }

    static bool is_converted_literal(const ast::Expression& expression) {
        if (std::holds_alternative<ast::TypedLiteral>(expression.node)) return true;
        if (const auto* interval = std::get_if<ast::IntervalLiteral>(&expression.node))
            return interval->value && std::holds_alternative<ast::Literal>(interval->value->node);
        const auto* cast = std::get_if<ast::Cast>(&expression.node);
        return cast && cast->style != ast::Cast::Style::try_cast && cast->operand &&
               std::holds_alternative<ast::Literal>(cast->operand->node);
    }

    void report(const EngineError& error, const WrittenSql& sql, SourceSpan fallback, Diagnostics& diagnostics) {
        ErrorMessage text = describe_engine_error(error, function_names());
        SourceSpan span = fallback;
        if (error.position && *error.position >= macro_padding && sql.text.size() < macro_padding) {
            if (const auto called = find_called_function(sql)) {
                text.message += ", in function " + called->first;
                span = called->second;
            }
        } else if (error.position) {
            const SourceSpan origin = sql.origin_of(*error.position);
            if (!origin.empty()) span = origin;
        } else if (const std::string name = name_in_error(error); !name.empty()) {
            const std::size_t at = find_word(sql.text, name);
            const SourceSpan origin =
                at == std::string::npos ? SourceSpan{} : sql.origin_of(static_cast<std::uint32_t>(at));
            if (!origin.empty()) span = origin;
        }
        diagnostics.error(text.code, span, std::move(text.message), std::move(text.hint), text.sql_state);
    }

    /// The first call of a declared function in a statement, and where it is.
    std::optional<std::pair<std::string, SourceSpan>> find_called_function(const WrittenSql& sql) const {
        const std::string folded = fold_case(sql.text);
        std::size_t first = std::string::npos;
        const std::string* found = nullptr;
        for (const auto& [name, declared] : functions_) {
            const std::size_t at = find_word(folded, name);
            if (at >= first) continue;
            first = at;
            found = &declared;
        }
        if (!found) return std::nullopt;
        return std::pair{*found, sql.origin_of(static_cast<std::uint32_t>(first))};
    }

    FunctionState function_state_;    // Outlives the connection, whose functions refer to it,
    FunctionStates function_states_;  // as this one does.
    std::optional<EngineConnection> connection_;
    Builtins builtins_;
    FunctionNames aggregate_functions_;
    std::map<std::string, IntervalLength> intervals_;  ///< By the statement that measures one.
    std::map<std::string, Checked> described_;         ///< By the text of the query.
    std::set<std::string> good_literals_;              ///< Statements that have read one without complaint.
    std::map<std::string, std::string> functions_;     ///< Declared ones: case-folded to as declared.
};

}  // namespace

std::unique_ptr<QueryChecker> make_query_checker() { return std::make_unique<EngineQueryChecker>(); }

}  // namespace laminar
