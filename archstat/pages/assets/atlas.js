"use strict";
(() => {
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  const number = (count) => count.toLocaleString("en");

  // What a cell is sorted by: its exact value, or what it says.
  const value = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent.trim();
  const compare = (one, other) => {
    const [a, b] = [Number(one), Number(other)];
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other) : a - b;
  };
  for (const button of all("th button")) {
    button.addEventListener("click", () => {
      const head = button.parentElement;
      const table = head.closest("table");
      const falls = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      all("th", table.tHead).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falls > 0 ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].map((row) => [value(row, head.cellIndex), row]);
      rows.sort(([a], [b]) => {
        if (a === "" || b === "") return (a === "") - (b === ""); // nothing stands last
        return falls * compare(a, b);
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  }

  // On a phone one column stands beside the names, if it is chosen.
  for (const choice of all("select[data-of]")) {
    const table = document.getElementById(choice.dataset.of);
    choice.addEventListener("change", () => {
      table.classList.toggle("one", choice.value !== "");
      for (const row of table.rows) {
        [...row.cells].forEach((cell, at) => cell.classList.toggle("chosen", `${at}` === choice.value));
      }
    });
  }

  // A search keeps the rows that hold every word.
  for (const field of all("input[type=search]")) {
    const table = document.getElementById(field.dataset.of);
    const said = field.closest(".tools").querySelector("output");
    const plain = (text) => text.toLowerCase().replaceAll("×", "x");
    const rows = [...table.tBodies[0].rows].map((row) => [row, plain(row.textContent)]);
    field.addEventListener("input", () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        count += !row.hidden;
      }
      said.textContent = words.length ? `${number(count)} of ${number(rows.length)}` : "";
    });
  }
})();
