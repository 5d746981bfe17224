// What is done with the page, and what must come of it.
"use strict";

const assert = require("assert");

const VIEWS = ["running", "graph", "rows/trades", "query", "chart", "problems", "log"];

/** What tells that a view shows what there is. */
async function shown(tab, view) {
    await tab.until(() => document.getElementById("health").dataset.state === "here" && document.getElementById("health").textContent.includes("127.0.0.1"));
    if (view === "running") await tab.until(() => document.querySelectorAll("#view tbody tr").length > 3);
    if (view === "graph") await tab.until(() => document.querySelectorAll("#view .node").length > 3);
    if (view.startsWith("rows/")) await tab.until(() => document.querySelectorAll("#view .rows tbody tr").length > 0);
    if (view === "problems") await tab.until(() => document.querySelectorAll("#view tbody tr").length > 0);
    if (view === "log") await tab.until(() => document.querySelectorAll("#view .log li").length > 0);
    if (view === "chart") {
        await tab.page.getByRole("button", { name: "Draw" }).click();
        await tab.until(() => document.querySelector("#view .chart canvas"));
    }
}

/** A row that the peer sends now is shown, and its text is text. */
async function live_row({ open, ask }) {
    const tab = await open();
    await tab.show("rows/trades");
    await tab.until(() => document.querySelectorAll("#view .rows tbody tr").length > 0);
    await ask("send", { symbol: "<img src=x onerror=alert(1)>", price: 12.5 });
    await tab.text("#view .rows tbody tr:first-child, #view .rows tbody tr", "<img src=x onerror=alert(1)>");
    assert.strictEqual(await tab.page.locator("#view img").count(), 0);
    // Whole, on a click.
    await tab.page.locator("#view .rows td", { hasText: "<img" }).first().click();
    await tab.text("dialog dd", "<img src=x onerror=alert(1)>");
    await tab.page.keyboard.press("Escape");
    // The same by keys alone.
    await tab.page.locator("#view .rows").focus();
    await tab.page.keyboard.press("ArrowDown");
    await tab.page.keyboard.press("Enter");
    await tab.text("dialog dt", "symbol");
    await tab.page.keyboard.press("Escape");
    await tab.until(() => !document.querySelector("dialog"));
    // Paused, nothing moves; afterwards what comes is shown again.
    await tab.page.keyboard.press("p");
    await tab.until(() => document.querySelector("[data-key=p]").getAttribute("aria-pressed") === "true");
    await tab.page.keyboard.press("p");
    await ask("send", { symbol: "AFTER", price: 1 });
    await tab.text("#view .rows tbody tr", "AFTER");
}

/** A connection that drops is told of, and so is its return. */
// What a dropped connection may take to show: the page asks for connections every 400 ms.
const SHOWN_WITHIN_MILLISECONDS = 1000;

async function dropped_connection({ open, ask }) {
    const tab = await open();
    await tab.show("running");
    const state = (name) => tab.page.locator("#view tr", { hasText: name }).locator(".state").first();
    await state("exchange").filter({ hasText: "connected" }).waitFor();
    // The rest of what is known, where it is asked for.
    await tab.page.getByRole("button", { name: "exchange" }).click();
    await tab.text("#view .detail dt", "connected_since");
    await ask("drop");
    const dropped = performance.now();
    await state("exchange").filter({ hasText: "waiting to reconnect" }).waitFor();
    const took = performance.now() - dropped;
    if (took >= SHOWN_WITHIN_MILLISECONDS) throw new Error(`the dropped connection showed after ${Math.round(took)} ms`);
    await tab.text("#tabs .count", "1");
    await ask("return");
    await state("exchange").filter({ hasText: "connected" }).waitFor();
    await tab.show("problems");
    await tab.text("#view section", "Gaps");
    await tab.until(() => [...document.querySelectorAll("#view section")].some((section) => section.textContent.includes("Gaps") && section.querySelector("tbody tr")));
}

