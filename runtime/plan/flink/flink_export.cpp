#include "runtime/plan/flink/flink_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/flink/lowering.h"
#include "runtime/plan/flink/notes.h"
#include "runtime/plan/flink/topics.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/planned_query.h"

namespace laminar {

using namespace flink;

class FlinkExport::Implementation final : public flink::Inputs {
public:
    explicit Implementation(FlinkExportOptions options) : options_(std::move(options)) {}

    void add(const PipelineObject& pipeline, const Catalog& catalog, Diagnostics& diagnostics) {
        const std::string folded = fold_case(pipeline.name);
        catalogs_.insert_or_assign(folded, catalog);
        views_of_.erase({folded, false});
        views_of_.erase({folded, true});
        if (!is_wanted(pipeline.name)) {
            left_.push_back(pipeline.name);
            return;
        }
        found_.insert(folded);
        Findings findings(diagnostics);
        findings.set_place(pipeline.statement.span);
        const std::size_t before = diagnostics.all().size();
        try {
            const flink::Relation relation = view_of(pipeline, false, findings);
            const Catalog& known = catalogs_.at(folded);
            inserts_.push_back(
                sinks_.insert(pipeline, pipeline.sink.empty() ? nullptr : known.find_as<TableObject>(pipeline.sink),
                              relation, findings));
            exported_.push_back(pipeline.name);
        } catch (const flink::Refused&) {
            failed_.insert(folded);
        } catch (const EngineException& problem) {
            failed_.insert(folded);
            diagnostics.error(no_equal_in_target, findings.place(),
                              fmt::format("the query cannot be exported: {}", problem.error().message));
        }
        for (std::size_t index = before; index < diagnostics.all().size(); ++index) {
            const Diagnostic& finding = diagnostics.all()[index];
            if (finding.severity == Severity::warning)
                warnings_.push_back(fmt::format("In {}: {}.", as_code(pipeline.name), finding.message));
        }
    }

    flink::Relation scan(const logical::Node& node, const logical::Scan& scan, const logical::Plan& plan) override {
        switch (scan.kind) {
            case InputKind::stream_table:
                if (const auto* table = catalog_->find_as<TableObject>(scan.object))
                    return sources_.scan(node, *table, plan, clocks_of(plan), *findings_);
                break;
            case InputKind::pipeline:
                if (const auto* pipeline = catalog_->find_as<PipelineObject>(scan.object))
                    return upstream(*pipeline, goes_by(node, plan));
                break;
            case InputKind::connection:
                findings_->refuse_missing(
                    node.span,
                    fmt::format(
                        "the messages of connection \"{}\" stay with Laminar: its rows have no table, and so no topic",
                        scan.object),
                    "declare a table over the connection, or leave the pipeline to Laminar: --pipeline names those to "
                    "export");
            case InputKind::stored_table:
            case InputKind::system_table:
                break;
        }
        findings_->refuse_missing(
            node.span, fmt::format("\"{}\" is stored in Laminar: Flink does not have its rows", scan.object),
            "join with a stream, or leave the pipeline to Laminar: --pipeline names those to export");
    }

    [[nodiscard]] std::vector<std::string> missing() const {
        std::vector<std::string> names;
        for (const std::string& name : options_.pipelines) {
            if (!found_.contains(fold_case(name))) names.push_back(name);
        }
        return names;
    }
    [[nodiscard]] bool is_empty() const noexcept { return exported_.empty(); }

    [[nodiscard]] FlinkScripts scripts() const {
        FlinkScripts scripts;
        scripts.ingest =
            "-- For Laminar: the rows of tables into topics, as pipelines.sql reads them. Written by laminar export; "
            "see NOTES.md.\n" +
            sources_.ingest_script();
        scripts.pipelines =
            "-- Flink SQL. Written by laminar export; see NOTES.md.\nSET 'execution.runtime-mode' = 'streaming';\nSET "
            "'table.local-time-zone' = 'UTC';\n";
        for (const std::string& statement : statements_) scripts.pipelines += "\n" + statement + ";\n";
        if (!inserts_.empty()) {
            scripts.pipelines += "\nEXECUTE STATEMENT SET\nBEGIN\n";
            for (const std::string& insert : inserts_) scripts.pipelines += insert + ";\n";
            scripts.pipelines += "END;\n";
        }
        Notes notes;
        notes.pipelines = exported_;
        notes.left = left_;
        notes.warnings = warnings_;
        notes.topics = sources_.topics();
        notes.topics.insert(notes.topics.end(), sinks_.topics().begin(), sinks_.topics().end());
        scripts.notes = write_notes(notes);
        return scripts;
    }

private:
    [[nodiscard]] bool is_wanted(const std::string& name) const {
        return options_.pipelines.empty() ||
               std::any_of(options_.pipelines.begin(), options_.pipelines.end(),
                           [&](const std::string& each) { return equals_ignoring_case(each, name); });
    }

