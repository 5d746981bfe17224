#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/query/query_binder.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar::test {

/// A QueryChecker that knows some functions, accepts every query, and remembers what it was shown.
class RecordingChecker : public QueryChecker {
public:
    std::optional<std::vector<OutputColumn>> check_query(const BoundQuery& query, Diagnostics&) override;
    std::optional<ColumnType> check_expression(const ast::Expression&, const std::vector<OutputColumn>&,
                                               Diagnostics&) override;
    bool define_function(const FunctionObject&, Diagnostics&) override { return true; }
    void drop_function(std::string_view) override {}
    bool has_function(std::string_view name) override;
    std::vector<std::string> function_names() override;

    int checked = 0;
    std::optional<BoundQuery> last;
};

/// A catalog with one relation of each kind:
///   connections  feed, other_feed (json), lines (text), packets (binary), ticks (fixed columns counter, timestamp),
///                out (not a source)
///   tables       trades(symbol TEXT, price DOUBLE, quantity BIGINT, traded_at TIMESTAMP) over feed,
///                full(symbol TEXT) over feed with include_metadata, own(message TEXT, received_at TIMESTAMP) over
///                feed, accounts(symbol TEXT, owner TEXT, limits JSON) stored, sink() stored without columns
///   pipeline     totals(symbol TEXT, total DOUBLE)
///   function     twice(x)
class QueryFixture {
public:
    QueryFixture();

    struct Outcome {
        std::optional<BoundQuery> query;
        Diagnostics diagnostics;
        std::string source;

        [[nodiscard]] bool ok() const { return query.has_value(); }
        /// The bound query as text; input n is written @n.
        [[nodiscard]] std::string sql() const;
        /// "name TYPE, name TYPE" of an input.
        [[nodiscard]] std::string columns(std::size_t input = 0) const;
        /// "L404 at `text of the span`: message" of each finding, notes included.
        [[nodiscard]] std::vector<std::string> findings() const;
        [[nodiscard]] std::string only_finding() const;
    };

    [[nodiscard]] Outcome bind(std::string_view sql);
    void create_view(std::string_view sql);

    Catalog catalog;
    RecordingChecker checker;
};

}  // namespace laminar::test