/** A chart moves with the rows, and has a series for each symbol. */
async function chart({ open, ask }) {
    const tab = await open();
    await tab.show(`chart?sql=${encodeURIComponent("SELECT at, price, symbol FROM trades")}`);
    const label = () => tab.page.locator("#view .chart").getAttribute("aria-label");
    await tab.until(() => document.querySelector("#view .chart").getAttribute("aria-label").includes("BTC"));
    const before = await label();
    await ask("send", { symbol: "BTC", price: 77.25 });
    await tab.until(() => document.querySelector("#view .chart").getAttribute("aria-label").includes("BTC: 77.25"));
    assert.notStrictEqual(await label(), before);
    assert.deepStrictEqual(await tab.until(() => [...document.querySelectorAll(".u-legend .u-series .u-label")].map((node) => node.textContent).slice(1).sort()), ["BTC", "ETH"]);
    const drawn = await tab.page.evaluate(() => {
        const canvas = document.querySelector("#view .chart canvas");
        return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0);
    });
    assert.ok(drawn, "nothing is drawn");
}

/** Findings are marked at their place while it is typed; a hint can be taken; a statement runs; a stream is followed. */
async function editor({ open }) {
    // A statement that fails is a request that fails, which the browser notes.
    const tab = await open({ tolerated: ["status of 400"] });
    await tab.show("query");
    await tab.until(() => document.getElementById("health").textContent.includes("127.0.0.1"));
    const area = tab.page.getByRole("combobox", { name: "SQL" });
    await area.fill("SELECT 'ä€😀', symbol,\n  prise FROM trades");
    await tab.text(".editor .mark", "prise");
    assert.strictEqual(await tab.page.locator(".editor .mark").count(), 1);
    await tab.text(".findings li", 'no column is named "prise"');
    await tab.text(".findings .place", "2:3");
    await tab.page.getByRole("button", { name: "use price" }).click();
    await tab.until(() => document.querySelector(".editor textarea").value === "SELECT 'ä€😀', symbol,\n  price FROM trades" && !document.querySelector(".editor .mark"));

    // Completion, by keys alone.
    await area.fill("");
    await area.pressSequentially("SELECT * FROM tra");
    await tab.text(".choices [aria-selected=true]", "trades");
    await tab.page.keyboard.press("Tab");
    await area.pressSequentially(" t\nWHERE t.sym");
    await tab.text(".choices [aria-selected=true]", "symbol");
    await tab.page.keyboard.press("ArrowDown");
    await tab.page.keyboard.press("Enter");
    assert.strictEqual(await area.inputValue(), "SELECT * FROM trades t\nWHERE t.symbol");

    // Of several statements the one at the cursor.
    await area.fill("SELECT 1 AS one;\nSELECT 40 + 2 AS answer, 'x' AS text;\nSELECT 3 AS three");
    await tab.page.evaluate(() => document.querySelector(".editor textarea").setSelectionRange(20, 20));
    await tab.page.keyboard.press("Control+Enter");
    await tab.text("#view .rows th", "answer");
    await tab.text("#view .rows td", "42");
    await tab.text("#view .note", "1 row in");

    // An error that only the execution knows is shown in the whole text.
    await area.fill("SELECT 1;\nSELECT  CAST(symbol AS INTEGER) FROM names;");
    await tab.page.evaluate(() => document.querySelector(".editor textarea").setSelectionRange(15, 15));
    await tab.page.keyboard.press("Control+Enter");
    await tab.text("#view .note.bad", "could not convert");
    await tab.text(".findings .place", "2:9");
    await tab.text(".editor .mark", "CAST");

    await area.fill("SELECT symbol, price * 2 AS double_price FROM trades");
    await tab.page.keyboard.press("Control+Shift+Enter");
    await tab.text("#view .rows th", "double_price");
    await tab.until(() => document.querySelectorAll("#view .rows tbody tr").length > 0);
    await tab.page.getByRole("button", { name: "Stop" }).click();
    await tab.text("#view .note", "stopped");
}

