// What pg, the PostgreSQL client of Node.js, sees of a laminar serve on the port given; printed as JSON.
const { Client } = require("pg");

async function main(port) {
    const client = new Client({ host: "127.0.0.1", port, user: "alice", database: "laminar" });
    const notices = [];
    client.on("notice", (notice) => notices.push(notice.message));
    await client.connect();
    const { rows, fields } = await client.query("SELECT * FROM items ORDER BY id");
    const error = await client.query("SELECT * FROM nowhere").catch((problem) => problem);
    const results = await client.query("BEGIN; SELECT 1; INSERT INTO items VALUES (9, 'nine', 9); SELECT 2; COMMIT");
    await client.end();
    console.log(JSON.stringify({
        rows,
        types: fields.map((field) => field.dataTypeID),
        error: { code: error.code, position: error.position, severity: error.severity },
        results: results.slice(1, 4).map((result) => result.command),
        notices,
    }));
}

main(Number(process.argv[2]));
