#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/objects/catalog.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

struct FlinkExportOptions {
    std::string bootstrap_servers = "localhost:9092";
    std::vector<std::string> pipelines;  ///< Those to export, and what they read; empty: all.
};

/// What a cluster and the Laminar before it run.
struct FlinkScripts {
    std::string ingest;     ///< For Laminar: rows of its tables into topics.
    std::string pipelines;  ///< Flink SQL.
    std::string notes;      ///< Markdown, for people.
};

/// Writes the pipelines of a script in Flink SQL, from the plans with which they were checked. What has no equal there
/// is reported, at its place in the text, and not exported: nothing is written that means something else. One thread.
class FlinkExport {
public:
    explicit FlinkExport(FlinkExportOptions options);
    ~FlinkExport();
    FlinkExport(const FlinkExport&) = delete;
    FlinkExport& operator=(const FlinkExport&) = delete;

    /// A pipeline that was bound without errors, in the order of the script. catalog: as it is then, with the pipeline.
    void add(const PipelineObject& pipeline, const Catalog& catalog, Diagnostics& diagnostics);

    /// Pipelines that were asked for by name, and did not come.
    [[nodiscard]] std::vector<std::string> missing_pipelines() const;
    [[nodiscard]] bool is_empty() const noexcept;
    /// Of all pipelines that were added. notes says nothing of what was reported as an error.
    [[nodiscard]] FlinkScripts scripts() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
