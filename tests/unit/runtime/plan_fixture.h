#pragma once

#include <memory>
#include <string>

#include "catalog/bind/bound_statement.h"
#include "catalog/query/bound_query.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/planned_query.h"

namespace laminar::test {

/// Streams s and r, and a table of names.
inline constexpr const char* plan_tables =
    "CREATE TABLE s (k TEXT, v BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = "
    "'feed');\n"
    "CREATE TABLE r (k TEXT, x DOUBLE, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');\n"
    "CREATE TABLE names (k TEXT, name TEXT);\n";

/// Plans queries over plan_tables, and over what further statements declare.
class PlanFixture {
public:
    const PlannedQuery& plan(const std::string& query, const std::string& before = "");
    const logical::Plan& tree(const std::string& query, const std::string& before = "") {
        return *plan(query, before).plan.logical;
    }
    BoundSubscribe subscription(const std::string& query);

private:
    /// The last statement. Throws for an error.
    std::shared_ptr<const BoundStatement> bind(const std::string& script);

    std::unique_ptr<QueryChecker> checker_ = make_query_checker();
    std::shared_ptr<const BoundStatement> bound_;
};

}  // namespace laminar::test
