#include "server/postgres/catalog/catalog_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace laminar::postgres {

namespace {

/// Of PostgreSQL 15: oid, name, length, by value, kind, category, preferred, element, array, input function, alignment,
/// storage, collation, and the name that is shown, with underscores for spaces.
constexpr std::array known_types{
    std::string_view("16 bool 1 t b B t 0 1000 boolin c p 0 boolean"),
    std::string_view("17 bytea -1 f b U f 0 1001 byteain i x 0 bytea"),
    std::string_view("18 char 1 t b Z f 0 1002 charin c p 0 \"char\""),
    std::string_view("19 name 64 f b S f 18 1003 namein c p 950 name"),
    std::string_view("20 int8 8 t b N f 0 1016 int8in d p 0 bigint"),
    std::string_view("21 int2 2 t b N f 0 1005 int2in s p 0 smallint"),
    std::string_view("22 int2vector -1 f b A f 21 1006 int2vectorin i p 0 int2vector"),
    std::string_view("23 int4 4 t b N f 0 1007 int4in i p 0 integer"),
    std::string_view("24 regproc 4 t b N f 0 1008 regprocin i p 0 regproc"),
    std::string_view("25 text -1 f b S t 0 1009 textin i x 100 text"),
    std::string_view("26 oid 4 t b N t 0 1028 oidin i p 0 oid"),
    std::string_view("27 tid 6 f b U f 0 1010 tidin s p 0 tid"),
    std::string_view("28 xid 4 t b U f 0 1011 xidin i p 0 xid"),
    std::string_view("29 cid 4 t b U f 0 1012 cidin i p 0 cid"),
    std::string_view("30 oidvector -1 f b A f 26 1013 oidvectorin i p 0 oidvector"),
    std::string_view("114 json -1 f b U f 0 199 json_in i x 0 json"),
    std::string_view("142 xml -1 f b U f 0 143 xml_in i x 0 xml"),
    std::string_view("600 point 16 f b G f 701 1017 point_in d p 0 point"),
    std::string_view("650 cidr -1 f b I f 0 651 cidr_in i m 0 cidr"),
    std::string_view("700 float4 4 t b N f 0 1021 float4in i p 0 real"),
    std::string_view("701 float8 8 t b N t 0 1022 float8in d p 0 double_precision"),
    std::string_view("705 unknown -2 f p X f 0 0 unknownin c p 0 unknown"),
    std::string_view("790 money 8 t b N f 0 791 cash_in d p 0 money"),
    std::string_view("829 macaddr 6 f b U f 0 1040 macaddr_in i p 0 macaddr"),
    std::string_view("869 inet -1 f b I t 0 1041 inet_in i m 0 inet"),
    std::string_view("1033 aclitem 12 f b U f 0 1034 aclitemin i p 0 aclitem"),
    std::string_view("1042 bpchar -1 f b S f 0 1014 bpcharin i x 100 character"),
    std::string_view("1043 varchar -1 f b S f 0 1015 varcharin i x 100 character_varying"),
    std::string_view("1082 date 4 t b D f 0 1182 date_in i p 0 date"),
    std::string_view("1083 time 8 t b D f 0 1183 time_in d p 0 time_without_time_zone"),
    std::string_view("1114 timestamp 8 t b D f 0 1115 timestamp_in d p 0 timestamp_without_time_zone"),
    std::string_view("1184 timestamptz 8 t b D t 0 1185 timestamptz_in d p 0 timestamp_with_time_zone"),
    std::string_view("1186 interval 16 f b T t 0 1187 interval_in d p 0 interval"),
    std::string_view("1266 timetz 12 f b D f 0 1270 timetz_in d p 0 time_with_time_zone"),
    std::string_view("1560 bit -1 f b V f 0 1561 bit_in i x 0 bit"),
    std::string_view("1562 varbit -1 f b V t 0 1563 varbit_in i x 0 bit_varying"),
    std::string_view("1700 numeric -1 f b N f 0 1231 numeric_in i m 0 numeric"),
    std::string_view("1790 refcursor -1 f b U f 0 2201 textin i x 0 refcursor"),
    std::string_view("2202 regprocedure 4 t b N f 0 2207 regprocedurein i p 0 regprocedure"),
    std::string_view("2205 regclass 4 t b N f 0 2210 regclassin i p 0 regclass"),
    std::string_view("2206 regtype 4 t b N f 0 2211 regtypein i p 0 regtype"),
    std::string_view("2249 record -1 f p P f 0 2287 record_in d x 0 record"),
    std::string_view("2275 cstring -2 f p P f 0 1263 cstring_in c p 0 cstring"),
    std::string_view("2276 any 4 t p P f 0 0 any_in i p 0 \"any\""),
    std::string_view("2277 anyarray -1 f p P f 0 0 anyarray_in d x 0 anyarray"),
    std::string_view("2278 void 4 t p P f 0 0 void_in i p 0 void"),
    std::string_view("2279 trigger 4 t p P f 0 0 trigger_in i p 0 trigger"),
    std::string_view("2283 anyelement 4 t p P f 0 0 anyelement_in i p 0 anyelement"),
    std::string_view("2950 uuid 16 f b U f 0 2951 uuid_in c p 0 uuid"),
    std::string_view("2970 txid_snapshot -1 f b U f 0 2949 txid_snapshot_in d x 0 txid_snapshot"),
    std::string_view("3802 jsonb -1 f b U f 0 3807 jsonb_in i x 0 jsonb"),
    std::string_view("3904 int4range -1 f r R f 0 3905 range_in i x 0 int4range"),
    std::string_view("4089 regnamespace 4 t b N f 0 4090 regnamespacein i p 0 regnamespace"),
    std::string_view("4096 regrole 4 t b N f 0 4097 regrolein i p 0 regrole"),
    std::string_view("5069 xid8 8 t b U f 0 271 xid8in d p 0 xid8"),
};

struct TypeRow {
    std::vector<std::string> fields;

