#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parser/ast/box.h"
#include "parser/ast/name.h"
#include "parser/ast/operator.h"

namespace laminar::ast {

struct Expression;
struct Query;
using ExpressionBox = Box<Expression>;

enum class LiteralKind { null, boolean, integer, decimal, real, string, blob };

/// text holds the unquoted value of a string, the digits of a number, "true" or "false".
struct Literal {
    LiteralKind kind = LiteralKind::null;
    std::string text;
};

/// INTERVAL '5 minutes', INTERVAL '5' MINUTE, INTERVAL 5 MINUTE, INTERVAL (n) DAY.
struct IntervalLiteral {
    ExpressionBox value;
    std::string unit;  ///< Upper case, singular ("MINUTE"); empty when inside the string.
};

/// TYPE 'text': DATE '2024-01-01', TIMESTAMP '...'.
struct TypedLiteral {
    TypeName type;
    std::string text;
};

/// a, t.a, s.t.a or a.b where b is a field of the struct a: only binding can tell.
struct ColumnReference {
    std::vector<Identifier> parts;
};

/// * or t.*, with EXCLUDE, REPLACE and RENAME; also COLUMNS(...) when pattern is set.
struct Star {
    struct Replacement;
    std::vector<Identifier> qualifier;
    std::vector<QualifiedName> exclude;
    std::vector<Replacement> replace;
    std::vector<std::pair<QualifiedName, Identifier>> rename;
};

struct Unary {
    Operator op;  ///< "-", "+", "~", "NOT", "@" prefix; "!" postfix factorial is not supported.
    ExpressionBox operand;
};

/// Every infix operator that is not its own node: arithmetic, comparison, AND, OR, ||, ->, ->>,
/// &, |, <<, >>, ^, **, //, %, @>, <@, &&, ^@, ~, !~, ~~ and the like.
struct Binary {
    Operator op;
    SourceSpan op_span;
    ExpressionBox left;
    ExpressionBox right;
};

struct OrderItem;
struct WindowSpecification;

struct FunctionArgument;

struct FunctionCall {
    QualifiedName name;
    bool distinct = false;
    std::vector<FunctionArgument> arguments;  ///< count(*) has one Star argument.
    std::vector<OrderItem> order_by;          ///< Inside the parentheses.
    std::vector<OrderItem> within_group;      ///< WITHIN GROUP (ORDER BY ...).
    ExpressionBox filter;                     ///< Empty without FILTER.
    bool ignore_nulls = false;
    bool respect_nulls = false;
    Box<WindowSpecification> over;  ///< Empty without OVER.
};

struct CaseBranch;
struct Case {
    ExpressionBox operand;  ///< Empty for the searched form.
    std::vector<CaseBranch> branches;
    ExpressionBox otherwise;
};

struct Cast {
    enum class Style { cast, try_cast, colons };
    Style style = Style::cast;
    ExpressionBox operand;
    TypeName type;
};

/// x [NOT] IN (a, b) | (query) | expression (list or map).
struct In {
    ExpressionBox operand;
    bool negated = false;
    std::vector<Expression> values;
    Box<Query> query;
    ExpressionBox list;  ///< x IN some_list.
};

struct Between {
    ExpressionBox operand;
    bool negated = false;
    ExpressionBox low;
    ExpressionBox high;
};

/// [NOT] LIKE, ILIKE, GLOB, SIMILAR TO.
struct Like {
    std::string op;
    ExpressionBox operand;
    bool negated = false;
    ExpressionBox pattern;
    ExpressionBox escape;
};

struct Is {
    enum class Test { null, true_value, false_value, unknown, distinct_from };
    Test test = Test::null;
    ExpressionBox operand;
    bool negated = false;
    ExpressionBox right;  ///< Only for DISTINCT FROM.
};

struct Exists {
    bool negated = false;
    Box<Query> query;
};

/// A scalar subquery.
struct Subquery {
    Box<Query> query;
};

/// x = ANY (query), x > ALL (list).
struct Quantified {
    Operator op;
    std::string quantifier;  ///< ANY, SOME or ALL.
    ExpressionBox operand;
    Box<Query> query;
    ExpressionBox list;
};

struct Extract {
    std::string field;  ///< Upper case: EPOCH, MINUTE.
    ExpressionBox operand;
};

struct ListLiteral {
    std::vector<Expression> elements;
};

/// [expr FOR x IN list IF cond].
struct ListComprehension {
    ExpressionBox element;
    std::vector<Identifier> variables;
    ExpressionBox list;
    ExpressionBox condition;
};

struct KeyValue;
/// MAP {'k': v}.
struct MapLiteral {
    std::vector<KeyValue> entries;
};
/// {'k': v}.
struct StructLiteral {
    std::vector<KeyValue> entries;
};
/// JSON_OBJECT('k': v, ...), also with commas or VALUE between key and value.
struct JsonObject {
    std::vector<KeyValue> entries;
};

/// (a, b) or ROW(a, b).
struct Tuple {
    std::vector<Expression> elements;
    bool row_keyword = false;
};

/// x[i] and x[a:b:step].
struct Subscript {
    ExpressionBox operand;
    bool slice = false;
    ExpressionBox begin;  ///< The index when not a slice.
    ExpressionBox end;
    ExpressionBox step;
};

/// (expression).name: a field of a struct-valued expression; method calls arg.f(x) become FunctionCall.
struct FieldAccess {
    ExpressionBox operand;
    Identifier field;
};

/// x -> body, (x, y) -> body, LAMBDA x: body. Which of lambda or JSON arrow x -> 'path' is meant is
/// decided by where it stands: a lambda only as a function argument with bare names on the left.
struct Lambda {
    std::vector<Identifier> parameters;
    ExpressionBox body;
};

struct Collate {
    ExpressionBox operand;
    QualifiedName collation;
};

struct AtTimeZone {
    ExpressionBox operand;
    ExpressionBox zone;
};

/// (x): kept so that text is written back as it was meant.
struct Parenthesized {
    ExpressionBox inner;
};

// The query binder alone makes what follows, of calls of Laminar's own functions; the parser never does. SQL of the
// engine's is written for it at the end (sql_writer_lowering.cpp).

/// TUMBLE, HOP and SESSION. Equal calls are equal windows, be it to group by them or to show them.
struct TimeWindow {
    enum class Kind { tumble, hop, session };
    enum class Part {
        whole,  ///< A structure of start and end: of the window, and with HOP of each of those that the time is in.
        start,  ///< The start alone, of HOP that of the first window. Not of SESSION, where rows decide about it.
        all     ///< Of HOP: all windows that the time is in, as a list.
    };
    Kind kind = Kind::tumble;
    Part part = Part::whole;
    ExpressionBox time;
    ExpressionBox slide;   ///< Of HOP.
    ExpressionBox size;    ///< Of SESSION the gap that ends it.
    ExpressionBox offset;  ///< Of TUMBLE, empty without one: how far the windows lie from the epoch.
};

/// NOW() and CURRENT_DATE: in UTC, without a time zone.
struct PresentTime {
    enum class Kind { timestamp, date };
    Kind kind = Kind::timestamp;
};

/// ACKNOWLEDGE_MESSAGE(id): tells the peer at the other end of a connection that it need not send a message again.
struct Acknowledge {
    ExpressionBox connection;  ///< Its name.
    ExpressionBox message_id;
};

/// One alternative of an expression. The special members are compiled once, in nodes.cpp, as those of the other nodes:
/// each file that copies or drops an expression would otherwise take seconds to compile those of all alternatives.
struct ExpressionNode
    : std::variant<Literal, IntervalLiteral, TypedLiteral, ColumnReference, Star, Unary, Binary, FunctionCall, Case,
                   Cast, In, Between, Like, Is, Exists, Subquery, Quantified, Extract, ListLiteral, ListComprehension,
                   MapLiteral, StructLiteral, JsonObject, Tuple, Subscript, FieldAccess, Lambda, Collate, AtTimeZone,
                   Parenthesized, TimeWindow, PresentTime, Acknowledge> {
    using variant::variant;
    ExpressionNode();
    ExpressionNode(const ExpressionNode&);
    ExpressionNode(ExpressionNode&&) noexcept;
    ExpressionNode& operator=(const ExpressionNode&);
    ExpressionNode& operator=(ExpressionNode&&) noexcept;
    ~ExpressionNode();
};

struct Expression {
    using Node = ExpressionNode;
    SourceSpan span;
    Node node;
};

struct Star::Replacement {
    Expression value;
    Identifier name;
};

struct FunctionArgument {
    std::optional<Identifier> name;  ///< f(name := value) and f(name => value).
    Expression value;
};

struct CaseBranch {
    Expression condition;
    Expression result;
};

struct KeyValue {
    Expression key;
    Expression value;
};

struct OrderItem {
    enum class Direction { unspecified, ascending, descending };
    enum class Nulls { unspecified, first, last };
    Expression value;
    Direction direction = Direction::unspecified;
    Nulls nulls = Nulls::unspecified;
};

struct FrameBound {
    enum class Kind { unbounded_preceding, preceding, current_row, following, unbounded_following };
    Kind kind = Kind::current_row;
    ExpressionBox offset;  ///< For preceding and following.
};

struct WindowFrame {
    enum class Unit { rows, range, groups };
    enum class Exclusion { none, current_row, group, ties };
    Unit unit = Unit::rows;
    FrameBound begin;
    std::optional<FrameBound> end;  ///< Absent when written without BETWEEN.
    Exclusion exclusion = Exclusion::none;
    SourceSpan span;
};

/// OVER w, OVER (...), and the definitions of a WINDOW clause.
struct WindowSpecification {
    std::optional<Identifier> base;  ///< OVER w (alone) or OVER (w ORDER BY ...).
    bool reference_only = false;     ///< OVER w.
    std::vector<Expression> partition_by;
    std::vector<OrderItem> order_by;
    std::optional<WindowFrame> frame;
    SourceSpan span;
};

}  // namespace laminar::ast
