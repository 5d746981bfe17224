// Functions of times. Flink's go by milliseconds, its weeks begin on Sunday, and its differences are of whole units.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/flink/expressions/function_tables.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/patterns.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

Written as_bigint(std::string text) { return {std::move(text), TypeId::bigint}; }

std::string unit_of(const Call& call) {
    const auto unit = literal_text(call.argument(0));
    if (!unit) call.refuse(fmt::format("the part of a time in {} has to be a literal", call.name));
    return fold_case(*unit);
}

/// A DATE, or a time without a zone.
Written time_argument(const Call& call, std::size_t index) {
    Written time = call.writer.write(call.argument(index));
    if (!is_timestamp(time.type.id) && time.type.id != TypeId::date)
        call.refuse(fmt::format("{} of {} has no equal in Flink", call.name, to_sql(time.type)),
                    "cast it AS TIMESTAMP");
    return time;
}

/// Milliseconds since the epoch.
std::string milliseconds(const std::string& time) {
    return fmt::format("(EXTRACT(EPOCH FROM {0}) * CAST(1000 AS BIGINT) + EXTRACT(MILLISECOND FROM {0}))", time);
}

Written part(const Call& call, const std::string& unit, std::size_t index) {
    const Written time = time_argument(call, index);
    constexpr std::array<std::string_view, 10> same{"year", "quarter", "month",  "week",   "day",
                                                    "hour", "minute",  "second", "isodow", "doy"};
    for (const std::string_view each : same) {
        if (unit == each || unit == std::string(each) + "s") {
            std::string field(each);
            for (char& c : field) c = static_cast<char>(c - 'a' + 'A');
            return as_bigint(fmt::format("EXTRACT({} FROM {})", field, time.text));
        }
    }
    if (unit == "dow" || unit == "dayofweek")
        return as_bigint(fmt::format("(EXTRACT(DOW FROM {}) - CAST(1 AS BIGINT))", time.text));
    if (unit == "dayofyear") return as_bigint(fmt::format("EXTRACT(DOY FROM {})", time.text));
    const bool is_precise = time.type.id != TypeId::timestamp;
    if ((unit == "millisecond" || unit == "milliseconds") && time.type.id != TypeId::date)
        return as_bigint(fmt::format(
            "(EXTRACT(SECOND FROM {0}) * CAST(1000 AS BIGINT) + EXTRACT(MILLISECOND FROM {0}))", time.text));
    if (unit == "epoch" && is_precise && time.type.id != TypeId::date)
        return {fmt::format("(CAST({} AS DOUBLE) / CAST(1000 AS DOUBLE))", milliseconds(time.text)), TypeId::float64};
    call.refuse(fmt::format("the part \"{}\" of this time has no equal in Flink", unit),
                "Flink has milliseconds alone: epoch takes an event time or a TIMESTAMP_MS");
}

Written date_part(const Call& call) { return part(call, unit_of(call), 1); }
Written named_part(const Call& call) { return part(call, call.name, 0); }

Written epoch_ms(const Call& call) {
    const Written time = time_argument(call, 0);
    if (time.type.id == TypeId::date) call.refuse("epoch_ms of a DATE has no equal in Flink", "cast it AS TIMESTAMP");
    return as_bigint(milliseconds(time.text));
}

Written date_trunc(const Call& call) {
    const std::string unit = unit_of(call);
    const Written time = time_argument(call, 1);
    std::string field;
    for (const std::string_view each : {"second", "minute", "hour", "day", "month", "year"}) {
        if (unit == each) field = each;
    }
    if (field.empty())
        call.refuse(fmt::format("Flink cuts \"{}\" off at other places", unit),
                    "weeks begin on Sunday there: group by TUMBLE, or by days");
    for (char& c : field) c = static_cast<char>(c - 'a' + 'A');
    if (time.type.id == TypeId::date && (field == "SECOND" || field == "MINUTE" || field == "HOUR")) return time;
    const std::string text = fmt::format("FLOOR({} TO {})", time.text, field);
    if (call.type.id == TypeId::date) return {fmt::format("CAST({} AS DATE)", text), TypeId::date};
    return {text, time.type};
}

