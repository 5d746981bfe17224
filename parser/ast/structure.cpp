#include "parser/ast/structure.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "parser/text/ascii.h"

namespace laminar::ast {

namespace {

/// A node as its name and the parts that make a difference: what both equality and hash go by.
template <class... Parts>
auto parts(std::string_view name, const Parts&... each) {
    return std::tuple<std::string_view, const Parts&...>(name, each...);
}

auto parts_of(const Literal& node) { return parts("literal", node.kind, node.text); }
auto parts_of(const IntervalLiteral& node) { return parts("interval", node.value, node.unit); }
auto parts_of(const TypedLiteral& node) { return parts("typed literal", node.type, node.text); }
auto parts_of(const ColumnReference& node) { return parts("column", node.parts); }
auto parts_of(const Star& node) { return parts("star", node.qualifier, node.exclude, node.replace, node.rename); }
auto parts_of(const Star::Replacement& node) { return parts("replacement", node.value, node.name); }
auto parts_of(const Unary& node) { return parts("unary", node.op, node.operand); }
auto parts_of(const Binary& node) { return parts("binary", node.op, node.left, node.right); }
auto parts_of(const FunctionArgument& node) { return parts("argument", node.name, node.value); }
auto parts_of(const OrderItem& node) { return parts("order", node.value, node.direction, node.nulls); }
auto parts_of(const FrameBound& node) { return parts("bound", node.kind, node.offset); }
auto parts_of(const WindowFrame& node) { return parts("frame", node.unit, node.begin, node.end, node.exclusion); }
auto parts_of(const WindowSpecification& node) {
    return parts("over", node.base, node.partition_by, node.order_by, node.frame);
}
auto parts_of(const FunctionCall& node) {
    return parts("call", node.name, node.distinct, node.arguments, node.order_by, node.within_group, node.filter,
                 node.ignore_nulls, node.over);
}
auto parts_of(const CaseBranch& node) { return parts("branch", node.condition, node.result); }
auto parts_of(const Case& node) { return parts("case", node.operand, node.branches, node.otherwise); }
auto parts_of(const In& node) { return parts("in", node.operand, node.negated, node.values, node.query, node.list); }
auto parts_of(const Between& node) { return parts("between", node.operand, node.negated, node.low, node.high); }
auto parts_of(const Like& node) {
    return parts("like", node.op, node.operand, node.negated, node.pattern, node.escape);
}
auto parts_of(const Is& node) { return parts("is", node.test, node.operand, node.negated, node.right); }
auto parts_of(const Exists& node) { return parts("exists", node.negated, node.query); }
auto parts_of(const Subquery& node) { return parts("subquery", node.query); }
auto parts_of(const Quantified& node) {
    return parts("quantified", node.op, node.quantifier, node.operand, node.query, node.list);
}
auto parts_of(const Extract& node) { return parts("extract", node.field, node.operand); }
auto parts_of(const ListLiteral& node) { return parts("list", node.elements); }
auto parts_of(const ListComprehension& node) {
    return parts("comprehension", node.element, node.variables, node.list, node.condition);
}
auto parts_of(const KeyValue& node) { return parts("entry", node.key, node.value); }
auto parts_of(const MapLiteral& node) { return parts("map", node.entries); }
auto parts_of(const StructLiteral& node) { return parts("structure", node.entries); }
auto parts_of(const JsonObject& node) { return parts("json object", node.entries); }
auto parts_of(const Tuple& node) { return parts("tuple", node.elements, node.row_keyword); }
auto parts_of(const Subscript& node) {
    return parts("subscript", node.operand, node.slice, node.begin, node.end, node.step);
}
auto parts_of(const FieldAccess& node) { return parts("field", node.operand, node.field); }
auto parts_of(const Lambda& node) { return parts("lambda", node.parameters, node.body); }
auto parts_of(const Collate& node) { return parts("collate", node.operand, node.collation); }
auto parts_of(const AtTimeZone& node) { return parts("time zone", node.operand, node.zone); }
auto parts_of(const Parenthesized& node) { return parts("parentheses", node.inner); }
auto parts_of(const TimeWindow& node) {
    return parts("window", node.kind, node.part, node.time, node.slide, node.size, node.offset);
}
auto parts_of(const PresentTime& node) { return parts("present time", node.kind); }
auto parts_of(const Acknowledge& node) { return parts("acknowledge", node.connection, node.message_id); }

auto parts_of(const QualifiedName& node) { return parts("name", node.parts); }
auto parts_of(const TypeName& node) {
    return parts("type", node.name, node.modifiers, node.values, node.fields, node.dimensions);
}
auto parts_of(const TypeName::Field& node) { return parts("type field", node.name, node.type); }

auto parts_of(const TableAlias& node) { return parts("alias", node.name, node.columns); }
auto parts_of(const NamedTable& node) { return parts("table", node.name); }
auto parts_of(const DerivedTable& node) { return parts("derived", node.lateral, node.query); }
auto parts_of(const TableFunction& node) {
    return parts("table function", node.lateral, node.with_ordinality, node.call);
}
auto parts_of(const Join& node) {
    return parts("join", node.kind, node.natural, node.asof, node.left, node.right, node.on, node.using_columns);
}
auto parts_of(const BoundScan& node) { return parts("scan", node.input); }
auto parts_of(const TableReference& node) { return parts("relation", node.node, node.alias, node.sample); }
auto parts_of(const SelectItem& node) { return parts("item", node.value, node.alias); }
auto parts_of(const GroupingElement& node) { return parts("grouping", node.kind, node.expressions, node.elements); }
auto parts_of(const NamedWindow& node) { return parts("named window", node.name, node.specification); }
auto parts_of(const Select& node) {
    return parts("select", node.distinct, node.distinct_on, node.items, node.from, node.where, node.group_by_all,
                 node.group_by, node.having, node.windows, node.qualify, node.sample);
}
auto parts_of(const Values& node) { return parts("values", node.rows); }
auto parts_of(const SetOperation& node) {
    return parts("set", node.kind, node.all, node.by_name, node.left, node.right);
}
auto parts_of(const NestedQuery& node) { return parts("nested", node.query); }
auto parts_of(const QueryBody& node) { return parts("body", node.node); }
auto parts_of(const CommonTableExpression& node) {
    return parts("common table", node.name, node.columns, node.materialized, node.query);
}
auto parts_of(const Query& node) {
    return parts("query", node.recursive, node.with, node.body, node.order_by_all, node.order_by, node.limit,
                 node.limit_percent, node.offset);
}

const Expression& without_parentheses(const Expression& expression) {
    const Expression* inner = &expression;
    while (const auto* nested = std::get_if<Parenthesized>(&inner->node)) inner = &*nested->inner;
    return *inner;
}

struct Equality {
    bool operator()(const Expression& one, const Expression& other) const {
        // A chain of operators leans to the left and may be long.
        const Expression* left = &without_parentheses(one);
        const Expression* right = &without_parentheses(other);
        while (true) {
            const auto* binary = std::get_if<Binary>(&left->node);
            const auto* other_binary = std::get_if<Binary>(&right->node);
            if (!binary || !other_binary) break;
            if (!(*this)(binary->op, other_binary->op) || !(*this)(binary->right, other_binary->right)) return false;
            left = &without_parentheses(*binary->left);
            right = &without_parentheses(*other_binary->left);
        }
        return of_variants(left->node, right->node);
    }
    bool operator()(const Identifier& one, const Identifier& other) const {
        return equals_ignoring_case(one.text, other.text);
    }
    /// However it is written.
    bool operator()(const Cast& one, const Cast& other) const {
        const auto tries = [](const Cast& cast) { return cast.style == Cast::Style::try_cast; };
        return tries(one) == tries(other) && (*this)(one.type, other.type) && (*this)(one.operand, other.operand);
    }
    bool operator()(const TableReferenceNode& one, const TableReferenceNode& other) const {
        return of_variants(one, other);
    }
    bool operator()(const QueryBodyNode& one, const QueryBodyNode& other) const { return of_variants(one, other); }
    template <class T>
    bool operator()(const Box<T>& one, const Box<T>& other) const {
        if (!one || !other) return !one && !other;
        return (*this)(*one, *other);
    }
    template <class T>
    bool operator()(const std::vector<T>& one, const std::vector<T>& other) const {
        return std::equal(one.begin(), one.end(), other.begin(), other.end(), *this);
    }
    template <class T>
    bool operator()(const std::optional<T>& one, const std::optional<T>& other) const {
        if (!one || !other) return !one && !other;
        return (*this)(*one, *other);
    }
    template <class First, class Second>
    bool operator()(const std::pair<First, Second>& one, const std::pair<First, Second>& other) const {
        return (*this)(one.first, other.first) && (*this)(one.second, other.second);
    }
    template <class T>
    bool operator()(const T& one, const T& other) const {
        if constexpr (requires { parts_of(one); }) {
            const auto compare = [&](const auto&... left) {
                return std::apply([&](const auto&... right) { return ((*this)(left, right) && ...); }, parts_of(other));
            };
            return std::apply(compare, parts_of(one));
        } else {
            return one == other;
        }
    }

private:
    template <class Variant>
    bool of_variants(const Variant& one, const Variant& other) const {
        if (one.index() != other.index()) return false;
        const auto compare = [&](const auto& left) {
            return (*this)(left, *std::get_if<std::remove_cvref_t<decltype(left)>>(&other));
        };
        return std::visit(compare, one);
    }
};

/// Feeds a structure into a hash.
class Feed {
public:
    explicit Feed(StructureHash& hash) : hash_(hash) {}

