/** The latest values, up to a capacity. Nothing that is added makes it larger. */
export class RingBuffer {
  constructor(capacity) {
    this.capacity = capacity;
    this.clear();
  }

  clear() {
    this.values = [];
    this.next = 0;
  }

  get size() { return this.values.length; }

  push(value) {
    if (this.values.length < this.capacity) this.values.push(value);
    else this.values[this.next] = value;
    this.next = (this.next + 1) % this.capacity;
  }

  /** From the newest, which is 0, back. */
  fromEnd(index) {
    const size = this.values.length;
    return index < size ? this.values[(this.next - 1 - index + 2 * this.capacity) % this.capacity] : undefined;
  }

  /** Oldest first. */
  toArray() {
    const start = this.values.length < this.capacity ? 0 : this.next;
    return this.values.slice(start).concat(this.values.slice(0, start));
  }
}