/// How many borders of the unit lie between two times: what begins at one is counted.
Written date_diff(const Call& call) {
    const std::string unit = unit_of(call);
    struct Unit {
        std::string_view name;
        const char* field;
        int seconds;
    };
    constexpr std::array<Unit, 4> units{
        {{"second", "SECOND", 1}, {"minute", "MINUTE", 60}, {"hour", "HOUR", 3600}, {"day", "DAY", 86400}}};
    for (const Unit& each : units) {
        if (unit != each.name) continue;
        const auto seconds = [&](std::size_t index) {
            Written time = time_argument(call, index);
            if (time.type.id == TypeId::date) time.text = fmt::format("CAST({} AS TIMESTAMP(3))", time.text);
            return fmt::format("EXTRACT(EPOCH FROM FLOOR({} TO {}))", time.text, each.field);
        };
        return as_bigint(fmt::format("(({} - {}) / CAST({} AS BIGINT))", seconds(2), seconds(1), each.seconds));
    }
    call.refuse(fmt::format("date_diff by \"{}\" has no equal in Flink", unit),
                "'second', 'minute', 'hour' and 'day' have one");
}

Written format(const Call& call) {
    const auto text = literal_text(call.argument(1));
    const auto written = text ? java_date_format(*text) : std::nullopt;
    if (!written)
        call.refuse("Flink has not all that this format names, or it is not a literal",
                    "%Y %m %d %H %M %S %g and %j have an equal");
    Written time = time_argument(call, 0);
    if (time.type.id == TypeId::date) time.text = fmt::format("CAST({} AS TIMESTAMP(3))", time.text);
    return {fmt::format("DATE_FORMAT({}, {})", time.text, quoted_text(*written)), TypeId::varchar};
}

}  // namespace

const std::vector<Function>& time_functions() {
    static const std::vector<Function> all{
        {"date_part", 2, 2, date_part, "date_part('hour', ts)",
         "EXTRACT; dow, milliseconds and epoch by what Flink has"},
        {"datepart", 2, 2, date_part, "datepart('dow', ts)", "EXTRACT"},
        {"year", 1, 1, named_part, "year(ts)", "EXTRACT"},
        {"quarter", 1, 1, named_part, "quarter(ts)", "EXTRACT"},
        {"month", 1, 1, named_part, "month(ts)", "EXTRACT"},
        {"week", 1, 1, named_part, "week(ts)", "EXTRACT"},
        {"day", 1, 1, named_part, "day(ts)", "EXTRACT"},
        {"hour", 1, 1, named_part, "hour(ts)", "EXTRACT"},
        {"minute", 1, 1, named_part, "minute(ts)", "EXTRACT"},
        {"second", 1, 1, named_part, "second(ts)", "EXTRACT"},
        {"millisecond", 1, 1, named_part, "millisecond(ts)", "EXTRACT of SECOND and MILLISECOND"},
        {"dayofweek", 1, 1, named_part, "dayofweek(ts)", "EXTRACT(DOW ...) - 1: Sunday is 0"},
        {"isodow", 1, 1, named_part, "isodow(ts)", "EXTRACT"},
        {"dayofyear", 1, 1, named_part, "dayofyear(ts)", "EXTRACT(DOY ...)"},
        {"epoch", 1, 1, named_part, "epoch(ts)", "EXTRACT of EPOCH and MILLISECOND"},
        {"epoch_ms", 1, 1, epoch_ms, "epoch_ms(ts)", "EXTRACT of EPOCH and MILLISECOND"},
        {"date_trunc", 2, 2, date_trunc, "date_trunc('hour', ts)", "FLOOR(ts TO HOUR)"},
        {"date_diff", 3, 3, date_diff, "date_diff('minute', ts, ts)", "the difference of the begun units"},
        {"datediff", 3, 3, date_diff, "datediff('day', ts, ts)", "the difference of the begun units"},
        {"strftime", 2, 2, format, "strftime(ts, '%Y-%m-%d')", "DATE_FORMAT"},
    };
    return all;
}

}  // namespace laminar::flink
