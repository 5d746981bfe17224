// A tab of Debian's Chromium that shows the page, and what it must never do there: complain, fail, or ask another host.
"use strict";

const path = require("path");

const WIDE = { width: 1280, height: 800 };
const LIMIT_MILLISECONDS = 120000;

class Tab {
    /** libraries: where node_modules are; base: "http://127.0.0.1:8433". */
    static async open(libraries, base, { colorScheme = "light", viewport = WIDE, tolerated = [] } = {}) {
        const { chromium } = require(path.join(libraries, "playwright-core"));
        const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium" });
        const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: 1 });
        context.setDefaultTimeout(LIMIT_MILLISECONDS);
        return new Tab(libraries, base, browser, await context.newPage(), tolerated);
    }

    constructor(libraries, base, browser, page, tolerated) {
        Object.assign(this, { libraries, base, browser, page });
        this.complaints = [];
        this.foreign = [];
        page.on("console", (message) => {
            const text = message.text();
            if (["error", "warning"].includes(message.type()) && !tolerated.some((part) => text.includes(part))) this.complaints.push(text);
        });
        page.on("pageerror", (error) => this.complaints.push(error.stack));
        page.on("request", (request) => {
            if (new URL(request.url()).origin !== base) this.foreign.push(request.url());
        });
    }

    async show(view) {
        await this.page.goto(`${this.base}/#/${view}`);
    }

    /** Waits until a function of the page, with one argument, returns something true; that is returned. */
    async until(condition, argument) {
        const handle = await this.page.waitForFunction(condition, argument, { timeout: LIMIT_MILLISECONDS });
        return handle.jsonValue();
    }

    /** Waits for an element with a text. */
    async text(selector, text) {
        await this.page.locator(selector).filter({ hasText: text }).first().waitFor({ state: "attached" });
    }

    /** What axe-core finds that is serious: ["rule: html"]. The page's own policy forbids to add a script: it is evaluated from outside. */
    async accessibility() {
        const session = await this.page.context().newCDPSession(this.page);
        const evaluate = async (expression) => {
            const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
            if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
            return result.value;
        };
        await evaluate(`${require(path.join(this.libraries, "axe-core")).source}; 0`);
        return evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
            .filter(({ impact }) => ["serious", "critical"].includes(impact))
            .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html.slice(0, 200) + " " + failureSummary)))`);
    }

    /** Bytes of the script's heap, after everything that can be given back has been. */
    async heap() {
        const session = await this.page.context().newCDPSession(this.page);
        await session.send("HeapProfiler.collectGarbage");
        const { usedSize } = await session.send("Runtime.getHeapUsage");
        await session.detach();
        return usedSize;
    }

    /** Closes the browser. Throws when the page did what it must not. */
    async close() {
        await this.browser.close();
        if (this.complaints.length > 0) throw new Error(`the page complained: ${this.complaints.join("\n")}`);
        if (this.foreign.length > 0) throw new Error(`the page asked another host: ${this.foreign.join("\n")}`);
    }
}

module.exports = { Tab };
