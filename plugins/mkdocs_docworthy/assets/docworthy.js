/* Tells the site's own service what helped, and answers while a customer writes. No dependency. */
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const quiet = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  const here = () => {
    const mark = $("[data-dw-service]");
    return mark ? mark.dataset : { dwService: "", dwArticle: "", dwVersion: "" };
  };

  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const where = () => {
    const { dwArticle, dwVersion } = here();
    const about = dwArticle ? { article: dwArticle, version: dwVersion } : {};
    return { page: location.pathname, ...about };
  };
  const send = (kind, more = {}, place = where()) => {
    const { dwService } = here();
    if (!dwService || quiet) return;
    const event = { id: uuid(), kind, ...place, ...more };
    const body = JSON.stringify({ v: 1, events: [event] });
    const url = dwService + "/events";
    if (navigator.sendBeacon && navigator.sendBeacon(url, body)) return;
    const headers = { "Content-Type": "text/plain" };
    fetch(url, { method: "POST", body, headers, keepalive: true, mode: "no-cors" }).catch(() => {});
  };

  /* A view is told once: after as long in sight as reading takes, or when the page is left. */
  const READ_SECONDS = 15;
  let stay = null;
  const tellView = () => {
    if (stay) send("view", { dwell: stay.seconds }, stay.place);
    stay = null;
  };
  const come = () => {
    tellView();
    stay = { place: where(), seconds: 0 };
  };
  setInterval(() => {
    if (stay && !document.hidden && ++stay.seconds >= READ_SECONDS) tellView();
  }, 1000);
  addEventListener("pagehide", tellView);

  /* The trail stays in this tab; it leaves only with the form, which shows it. */
  const KEY = "docworthy-trail";
  const trail = () => {
    try { return JSON.parse(sessionStorage.getItem(KEY)) || []; } catch { return []; }
  };
  const remember = (kind, words, url) => {
    const all = trail().filter((row) => row.kind !== kind || row.words !== words);
    all.push({ kind, words, url });
    try { sessionStorage.setItem(KEY, JSON.stringify(all.slice(-20))); } catch { /* full or off */ }
  };

  /* Votes */
  const signed = () => (here().dwToken ? { token: here().dwToken } : {});
  const thank = (form, words) => {
    const thanks = $(".dw-thanks", form);
    thanks.textContent = words;
    thanks.focus();
  };
  const vote = (button) => {
    const form = button.closest("form");
    const kind = button.dataset.dwVote;
    form.querySelectorAll("[data-dw-vote]").forEach((one) =>
      one.setAttribute("aria-pressed", String(one === button)));
    $(".dw-reasons", form).hidden = kind === "solved";
    send(kind, signed());
    if (kind === "solved") return thank(form, form.dataset.dwSolvedThanks);
    $(".dw-thanks", form).textContent = "";
    $(".dw-reasons input", form).focus();
  };
  const giveReason = (form) => {
    const chosen = $("input[name=reason]:checked", form);
    const comment = $("[name=comment]", form).value.replace(/\s+/g, " ").trim();
    const said = { ...(chosen && { reason: chosen.value }), ...(comment && { comment }) };
    if (chosen || comment) send("not_solved", { ...said, ...signed() });
    $(".dw-reasons", form).hidden = true;
    thank(form, form.dataset.dwReasonThanks);
  };

  /* The site's search (Material) */
  const results = () => [...document.querySelectorAll(".md-search-result__list > li")];
  const countOf = () => {
    const meta = $(".md-search-result__meta");
    if (meta && meta.dataset.dwTotal) return Number(meta.dataset.dwTotal);
    const digits = meta && meta.textContent.replace(/[.,\s](?=\d{3})/g, "").match(/\d+/);
    return digits ? Number(digits[0]) : results().length;
  };
  let searchTimer, searched = "";
  const settle = (input) => {
    clearTimeout(searchTimer);
    searchTimer = setTimeout(() => {
      const query = input.value.trim().slice(0, 200);
      if (!query || query === searched) return;
      searched = query;
      remember("search", query, "");
      send("search", { query, results: countOf() });
    }, 800);
  };
  const opened = (link) => {
    const rank = results().findIndex((row) => row.contains(link)) + 1;
    const input = $("[data-md-component=search-query]");
    const query = input ? input.value.trim().slice(0, 200) : "";
    send("open", { query, results: countOf(), ...(rank ? { rank } : {}) });
  };

  /* The form that answers */
  let formTimer, request, asked = "", told = "";
  const show = (form, rows) => {
    const box = $(".dw-suggestions", form), list = $("ul", box);
    const root = new URL(form.dataset.dwRoot || "./", location.href);
    list.replaceChildren(...rows.map((row, index) => {
      const line = document.createElement("li"), link = document.createElement("a");
      const hint = document.createElement("small"), passage = document.createElement("span");
      const url = new URL(row.url, root);
      link.href = /^https?:$/.test(url.protocol) ? url.href : "#";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = row.title;
      link.dataset.dwRank = index + 1;
      hint.textContent = form.dataset.dwNewTab;
      passage.className = "dw-passage";
      passage.textContent = row.passage || "";
      line.append(link, hint, passage);
      return line;
    }));
    box.hidden = !rows.length;
    const words = form.dataset[rows.length === 1 ? "dwOne" : "dwOther"];
    $(".dw-count", form).textContent = rows.length ? words.replace("{count}", rows.length) : "";
    if (rows.length && told !== asked) send("suggestion_shown", { results: rows.length });
    told = asked;
  };
  /* The service answers; where there is none, or it is away, the site's own index does. */
  const AWAY = 2500, ENOUGH = /\S.*\S.*\S|[\u3040-\u30ff\u3400-\u9fff]{2}/s;
  const fromService = async (query) => {
    const { dwService } = here();
    if (!dwService) return null;
    const mine = request = new AbortController();
    const late = setTimeout(() => mine.abort(), AWAY);
    try {
      const url = dwService + "/suggest?q=" + encodeURIComponent(query);
      const answer = await fetch(url, { signal: mine.signal, credentials: "omit" });
      return answer.ok ? (await answer.json()).results || [] : null;
    } catch { return null; } finally { clearTimeout(late); }
  };
  const fromSite = async (query) => {
    const { docworthySearch } = window;
    try {
      return docworthySearch ? (await docworthySearch.search(query, 5)).hits : [];
    } catch { return []; /* no index here: the form works without it */ }
  };
  const suggest = async (form) => {
    const query = (form.subject.value + " " + form.description.value).trim().slice(0, 500);
    if (query === asked) return;
    if (request) request.abort();
    asked = query;
    if (!ENOUGH.test(query)) return show(form, []);
    const rows = await fromService(query) || asked === query && await fromSite(query);
    if (asked === query) show(form, rows);
  };

  /* What is written stays in this tab until it is sent and something else is read: an error page or
     a look elsewhere loses nothing. */
  const DRAFT = "docworthy-draft", WRITTEN = ["subject", "description"];
  const stored = (value) => {
    try {
      if (value === undefined) return JSON.parse(sessionStorage.getItem(DRAFT)) || {};
      if (value) sessionStorage.setItem(DRAFT, JSON.stringify(value));
      else sessionStorage.removeItem(DRAFT);
    } catch { /* full or off */ }
    return {};
  };
  const keepDraft = (form) =>
    stored(Object.fromEntries(WRITTEN.map((name) => [name, form.elements[name].value])));
  const giveDraft = (form) => {
    const held = stored();
    WRITTEN.forEach((name) => { form.elements[name].value ||= held[name] || ""; });
    suggest(form);
  };

  const cameFrom = () => {
    const from = new URLSearchParams(location.search).get("from") || "";
    return /^[a-z0-9-]{1,80}$/.test(from) ? from : "";
  };
  const fillForm = (form) => {
    const rows = trail();
    form.elements.from.value = cameFrom();
    form.elements.trail.value = JSON.stringify(rows);
    $(".dw-trail ol", form).replaceChildren(...rows.map((row) => {
      const line = document.createElement("li");
      const words = form.dataset[row.kind === "search" ? "dwSearched" : "dwRead"];
      line.textContent = words.replace("{words}", () => row.words);
      return line;
    }));
    $(".dw-trail", form).hidden = !rows.length;
  };
  /* A form to mailto: opens the reader's mail program, of which a page hears nothing: so what was
     written can be copied, too. */
  const letter = (form) => {
    const ticked = $("[data-dw-trail]", form).checked;
    const along = [...form.querySelectorAll(".dw-trail li")].map((line) => "- " + line.textContent);
    const written = form.description.value;
    return ticked && along.length ? written + "\n\n" + along.join("\n") : written;
  };
  const openMail = (form) => {
    const to = form.getAttribute("action"), box = $(".dw-mailed", form);
    const said = { subject: form.subject.value, body: letter(form) };
    const parts = Object.entries(said).map(([name, words]) =>
      name + "=" + encodeURIComponent(words.replace(/\r?\n/g, "\r\n")));
    location.href = to + (to.includes("?") ? "&" : "?") + parts.join("&");
    box.hidden = false;
    $("p", box).focus();
  };

  const solved = (form) => {
    send("form_solved");
    stored(null);
    $(".dw-suggestions", form).hidden = true;
    const count = $(".dw-count", form);
    count.textContent = form.dataset.dwDone;
    count.focus();
  };

  /* The page's own buttons: search from the home page, copy, print */
  const openSearch = () => {
    const toggle = $("#__search"), input = $("[data-md-component=search-query]");
    if (toggle && !toggle.checked) toggle.click();
    if (input) input.focus();
  };
  const copy = async (button, what, done) => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(what);
      button.textContent = done;
      setTimeout(() => { button.textContent = words; }, 2000);
    } catch { /* no right to: the address bar has it too */ }
  };

  /* One listener each on the document: pages come and go with instant navigation. */
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest && event.target.closest(selector);
    let one;
    if ((one = hit("[data-dw-vote]"))) vote(one);
    else if ((one = hit("[data-dw-solved]"))) solved(one.closest("form"));
    else if (hit("[data-dw-search]")) openSearch();
    else if ((one = hit("[data-dw-copy]"))) copy(one, location.href.split("#")[0], one.dataset.dwCopy);
    else if ((one = hit("[data-dw-copy-mail]"))) {
      const form = one.closest("form");
      copy(one, form.subject.value + "\n\n" + letter(form), one.dataset.dwCopyMail);
    }
    else if (hit("[data-dw-print]")) print();
    else if ((one = hit(".dw-suggestions a"))) {
      send("suggestion_opened", { rank: Number(one.dataset.dwRank) });
    } else if ((one = hit(".md-search-result__link"))) opened(one);
  }, true);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-dw-form]");
    if (event.target.matches("[data-md-component=search-query]")) settle(event.target);
    if (!form || event.target.type === "checkbox") return;
    keepDraft(form);
    clearTimeout(formTimer);
    formTimer = setTimeout(() => suggest(form), 500);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-dw-trail]")) return;
    const form = event.target.closest("form");
    form.elements.trail.value = event.target.checked ? JSON.stringify(trail()) : "";
    form.elements.from.value = event.target.checked ? cameFrom() : "";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".dw-vote-form")) {
      event.preventDefault();
      giveReason(event.target);
    } else if (event.target.matches("[data-dw-form]")) {
      send("ticket_submitted");
      if ($(".dw-mailed", event.target)) {
        event.preventDefault();
        openMail(event.target);
      }
      stored({ ...stored(), sent: true });
    }
  });

  const arrive = () => {
    const form = $("[data-dw-form]");
    const section = $(".dw-vote");
    asked = told = "";
    if (section && quiet) section.hidden = true;
    come();
    if (form) {
      fillForm(form);
      giveDraft(form);
      send("form_opened");
      return;
    }
    remember("page", document.title, location.pathname);
    if (stored().sent) stored(null);
  };
  if (window.document$ && document$.subscribe) document$.subscribe(arrive);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", arrive);
  else arrive();
})();
