#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/objects/column_type.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/query/type_inference.h"
#include "parser/ast/query.h"

namespace laminar {

/// What is known about a value: its type if declared, else the slots whose uses decide it.
struct ValueFacts {
    ColumnType type;
    std::vector<TypeInference::Slot> slots;
    std::vector<std::size_t> inputs;  ///< Scans it comes from, by index into BoundQuery::inputs.
    TimeRole role = TimeRole::none;
};

/// A column that a relation or a query offers. Unnamed ones (an expression without alias) have an empty name.
struct ScopeColumn {
    std::string name;
    std::string engine_name = {};  ///< Where it is another (column_name.h); empty otherwise.
    ValueFacts facts;
    std::optional<MetadataField> metadata;
    bool exact = false;      ///< A field of messages that was named in quotes: not meant by other spellings.
    bool hidden = false;     ///< Usable by name, not covered by '*'.
    bool requested = false;  ///< An outer query asked for it through a star.
    bool carried = true;     ///< False: the scan provides it only once somebody names it.
    SourceSpan first_use;    ///< Where the query first names it.
    const ast::Expression* value = nullptr;  ///< Of a select alias: what it stands for.

    [[nodiscard]] const std::string& name_in_engine() const noexcept {
        return engine_name.empty() ? name : engine_name;
    }
};

/// The name within the engine of a column that is added to others; empty where it is its own.
[[nodiscard]] std::string engine_name_beside(const std::vector<ScopeColumn>& columns, std::string_view name);

struct Relation;

/// A '*' in a select list over relations whose columns may not all be known: names that outer queries ask for are
/// passed on through it.
struct StarSource {
    struct Requested {
        Relation* relation = nullptr;
        std::string name;
    };
    std::vector<Relation*> relations;   ///< Those the star covers, in order.
    std::vector<std::string> excluded;  ///< EXCLUDE, REPLACE and RENAME: not passed through.
    std::vector<Requested> requested;
    bool all_fields = false;  ///< Its unknown fields are part of a result that is wanted whole.
};

/// The columns a query yields.
struct QueryOutput {
    std::vector<ScopeColumn> columns;
    std::vector<StarSource*> stars;      ///< That may pass further names through.
    std::vector<QueryOutput*> branches;  ///< Operands of a set operation; names are asked of each.
    bool opaque = false;                 ///< Has columns that only the engine knows.

    [[nodiscard]] bool is_open() const;  ///< Fields of messages may be asked of it.
    [[nodiscard]] bool passes_names() const;
};

/// One relation of a FROM clause, under its alias.
struct Relation {
    enum class Kind : std::uint8_t { scan, derived, function };
    Kind kind = Kind::scan;
    std::string alias;
    SourceSpan span;
    std::size_t input = 0;                    ///< Of a scan.
    std::vector<ScopeColumn> columns;         ///< Of a scan or function.
    bool open_fields = false;                 ///< A scan whose messages may have any field.
    bool connection = false;                  ///< A scan of a connection.
    bool starred = false;                     ///< A '*' shows its columns.
    QueryOutput* output = nullptr;            ///< Of a derived table or CTE; shared by all its references.
    std::vector<std::string> renamed;         ///< Alias column list, applied to the first columns.
    std::vector<std::string> engine_renamed;  ///< The same within the engine.
    bool opaque = false;                      ///< Has columns that only the engine knows.

    [[nodiscard]] bool is_open() const { return kind == Kind::derived ? output->is_open() : open_fields; }
    [[nodiscard]] bool is_opaque() const { return kind == Kind::derived ? output->opaque : opaque; }
    [[nodiscard]] std::vector<ScopeColumn>& known_columns() {
        return kind == Kind::derived ? output->columns : columns;
    }
    [[nodiscard]] const std::vector<ScopeColumn>& known_columns() const {
        return kind == Kind::derived ? output->columns : columns;
    }
    /// The name under which column index is visible here.
    [[nodiscard]] const std::string& column_name(std::size_t index) const;
    /// The same within the engine.
    [[nodiscard]] const std::string& engine_name(std::size_t index) const;
    /// The column of a name: of that spelling, else in another case. Of the fields of messages one that is named in
    /// quotes is another than the one of another spelling.
    [[nodiscard]] ScopeColumn* find(std::string_view name, bool quoted = false) {
        const std::optional<std::size_t> index = index_of(name, quoted);
        return index ? &known_columns()[*index] : nullptr;
    }
    [[nodiscard]] std::optional<std::size_t> index_of(std::string_view name, bool quoted = false) const;
    /// Whether several columns have the name in other cases, and none in this.
    [[nodiscard]] bool is_unclear(std::string_view name) const;
};

/// Names visible to the expressions of one SELECT.
struct Scope {
    Scope* parent = nullptr;
    bool parent_catches_unknown = true;  ///< False: names unknown here never go to open relations of the parent.
    std::vector<Relation*> relations;
    std::vector<std::string> merged_columns;  ///< USING and NATURAL: one column for both sides; within the engine.
    std::vector<ScopeColumn> aliases;         ///< Select aliases bound so far.
    bool aliases_first = false;               ///< ORDER BY: an alias wins over a column.
    bool fields_first = false;                ///< WHERE: a field that a message may have wins over an alias.
    std::vector<std::string> parameters;      ///< Lambda parameters and comprehension variables.

    [[nodiscard]] Relation* find_relation(std::string_view alias) const;
    [[nodiscard]] const ScopeColumn* find_alias(std::string_view name) const;
    [[nodiscard]] bool is_parameter(std::string_view name) const;
    [[nodiscard]] bool is_merged(std::string_view engine_name) const;
};

[[nodiscard]] bool contains_name(const std::vector<std::string>& names, std::string_view name);
void add_inputs(std::vector<std::size_t>& inputs, const std::vector<std::size_t>& more);

/// Of the value of a call, by those of its arguments; of a field.
[[nodiscard]] TimeRole role_of_call(std::string_view name, const std::vector<TimeRole>& arguments);
[[nodiscard]] TimeRole role_of_field(TimeRole role, std::string_view field);

/// What several rows may bring in one column (operands of a set operation, branches of CASE). It has no role in time.
[[nodiscard]] ValueFacts merge_facts(const ValueFacts& left, const ValueFacts& right);

}  // namespace laminar
