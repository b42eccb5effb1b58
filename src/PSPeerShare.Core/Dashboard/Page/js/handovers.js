// Files that wait, in a session of this home, for whoever types their code. The code was shown there and nowhere else.

import { call } from "./api.js";
import { badge, button, complain, h, renew, setText } from "./dom.js";
import { bytes, count, left, printable } from "./format.js";

export class HandOverList {
  constructor() {
    this.times = [];
    this.list = h("ul", {});
    this.element = h("div", { class: "card plain-list gives hand-overs", hidden: true }, h("header", {}, h("h2", {}, "Waiting for whoever types the code")), this.list);
  }

  draw(handOvers) {
    const look = JSON.stringify(handOvers);
    if (this.look !== look) {
      this.look = look;
      this.element.hidden = handOvers.length === 0;
      this.times = handOvers.map(() => h("span", {}));
      const list = h("ul", {}, handOvers.map((item, i) => row(item, this.times[i])));
      renew(this.list, list);
      this.list = list;
    }
    handOvers.forEach((item, i) => setText(this.times[i], item.receiver ? `${item.receiver} takes it` : left(item.expires)));
  }
}

function row(item, time) {
  return h("li", { class: "row" }, badge("key", item.receiver ? "good" : "accent"),
    h("div", { class: "main" }, h("div", { class: "title cut", title: item.name }, item.name),
      h("div", { class: "sub cut" }, time, ` · ${count(item.files, "file", "files")} · ${bytes(item.bytes)} · port ${item.port}`)),
    button("Withdraw", { class: "small danger", "aria-label": `Withdraw ${printable(item.name)}`, onclick: () => call("DELETE", `handovers/${item.id}`).catch(complain) }));
}