    [[nodiscard]] const std::string& oid() const { return fields[0]; }
    [[nodiscard]] const std::string& name() const { return fields[1]; }
    [[nodiscard]] const std::string& shown() const { return fields.back(); }
};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> fields;
    while (true) {
        const std::size_t end = std::min(text.find(' '), text.size());
        fields.emplace_back(text.substr(0, end));
        if (end == text.size()) return fields;
        text.remove_prefix(end + 1);
    }
}

/// The array of a type, whose elements are as it is.
TypeRow array_of(const TypeRow& element) {
    const std::string& alignment = element.fields[10] == "d" ? "d" : "i";
    return {{element.fields[8], "_" + element.name(), "-1", "f", element.fields[4], "A", "f", element.oid(), "0",
             "array_in", alignment, "x", element.fields[12], element.shown() + "[]"}};
}

const std::vector<TypeRow>& all_types() {
    static const std::vector<TypeRow> all = [] {
        std::vector<TypeRow> made;
        for (const std::string_view text : known_types) {
            TypeRow type{split(text)};
            std::replace(type.fields.back().begin(), type.fields.back().end(), '_', ' ');
            if (type.fields[8] != "0") made.push_back(array_of(type));
            made.push_back(std::move(type));
        }
        return made;
    }();
    return all;
}

std::int32_t number(const std::string& text) {
    std::int32_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

template <class Is>
CatalogType find_type(Is is) {
    const std::vector<TypeRow>& all = all_types();
    auto found = std::find_if(all.begin(), all.end(), is);
    if (found == all.end())
        found = std::find_if(all.begin(), all.end(), [](const TypeRow& type) { return type.name() == "text"; });
    const std::vector<std::string>& fields = found->fields;
    return {number(fields[0]),  number(fields[2]),  fields[3] == "t",
            fields[10].front(), fields[11].front(), number(fields[12])};
}

}  // namespace

CatalogType catalog_type(std::int32_t oid) {
    return find_type([oid](const TypeRow& type) { return number(type.oid()) == oid; });
}

CatalogType catalog_type(std::string_view name) {
    return find_type([name](const TypeRow& type) { return type.name() == name; });
}

CatalogRows type_rows() {
    CatalogRows rows{
        "pg_type",
        {"oid",      "typname",      "typlen",   "typbyval",  "typtype",    "typcategory",  "typispreferred",
         "typelem",  "typarray",     "typinput", "typalign",  "typstorage", "typcollation", "typnamespace",
         "typowner", "typisdefined", "typdelim", "typoutput", "typreceive", "typsend",      "typtypmod"},
        {}};
    for (const TypeRow& type : all_types()) {
        std::vector<std::optional<std::string>> row(type.fields.begin(), type.fields.end() - 1);
        std::string stem = type.fields[9].substr(0, type.fields[9].size() - 2);
        row.insert(row.end(), {std::string(catalog_schema_oid), std::string(owner_oid), "t", ",", stem + "out",
                               stem + "recv", stem + "send", "-1"});
        rows.rows.push_back(std::move(row));
    }
    return rows;
}

CatalogRows type_name_rows() {
    CatalogRows rows{type_names_relation, {"oid", "shown"}, {}};
    for (const TypeRow& type : all_types()) rows.rows.push_back({type.oid(), type.shown()});
    return rows;
}

}  // namespace laminar::postgres
