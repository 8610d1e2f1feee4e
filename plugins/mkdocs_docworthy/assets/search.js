/* The search box: the theme's own look and keys. What is found comes from search-worker.js, which is
   loaded when somebody first wants to search, so that nobody else pays for it. */
(() => {
  "use strict";
  const script = document.currentScript.src, ROOT = new URL("../../", script);
  const $ = (selector, from = document) => from.querySelector(selector);

  /* The worker, from its first use on. Other scripts and tests ask through `docworthySearch`. */
  let worker, opened, number = 0;
  const waiting = new Map();
  const start = () => {
    worker = new Worker(script.replace("search.js", "search-worker.js"));
    worker.onmessage = ({ data: { id, value, failed } }) => {
      const [done, not] = waiting.get(id);
      waiting.delete(id);
      if (failed) not(new Error(failed));
      else done(value);
    };
    worker.onerror = () => {
      waiting.forEach(([, not]) => not(new Error("no worker")));
      waiting.clear();
      worker = opened = null;
    };
  };
  const ask = (call, ...args) => new Promise((done, not) => {
    if (!worker) start();
    waiting.set(number += 1, [done, not]);
    worker.postMessage({ id: number, call, args });
  });
  /* The index's manifest comes beside the worker's script, not after it. */
  const load = async () => {
    if (!worker) start();
    const place = new URL("search/docworthy/manifest.json.gz", ROOT);
    const answer = await fetch(place, { cache: "no-cache" });
    if (!answer.ok) throw new Error("no search index");
    ask("open", await answer.arrayBuffer()).catch(() => { opened = null; });
  };
  const open = () => {
    opened = opened || load();
    opened.catch(() => { opened = null; });
    return opened;
  };
  const answer = async (...call) => {
    await open();
    return ask(...call);
  };
  const search = (query, limit) => answer("search", query, limit);
  /* The files of whole words come while the next one is being written. */
  let expected = "";
  const expect = (written) => {
    const query = written.slice(0, written.lastIndexOf(" ") + 1);
    if (query === expected) return;
    expected = query;
    answer("expect", query).catch(() => {}); /* the search itself tells */
  };
  window.docworthySearch = { open, search, terms: (lang, texts) => answer("terms", lang, texts) };

  /* What is shown */
  const PAGE = 10;
  const box = () => $("[data-dw-search-box]");
  const toggle = () => $("#__search");
  const field = () => $("input", box());
  const part = (name) => $(".md-search-result__" + name, box());
  const links = () => [...box().querySelectorAll(".md-search-result a")].filter((a) => a.offsetParent);

  const made = (name, of, ...inside) => {
    const element = document.createElement(name);
    if (of) element.className = of;
    element.append(...inside);
    return element;
  };
  const marked = ({ text, marks }) => {
    const found = [];
    let at = 0;
    for (const [from, to] of marks) {
      found.push(text.slice(at, from), made("mark", "", text.slice(from, to)));
      at = to;
    }
    return [...found, text.slice(at)];
  };
  const row = ({ url, seen: [title, heading, text] }) => {
    const article = made("article", "md-search-result__article md-typeset",
      made("div", "md-search-result__icon md-icon"), made("h1", "", ...marked(title)));
    if (heading.text) article.append(made("h2", "", ...marked(heading)));
    if (text.text && text.text !== heading.text) article.append(made("p", "", ...marked(text)));
    const link = made("a", "md-search-result__link", article);
    link.href = new URL(url, ROOT).href;
    link.tabIndex = -1;
    return made("li", "md-search-result__item", link);
  };
  const short = (count) => count < 1000 ? count : (count / 1000).toFixed(count < 9950 ? 1 : 0) + "k";
  const say = (words, count = "") => {
    part("meta").textContent = words.replace("#", short(count));
    part("meta").dataset.dwTotal = count;
  };
  const told = (total) => {
    const { dwNone, dwOne, dwMany } = box().dataset;
    say(total ? total === 1 ? dwOne : dwMany : dwNone, total);
  };
  const stuck = (is) => { $(".dw-search-stuck", box()).hidden = !is; };

  /* One question at a time: what comes back late is not shown. */
  let timer, asked, shown, turn = 0, total = 0;
  const clear = () => {
    turn += 1;
    asked = "";
    total = 0;
    part("list").replaceChildren();
    stuck(false);
    say(box().dataset.dwType);
  };
  const fail = () => {
    clear();
    asked = null;
    stuck(true);
    say(box().dataset.dwAway);
  };
  const find = async (query, mine) => {
    try {
      const found = await search(query, PAGE);
      if (mine !== turn) return;
      total = found.total;
      part("list").replaceChildren(...found.hits.map(row));
      part("meta").parentElement.parentElement.scrollTop = 0;
      told(total);
      stuck(true);
    } catch { if (mine === turn) fail(); }
  };
  const show = () => {
    const query = field().value.trim();
    share(query);
    if (query === asked) return shown;
    if (query) shown = find(asked = query, turn += 1);
    else clear();
    return shown;
  };
  const more = async () => {
    const held = part("list").children.length, mine = turn;
    if (!asked || held >= total) return;
    try {
      const found = await search(asked, held + PAGE);
      if (mine !== turn || part("list").children.length !== held) return;
      part("list").append(...found.hits.slice(held).map(row));
    } catch { /* the next scroll asks again */ }
  };
  const wake = () => {
    if (asked === undefined) {
      asked = "";
      say(box().dataset.dwStart);
      open().then(() => { if (!field().value) say(box().dataset.dwType); }, fail);
    }
    if (field().value) show();
  };

  /* A search has an address: `?q=` opens it, and the theme's share button copies it. */
  const share = (query) => {
    const link = $("[data-md-component=search-share]", box());
    if (!link) return;
    const url = new URL(location.href.split(/[?#]/)[0]);
    if (query) url.searchParams.set("q", query);
    link.href = url;
    link.dataset.clipboardText = url;
  };
  const linked = () => {
    const query = new URLSearchParams(location.search).get("q");
    if (!box() || !query) return;
    field().value = query;
    field().focus();
  };
  const shut = () => {
    toggle().checked = false;
    field().blur();
    hide();
  };
  const hide = () => {
    part("list").setAttribute("role", toggle().checked ? "list" : "presentation");
    part("list").hidden = !toggle().checked;
    const url = new URL(location.href);
    if (toggle().checked || !url.searchParams.has("q")) return;
    url.searchParams.delete("q");
    history.replaceState(history.state, "", url);
  };

  /* Keys: the theme's own */
  const move = (event, by) => {
    const stops = [field(), ...links()], at = Math.max(0, stops.indexOf(document.activeElement));
    event.preventDefault();
    stops[(at + by + stops.length) % stops.length].focus();
  };
  const within = (event) => {
    const { key } = event, isField = event.target === field();
    if (key === "ArrowDown") move(event, 1);
    else if (key === "ArrowUp") move(event, -1);
    else if (key === "Escape" || key === "Tab") shut();
    else if (key === "Enter" && isField) {
      event.preventDefault();
      best();
    } else if (!isField && key.length === 1 && key !== " ") field().focus();
  };
  const best = async () => {
    clearTimeout(timer);
    await show();
    if (part("list").children.length) links()[0].click();
  };

  const inBox = (event) => box() && event.target.closest && event.target.closest("[data-dw-search-box]");
  const isField = (event) => inBox(event) && event.target === field();
  document.addEventListener("input", (event) => {
    if (!isField(event)) return;
    clearTimeout(timer);
    if (event.inputType === "insertFromPaste") show(); /* nobody is still writing */
    else {
      expect(field().value);
      timer = setTimeout(show, 120);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (!isField(event)) return;
    toggle().checked = true;
    hide();
    wake();
  });
  document.addEventListener("pointerover", (event) => {
    if (!worker && inBox(event)) open().catch(() => {});
  });
  document.addEventListener("reset", (event) => {
    if (!inBox(event)) return;
    setTimeout(() => { show(); field().focus(); });
  });
  document.addEventListener("submit", (event) => {
    if (inBox(event)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (!box() || event.target !== toggle()) return;
    hide();
    if (event.target.checked) field().focus();
  });
  document.addEventListener("click", (event) => {
    const link = inBox(event) && event.target.closest("a");
    if (link && link.matches("[data-md-component=search-share]")) event.preventDefault();
    else if (link) shut();
  });
  document.addEventListener("scroll", (event) => {
    const place = event.target;
    if (!inBox(event) || !place.matches(".md-search__scrollwrap")) return;
    if (place.scrollTop + place.clientHeight > place.scrollHeight - 200) more();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!box() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (inBox(event) && toggle().checked) return within(event);
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    if (typing || !["f", "s", "/"].includes(event.key)) return;
    event.preventDefault();
    field().focus();
    field().select();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", linked);
  else linked();
})();