    /// How many clocks of a plan its views go by: those for readers as well where one of them reads the views.
    [[nodiscard]] std::size_t clocks_of(const logical::Plan& plan) const {
        return is_for_times_ ? plan.clocks.size() : plan.clocks_in_use;
    }
    /// Whether a plan goes by the times of a pipeline that it reads.
    [[nodiscard]] bool goes_by(const logical::Node& node, const logical::Plan& plan) const {
        const auto end = plan.clocks.begin() + static_cast<std::ptrdiff_t>(clocks_of(plan));
        return std::any_of(plan.clocks.begin(), end, [&](const PlannedClock& clock) {
            return clock.kind == PlannedClock::Kind::upstream && clock.scan == node.number;
        });
    }

    flink::Relation upstream(const PipelineObject& pipeline, bool for_times) {
        // What is wrong with it has been said.
        if (failed_.contains(fold_case(pipeline.name))) throw flink::Refused();
        catalogs_.try_emplace(fold_case(pipeline.name), *catalog_);
        return view_of(pipeline, for_times, *findings_);
    }

    /// Made once: readers of a pipeline read its view. for_times: they go by its times, as it may not do itself; rows
    /// that have none are not there then.
    flink::Relation view_of(const PipelineObject& pipeline, bool for_times, Findings& findings) {
        const std::string folded = fold_case(pipeline.name);
        const auto* planned = dynamic_cast<const PlannedQuery*>(pipeline.facts.get());
        if (!planned)
            findings.refuse(findings.place(),
                            fmt::format("the types of pipeline \"{}\" are not decided", pipeline.name),
                            "declare a table over the connection, with the types of its columns");
        const logical::Plan& plan = *planned->plan.logical;
        const std::pair key(folded, for_times && plan.clocks.size() > plan.clocks_in_use);
        if (const auto known = views_of_.find(key); known != views_of_.end()) return known->second;
        const bool outer_times = std::exchange(is_for_times_, for_times);
        const Catalog* outer_catalog = std::exchange(catalog_, &catalogs_.at(folded));
        Findings* outer_findings = std::exchange(findings_, &findings);
        try {
            flink::Relation relation =
                FlinkLowering(plan, pipeline.name, *this, *catalog_, engine_, findings, names_, statements_).lower();
            is_for_times_ = outer_times;
            catalog_ = outer_catalog;
            findings_ = outer_findings;
            return views_of_.emplace(key, std::move(relation)).first->second;
        } catch (...) {
            is_for_times_ = outer_times;
            catalog_ = outer_catalog;
            findings_ = outer_findings;
            throw;
        }
    }

    FlinkExportOptions options_;
    EngineTypes engine_;
    RelationNames names_;
    TopicNames topic_names_;
    std::vector<std::string> statements_;
    std::vector<std::string> inserts_;
    SourceTables sources_{options_.bootstrap_servers, engine_, names_, topic_names_, statements_};
    SinkTables sinks_{options_.bootstrap_servers, names_, topic_names_, statements_};
    std::map<std::string, Catalog> catalogs_;  ///< As it was when a pipeline was made: by its folded name.
    std::map<std::pair<std::string, bool>, flink::Relation> views_of_;  ///< By the same, and whether it is for times.
    std::set<std::string> failed_;
    std::set<std::string> found_;
    std::vector<std::string> exported_;
    std::vector<std::string> left_;
    std::vector<std::string> warnings_;
    bool is_for_times_ = false;
    const Catalog* catalog_ = nullptr;
    Findings* findings_ = nullptr;
};

FlinkExport::FlinkExport(FlinkExportOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}
FlinkExport::~FlinkExport() = default;

void FlinkExport::add(const PipelineObject& pipeline, const Catalog& catalog, Diagnostics& diagnostics) {
    implementation_->add(pipeline, catalog, diagnostics);
}
std::vector<std::string> FlinkExport::missing_pipelines() const { return implementation_->missing(); }
bool FlinkExport::is_empty() const noexcept { return implementation_->is_empty(); }
FlinkScripts FlinkExport::scripts() const { return implementation_->scripts(); }

}  // namespace laminar
