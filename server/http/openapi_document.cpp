#include "server/http/openapi_document.h"

namespace laminar::http {

namespace {

constexpr std::string_view document = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "Laminar",
    "version": "1",
    "description": "One running catalog that everybody can see, query and watch."
  },
  "security": [{"token": []}],
  "paths": {
    "/healthz": {
      "get": {
        "summary": "The process is alive",
        "security": [],
        "responses": {
          "200": {"description": "It is", "content": {"application/json": {"schema": {"type": "object", "properties": {"status": {"const": "alive"}}, "required": ["status"]}}}}
        }
      }
    },
    "/readyz": {
      "get": {
        "summary": "Connections are up and pipelines run",
        "description": "What peers and the system say about a failure is among the reasons for those who send a token.",
        "security": [],
        "responses": {
          "200": {"description": "They do", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}}},
          "503": {"description": "They do not", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}}}
        }
      }
    },
    "/metrics": {
      "get": {
        "summary": "What is counted, in the text format of Prometheus",
        "responses": {
          "200": {"description": "The metrics", "content": {"text/plain": {"schema": {"type": "string"}}}},
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/catalog": {
      "get": {
        "summary": "What is declared, system tables, and names of functions",
        "responses": {
          "200": {"description": "The catalog", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Catalog"}}}},
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/query": {
      "post": {
        "summary": "Executes one statement",
        "requestBody": {"$ref": "#/components/requestBodies/Sql"},
        "responses": {
          "200": {
            "description": "Its rows. An answer that is broken off ends without the last chunk.",
            "content": {
              "application/json": {"schema": {"$ref": "#/components/schemas/Result"}},
              "application/x-ndjson": {"schema": {"type": "string", "description": "An object a line"}},
              "text/csv": {"schema": {"type": "string", "description": "RFC 4180, with a header; NULL is an empty field without quotes"}},
              "application/vnd.apache.arrow.stream": {"schema": {"type": "string", "format": "binary", "description": "Arrow IPC stream"}}
            }
          },
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/check": {
      "post": {
        "summary": "Findings about statements, without executing them",
        "requestBody": {"$ref": "#/components/requestBodies/Sql"},
        "responses": {
          "200": {"description": "A finding a line, in the order of the text", "content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/subscribe": {
      "get": {
        "summary": "The rows of a query as they come, as server-sent events; over WebSocket as messages {\"event\": ..., \"data\": ...}",
        "parameters": [
          {"name": "sql", "in": "query", "description": "A SELECT or SUBSCRIBE; over WebSocket the first message has it: {\"sql\": ...}", "schema": {"type": "string"}},
          {"name": "access_token", "in": "query", "description": "Instead of the header, which EventSource cannot send", "schema": {"type": "string"}}
        ],
        "responses": {
          "101": {"description": "It is a WebSocket"},
          "200": {"description": "Events: columns, rows, lost, error, end", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/tables/{name}": {
      "post": {
        "summary": "Puts rows into a table: all of them, or none",
        "description": "Fields are columns; a field without a column is an error. Numbers keep all digits, and may be texts; bytes are base64; times are ISO 8601, with any offset, or numbers since the epoch. For users with the role write; for others with what the table asks for: its webhook_auth_token as the bearer token, the signature of the body in the header webhook_hmac_header, or both.",
        "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {"schema": {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "An object a line"}}
          }
        },
        "responses": {
          "200": {"description": "How many", "content": {"application/json": {"schema": {"type": "object", "properties": {"accepted": {"type": "integer"}}, "required": ["accepted"]}}}},
          "default": {"$ref": "#/components/responses/Error"}
        }
      }
    },
    "/api/v1/openapi.json": {
      "get": {
        "summary": "This document",
        "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}}
      }
    }
  },
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of the users file; without one, none is asked for"}},
    "requestBodies": {
      "Sql": {
        "required": true,
        "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Sql"}},
          "text/plain": {"schema": {"type": "string"}}
        }
      }
    },
    "responses": {
      "Error": {"description": "What is wrong", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    },
    "schemas": {
      "Sql": {
        "type": "object",
        "properties": {
          "sql": {"type": "string"},
          "parameters": {"type": "array", "description": "Of $1, $2, ...: numbers keep all digits; a text is base64 where bytes are wanted; an array is a list"}
        },
        "required": ["sql"],
        "additionalProperties": false
      },
      "Column": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "type": {"type": ["string", "null"]}, "nullable": {"type": "boolean"}},
        "required": ["name", "type"]
      },
      "Result": {
        "type": "object",
        "properties": {
          "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
          "rows": {"type": "array", "items": {"type": "array"}},
          "row_count": {"type": "integer"},
          "tag": {"type": "string", "description": "Of a statement without rows"},
          "notices": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}
        },
        "required": ["columns", "rows", "row_count", "notices"]
      },
      "Readiness": {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}, "reasons": {"type": "array", "items": {"type": "string"}}},
        "required": ["ready", "reasons"]
      },
      "Catalog": {
        "type": "object",
        "properties": {
          "connections": {"type": "array", "items": {"type": "object"}},
          "tables": {"type": "array", "items": {"type": "object"}},
          "views": {"type": "array", "items": {"type": "object"}},
          "pipelines": {"type": "array", "items": {"type": "object"}},
          "system_tables": {"type": "array", "items": {"type": "object"}},
          "functions": {"type": "array", "items": {"type": "string"}},
          "version": {"type": "string"}
        },
        "required": ["connections", "tables", "views", "pipelines", "system_tables", "functions", "version"]
      },
      "Problem": {
        "type": "object",
        "properties": {
          "severity": {"enum": ["note", "warning", "error"]},
          "code": {"type": "string"},
          "sql_state": {"type": "string"},
          "message": {"type": "string"},
          "hint": {"type": "string"},
          "line": {"type": "integer"},
          "column": {"type": "integer"},
          "end_column": {"type": "integer"}
        },
        "required": ["message"]
      },
      "Error": {"type": "object", "properties": {"error": {"$ref": "#/components/schemas/Problem"}}, "required": ["error"]}
    }
  }
}
)json";

}  // namespace

std::string_view openapi_document() noexcept { return document; }

}  // namespace laminar::http
