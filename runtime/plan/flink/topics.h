#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "runtime/plan/flink/lowering.h"

namespace laminar::flink {

/// A topic that the exported scripts read or write, for people.
struct Topic {
    std::string name;
    std::string table;             ///< Of the script, or the pipeline whose rows it has.
    bool is_read = false;          ///< By Flink; Laminar writes it. Otherwise Flink writes it.
    std::vector<std::string> key;  ///< Of one that keeps the latest row of each key.
};

/// Names of topics: letters, digits, '.', '_' and '-', each another.
class TopicNames {
public:
    std::string add(const std::string& wanted);

private:
    RelationNames names_;
};

/// The tables over topics that pipelines read. Each is made once, whoever reads it.
class SourceTables {
public:
    /// All are borrowed. statements receives the tables and views.
    SourceTables(std::string bootstrap_servers, EngineTypes& engine, RelationNames& names, TopicNames& topic_names,
                 std::vector<std::string>& statements)
        : bootstrap_servers_(std::move(bootstrap_servers)),
          engine_(engine),
          names_(names),
          topic_names_(topic_names),
          statements_(statements) {}

    /// What a scan of a table over a connection reads, by its event time if one of the first clocks of the plan is it.
    /// Throws Refused after reporting.
    [[nodiscard]] Relation scan(const logical::Node& node, const TableObject& table, const logical::Plan& plan,
                                std::size_t clocks, Findings& findings);
    [[nodiscard]] const std::vector<Topic>& topics() const noexcept { return topics_; }
    /// For Laminar: each table as rows of its topic, in the form that the tables above read.
    [[nodiscard]] std::string ingest_script() const;

private:
    struct EventTime {
        std::string column;  ///< Empty: the rows are read without one.
        std::chrono::microseconds delay{0};
        std::chrono::milliseconds idle{0};
    };
    struct Table {
        std::string object;
        EventTime time;
        Relation relation;
    };
    struct Ingested {
        std::string object;
        std::string topic;
        std::vector<Column> columns;  ///< With is_time for those in milliseconds.
    };

    [[nodiscard]] EventTime time_of(const logical::Node& node, const TableObject& table, const logical::Plan& plan,
                                    std::size_t clocks, Findings& findings);
    /// By how much the watermark of a table lies behind its event time; nullopt where it is something else.
    [[nodiscard]] std::optional<std::chrono::microseconds> delay_of(const TableObject& table);
    [[nodiscard]] Relation add(const TableObject& table, const EventTime& time, SourceSpan span,
                               const Findings& findings);
    [[nodiscard]] Ingested& ingested(const TableObject& table);

    std::string bootstrap_servers_;
    EngineTypes& engine_;
    RelationNames& names_;
    TopicNames& topic_names_;
    std::vector<std::string>& statements_;
    std::vector<Table> tables_;
    std::vector<Ingested> ingested_;
    std::set<std::string> cut_;  ///< Event times whose precision has been told of: case-folded.
    std::vector<Topic> topics_;
};

/// The tables over topics that pipelines write.
class SinkTables {
public:
    SinkTables(std::string bootstrap_servers, RelationNames& names, TopicNames& topic_names,
               std::vector<std::string>& statements)
        : bootstrap_servers_(std::move(bootstrap_servers)),
          names_(names),
          topic_names_(topic_names),
          statements_(statements) {}

    /// INSERT INTO of a pipeline whose rows are relation. table: its sink, null for one that prints. Throws Refused
    /// after reporting.
    [[nodiscard]] std::string insert(const PipelineObject& pipeline, const TableObject* table, const Relation& relation,
                                     Findings& findings);
    [[nodiscard]] const std::vector<Topic>& topics() const noexcept { return topics_; }

private:
    struct Table {
        std::string object;
        std::string name;
        std::vector<std::string> key;
        std::string columns;
    };

    std::string bootstrap_servers_;
    RelationNames& names_;
    TopicNames& topic_names_;
    std::vector<std::string>& statements_;
    std::vector<Table> tables_;
    std::vector<Topic> topics_;
};

}  // namespace laminar::flink
