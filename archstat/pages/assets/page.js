"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  // A layer lights up everywhere.
  for (const cell of all("#measured tbody th[scope=row], #differences tbody th[scope=row]")) {
    const name = cell.textContent.trim().split(/\s+/).join("_");
    if (name) cell.parentElement.dataset.layers ??= name;
  }
  const shown = new Map();
  const namesOf = (element) => element.dataset.layers.split(" ");
  for (const element of all("[data-layers]")) {
    for (const name of namesOf(element)) {
      if (!shown.has(name)) shown.set(name, []);
      shown.get(name).push(element);
    }
  }
  let lit = [];
  const light = (target) => {
    lit.forEach((element) => element.classList.remove("lit"));
    const source = target instanceof Element && target.closest("[data-layers]");
    lit = source ? namesOf(source).flatMap((name) => shown.get(name) ?? []) : [];
    lit.forEach((element) => element.classList.add("lit"));
  };
  let place = "";
  document.addEventListener("pointerover", (event) => {
    const now = `${event.screenX} ${event.screenY}`;
    if (now !== place) light(event.target); // else the page was scrolled below the pointer
    place = now;
  });
  document.addEventListener("focusin", (event) => light(event.target));

  // Receptive fields grow from layer to layer.
  for (const button of all("[data-play]")) {
    const of = button.parentElement.nextElementSibling;
    button.addEventListener("click", () => {
      const steps = all(".square:not(.label)", of).reverse();
      steps.forEach((square, at) => setTimeout(() => light(square), 600 * at));
      setTimeout(() => light(null), 600 * steps.length);
    });
  }

  all(".wide:not([tabindex])")
    .filter((box) => box.scrollWidth > box.clientWidth) // all are read before any is written
    .forEach((box) => { box.tabIndex = 0; }); // so that keys can move it

  // A number opens to its formula.
  const dock = $("dock");
  let opener = null;
  const close = () => {
    dock.hidden = true;
    opener?.focus({ preventScroll: true });
    opener = null;
  };
  const explain = (link, rows) => {
    const head = document.createElement("h3");
    const row = link.closest("tr");
    head.textContent = `${row.querySelector("th").textContent}: ${link.textContent}`;
    const table = document.createElement("table");
    table.className = "formulas";
    const copy = rows.cloneNode(true);
    copy.removeAttribute("id");
    table.append(copy);
    const said = document.createElement("p");
    said.className = "weak";
    const batch = row.closest("table").dataset.batch;
    const one = batch ? ` The formula is that of one example; the batch has ${batch}.` : "";
    said.textContent = $(`meaning-${rows.dataset.quantity}`)?.nextElementSibling.textContent ?? "";
    said.textContent += one;
    $("dock-content").replaceChildren(head, table, said);
    dock.hidden = false;
    opener = link;
  };
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".layers td a");
    const rows = link && $(link.hash.slice(1));
    if (!rows) return;
    event.preventDefault();
    explain(link, rows);
  });
  $("dock-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dock.hidden) close();
  });
  const reveal = () => {
    const target = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    let sheet = target && target.closest("details");
    if (!sheet) return;
    for (; sheet; sheet = sheet.parentElement.closest("details")) sheet.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // Tables are sorted, filtered, unfolded and copied.
  const exact = (cell) => cell?.dataset.v ?? cell?.textContent.trim() ?? "";
  const number = (text) => {
    const plain = text.replace(/,/g, "").replace(/^≥ /, "");
    return /^-?[\d.]/.test(plain) ? parseFloat(plain) : NaN;
  };
  const layersOf = (table) => all("tbody tr:not(.section)", table);
  const refresh = (table) => {
    const words = (table.filterWords ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of layersOf(table)) {
      const text = row.textContent.toLowerCase();
      const found = words.every((word) => text.includes(word));
      row.classList.toggle("found", found);
      count += found;
    }
    table.classList.toggle("flat", words.length > 0 || table.isSorted === true);
    const said = words.length ? `${count} of ${layersOf(table).length} layers` : "";
    document.querySelector(`[data-said=${table.id}]`).textContent = said;
  };
  for (const input of all("[data-filter]")) {
    input.addEventListener("input", () => {
      const table = $(input.dataset.filter);
      table.filterWords = input.value;
      refresh(table);
    });
  }
  for (const button of all("[data-sort]")) {
    const head = button.closest("th");
    const table = button.closest("table");
    const bodies = all("tbody", table).map((body) => [body, [...body.rows]]);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const next = { null: "descending", descending: "ascending" }[now];
      all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
      for (const [body, rows] of bodies) body.append(...rows);
      table.isSorted = Boolean(next);
      if (next) {
        head.setAttribute("aria-sort", next);
        const at = Number(button.dataset.sort);
        const sign = next === "descending" ? -1 : 1;
        const keyed = layersOf(table).map((row) => [exact(row.cells[at]), row]);
        const known = keyed.filter(([text]) => text !== "–" && text !== "?");
        const others = keyed.filter(([text]) => text === "–" || text === "?");
        known.sort(([a], [b]) => {
          const [x, y] = [number(a), number(b)];
          return sign * (isNaN(x) || isNaN(y) ? a.localeCompare(b) : x - y);
        });
        bodies[0][0].append(...[...known, ...others].map(([, row]) => row));
      }
      refresh(table);
    });
  }
  for (const box of all("[data-show]")) {
    box.addEventListener("change", () => {
      const table = $(box.dataset.of);
      table.classList.toggle(`show-${box.dataset.show}`, box.checked);
      table.classList.toggle(`hide-${box.dataset.show}`, !box.checked);
    });
  }
  for (const button of all("[data-unfold]")) {
    button.addEventListener("click", () => {
      const boxes = all(".section input", $(button.dataset.unfold));
      const open = boxes.some((box) => !box.checked);
      boxes.forEach((box) => { box.checked = open; });
      button.textContent = open ? "Close all" : "Open all";
    });
  }

  const isSeen = (element) => element.getClientRects().length > 0;
  const table = (element) => {
    const heads = [...element.tHead.rows[0].cells];
    const at = heads.flatMap((head, index) => (isSeen(head) ? [index] : []));
    const isFlat = element.classList.contains("flat");
    const seen = [...layersOf(element).filter((row) => !isFlat || isSeen(row)),
      ...element.tFoot.rows];
    return {
      keys: at.map((index) => heads[index].dataset.key),
      titles: at.map((index) => heads[index].textContent.trim()),
      isText: at.map((index) => heads[index].classList.contains("t")),
      texts: seen.map((row) => at.map((index) => row.cells[index]?.textContent.trim() ?? "")),
      exact: seen.map((row) => at.map((index) => exact(row.cells[index]))),
    };
  };
  const writers = {
    markdown: ({ titles, isText, texts }) => {
      const line = (cells) => `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`;
      const rule = isText.map((text) => (text ? "---" : "---:"));
      return [titles, rule, ...texts].map(line).join("\n");
    },
    csv: ({ keys, exact: rows }) => {
      const plain = (text) => (text === "–" ? "" : /^≥? ?[\d,]+$/.test(text)
        ? text.replace(/[≥ ,]/g, "") : text);
      const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
      return [keys, ...rows.map((row) => row.map(plain))]
        .map((row) => row.map(quoted).join(",")).join("\n");
    },
    latex: ({ titles, isText, texts }) => {
      const safe = (text) => text.replace(/[\\&%$#_{}~^]/g, (letter) => (
        { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" }[letter]
        ?? `\\${letter}`)).replace(/×/g, "$\\times$").replace(/–/g, "--").replace(/≥/g, "$\\geq$")
        .replace(/(\d),(?=\d{3})/g, "$1\\,");
      const line = (cells) => `${cells.map(safe).join(" & ")} \\\\`;
      const form = isText.map((text) => (text ? "l" : "r")).join("");
      return [`\\begin{tabular}{@{}${form}@{}}`, "\\toprule", line(titles), "\\midrule",
        ...texts.map(line), "\\bottomrule", "\\end{tabular}"].join("\n");
    },
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = writers[button.dataset.copy](table($(button.dataset.of)));
      await copy(`${text}\n`);
      document.querySelector(`[data-said=${button.dataset.of}]`).textContent =
        `copied as ${button.textContent.replace("Copy ", "")}`;
    });
  }
})();
