#include "catalog/query/type_inference.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace laminar {
namespace {

using ast::OperatorKind;

enum class Category : std::uint8_t { number, text, time, json, boolean };

constexpr unsigned all_arguments = ~0U;
constexpr unsigned first_argument = 1U << 0;
constexpr unsigned second_argument = 1U << 1;
constexpr unsigned third_argument = 1U << 2;

struct ArgumentRule {
    Category category;
    unsigned arguments;  ///< One bit per position.
};

using RuleTable = std::unordered_map<std::string_view, ArgumentRule>;

RuleTable make_argument_rules() {
    RuleTable rules;
    const auto add = [&rules](Category category, unsigned arguments, std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names) rules.insert_or_assign(name, ArgumentRule{category, arguments});
    };
    add(Category::number, all_arguments,
        {"avg",       "sum",        "fsum",       "kahan_sum",    "favg",       "mean",
         "product",   "stddev",     "stddev_pop", "variance",     "var_pop",    "stddev_samp",
         "var_samp",  "sem",        "kurtosis",   "kurtosis_pop", "skewness",   "corr",
         "covar_pop", "covar_samp", "regr_avgx",  "regr_avgy",    "regr_count", "regr_intercept",
         "regr_r2",   "regr_slope", "regr_sxx",   "regr_sxy",     "regr_syy",   "abs",
         "sign",      "sqrt",       "cbrt",       "ln",           "log",        "log2",
         "log10",     "exp",        "pow",        "power",        "mod",        "fmod",
         "sin",       "cos",        "tan",        "asin",         "acos",       "atan",
         "atan2",     "sinh",       "cosh",       "tanh",         "cot",        "degrees",
         "radians",   "ceil",       "ceiling",    "floor",        "trunc",      "even",
         "factorial", "gcd",        "lcm",        "isnan",        "isinf",      "isfinite",
         "add",       "subtract",   "multiply",   "divide",       "gamma",      "lgamma"});
    add(Category::number, first_argument,
        {"round", "percentile_cont", "quantile_cont", "quantile", "quantile_disc", "approx_quantile",
         "reservoir_quantile", "median", "mad"});
    add(Category::text, all_arguments,
        {"upper",
         "ucase",
         "lower",
         "lcase",
         "initcap",
         "trim",
         "ltrim",
         "rtrim",
         "length",
         "len",
         "strlen",
         "char_length",
         "character_length",
         "reverse",
         "starts_with",
         "prefix",
         "suffix",
         "ends_with",
         "replace",
         "translate",
         "regexp_matches",
         "regexp_full_match",
         "regexp_split_to_array",
         "string_split",
         "str_split",
         "split",
         "string_to_array",
         "string_split_regex",
         "levenshtein",
         "editdist3",
         "damerau_levenshtein",
         "jaccard",
         "jaro_similarity",
         "jaro_winkler_similarity",
         "md5",
         "sha1",
         "sha256",
         "ascii",
         "ord",
         "unicode",
         "strpos",
         "instr",
         "position",
         "strip_accents",
         "nfc_normalize",
         "url_encode",
         "url_decode",
         "like_escape",
         "ilike_escape",
         "parse_filename",
         "parse_dirname",
         "parse_path",
         "concat_ws"});
    add(Category::text, first_argument, {"substring",
                                         "substr",
                                         "left",
                                         "right",
                                         "left_grapheme",
                                         "right_grapheme",
                                         "split_part",
                                         "lpad",
                                         "rpad",
                                         "repeat",
                                         "strptime",
                                         "try_strptime",
                                         "regexp_extract",
                                         "regexp_extract_all",
                                         "regexp_replace",
                                         "string_agg",
                                         "group_concat",
                                         "listagg",
                                         "is_valid_json",
                                         "json_valid",
                                         "laminar_valid_json",
                                         "from_base64",
                                         "from_hex",
                                         "unhex",
                                         "unbin"});
    add(Category::time, first_argument,
        {"year",        "month",        "day",        "hour",      "minute",           "second",        "millisecond",
         "microsecond", "quarter",      "week",       "weekday",   "dayofweek",        "isodow",        "dayofmonth",
         "dayofyear",   "weekofyear",   "yearweek",   "isoyear",   "decade",           "century",       "millennium",
         "era",         "epoch",        "epoch_us",   "epoch_ns",  "dayname",          "monthname",     "last_day",
         "strftime",    "age",          "julian",     "date_add",  "to_timestamp_utc", "tumble",        "hop",
         "session",     "tumble_start", "tumble_end", "hop_start", "hop_end",          "session_start", "session_end"});
    add(Category::time, second_argument, {"date_trunc", "datetrunc", "date_part", "datepart", "time_bucket"});
    add(Category::time, second_argument | third_argument, {"date_diff", "datediff", "date_sub", "datesub"});
    add(Category::json, first_argument, {"json_extract",      "json_extract_string",
                                         "json_extract_path", "json_extract_path_text",
                                         "json_value",        "json_query",
                                         "json_exists",       "json_array_length",
                                         "json_keys",         "json_type",
                                         "json_contains",     "json_structure",
                                         "json_transform",    "json_transform_strict",
                                         "from_json",         "from_json_strict",
                                         "json_each",         "json_tree",
                                         "json_pretty",       "json_merge_patch"});
    add(Category::boolean, all_arguments, {"bool_and", "bool_or", "count_if", "countif"});
    add(Category::boolean, first_argument, {"if"});
    return rules;
}

