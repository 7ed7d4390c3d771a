// Fields and buttons with `data-edit` send an edit of the study's files; a step that is drawn again keeps the
// keyboard where it was.
(() => {
  const send = (element, value) => {
    const edit = JSON.parse(element.dataset.edit);
    if (value !== undefined) edit.value = value;
    Shiny.setInputValue("edit", edit, { priority: "event" });
  };
  document.addEventListener("change", (event) => {
    const field = event.target.closest("input[data-edit], select[data-edit]");
    if (field) send(field, field.type === "checkbox" ? field.checked : field.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.move !== undefined) {
      const line = button.closest("li");
      const list = line.parentElement;
      if (line.previousElementSibling) list.insertBefore(line, line.previousElementSibling);
      list.querySelectorAll("button").forEach((one, place) => { one.disabled = place === 0; });
      (button.disabled ? line.nextElementSibling.querySelector("button") : button).focus();
    } else if (button.dataset.order !== undefined) {
      const words = button.parentElement.querySelectorAll("[data-word]");
      send(button, [...words].map((one) => one.dataset.word));
    } else if (button.dataset.from) {
      const field = document.getElementById(button.dataset.from);
      send(button, field.value);
      if (field.value.trim()) field.value = "";
    } else if (button.dataset.edit) {
      send(button);
    }
  });
  let held = "";
  document.addEventListener("focusin", (event) => { if (event.target.id) held = event.target.id; });
  const keep = new MutationObserver(() => {
    if (held && document.activeElement === document.body) document.getElementById(held)?.focus({ preventScroll: true });
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".shiny-html-output").forEach((one) => keep.observe(one, { childList: true }));
  });
})();
