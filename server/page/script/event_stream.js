/** Reads server-sent events from text that comes in pieces. */
export class EventStreamParser {
  constructor(deliver) {
    this.deliver = deliver;
    this.rest = "";
    this.event = "";
    this.data = [];
  }

  push(text) {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop();
    for (const line of lines) this.take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  take(line) {
    if (line === "") {
      if (this.event !== "" || this.data.length > 0) this.deliver(this.event || "message", this.data.join("\n"));
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;  // A comment: the connection lives.
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
  }
}