/** What reads what, with the states of it. */
async function graph({ open }) {
    const tab = await open();
    await tab.show("graph");
    await tab.text("#view .node", "exchange");
    const names = await tab.until(() => {
        const found = [...document.querySelectorAll("#view .node title")].map((node) => node.textContent.split(",")[0]).sort();
        return found.length >= 6 ? found : null;
    });
    assert.deepStrictEqual(names, ["pipeline large", "pipeline totals", "table names", "table trades", "view dear", "websocket exchange"]);
    assert.strictEqual(await tab.page.locator("#view .edge").count(), 4);
    await tab.text("#view .node title", "websocket exchange, connected");
}

/** A message that could not be used is shown with its payload. */
async function dead_letter({ open, ask }) {
    const tab = await open();
    await ask("send_text", { text: '{"symbol": "BTC", "price": "<b>much</b>"}' });
    await tab.show("problems");
    await tab.text("#view td", 'field "price"');
    await tab.page.locator("#view tr", { hasText: 'field "price"' }).getByRole("button").first().click();
    await tab.text("#view .payload", '"price": "<b>much</b>"');
    assert.strictEqual(await tab.page.locator("#view .payload b").count(), 0);
    await tab.show("log");
    await tab.text("#view .log li", "decode_error");
}

/** All views in light and dark, wide and narrow: no complaints, nothing that shuts people out, and nothing wider than the screen. */
async function every_view({ open, options }) {
    for (const colorScheme of ["light", "dark"]) {
        for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 800 }]) {
            const tab = await open({ colorScheme, viewport });
            for (const view of VIEWS) {
                await tab.show(view);
                await shown(tab, view);
                assert.deepStrictEqual(await tab.accessibility(), [], `${view}, ${colorScheme}, ${viewport.width}`);
                const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
                assert.ok(wide <= 0, `${view} is ${wide} pixels wider than a screen of ${viewport.width}`);
                if (options.pictures) await tab.page.screenshot({ path: `${options.pictures}/${view.split("/")[0]}-${colorScheme}-${viewport.width}.png` });
            }
        }
    }
}

/** Views are reached by keys, and the colours are changed by one. */
async function keys({ open }) {
    const tab = await open();
    await tab.show("running");
    await tab.until(() => document.querySelector("#view tbody tr"));
    for (const [key, title] of [["4", "Query"], ["2", "Graph"], ["7", "Log"], ["1", "Running"]]) {
        await tab.page.evaluate(() => document.activeElement.blur());
        await tab.page.keyboard.press(key);
        await tab.text("#tabs [aria-current=page]", title);
    }
    await tab.page.keyboard.press("?");
    await tab.text("dialog h2", "Keys");
    await tab.page.keyboard.press("Escape");
    const paper = () => tab.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await paper();
    await tab.page.keyboard.press("t");
    await tab.page.keyboard.press("t");
    await tab.until((before) => getComputedStyle(document.documentElement).backgroundColor !== before, light);
}

/** However many rows come, the tab does not grow. */
async function memory({ open, options }) {
    const tab = await open();
    await tab.show("rows/ticks");
    const came = (least) => tab.until((wanted) => {
        const found = /([\d,]+) came/.exec(document.querySelector("#view .toolbar")?.textContent ?? "");
        return found && Number(found[1].replaceAll(",", "")) >= wanted;
    }, least);
    await came(options.rows / 10);
    const before = await tab.heap();
    await came(options.rows);
    const after = await tab.heap();
    await tab.show(`chart?sql=${encodeURIComponent("SELECT timestamp, counter FROM ticks")}`);
    const charted = (least) => tab.until((wanted) => Number(/^([\d,]+) rows/.exec(document.querySelector("#view .note")?.textContent ?? "")?.[1].replaceAll(",", "") ?? 0) >= wanted, least);
    await charted(options.rows / 10);
    const chartBefore = await tab.heap();
    await charted(options.rows);
    return { rows: after - before, chart: await tab.heap() - chartBefore };
}

