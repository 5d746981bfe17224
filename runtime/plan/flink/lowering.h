#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/plan/flink/expressions/expressions.h"
#include "runtime/plan/logical/logical_plan.h"

namespace laminar::flink {

/// Names of tables and views of a script: each another, whatever the case.
class RelationNames {
public:
    std::string add(const std::string& wanted);

private:
    std::set<std::string> taken_;  ///< Case-folded.
};

/// What the views of a pipeline read from outside of it.
class Inputs {
public:
    virtual ~Inputs() = default;
    /// The relation of a scan; clocks are those of the plan. Reports and throws Refused where there is none.
    virtual Relation scan(const logical::Node& node, const logical::Scan& scan, const logical::Plan& plan) = 0;
};

/// Turns the nodes of a logical plan into views of Flink, one for each: a second target beside StreamLowering. Used
/// once.
class FlinkLowering {
public:
    /// All are borrowed. views receives the statements.
    FlinkLowering(const logical::Plan& plan, std::string name, Inputs& inputs, const Catalog& catalog,
                  EngineTypes& engine, Findings& findings, RelationNames& names, std::vector<std::string>& views)
        : plan_(plan),
          name_(std::move(name)),
          inputs_(inputs),
          catalog_(catalog),
          engine_(engine),
          findings_(findings),
          names_(names),
          views_(views) {}

    /// The view of the whole query, which is called as the pipeline is. Throws Refused after reporting.
    [[nodiscard]] Relation lower();

private:
    /// A block that is being written: what it reads, its scope and its writer.
    struct Block;
    struct Window;

    [[nodiscard]] Relation lower(const logical::Node& node);
    [[nodiscard]] std::vector<Relation> lower_inputs(const logical::Node& node);
    // rows_lowering.cpp
    [[nodiscard]] Relation lower(const logical::Scan& scan, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::Rows& rows, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::UnionAll& both, const logical::Node& node);
    // window_lowering.cpp
    [[nodiscard]] Relation lower(const logical::WindowAggregate& window, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::SessionAggregate& session, const logical::Node& node);
    [[nodiscard]] Relation lower_top_of_window(const Window& window, Block& block, const logical::Node& node);
    [[nodiscard]] Window find_window(const ast::Expression& expression, Block& block);
    // over_lowering.cpp
    [[nodiscard]] Relation lower(const logical::OverTime& over, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::TopRows& top, const logical::Node& node);
    [[nodiscard]] Relation lower_first_rows(Block& block, const logical::Node& node, bool by_time);
    // join_lowering.cpp
    [[nodiscard]] Relation lower(const logical::StreamJoin& join, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::AsofJoin& join, const logical::Node& node);
    [[nodiscard]] Relation lower(const logical::ChangingJoin& join, const logical::Node& node);
    [[nodiscard]] Relation lower_join(const ast::Select& select, const logical::Node& node, bool keeps_times);
    // changing_lowering.cpp
    [[nodiscard]] Relation lower(const logical::ChangingAggregate& aggregate, const logical::Node& node);

    /// SELECT items of a block, as the columns of its node.
    [[nodiscard]] std::string write_items(Block& block, const logical::Node& node, Relation& relation,
                                          bool keeps_times);
    [[nodiscard]] std::string write_from(const ast::TableReference& table, Block& block);
    /// ORDER BY of a ROW_NUMBER; NULL comes last in every direction, as here.
    [[nodiscard]] std::string write_order(const std::vector<ast::OrderItem>& order, Block& block) const;
    /// Adds the view of a node, and gives it its name.
    void add_view(const logical::Node& node, const std::string& select, Relation& relation);

    const logical::Plan& plan_;
    std::string name_;
    Inputs& inputs_;
    const Catalog& catalog_;
    EngineTypes& engine_;
    Findings& findings_;
    RelationNames& names_;
    std::vector<std::string>& views_;
};

}  // namespace laminar::flink
