#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "catalog/query/bound_query.h"
#include "catalog/query/function_check.h"
#include "catalog/query/scope.h"
#include "catalog/query/type_inference.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// How many relations the views and common tables of a query may come to when they are put in their places: views that
/// each use the former twice double with every step.
inline constexpr std::uint64_t most_expanded_relations = 2'000;

/// One walk of the QueryBinder over one query: binds a copy in place, then finishes what only the whole query can tell
/// (types, what '*' covers). Its parts are in
/// query_binder_{relation,select,star,spelling,name,expression,function,time}.cpp and query_binder.cpp.
class QueryWalk {
public:
    QueryWalk(const Catalog& catalog, const ConnectorRegistry& registry, QueryChecker& checker,
              Diagnostics& diagnostics)
        : catalog_(catalog), registry_(registry), function_check_(catalog, checker), diagnostics_(&diagnostics) {}

    /// Call once. The result is complete except for columns, and useless when errors were reported.
    [[nodiscard]] BoundQuery run(const ast::Query& query);

private:
    struct Outer {
        Scope* scope = nullptr;
        bool catches_unknown = true;
    };
    struct CommonTable {
        std::string name;
        QueryOutput* output = nullptr;
        std::vector<std::string> renamed;
        std::vector<std::string> engine_renamed;  ///< The same within the engine.
        std::uint64_t relations = 0;  ///< How many it reads, those in views and other common tables among them.
    };
    /// Where a '*' stands: an item of a select list, or (item empty) within an expression such as COLUMNS(*).
    struct StarSite {
        ast::Select* select = nullptr;
        std::optional<std::size_t> item;
        ast::Star* star = nullptr;  ///< Only without item.
        StarSource* source = nullptr;
        std::vector<std::string> handled;  ///< Names the user excludes, replaces or renames.
    };
    /// COLUMNS('pattern') and COLUMNS(name -> condition): choose by name what the engine sees.
    struct PatternSite {
        ast::Expression* argument = nullptr;
        std::vector<Relation*> relations;
        bool names_result = false;  ///< AS "\1": the pattern names the columns that it finds.
    };
    /// payload.user.name where payload is a field of a message: becomes JSON extraction once its type is decided.
    struct PathReference {
        ast::Expression* expression = nullptr;
        std::size_t column_parts = 1;  ///< Leading parts that name the column.
        TypeInference::Slot base = 0;
        TypeInference::Slot value = 0;
    };
    /// UNNEST(items) where items is a field of a message: an array arrives as JSON and is taken apart as a list of it.
    struct ListReference {
        ast::Expression* expression = nullptr;
        TypeInference::Slot slot = 0;
    };
    struct Found {
        enum class Kind : std::uint8_t { nothing, column, other };
        Kind kind = Kind::nothing;
        ValueFacts facts;
        std::size_t parts = 1;  ///< How many leading parts of the name it took.
        const ScopeColumn* alias = nullptr;
        const Scope* scope = nullptr;  ///< Of the alias.
    };
    /// A select alias where a message may have a field of that name: the engine would take that.
    struct AliasReference {
        ast::Expression* expression = nullptr;
        const ast::Expression* value = nullptr;
        std::string name;
        std::vector<const Relation*> relations;
        bool has_field = false;  ///< A field of its value is meant.
    };

    // Queries (query_binder_select.cpp).
    QueryOutput* bind_query(ast::Query& query, Outer outer);
    void bind_common_tables(ast::Query& query, Outer outer);
    QueryOutput* bind_body(ast::QueryBody& body, Outer outer, QueryOutput* recursive);
    QueryOutput* bind_set_operation(ast::SetOperation& operation, Outer outer, QueryOutput* recursive);
    void name_operands_alike(ast::QueryBody& left, ast::QueryBody& right) const;
    QueryOutput* bind_values(ast::Values& values, Outer outer);
    void bind_select(ast::Select& select, Scope& scope, QueryOutput& output);
    void bind_item(ast::Select& select, std::size_t index, Scope& scope, QueryOutput& output);
    void bind_grouping(ast::GroupingElement& element, Scope& scope);
    void bind_order_by(std::vector<ast::OrderItem>& items, Scope& scope);
    void bind_window(ast::WindowSpecification& window, Scope& scope);
    Scope make_scope(Outer outer) const;