const RuleTable& argument_rules() {
    static const RuleTable rules = make_argument_rules();
    return rules;
}

Use category_use(Category category) {
    switch (category) {
        case Category::number:
            return number_use();
        case Category::text:
            return text_use();
        case Category::time:
            return time_use();
        case Category::json:
            return json_use();
        case Category::boolean:
            return boolean_use();
    }
    return {};
}

bool is_time_point(const ColumnType& type) {
    switch (type.id) {
        case TypeId::date:
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return true;
        default:
            return false;
    }
}

bool is_number(const ColumnType& type) { return type.id >= TypeId::tinyint && type.id <= TypeId::decimal; }

bool is_about_text(OperatorKind op) { return op == OperatorKind::concatenate || op == OperatorKind::text_match; }
bool is_about_truth(OperatorKind op) { return op == OperatorKind::conjunction || op == OperatorKind::disjunction; }

/// + and - are about time as soon as one side, or the place they stand in, is.
std::optional<std::pair<Use, Use>> time_operand_uses(OperatorKind op, const Use& place, const ColumnType& left,
                                                     const ColumnType& right) {
    const bool left_interval = left.id == TypeId::interval;
    const bool right_interval = right.id == TypeId::interval;
    if (right_interval && left_interval) return std::pair<Use, Use>{};
    if (right_interval) return std::pair{time_use(), Use{}};
    if (left_interval) return std::pair{Use{}, op == OperatorKind::add ? time_use() : Use{}};
    if (op != OperatorKind::subtract) return std::nullopt;
    const bool place_is_time = is_time_point(place.type) || place.type.id == TypeId::interval;
    if (place_is_time || is_time_point(left) || is_time_point(right)) return std::pair{time_use(), time_use()};
    return std::nullopt;
}

}  // namespace

TypeInference::Slot TypeInference::add_slot() {
    slots_.emplace_back();
    return slots_.size() - 1;
}

void TypeInference::record(const std::vector<Slot>& slots, const Use& use) {
    if (use.says_nothing() || use.type.id == TypeId::unknown) return;
    for (const Slot slot : slots) {
        State& state = slots_[slot];
        const auto keep_loser = [&state](const Use& candidate) {
            if (candidate.strength > state.lost.strength && !(candidate.type == state.best.type)) {
                state.lost = candidate;
            }
        };
        if (use.strength > state.best.strength) {
            const Use previous = std::exchange(state.best, use);
            if (state.lost.type == use.type) state.lost = {};
            keep_loser(previous);
        } else {
            keep_loser(use);
        }
    }
}

ColumnType TypeInference::decided(Slot slot) const { return slots_[slot].best.type; }

std::optional<ColumnType> TypeInference::overruled(Slot slot) const {
    const Use& lost = slots_[slot].lost;
    if (lost.says_nothing() || lost.type == slots_[slot].best.type) return std::nullopt;
    return lost.type;
}

