// A list of any length that keeps only the rows it shows.

const MARGIN = 6;

export class VirtualList {
  // options: height() of a row, create() -> element, update(element, item, index), key(item), role
  constructor(options) {
    this.options = options;
    this.items = [];
    this.pool = new Map();
    this.rows = document.createElement("div");
    this.rows.className = "rows";
    this.element = document.createElement("div");
    this.element.className = "list";
    this.element.append(this.rows);
    this.rows.setAttribute("role", options.role ?? "list");
    this.element.addEventListener("scroll", () => this.schedule(), { passive: true });
    this.resize = new ResizeObserver(() => this.schedule());
    this.resize.observe(this.element);
  }

  set(items) {
    this.items = items;
    this.schedule();
  }

  schedule() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.show();
    });
  }

  scrollTo(index) {
    const height = this.options.height();
    const top = index * height;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + height > this.element.scrollTop + this.element.clientHeight) this.element.scrollTop = top + height - this.element.clientHeight;
    this.show();
  }

  rowOf(index) {
    return this.items[index] === undefined ? undefined : this.pool.get(this.options.key(this.items[index]));
  }

  show() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { create, update, key } = this.options;
    const height = this.options.height();
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / height) - MARGIN);
    const last = Math.min(this.items.length, Math.ceil((scrollTop + clientHeight) / height) + MARGIN);
    const total = `${this.items.length * height}px`;
    if (this.rows.style.height !== total) this.rows.style.height = total;

    const shown = new Set();
    for (let i = first; i < last; i++) shown.add(key(this.items[i]));
    const spare = [];
    for (const [id, row] of this.pool) {
      // A row that has the focus stays until its item is gone, so that nobody's place is lost.
      if (!shown.has(id) && !row.contains(document.activeElement)) {
        spare.push(row);
        this.pool.delete(id);
      } else if (!shown.has(id) && !this.items.some((item) => key(item) === id)) {
        spare.push(row);
        this.pool.delete(id);
      }
    }
    for (let i = first; i < last; i++) {
      const item = this.items[i];
      const id = key(item);
      let row = this.pool.get(id);
      if (!row) {
        row = spare.pop() ?? create();
        this.pool.set(id, row);
        if (!row.isConnected) this.rows.append(row);
      }
      if (row.at !== i || row.of !== this.items.length || row.high !== height) {
        Object.assign(row, { at: i, of: this.items.length, high: height });
        row.style.height = `${height}px`;
        row.style.transform = `translateY(${i * height}px)`;
        row.setAttribute("aria-posinset", i + 1);
        row.setAttribute("aria-setsize", this.items.length);
      }
      update(row, item, i);
    }
    for (const row of spare) row.remove();
  }
}