    // Relations (query_binder_relation.cpp).
    void bind_table(ast::TableReference& table, Scope& scope);
    void bind_named(ast::TableReference& table, Scope& scope);
    void bind_join(ast::Join& join, Scope& scope);
    void bind_natural(ast::Join& join, Scope& scope, std::size_t left_begin, std::size_t right_begin);
    void bind_using(ast::Join& join, Scope& scope, std::size_t left_begin, std::size_t right_begin);
    void bind_table_function(ast::TableReference& table, Scope& scope);
    bool bind_catalog_relation(ast::TableReference& table, Relation& relation);
    bool bind_system_table(ast::TableReference& table, Relation& relation, const ast::QualifiedName& name);
    void scan_table(const TableObject& object, Relation& relation);
    void scan_connection(const ConnectionObject& object, Relation& relation);
    void scan_pipeline(const PipelineObject& object, Relation& relation);
    void inline_view(const ViewObject& view, ast::TableReference& table, Relation& relation);
    void inline_changes(const TableObject& object, ast::TableReference& table, Relation& relation);
    void bind_inlined(const std::string& name, std::string_view kind, ast::TableReference& table, Relation& relation);
    void add_metadata(Relation& relation, bool hidden, bool binary);
    void make_scan(ast::TableReference& table, Relation& relation, InputKind kind, std::string object);
    void report_unknown_relation(const ast::QualifiedName& name);
    void count_expanded(std::uint64_t relations, SourceSpan span);
    const CommonTable* find_common_table(std::string_view name) const;
    void set_alias(ast::TableReference& table, Relation& relation, std::string_view name);

    // Stars (query_binder_star.cpp).
    void bind_star_item(ast::Select& select, std::size_t index, Scope& scope, QueryOutput& output);
    void bind_star_argument(ast::Star& star, Scope& scope);
    StarSource* make_star_source(ast::Star& star, Scope& scope, std::vector<std::string>& handled);
    void add_star_columns(const StarSource& source, ast::Star& star, Scope& scope, QueryOutput& output,
                          const std::vector<ValueFacts>& replacements);
    void demand_all(QueryOutput& output);
    void demand_all(Relation& relation);
    void finish_stars();
    void exclude_hidden(ast::Star& star, const StarSource& source, const std::vector<std::string>& handled,
                        const Relation* only) const;
    void expand_item(ast::Select& select, const StarSite& site) const;

    // Names that differ in case alone (query_binder_spelling.cpp).
    void name_listed_columns(std::vector<ast::Identifier>& list, Relation& relation, SourceSpan span,
                             const std::map<std::size_t, std::string>& fixed = {});
    bool rename_key(const ast::Identifier& name, Relation& right, std::size_t column, const std::string& target,
                    ast::TableReference& table, std::map<std::size_t, std::string>& renames);
    void match_operands(ast::SetOperation& operation, QueryOutput& left, QueryOutput& right);
    static bool rename_items(ast::QueryBody& body, const std::map<std::string, std::string>& renames);
    [[nodiscard]] static bool has_marks(const Relation& relation);
    void show_names_to_pattern(const PatternSite& site);

    // Names (query_binder_name.cpp).
    ValueFacts bind_reference(ast::Expression& expression, Scope& scope, const Use& use);
    Found find_qualified(ast::ColumnReference& reference, Scope& scope, bool& unknown_column);
    Found find_unqualified(ast::ColumnReference& reference, Scope& scope, bool known_only);
    std::optional<Found> find_in_scope(ast::ColumnReference& reference, Scope& scope, Scope& start, bool open);
    std::optional<Found> find_column_in_scope(ast::ColumnReference& reference, Scope& scope, Scope& start);
    std::optional<Found> find_open_in_scope(ast::ColumnReference& reference, Scope& scope, Scope& start);
    std::optional<ValueFacts> ask_relation(Relation& relation, std::string_view name, SourceSpan span,
                                           bool quoted = false);
    std::optional<ValueFacts> ask_output(QueryOutput& output, std::string_view name, SourceSpan span, bool quoted);
    void name_for_engine(ast::Identifier& name, const Relation& relation);
    [[nodiscard]] bool can_supply(const Relation& relation, std::string_view name) const;
    [[nodiscard]] bool can_supply(const QueryOutput& output, std::string_view name) const;
    void report_unmatched(std::string_view name, SourceSpan span);
    void report_ambiguous(const ast::Identifier& name, const std::vector<Relation*>& relations);
    void report_unknown_column(const ast::ColumnReference& reference, Scope& scope);
    ValueFacts bind_path(ast::Expression& expression, const Found& found, const Use& use);
    void finish_paths();
    void finish_aliases();
    [[nodiscard]] bool may_bring(const Relation& relation, std::string_view name) const;

