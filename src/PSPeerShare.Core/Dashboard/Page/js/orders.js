// What was sent from here lately: whether each receiver takes it, and how far it is.

import { call } from "./api.js";
import { badge, button, complain, fill, h, setClass, setText } from "./dom.js";
import { ago, bytes, count, duration } from "./format.js";

export class OrderList {
  constructor() {
    this.orders = new Map();
    this.list = h("ul", { class: "orders" });
    this.element = h("div", { class: "card plain-list", hidden: true }, h("header", {}, h("h2", {}, "On its way and sent")), this.list);
  }

  draw(jobs) {
    this.element.hidden = jobs.length === 0;
    for (const [id, order] of this.orders) {
      if (!jobs.some((job) => job.id === id)) {
        order.element.remove();
        this.orders.delete(id);
      }
    }
    [...jobs].sort((a, b) => b.started - a.started).forEach((job, i) => {
      let order = this.orders.get(job.id);
      if (!order) {
        order = create(job);
        this.orders.set(job.id, order);
      }
      if (this.list.children[i] !== order.element) this.list.insertBefore(order.element, this.list.children[i] ?? null);
      update(order, job);
    });
  }
}

function create(job) {
  const title = h("div", { class: "title cut" });
  const when = h("span", { class: "muted" });
  const stop = button("Stop", { class: "small danger", onclick: () => call("POST", `jobs/${job.id}/stop`).catch(complain) }, "stop");
  const receivers = job.receivers.map((receiver) => {
    const row = {
      text: h("div", { class: "sub cut" }), chip: h("span", { class: "chip" }), inner: h("div", {}), badge: badge("up", "out"), rateOf: meter(),
    };
    row.bar = h("div", { class: "bar out", role: "progressbar", "aria-label": `Sent to ${receiver.peer}`, "aria-valuemin": 0, "aria-valuemax": 100 }, row.inner);
    row.element = h("li", { class: "row" }, row.badge,
      h("div", { class: "main" }, h("div", { class: "title-line" }, h("span", { class: "title cut" }, receiver.peer), row.chip), row.text, row.bar));
    return row;
  });
  const element = h("li", { class: "order" }, h("div", { class: "order-head" }, title, when, stop), h("ul", {}, receivers.map((row) => row.element)));
  return { element, title, when, stop, receivers };
}

function update(order, job) {
  const many = Math.max(1, job.receivers.length);
  const files = Math.ceil(job.filesKnown / many);
  const length = job.bytesKnown / many;
  setText(order.title, `${count(files, "file", "files")} · ${bytes(length)}`);
  setText(order.when, ago(job.started));
  order.stop.hidden = job.isEnded;
  job.receivers.forEach((receiver, i) => {
    const row = order.receivers[i];
    const [kind, label] = stateOf(receiver, files, job.isEnded);
    const part = length > 0 ? Math.min(1, receiver.bytes / length) : receiver.filesDone / Math.max(1, files);
    const isMoving = label === "Takes it";
    setClass(row.chip, `chip ${kind}`);
    setText(row.chip, label);
    setClass(row.badge, `badge ${kind === "bad" ? "bad" : kind === "good" ? "good" : "out"}`);
    const speed = row.rateOf(receiver.bytes);
    setText(row.text, receiver.fault ? receiver.fault.message : [
      `${receiver.filesDone.toLocaleString("en")} of ${count(files, "file", "files")}`, `${bytes(receiver.bytes)} of ${bytes(length)}`,
      isMoving && speed > 0 ? `${duration((length - receiver.bytes) / speed)} left` : "",
    ].filter(Boolean).join(" · "));
    row.text.title = receiver.fault?.action ?? "";
    row.bar.hidden = !isMoving;
    row.inner.style.transform = `scaleX(${part})`;
    row.bar.setAttribute("aria-valuenow", Math.floor(part * 100));
  });
}

function stateOf(receiver, files, isEnded) {
  if (receiver.filesFailed > 0) {
    const isAll = receiver.filesDone === 0 && receiver.filesFailed >= files;
    return isAll ? ["bad", receiver.isAccepted ? "Failed" : "Not taken"] : ["bad", `${receiver.filesFailed.toLocaleString("en")} failed`];
  }
  if (isEnded) return receiver.filesDone >= files && files > 0 ? ["good", "Delivered"] : ["", "Stopped"];
  return receiver.isAccepted ? ["accent", "Takes it"] : ["", "Waits for its answer"];
}

// Bytes a second, over the seconds before.
function meter() {
  let from = null;
  let speed = 0;
  return (bytesNow) => {
    const now = performance.now();
    if (from === null || bytesNow < from.bytes) from = { time: now, bytes: bytesNow };
    else if (now - from.time > 1500) {
      const latest = (bytesNow - from.bytes) / ((now - from.time) / 1000);
      speed = speed === 0 ? latest : speed + (latest - speed) / 2;
      from = { time: now, bytes: bytesNow };
    }
    return speed;
  };
}
