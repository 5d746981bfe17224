#include "parser/ast/statement.h"

namespace laminar::ast {

ExpressionNode::ExpressionNode() = default;
ExpressionNode::ExpressionNode(const ExpressionNode&) = default;
ExpressionNode::ExpressionNode(ExpressionNode&&) noexcept = default;
ExpressionNode& ExpressionNode::operator=(const ExpressionNode&) = default;
ExpressionNode& ExpressionNode::operator=(ExpressionNode&&) noexcept = default;
ExpressionNode::~ExpressionNode() = default;

TableReferenceNode::TableReferenceNode() = default;
TableReferenceNode::TableReferenceNode(const TableReferenceNode&) = default;
TableReferenceNode::TableReferenceNode(TableReferenceNode&&) noexcept = default;
TableReferenceNode& TableReferenceNode::operator=(const TableReferenceNode&) = default;
TableReferenceNode& TableReferenceNode::operator=(TableReferenceNode&&) noexcept = default;
TableReferenceNode::~TableReferenceNode() = default;

QueryBodyNode::QueryBodyNode() = default;
QueryBodyNode::QueryBodyNode(const QueryBodyNode&) = default;
QueryBodyNode::QueryBodyNode(QueryBodyNode&&) noexcept = default;
QueryBodyNode& QueryBodyNode::operator=(const QueryBodyNode&) = default;
QueryBodyNode& QueryBodyNode::operator=(QueryBodyNode&&) noexcept = default;
QueryBodyNode::~QueryBodyNode() = default;

StatementNode::StatementNode() = default;
StatementNode::StatementNode(const StatementNode&) = default;
StatementNode::StatementNode(StatementNode&&) noexcept = default;
StatementNode& StatementNode::operator=(const StatementNode&) = default;
StatementNode& StatementNode::operator=(StatementNode&&) noexcept = default;
StatementNode::~StatementNode() = default;

}  // namespace laminar::ast
