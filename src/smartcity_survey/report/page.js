"use strict";
// Comfort only: without this script the page shows the same. Words come from the page (data-...).
(() => {
  const main = document.getElementById("main");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = main.dataset;

  // What an address leads to is opened, with everything around it.
  const reveal = (smooth) => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let e = target.closest("details"); e; e = e.parentElement.closest("details")) e.open = true;
    const own = target.matches("section") && target.querySelector("details.part");
    if (own) own.open = true;
    const near = Math.abs(target.getBoundingClientRect().top) < 2 * innerHeight;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ behavior: smooth && near && !calm ? "smooth" : "auto" });
  };
  addEventListener("hashchange", () => reveal(false));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    if (narrow.matches && link.closest("nav")) menu.open = false;
    if (link.hash === location.hash) reveal(true);
  });

  // Menu: closed on a phone, searched, and it tells where one is.
  const menu = document.getElementById("menu");
  const narrow = matchMedia("(max-width: 66rem)");
  const banner = document.querySelector(".banner details");
  const fold = () => {
    menu.open = !narrow.matches;
    if (banner) banner.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  fold();
  const search = menu.querySelector("input");
  search.hidden = false;
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    menu.classList.toggle("searched", wanted !== "");
    for (const item of all("li", menu)) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
  const links = new Map(all("a", menu).map((link) => [link.hash.slice(1), link]));
  let current = null;
  const seen = new IntersectionObserver((entries) => {
    const first = entries.find((entry) => entry.isIntersecting);
    const link = first && links.get(first.target.id);
    if (!link || link === current) return;
    if (current) current.removeAttribute("aria-current");
    current = link;
    link.setAttribute("aria-current", "true");
    if (!narrow.matches) {
      const box = menu.parentElement;
      const at = link.offsetTop - box.offsetTop;
      if (at < box.scrollTop || at > box.scrollTop + box.clientHeight - 40) box.scrollTop = at - 80;
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) {
    const target = document.getElementById(id);
    if (target) seen.observe(target);
  }

  // Boxes take the tab key only where they scroll.
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) {
        target.tabIndex = 0;
        target.setAttribute("role", "region");
        target.setAttribute("aria-labelledby", target.dataset.label);
      } else {
        for (const name of ["tabindex", "role", "aria-labelledby"]) target.removeAttribute(name);
      }
    }
  });
  for (const box of all(".scroll")) sizes.observe(box);

  // Long tables: lines are filtered, columns sorted within each group.
  const number = (text) => {
    const plain = text.replace(/[\s\u00a0\u202f%<>]/g, "").replace("−", "-").replace(",", ".").replace("[", "");
    return parseFloat(plain.startsWith(".") || plain.startsWith("-.") ? plain.replace(".", "0.") : plain);
  };
  const lines = (body) => all("tr:not(.group):not(.remarks)", body);
  const remark = (line) => {
    const next = line.nextElementSibling;
    return next && next.classList.contains("remarks") ? next : null;
  };
  for (const table of all(".sheet table")) {
    if (lines(table).length <= 20) continue;
    const box = document.createElement("input");
    box.type = "search";
    box.className = "filter";
    box.placeholder = words.filter;
    box.setAttribute("aria-label", words.filter);
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const line of lines(table)) {
        const more = remark(line);
        const text = line.textContent + (more ? more.textContent : "");
        line.hidden = !text.toLowerCase().includes(wanted);
        if (more) more.hidden = line.hidden;
      }
      for (const body of table.tBodies) body.hidden = lines(body).every((line) => line.hidden);
    });
    table.parentElement.before(box);
    all("thead th", table).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.title = words.sort;
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of all("th", heading.parentElement)) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const way = down ? -1 : 1;
        const numeric = heading.classList.contains("number");
        const value = (line) => line.cells[column].textContent.trim();
        for (const body of table.tBodies) {
          const sorted = lines(body).map((line) => [line, remark(line)]).sort(([a], [b]) => {
            const [x, y] = [value(a), value(b)];
            if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
            return way * (numeric ? number(x) - number(y) : x.localeCompare(y, document.documentElement.lang, { numeric: true }));
          });
          for (const [line, more] of sorted) {
            body.append(line);
            if (more) body.append(more);
          }
        }
      });
    });
  }

  // A table for Word: plain cells with rules above and below, its title, and its note. Works from a file too.
  const forWord = (figure) => {
    const copy = figure.querySelector("table").cloneNode(true);
    for (const gone of all("[hidden]", copy)) gone.remove();
    for (const cell of all("th, td", copy)) {
      const right = cell.classList.contains("number");
      const sign = cell.querySelector(".alone");
      const text = sign ? sign.title : cell.textContent.trim().replace(/\u00ad/g, "").replace(/\s+/g, " ");
      const strong = cell.closest(".group") || cell.querySelector(".flag");
      const head = cell.closest("thead");
      for (const name of cell.getAttributeNames()) if (name !== "colspan") cell.removeAttribute(name);
      cell.textContent = text;
      cell.style.cssText = "padding:2pt 5pt;font:10pt 'Times New Roman',serif;text-align:" + (right ? "right" : "left") +
        (head ? ";border-bottom:1pt solid black" : "") + (strong ? ";font-weight:bold" : "");
    }
    copy.style.cssText = "border-collapse:collapse;border-top:1.5pt solid black;border-bottom:1.5pt solid black";
    const title = figure.querySelector("h3").textContent.trim().replace(/\s+/g, " ");
    const notes = all(".note", figure).map((note) => note.textContent.trim()).join(" ");
    const rows = all("tr", copy).map((row) => [...row.cells].map((cell) => cell.textContent).join("\t"));
    const safe = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    return {
      html: `<p>${safe(title)}</p>${copy.outerHTML}<p>${safe(notes)}</p>`,
      plain: [title, ...rows, notes].join("\n"),
    };
  };
  for (const button of all("button.copy")) {
    button.hidden = false;
    const said = button.textContent;
    button.addEventListener("click", () => {
      const copied = forWord(button.closest("figure"));
      const give = (event) => {
        event.clipboardData.setData("text/html", copied.html);
        event.clipboardData.setData("text/plain", copied.plain);
        event.preventDefault();
      };
      document.addEventListener("copy", give);
      if (document.execCommand("copy")) button.textContent = words.copied;
      document.removeEventListener("copy", give);
      setTimeout(() => { button.textContent = said; }, 2000);
    });
  }

  // Printing: everything, or the answer and the main tables.
  const only = document.getElementById("main-only");
  only.closest("p").hidden = false;
  only.addEventListener("change", () => document.body.classList.toggle("main-only", only.checked));

  // The way up shows once one has left the top.
  const up = document.querySelector(".up");
  const rise = () => { up.hidden = scrollY < innerHeight; };
  addEventListener("scroll", rise, { passive: true });
  rise();

  if (location.hash) reveal(false);
})();
