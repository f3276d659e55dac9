// Filters and sorts the table of KEPs. All that it does is in the address; without it, everything is shown.
"use strict";
(() => {
  const table = document.querySelector("table.keps");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const form = document.querySelector("form.filter");
  const shown = document.querySelector(".shown");
  const heads = [...table.tHead.rows[0].cells];
  const words = new Map(rows.map((row) => [row, (row.textContent + " " + (row.dataset.gates ?? "")).toLowerCase()]));
  const has = (list, wanted) => (list ?? "").split(" ").includes(wanted);
  const number = (row) => Number(row.id.slice(4));
  const version = (text) => (text.match(/\d+/g) ?? []).reduce((all, part) => all * 10000 + Number(part), 0);
  const order = ["will-miss", "at-risk", "cannot-tell", "on-course", "ready", "shipped", "nothing-needed", "no-aim"];
  const column = (name) => heads.findIndex((head) => head.dataset.sort === name);
  const keys = {
    number,
    verdict: (row) => order.indexOf(row.dataset.verdict),
    target: (row) => version(row.cells[column("target")].textContent) || Infinity,
    sig: (row) => row.cells[column("sig")].textContent,
  };
  const is = {
    q: (row, wanted) => wanted.split(/\s+/).every((word) => words.get(row).includes(word)),
    target: (row, wanted) => row.dataset.target === wanted,
    reached: (row, wanted) => row.dataset.reached === wanted,
    release: (row, wanted) => has(row.dataset.releases, wanted),
    verdict: (row, wanted) => row.dataset.verdict === wanted,
    stage: (row, wanted) => row.dataset.stage === wanted,
    status: (row, wanted) => row.dataset.status === wanted,
    sig: (row, wanted) => row.cells[column("sig")].textContent === wanted,
    person: (row, wanted) => (row.dataset.people ?? "").includes(wanted),
    gate: (row, wanted) => (row.dataset.gates ?? "").includes(wanted),
  };
  let sort = "";

  function apply() {
    const wanted = form ? [...new FormData(form)].map(([name, value]) => [name, value.trim().toLowerCase()]).filter(([, value]) => value) : [];
    let count = 0;
    for (const row of rows) {
      row.hidden = !wanted.every(([name, value]) => is[name]?.(row, value) ?? true);
      if (!row.hidden) count += 1;
    }
    const key = keys[sort.replace(/^-/, "")];
    const down = sort.startsWith("-") ? -1 : 1;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const sorted = key ? [...rows].sort((a, b) => down * compare(key(a), key(b)) || number(a) - number(b)) : rows;
    table.tBodies[0].append(...sorted);
    for (const head of heads) {
      if (!head.dataset.sort) continue;
      const here = sort.replace(/^-/, "") === head.dataset.sort;
      head.setAttribute("aria-sort", here ? (down < 0 ? "descending" : "ascending") : "none");
    }
    if (shown) shown.textContent = count === rows.length ? `${count} KEPs` : count ? `${count} of ${rows.length} KEPs` : "Nothing matches. Clear the filters to see all.";
    return wanted;
  }

  function remember(wanted) {
    const query = new URLSearchParams(wanted);
    if (sort) query.set("sort", sort);
    const text = query.toString();
    history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash);
  }

  function read() {
    const query = new URLSearchParams(location.search);
    if (form) {
      for (const field of form.elements) if (field.name) field.value = query.get(field.name) ?? "";
    }
    const asked = query.get("sort") ?? "";
    sort = keys[asked.replace(/^-/, "")] ? asked : "";
    apply();
  }

  for (const head of heads) {
    if (!head.dataset.sort) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      sort = sort === head.dataset.sort ? "-" + sort : head.dataset.sort;
      remember(apply());
    });
  }
  if (form) {
    form.hidden = false;
    form.addEventListener("input", () => remember(apply()));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { sort = ""; remember(apply()); }));
  }
  addEventListener("popstate", read);
  read();
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
})();