    // Expressions (query_binder_expression.cpp).
    ValueFacts bind_expression(ast::Expression& expression, Scope& scope, const Use& use = {});
    ValueFacts bind_node(ast::Expression& expression, Scope& scope, const Use& use);
    ValueFacts bind_binary(ast::Expression& expression, Scope& scope, const Use& use);
    ValueFacts bind_unary(ast::Unary& unary, Scope& scope, const Use& use);
    ValueFacts bind_case(ast::Case& node, Scope& scope, const Use& use);
    void bind_in(ast::In& in, Scope& scope);
    void bind_between(ast::Between& between, Scope& scope);
    void bind_quantified(ast::Quantified& quantified, Scope& scope);
    void bind_with_parameters(const std::vector<ast::Identifier>& parameters, Scope& scope,
                              const std::vector<std::pair<ast::Expression*, Use>>& expressions);
    QueryOutput* bind_subquery(ast::Query& query, Scope& scope, bool wants_all);
    [[nodiscard]] ColumnType peek(const ast::Expression& expression, const Scope& scope, int depth = 0) const;
    [[nodiscard]] ColumnType peek_reference(const ast::ColumnReference& reference, const Scope& scope) const;

    // Functions (query_binder_function.cpp).
    ValueFacts bind_call(ast::Expression& expression, Scope& scope, const Use& use);
    void note_function(const std::string& name);
    void bind_connection_test(ast::Expression& expression);
    void bind_acknowledgement(ast::Expression& expression, Scope& scope);
    ValueFacts bind_arguments(ast::FunctionCall& call, const std::string& name, Scope& scope, const Use& use);
    void bind_columns_call(ast::FunctionCall& call, Scope& scope);
    void finish_patterns();
    void finish_lists();
    std::vector<std::size_t> inputs_in(const Scope& scope) const;

    // Event time (query_binder_time.cpp).
    bool prepare_time_window(ast::Expression& expression, const std::string& name, Scope& scope);
    bool prepare_value_in_time(ast::FunctionCall& call, const std::string& name, Scope& scope, SourceSpan span);
    /// The column that dates the rows of a relation; nullopt where it has none, or several.
    [[nodiscard]] std::optional<std::size_t> time_column(const Relation& relation) const;
    [[nodiscard]] bool brings_arrival(const QueryOutput& output) const;
    std::optional<ast::Expression> event_time(Scope& scope, SourceSpan span);
    void note_event_time(QueryOutput& output);

    // The result (query_binder.cpp).
    void check_size(SourceSpan span);
    void finish_inputs();
    void warn_of_unfilled_columns(const QueryInput& input, const Relation& relation);
    void report_undecided(const QueryInput& input, const Relation& relation);

    const Catalog& catalog_;
    const ConnectorRegistry& registry_;
    FunctionCheck function_check_;
    Diagnostics* diagnostics_;

    BoundQuery result_;
    TypeInference inference_;
    std::deque<Relation> relations_;
    std::deque<QueryOutput> outputs_;
    std::deque<StarSource> star_sources_;
    std::vector<StarSite> star_sites_;
    std::vector<PatternSite> pattern_sites_;
    std::vector<PathReference> paths_;
    std::vector<AliasReference> aliases_;
    std::vector<ListReference> lists_;
    std::map<std::pair<TypeInference::Slot, std::string>, TypeInference::Slot> path_slots_;
    std::vector<CommonTable> common_tables_;
    std::vector<std::string> open_views_;  ///< Being inlined; a view among them again would be a circle.
    std::set<std::pair<const QueryOutput*, std::string>> asking_;  ///< Guards against recursive CTEs.
    std::size_t derived_count_ = 0;
    std::size_t depth_ = 0;
    std::uint64_t relation_count_ = 0;      ///< Bound so far; those of a common table with each use of it.
    std::uint64_t expanded_relations_ = 0;  ///< Those of them that stand in views and common tables that are used.
    std::optional<SourceSpan> too_large_;   ///< Where these became too many.
};

}  // namespace laminar