/** Who does not say who asks is asked for a token, and one that is wrong is asked for again. */
async function token({ open, options }) {
    const tab = await open({ tolerated: ["status of 401"] });
    await tab.show("running");
    await tab.page.locator("#token").fill("wrong");
    await tab.page.getByRole("button", { name: "Continue" }).click();
    await tab.text("dialog", "does not know this token");
    assert.deepStrictEqual(await tab.accessibility(), []);
    await tab.page.locator("#token").fill(options.token);
    await tab.page.getByRole("button", { name: "Continue" }).click();
    await tab.until(() => document.querySelector("#view tbody tr"));
    assert.strictEqual(await tab.page.locator("dialog").count(), 0);
    // It is the tab's, not the browser's.
    assert.strictEqual(await tab.page.evaluate(() => JSON.stringify({ ...localStorage }).includes("laminar.token")), false);
}

/** The server goes away, and is waited for. */
async function away({ open, ask }) {
    const tab = await open({ tolerated: ["ERR_CONNECTION", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"] });
    await tab.show("running");
    await tab.until(() => document.querySelector("#view tbody tr"));
    await ask("end_server");
    await tab.text("#health[data-state=away]", "no answer from the server");
    await ask("start_server");
    await tab.text("#health[data-state=here]", "127.0.0.1");
}

/** What the modules compute, asked in the tab. */
async function modules({ open }) {
    const tab = await open();
    await tab.show("running");
    const computed = await tab.page.evaluate(async () => {
        const { RingBuffer } = await import("/script/ring_buffer.js");
        const { TimeSeries } = await import("/script/time_series.js");
        const { EventStreamParser } = await import("/script/event_stream.js");
        const { statementAt, tokens, placeOf } = await import("/script/sql_tokens.js");
        const { completions } = await import("/script/completion.js");
        const { layout } = await import("/script/graph_layout.js");
        const { Counters } = await import("/script/counters.js");
        const format = await import("/script/format.js");

        const ring = new RingBuffer(3);
        for (const value of [1, 2, 3, 4, 5]) ring.push(value);

        const series = new TimeSeries({ windowSeconds: 4, buckets: 4, mostSeries: 2, summary: "mean" });
        for (const [name, second, value] of [["a", 100, 1], ["a", 100.5, 3], ["b", 102, 7], ["c", 102, 9], ["a", 105, 5], ["a", 90, 1], ["a", NaN, 1], ["a", 105, NaN]])
            series.add(name, second * 1000, value);

        const events = [];
        const parser = new EventStreamParser((event, data) => events.push([event, data]));
        for (const piece of [": hello\n\nev", "ent: rows\r\ndata: [1,", "\r\ndata: 2]\r\n\r\n", "event: end\n\n"]) parser.push(piece);

        const text = "SELECT ';' AS \";\"; -- ;\n/* ; */ SELECT 2;\n\n";
        const catalog = { connections: [], tables: [{ name: "trades", columns: [{ name: "price", type: "DOUBLE" }] }, { name: "Odd name", columns: [] }], views: [], pipelines: [], functions: [] };

        const ids = ["a", "b", "c", "d", "e", "f"];
        const edges = [["a", "b"], ["b", "c"], ["a", "c"], ["d", "c"], ["c", "b"], ["c", "e"], ["a", "e"]].map(([from, to]) => ({ from, to }));
        const drawn = layout(ids, edges, { width: 100, height: 40, gapX: 50, gapY: 10 });
        const boxes = [...drawn.places.values()];
        const overlaps = boxes.filter((box, index) => boxes.some((other, place) => place > index && Math.abs(box.x - other.x) < 100 && Math.abs(box.y - other.y) < 40)).length;

        const counters = new Counters();
        counters.sample([{ name: "x", n: 10 }], "name", ["n"], 0);
        counters.sample([{ name: "x", n: 30 }], "name", ["n"], 1000);
        const rate = counters.rate("x", "n");
        counters.sample([{ name: "x", n: 5 }], "name", ["n"], 2000);
        counters.sample([{ name: "x", n: 6 }], "name", ["n"], 3000);
        const rateAnew = counters.rate("x", "n");
        counters.sample([], "name", ["n"], 4000);

        return {
            ring: [ring.toArray(), ring.fromEnd(0), ring.fromEnd(2), ring.fromEnd(3) ?? null],
            series: [series.columns(), [...series.leftOut]],
            events,
            statements: [0, 20, 30, 60].map((place) => statementAt(text, place).text),
            nothing: statementAt(" ; ;", 0),
            whole: tokens(text + "'open").map((token) => token.text).join("") === text + "'open",
            place: placeOf("a\n'😀' b", { line: 2, column: 5, end_column: 6 }),
            behind: placeOf("abc", { line: 9, column: 9 }),
            choices: ["SELECT pr FROM trades", "SELECT * FROM od", "SELECT x AS pr"].map((sql, index) => completions(sql, [9, 16, 14][index], catalog).choices.map((choice) => choice.text).slice(0, 2)),
            layout: [overlaps, boxes.every((box) => box.x >= 0 && box.y >= 0 && box.y <= drawn.height), drawn.ways.length, drawn.places.get("a").x < drawn.places.get("b").x],
            empty: layout([], [], { width: 1, height: 1, gapX: 1, gapY: 1 }).ways.length,
            rates: [rate, rateAnew, counters.rate("x", "n")],
            texts: [format.rate(0.04), format.rate(1234.5), format.rate(2.5e6), format.bytes(1536), format.duration(61000), format.timeOfDay("2026-01-02T03:04:05.678901"), format.cell({ a: null })],
        };
    });
    assert.deepStrictEqual(computed, {
        ring: [[3, 4, 5], 5, 3, null],
        series: [[[102, 103, 104, 105], [null, null, null, 5], [7, null, null, null]], ["c"]],
        events: [["rows", "[1,\n2]"], ["end", ""]],
        statements: ["SELECT ';' AS \";\"", "-- ;\n/* ; */ SELECT 2", "-- ;\n/* ; */ SELECT 2", "-- ;\n/* ; */ SELECT 2"],
        nothing: null,
        whole: true,
        place: { start: 7, end: 8 },
        behind: { start: 2, end: 3 },
        choices: [["price", "PRECEDING"], ['"Odd name"'], []],
        layout: [0, true, 6, true],
        empty: 0,
        rates: [20, 1, null],
        texts: ["<0.1", "1,235", "2.5 M", "1.5 KiB", "1 min 1 s", "03:04:05.678", '{"a":null}'],
    });
}

/** The pictures of the documents, after a while of looking. */
async function pictures({ open, options }) {
    const running = await open({ viewport: { width: 1200, height: 700 } });
    await running.show("running");
    const chart = await open({ colorScheme: "dark", viewport: { width: 1200, height: 660 } });
    await chart.show(`chart?sql=${encodeURIComponent("SELECT at, price, symbol FROM trades WHERE symbol = 'BTC-USD'")}`);
    await chart.until(() => document.querySelector("#view .chart canvas"));
    // Until its window of a minute is full: the rate of rows tells how long that is.
    await chart.until(() => Number(/^([\d,]+) rows/.exec(document.querySelector("#view .note").textContent)?.[1].replaceAll(",", "") ?? 0) > 5500);
    await chart.page.screenshot({ path: `${options.folder}/page-chart.png` });
    await running.page.screenshot({ path: `${options.folder}/page-running.png` });
}

module.exports = { live_row, dropped_connection, chart, editor, graph, dead_letter, every_view, keys, memory, modules, token, away, pictures };
