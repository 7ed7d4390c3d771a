// Fields and buttons with `data-edit` send an edit of the study's files; a step that is drawn again keeps the
// keyboard where it was, and what is being typed.
(() => {
  const send = (element, value) => {
    const edit = JSON.parse(element.dataset.edit);
    if (value !== undefined) edit.value = value;
    const field = element.dataset.from || element.id;
    Shiny.setInputValue("edit", { edit, field }, { priority: "event" });
  };
  // Texts that the study does not hold yet: typed and not sent, or sent and refused. By the field's id.
  const typed = new Map();
  const isText = (field) => field.matches("input[type=text][data-edit], input[type=number][data-edit]");
  const sendTyped = (field) => {
    if (!typed.has(field.id)) return;
    typed.get(field.id).sent = true;
    send(field, field.value);
  };
  document.addEventListener("input", (event) => {
    if (isText(event.target)) typed.set(event.target.id, { value: event.target.value, sent: false, refused: false });
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (isText(field)) sendTyped(field);
    else if (field.matches("input[type=checkbox][data-edit]")) send(field, field.checked);
    else if (field.matches("select[data-edit]")) send(field, field.value);
  });
  // A field that was drawn again while somebody typed in it tells of no change when it is left.
  document.addEventListener("focusout", (event) => {
    const kept = typed.get(event.target.id);
    if (kept && !kept.sent && event.target.isConnected && !drawing) sendTyped(event.target);
  });
  const wordsIn = (list) => [...list.querySelectorAll("[data-word]")].map((one) => one.dataset.word);
  // A line of a list one place up (-1) or down (1) among the lines with words; saved where the list says so.
  const move = (line, by) => {
    const list = line.parentElement;
    const lines = [...list.children].filter((one) => one.querySelector("[data-word]"));
    const other = lines[lines.indexOf(line) + by];
    if (!other) return;
    const place = document.createComment("");
    other.replaceWith(place);
    line.replaceWith(other);
    place.replaceWith(line);
    lines.splice(0, lines.length, ...[...list.children].filter((one) => one.querySelector("[data-word]")));
    lines.forEach((one, at) => {
      one.querySelector('[data-move="-1"]').disabled = at === 0;
      one.querySelector('[data-move="1"]').disabled = at === lines.length - 1;
    });
    if (list.dataset.edit) send(list, wordsIn(list));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.move !== undefined) {
      move(button.closest("li"), Number(button.dataset.move));
      (button.disabled ? button.parentElement.querySelector("[data-move]:enabled") : button).focus();
    } else if (button.dataset.order !== undefined) {
      send(button, wordsIn(button.parentElement));
    } else if (button.dataset.from) {
      send(button, document.getElementById(button.dataset.from).value);
    } else if (button.dataset.edit) {
      send(button);
    }
  });
  document.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && event.target.id && document.querySelector(`[data-from="${event.target.id}"]`);
    if (button) button.click();
  });
  const taken = ({ field, called }) => {
    const element = document.getElementById(field);
    const step = element && element.closest(".shiny-html-output");
    Object.entries(called).forEach(([value, label]) => {
      element.closest("fieldset").querySelector("legend").textContent = label;
      step.querySelectorAll(`option[value="${CSS.escape(value)}"]`).forEach((one) => { one.textContent = label; });
    });
    // Another letter may have been typed since it was sent.
    if (typed.get(field)?.sent) typed.delete(field);
    if (!element) return;
    element.classList.remove("is-invalid");
    element.removeAttribute("aria-invalid");
    if (document.querySelector(`[data-from="${field}"]`)) element.value = "";
    element.defaultValue = element.value;
    element.defaultChecked = element.checked;
    [...(element.options || [])].forEach((one) => { one.defaultSelected = one.selected; });
  };
  const refused = ({ field }) => {
    const element = document.getElementById(field);
    if (!element) return;
    if (element.type === "checkbox") element.checked = element.defaultChecked;
    else if (element.options) [...element.options].forEach((one) => { one.selected = one.defaultSelected; });
    else if (element.type === "text" || element.type === "number") {
      if (typed.has(field)) typed.get(field).refused = true;
      mark(element);
    }
  };
  const mark = (element) => {
    element.classList.add("is-invalid");
    element.setAttribute("aria-invalid", "true");
  };
  // Folds that somebody opened or closed, by id: drawn anew they are as they were.
  const folds = new Map();
  document.addEventListener("toggle", ({ target }) => {
    if (target.id && target.matches("details")) folds.set(target.id, target.open);
  }, true);
  let held = "";
  let around = "";
  let drawing = false;
  let selected = [0, 0];
  document.addEventListener("focusin", ({ target }) => {
    if (target.id) [held, around] = [target.id, (target.closest("details[id]") || {}).id || ""];
  });
  document.addEventListener("selectionchange", () => {
    const field = document.activeElement;
    if (field && field.type === "text") selected = [field.selectionStart, field.selectionEnd];
  });
  const keep = new MutationObserver(() => {
    drawing = false;
    typed.forEach((kept, id) => {
      const field = document.getElementById(id);
      if (!field) return;
      if (field.value !== kept.value) field.value = kept.value;
      if (kept.refused) mark(field);
    });
    folds.forEach((open, id) => {
      const fold = document.getElementById(id);
      if (fold) fold.open = open;
    });
    // Of a field that is gone the fold that it stood in is held.
    let field = (held && document.getElementById(held)) || document.querySelector(`#${around || "none"} > summary`);
    if (field && field.disabled) field = field.parentElement.querySelector("button:enabled");
    if (field && document.activeElement === document.body) {
      const place = selected;
      field.focus({ preventScroll: true });
      if (field.type === "text" && typed.has(held)) field.setSelectionRange(...place);
    }
  });
  const closed = (id) => {
    document.querySelectorAll("body > *").forEach((one) => { one.inert = true; });
    const panel = document.getElementById(id);
    document.body.replaceChildren(panel);
    panel.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".shiny-html-output").forEach((one) => keep.observe(one, { childList: true }));
    document.querySelectorAll(".drop input[readonly]").forEach((one) => {
      one.setAttribute("aria-label", one.closest(".shiny-input-container").querySelector("label").textContent);
    });
    Shiny.addCustomMessageHandler("taken", taken);
    Shiny.addCustomMessageHandler("refused", refused);
    let ended = false;
    Shiny.addCustomMessageHandler("closed", ({ stops }) => {
      ended = true;
      document.getElementById("stops").hidden = !stops;
      closed("closed");
    });
    $(document).on("shiny:value", () => { drawing = true; });
    $(document).on("shiny:disconnected", () => { if (!ended) closed("lost"); });
  });
})();