Use boolean_use() { return {TypeId::boolean, UseStrength::boolean_context}; }
Use text_use() { return {TypeId::varchar, UseStrength::text_function}; }
Use number_use() { return {TypeId::float64, UseStrength::arithmetic}; }
Use time_use() { return {TypeId::timestamp, UseStrength::time_function}; }
Use json_use() { return {TypeId::json, UseStrength::json_function}; }

Use comparison_use(const ColumnType& other) {
    switch (other.id) {
        case TypeId::unknown:
        case TypeId::json:
        case TypeId::blob:
        case TypeId::bit:
            return {};
        case TypeId::enumeration:
            return {TypeId::varchar, UseStrength::comparison};
        case TypeId::decimal:
            return {TypeId::float64, UseStrength::comparison};
        // A time point is never what a mere literal looks like: it weighs as much as a function of time.
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return time_use();
        default:
            return other.is_nested() ? Use{} : Use{other, UseStrength::comparison};
    }
}

std::pair<Use, Use> operand_uses(OperatorKind op, const Use& place, const ColumnType& left, const ColumnType& right) {
    if (is_about_truth(op)) return {boolean_use(), boolean_use()};
    if (is_comparison(op)) return {comparison_use(right), comparison_use(left)};
    if (op == OperatorKind::json_value || op == OperatorKind::json_text) return {json_use(), {}};
    if (is_about_text(op)) {
        if (left.is_nested() || right.is_nested() || left.id == TypeId::blob || right.id == TypeId::blob) return {};
        return {text_use(), text_use()};
    }
    if (is_sum(op)) {
        if (const auto uses = time_operand_uses(op, place, left, right)) return *uses;
        if (is_time_point(left) || is_time_point(right)) return {};
    }
    if (is_arithmetic(op)) {
        // INTERVAL '1 minute' * n: n is a number, and nothing is known about the other side.
        return {left.id == TypeId::interval ? Use{} : number_use(),
                right.id == TypeId::interval ? Use{} : number_use()};
    }
    return {};
}

ColumnType operation_type(OperatorKind op, const ColumnType& left, const ColumnType& right) {
    if (is_about_truth(op) || is_comparison(op)) return TypeId::boolean;
    if (op == OperatorKind::json_value) return TypeId::json;
    if (op == OperatorKind::json_text) return TypeId::varchar;
    if (op == OperatorKind::concatenate)
        return left.is_nested() || right.is_nested() ? ColumnType{} : ColumnType{TypeId::varchar};
    if (is_about_text(op)) return TypeId::boolean;
    if (is_sum(op)) {
        if (is_time_point(left) && is_time_point(right)) return TypeId::interval;
        if (right.id == TypeId::interval) return left.id == TypeId::interval ? TypeId::interval : TypeId::timestamp;
        if (left.id == TypeId::interval) return op == OperatorKind::add ? TypeId::timestamp : TypeId::interval;
        if (is_time_point(left))
            return right.id == TypeId::unknown && op == OperatorKind::subtract ? TypeId::interval : left.id;
    }
    if (is_arithmetic(op)) {
        if (left.id == TypeId::interval || right.id == TypeId::interval) return TypeId::interval;
        const bool is_of_numbers = op == OperatorKind::multiply || op == OperatorKind::divide;
        return is_number(left) || is_number(right) || is_of_numbers ? TypeId::float64 : TypeId::unknown;
    }
    return {};
}

Use argument_use(std::string_view name, std::size_t index, std::size_t count) {
    const auto rule = argument_rules().find(name);
    if (rule == argument_rules().end()) return {};
    // age(a, b) and the like: every argument is a point in time.
    if (name == "age" && count == 2) return time_use();
    if (index >= 32 || !((rule->second.arguments >> index) & 1U)) return {};
    return category_use(rule->second.category);
}

Use within_group_use(std::string_view name) {
    if (name == "percentile_cont" || name == "quantile_cont") return number_use();
    if (name == "listagg" || name == "string_agg") return text_use();
    return {};
}

