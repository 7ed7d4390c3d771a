// Figures that answer: without this script the pictures show the same, and they are what is printed.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A picture whose parts tell their numbers: the same svg, laid open, where parts can be pointed at.
  const STYLE = `
    svg { display: block; width: 100%; height: auto; }
    text { pointer-events: none; user-select: text; }
    .mark text { pointer-events: auto; }
    .mark { cursor: default; }
    .mark:focus-visible { outline: 2px solid #0072b2; outline-offset: 2px; }
    .telling .mark:not(.told) { opacity: .4; }
  `;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the part itself is called by the same words

  const layOpen = (picture) => {
    const coded = picture.src.slice(picture.src.indexOf(",") + 1);
    const source = new TextDecoder().decode(Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0)));
    const svg = document.importNode(new DOMParser().parseFromString(source, "image/svg+xml").documentElement, true);
    const figure = picture.closest("figure");
    const host = document.createElement("div");
    host.className = "live";
    host.attachShadow({ mode: "open" }).innerHTML = `<style>${STYLE}</style>`;
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", picture.alt);
    const parts = new Map();
    for (const mark of all(".mark", svg)) {
      const title = mark.querySelector("title");
      const words = title.textContent;
      title.remove();
      for (const line of all("path", mark).filter((path) => /fill: none/.test(path.getAttribute("style")))) {
        const reach = line.cloneNode();
        reach.setAttribute("style", "fill: none; stroke: transparent; stroke-width: 12; pointer-events: stroke");
        line.before(reach);
      }
      parts.set(words, [...(parts.get(words) || []), mark]);
    }
    const heads = [...parts].map(([words, marks]) => {
      const [head, ...others] = marks.toReversed(); // what is drawn last lies on top
      head.setAttribute("role", "img");
      head.setAttribute("aria-label", words.replace(/\n/g, "; "));
      head.setAttribute("tabindex", "-1");
      for (const other of others) other.setAttribute("aria-hidden", "true");
      return head;
    });
    heads[0].setAttribute("tabindex", "0");
    const wordsOf = (mark) => [...parts.keys()].find((words) => parts.get(words).includes(mark));
    const hide = () => {
      svg.classList.remove("telling");
      for (const mark of all(".told", svg)) mark.classList.remove("told");
      tip.hidden = true;
    };
    const tell = (mark, x, y) => {
      hide();
      const words = wordsOf(mark);
      svg.classList.add("telling");
      for (const part of parts.get(words)) part.classList.add("told");
      tip.textContent = words;
      tip.hidden = false;
      figure.append(tip);
      const room = figure.getBoundingClientRect();
      const left = Math.min(x - room.left + 12, figure.clientWidth - tip.offsetWidth - 4);
      tip.style.left = `${Math.max(left, 0)}px`;
      tip.style.top = `${y - room.top + 16}px`;
    };
    const tellFocused = (head) => {
      const box = head.getBoundingClientRect();
      tell(head, box.left + box.width / 2, box.bottom);
    };
    const focused = () => heads.find((head) => head === host.shadowRoot.activeElement);
    svg.addEventListener("pointermove", (event) => {
      const mark = event.target.closest(".mark");
      if (mark) tell(mark, event.clientX, event.clientY);
      else if (focused()) tellFocused(focused());
      else hide();
    });
    svg.addEventListener("pointerleave", () => (focused() ? tellFocused(focused()) : hide()));
    svg.addEventListener("click", (event) => {
      const mark = event.target.closest(".mark");
      if (mark) parts.get(wordsOf(mark)).at(-1).focus({ preventScroll: true });
    });
    svg.addEventListener("focusin", (event) => {
      for (const head of heads) head.setAttribute("tabindex", head === event.target ? "0" : "-1");
      tellFocused(event.target);
    });
    svg.addEventListener("focusout", hide);
    svg.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hide();
      const at = heads.indexOf(event.target);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: heads.length - 1 - at }[event.key];
      if (step === undefined) return undefined;
      event.preventDefault();
      return heads[Math.min(Math.max(at + step, 0), heads.length - 1)].focus();
    });
    host.shadowRoot.append(svg);
    picture.classList.add("still");
    picture.after(host);
    figure.querySelector(".point").hidden = false;
  };
  for (const picture of all("img[data-tells]")) layOpen(picture);

  // The specification curve: options are left out, and one sees what the others say.
  for (const box of all(".specifications")) {
    box.hidden = false;
    const data = JSON.parse(box.dataset.numbers);
    const form = box.querySelector("form");
    const said = form.querySelector("output");
    const boxes = all("input", form);
    const { decimal, minus, bare, percent } = data.numbers;
    const fixed = (value, digits) => {
      const plain = Math.abs(value).toFixed(digits);
      const sign = value < 0 && /[1-9]/.test(plain) ? minus : "";
      return sign + (bare && digits ? plain.replace(/^0\./, ".") : plain).replace(".", decimal);
    };
    const ends = data.curves.flatMap(({ estimate }) => [estimate[0], estimate.at(-1)]);
    const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const height = (value) => (57 - (54 * (value - low)) / (high - low || 1)).toFixed(1);
    const show = () => {
      const ticked = new Set(boxes.filter((one) => one.checked).map((one) => Number(one.value)));
      const whole = data.sets.map((set) => set.every((option) => ticked.has(option)));
      let [most, all_] = [0, 0];
      all("tbody tr", box).forEach((row, number) => {
        const { estimate, taken, confirmed, weight } = data.curves[number];
        const kept = estimate.map((_, s) => taken.every((choice) => whole[choice[s]]));
        const own = estimate.filter((_, s) => kept[s]); // in rising order
        const middle = own.length ? (own[(own.length - 1) >> 1] + own[own.length >> 1]) / 2 : NaN;
        const shown = own.length ? [own[0], middle, own.at(-1)].map((value) => fixed(value, 3)) : ["–", "–", "–"];
        [String(own.length), ...shown].forEach((text, at) => { row.cells[2 + at].textContent = text; });
        const dots = (which) => estimate.map((value, s) =>
          which(s) ? `M${((300 * (s + 0.5)) / estimate.length).toFixed(1)} ${height(value)}h0` : "").join("");
        const yes = (s) => kept[s] && Boolean(confirmed) && confirmed[s] === 1;
        const draw = (name, path) => row.querySelector(`.${name}`).setAttribute("d", path);
        draw("zero", `M0 ${height(0)}H300`);
        draw("out", dots((s) => !kept[s]));
        draw("no", dots((s) => kept[s] && !yes(s)));
        draw("yes", dots(yes));
        if (confirmed) {
          let [sum, of] = [0, 0];
          weight.forEach((one, s) => {
            if (kept[s]) of += one;
            if (yes(s)) sum += one;
          });
          const cell = row.querySelector(".share");
          cell.querySelector("b").textContent = of ? percent.replace("{value}", fixed((100 * sum) / of, 0)) : "–";
          cell.style.setProperty("--share", of ? sum / of : 0);
        }
        most = Math.max(most, own.length);
        all_ = Math.max(all_, estimate.length);
      });
      said.textContent = said.dataset.says.replace("{kept}", most).replace("{all}", all_);
    };
    form.addEventListener("change", show);
    form.addEventListener("reset", () => setTimeout(show));
    form.addEventListener("submit", (event) => event.preventDefault());
    box.addEventListener("toggle", show);
  }
})();
