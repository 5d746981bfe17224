#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/flink/expressions/expressions.h"

namespace laminar::flink {

/// A call of a function of the engine that is to be written in Flink SQL.
struct Call {
    ExpressionWriter& writer;
    const ast::FunctionCall& call;
    const ast::Expression& whole;
    std::string name;  ///< Case-folded.
    ColumnType type;   ///< Of its result, here.

    [[nodiscard]] std::size_t count() const noexcept { return call.arguments.size(); }
    [[nodiscard]] const ast::Expression& argument(std::size_t index) const { return call.arguments.at(index).value; }
    [[nodiscard]] Written text(std::size_t index) const { return writer.write_as(argument(index), TypeId::varchar); }
    [[nodiscard]] Written number(std::size_t index) const { return writer.write_as(argument(index), TypeId::float64); }
    [[noreturn]] void refuse(std::string message, std::string hint = {}) const;
};

/// A function of the engine with an equal in Flink: what is not in the table is not exported.
struct Function {
    std::string_view name;
    std::size_t least_arguments;
    std::size_t most_arguments;
    Written (*write)(const Call& call);
    std::string_view example;  ///< A call, for the tests and the list in the documents.
    std::string_view equal;    ///< What it becomes, for people.
};

/// Of single values, by name. For the life of the program.
[[nodiscard]] const std::vector<Function>& functions();
[[nodiscard]] const Function* find_function(std::string_view name);

}  // namespace laminar::flink
