// Keys, and what was typed kept in this browser until it is saved. Every page works without it.
"use strict";
(() => {
  const OFF = "kb:keys-off";
  const box = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* full or forbidden */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
  };
  const typing = (node) => node.closest("input:not([type=checkbox]), textarea, select, dialog");

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (!next) return;
    (next.querySelector("a.title") || next).focus();
    next.scrollIntoView({ block: "center" });
  };
  const press = (key) => {
    const row = document.activeElement.closest("[data-row]");
    if (key === "e" && row && row.querySelector("a.edit")) return row.querySelector("a.edit").click();
    const own = row && row.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
    if (own) { own.click(); return true; }
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return undefined;
    if (target.matches("textarea, input")) { target.focus(); return true; }
    target.click();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const save = document.querySelector("[data-save]");
      if (save) { event.preventDefault(); save.click(); }
      return;
    }
    if (event.key === "Escape" && typing(event.target) && !event.target.closest("dialog")) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || box.get(OFF) || typing(event.target)) return;
    if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); return; }
    if (event.key.length === 1 && press(event.key) !== undefined) event.preventDefault();
  });

  for (const button of document.querySelectorAll("[data-opens]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }
  const off = document.querySelector("[data-keys-off]");
  if (off) {
    off.checked = Boolean(box.get(OFF));
    off.addEventListener("change", () => (off.checked ? box.set(OFF, "1") : box.drop(OFF)));
  }

  const words = (form) => [...form.elements].filter((field) => field.matches("textarea, select, input:not([type=hidden])") && field.name);
  const read = (form) => Object.fromEntries(words(form).map((field) => [field.name, field.value]));
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const key = `kb:${form.dataset.keep}`;
    const saved = read(form);
    const kept = JSON.parse(box.get(key) || "null");
    const told = document.querySelector("[data-kept]");
    const banner = document.querySelector("[data-restored]");
    const put = (values) => { for (const field of words(form)) if (field.name in values) field.value = values[field.name]; };
    const conflict = document.querySelector("[role=alert]");
    if (kept && !conflict && JSON.stringify(kept.words) !== JSON.stringify(saved)) {
      put(kept.words);
      if (banner) banner.hidden = false;
    }
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        box.set(key, JSON.stringify({ words: read(form) }));
        if (told) told.textContent = "What you typed is kept in this browser.";
      }, 300);
    });
    form.addEventListener("submit", (event) => {
      if (event.submitter && event.submitter.formTarget === "preview") return;
      clearTimeout(timer);
      box.set(key, JSON.stringify({ words: read(form) }));
    });
    const forget = document.querySelector("[data-forget]");
    if (forget) forget.addEventListener("click", () => { box.drop(key); put(saved); banner.hidden = true; });
  }
  // What the server says it has, this browser need not keep.
  const done = new URLSearchParams(location.search);
  if (done.get("done")) {
    const id = done.get("of") || location.pathname.split("/").pop();
    box.drop(`kb:note:${id}`);
    if (done.get("done") === "edit" || done.get("done") === "submit") box.drop(`kb:edit:${id}`);
  }
})();