ColumnType function_result_type(std::string_view name) {
    static const std::unordered_map<std::string_view, TypeId> types = [] {
        std::unordered_map<std::string_view, TypeId> table;
        const auto add = [&table](TypeId type, std::initializer_list<std::string_view> names) {
            for (const std::string_view each : names) table.emplace(each, type);
        };
        add(TypeId::timestamp,
            {"now", "current_timestamp", "localtimestamp", "get_current_timestamp", "transaction_timestamp",
             "date_trunc", "datetrunc", "time_bucket", "strptime", "try_strptime", "make_timestamp", "to_timestamp",
             "tumble_start", "tumble_end", "hop_start", "hop_end", "session_start", "session_end", "epoch_ms"});
        add(TypeId::date, {"current_date", "today", "make_date", "last_day"});
        add(TypeId::interval, {"age", "to_years", "to_months", "to_weeks", "to_days", "to_hours", "to_minutes",
                               "to_seconds", "to_milliseconds", "to_microseconds"});
        add(TypeId::varchar, {"upper",
                              "ucase",
                              "lower",
                              "lcase",
                              "trim",
                              "ltrim",
                              "rtrim",
                              "replace",
                              "substring",
                              "substr",
                              "left",
                              "right",
                              "concat",
                              "concat_ws",
                              "strftime",
                              "split_part",
                              "json_extract_string",
                              "json_value",
                              "json_extract_path_text",
                              "regexp_extract",
                              "regexp_replace",
                              "md5",
                              "sha256",
                              "string_agg",
                              "group_concat",
                              "listagg",
                              "format",
                              "printf",
                              "dayname",
                              "monthname",
                              "reverse",
                              "lpad",
                              "rpad",
                              "repeat",
                              "typeof",
                              "hex",
                              "chr",
                              "json_type"});
        add(TypeId::json, {"json_extract", "json_extract_path", "json_object", "json_array", "to_json", "row_to_json",
                           "array_to_json", "json_group_array", "json_group_object", "json_merge_patch", "json"});
        add(TypeId::boolean, {"is_valid_json",  "laminar_valid_json",
                              "json_valid",     "starts_with",
                              "ends_with",      "prefix",
                              "suffix",         "contains",
                              "regexp_matches", "regexp_full_match",
                              "bool_and",       "bool_or",
                              "json_exists",    "json_contains",
                              "isnan",          "isinf",
                              "isfinite",       "list_contains",
                              "list_has",       "array_contains"});
        add(TypeId::bigint, {"count",
                             "length",
                             "len",
                             "strlen",
                             "row_number",
                             "rank",
                             "dense_rank",
                             "ntile",
                             "date_diff",
                             "datediff",
                             "epoch_us",
                             "epoch_ns",
                             "year",
                             "month",
                             "day",
                             "hour",
                             "minute",
                             "second",
                             "strpos",
                             "position",
                             "instr",
                             "count_if",
                             "countif",
                             "approx_count_distinct",
                             "json_array_length",
                             "date_part",
                             "datepart"});
        add(TypeId::float64,
            {"avg",           "mean",   "sum",   "stddev", "variance",     "stddev_pop", "var_pop", "stddev_samp",
             "var_samp",      "sqrt",   "ln",    "log",    "log2",         "log10",      "exp",     "pow",
             "power",         "round",  "floor", "ceil",   "ceiling",      "abs",        "random",  "percentile_cont",
             "quantile_cont", "median", "corr",  "epoch",  "percent_rank", "cume_dist"});
        return table;
    }();
    const auto found = types.find(name);
    return found == types.end() ? ColumnType{} : ColumnType{found->second};
}

bool returns_first_argument(std::string_view name) {
    static const std::unordered_set<std::string_view> names = {
        "min",        "max",       "first",   "last",    "any_value", "arbitrary", "lag",    "lead",   "first_value",
        "last_value", "nth_value", "arg_min", "arg_max", "argmin",    "argmax",    "min_by", "max_by", "mode"};
    return names.contains(name);
}

bool has_arguments_of_one_type(std::string_view name) {
    static const std::unordered_set<std::string_view> names = {"coalesce", "ifnull", "nullif", "greatest", "least"};
    return names.contains(name);
}

}  // namespace laminar