    void operator()(const Expression& expression) {
        const Expression* left = &without_parentheses(expression);
        while (const auto* binary = std::get_if<Binary>(&left->node)) {
            hash_.add("binary");
            (*this)(binary->op);
            (*this)(binary->right);
            left = &without_parentheses(*binary->left);
        }
        of_variant(left->node);
    }
    void operator()(const Operator& op) {
        hash_.add(static_cast<std::uint64_t>(op.kind()));
        if (op.is(OperatorKind::other) || op.is(OperatorKind::text_match)) hash_.add(op.text());
    }
    void operator()(const Identifier& name) { hash_.add(fold_case(name.text)); }
    void operator()(const Cast& cast) {
        hash_.add(cast.style == Cast::Style::try_cast ? "try cast" : "cast");
        (*this)(cast.type);
        (*this)(cast.operand);
    }
    void operator()(const TableReferenceNode& node) { of_variant(node); }
    void operator()(const QueryBodyNode& node) { of_variant(node); }
    template <class T>
    void operator()(const Box<T>& box) {
        hash_.add(std::uint64_t{box ? 1U : 0U});
        if (box) (*this)(*box);
    }
    template <class T>
    void operator()(const std::vector<T>& list) {
        hash_.add(std::uint64_t{list.size()});
        for (const T& each : list) (*this)(each);
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        hash_.add(std::uint64_t{value ? 1U : 0U});
        if (value) (*this)(*value);
    }
    template <class First, class Second>
    void operator()(const std::pair<First, Second>& pair) {
        (*this)(pair.first);
        (*this)(pair.second);
    }
    template <class T>
    void operator()(const T& node) {
        if constexpr (requires { parts_of(node); }) {
            std::apply([&](const auto&... each) { ((*this)(each), ...); }, parts_of(node));
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            hash_.add(std::string_view(node));
        } else {
            hash_.add(static_cast<std::uint64_t>(node));
        }
    }

private:
    template <class Variant>
    void of_variant(const Variant& node) {
        std::visit([&](const auto& each) { (*this)(each); }, node);
    }

    StructureHash& hash_;
};

}  // namespace

bool same_structure(const Expression& one, const Expression& other) { return Equality()(one, other); }
bool same_structure(const Query& one, const Query& other) { return Equality()(one, other); }

// FNV-1a.
StructureHash& StructureHash::add(std::string_view text) noexcept {
    add(std::uint64_t{text.size()});
    for (const char character : text) {
        value_ ^= static_cast<unsigned char>(character);
        value_ *= 1099511628211U;
    }
    return *this;
}

StructureHash& StructureHash::add(std::uint64_t number) noexcept {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        value_ ^= (number >> shift) & 0xFFU;
        value_ *= 1099511628211U;
    }
    return *this;
}

StructureHash& StructureHash::add(const Expression& expression) {
    Feed feed(*this);
    feed(expression);
    return *this;
}

StructureHash& StructureHash::add(const Query& query) {
    Feed feed(*this);
    feed(query);
    return *this;
}

}  // namespace laminar::ast
