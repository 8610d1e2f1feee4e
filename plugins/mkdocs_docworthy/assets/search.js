/* The house's search on a static host: the same analysis, the same formula and the same order as
   kb/search/analysis.py and kb/search/ranking.py. Files are fetched when they are asked for. */
(() => {
  "use strict";
  const script = document.currentScript && document.currentScript.src;
  const ROOT = new URL("../../", script || location.href);
  const MOST_WORDS = 16, MAX_QUERY = 2000, MAX_TOKEN = 64, LOOKED_AT = 20;
  const OTHER = 48, ORDER = 0.5, LINE = 1, WIDTH = 180;
  const TITLE = 0, ALIAS = 1;

  /* Analysis */
  const TOKEN = /[\p{L}\p{N}]+(?:[_.\-:/\\]{1,2}[\p{L}\p{N}]+)*/gu;
  const CJK = /[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/g;
  const WORD = /^\p{L}+$/u;
  const fold = (text) => {
    text = text.toLowerCase().replace(/['’]/g, "");
    if (/^[\x00-\x7f]*$/.test(text)) return text;
    const bare = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    return bare.normalize("NFC").replace(/ß/g, "ss").toLowerCase();
  };
  const tokens = (text) => fold(text).match(TOKEN) || [];

  class Analysis {
    constructor(lang, said) {
      this.stop = new Set(said.stop.split(" ").filter(Boolean));
      const expand = (pattern) => Object.entries(said.macros).reduce(
        (all, [name, text]) => all.split("{" + name + "}").join(text), pattern);
      this.steps = said.steps.map((step) =>
        step.map(([pattern, end]) => [new RegExp(expand(pattern)), end]));
      this.kin = new Map();
      this.made = new Map();
      said.like.forEach((words, number) => words.split(" ").forEach((word) => {
        const stem = this.stem(word);
        this.kin.set(stem, [...(this.kin.get(stem) || []), "~" + lang + number]);
      }));
    }
    stem(word) {
      if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
      for (const step of this.steps) {
        for (const [pattern, end] of step) {
          const found = word.match(pattern);
          if (!found) continue;
          word = found.slice(1).join("") + end;
          break;
        }
      }
      return word;
    }
    terms(token) {
      let made = this.made.get(token);
      if (!made) this.made.set(token, made = [...new Set(this.termsOf(cut(token, MAX_TOKEN)))]);
      return made;
    }
    termsOf(token) {
      if (this.stop.has(token)) return [];
      const parts = token.split(/[_.\-:/\\]+/).filter(Boolean);
      return (parts.length > 1 ? [token] : []).concat(...parts.map((part) => this.part(part)));
    }
    part(part) {
      if (this.stop.has(part)) return [];
      const found = [];
      let at = 0;
      for (const run of part.matchAll(CJK)) {
        if (run.index > at) found.push(this.stem(part.slice(at, run.index)));
        const signs = run[0];
        for (let i = 0; i < Math.max(1, signs.length - 1); i += 1) found.push(signs.slice(i, i + 2));
        at = run.index + signs.length;
      }
      if (at < part.length) found.push(this.stem(part.slice(at)));
      return found;
    }
  }
  const cut = (text, most) => text.length <= most ? text : [...text].slice(0, most).join("");

  /* The shards */
  const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const crc32 = (text) => {
    let sum = 0xffffffff;
    for (const byte of new TextEncoder().encode(text)) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
  };
  const unpack = async (answer) => {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return JSON.parse(new TextDecoder().decode(bytes));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  };

  class Source {
    constructor(root) {
      this.root = new URL("search/docworthy/", root);
      this.held = new Map();
    }
    async open() {
      const answer = await fetch(new URL("manifest.json.gz", this.root), { cache: "no-cache" });
      if (!answer.ok) throw new Error("no search index");
      this.manifest = await unpack(answer);
      this.languages = Object.keys(this.manifest.languages).sort();
      this.analysis = Object.fromEntries(this.languages.map((lang) =>
        [lang, new Analysis(lang, this.manifest.languages[lang])]));
      return this;
    }
    /* A file that is not there holds nothing: no page has a term of that shard. */
    get(name) {
      if (!this.held.has(name)) {
        const url = new URL(name + ".json.gz?" + this.manifest.id, this.root);
        const load = fetch(url).then((answer) => {
          if (answer.ok) return unpack(answer);
          if (answer.status === 404) return null;
          throw new Error("HTTP " + answer.status);
        });
        load.catch(() => this.held.delete(name));
        this.held.set(name, load);
      }
      return this.held.get(name);
    }
    async row(term) {
      const shard = await this.get("t/" + (crc32(term) % this.manifest.shards).toString(16));
      const row = shard && Object.hasOwn(shard, term) && shard[term];
      if (!row) return null;
      let number = 0;
      const numbers = row[2].map((gap) => (number += gap));
      return { idf: row[0], pages: row[1], numbers, impacts: row[3] };
    }
    async near(first) {
      return (await this.get("w/" + first.codePointAt(0).toString(16))) || [];
    }
    sheet(number) {
      return this.get("p/" + number);
    }
  }

  /* Ranking */
  const unique = (list) => [...new Set(list)];
  const weight = (term) => /^[a-zA-Z]+$/.test(term) ? term.length : 100 + [...term].length;
  const parts = (query, source) => {
    const found = new Map();
    for (const token of tokens(cut(query, MAX_QUERY))) {
      const made = source.languages.map((lang) => source.analysis[lang].terms(token));
      const stop = made.some((one) => !one.length);
      const most = Math.max(0, ...made.map((one) => one.length));
      for (let place = 0; place < most; place += 1) {
        const terms = unique(made.filter((one) => place < one.length).map((one) => one[place]));
        const kin = unique(source.languages.flatMap((lang) =>
          terms.flatMap((term) => source.analysis[lang].kin.get(term) || [])));
        const key = terms.join(" ");
        if (!found.has(key)) found.set(key, { terms, kin, stop });
      }
    }
    const all = [...found.values()], content = all.filter((part) => !part.stop);
    const asked = content.length ? content : all;
    if (asked.length <= MOST_WORDS) return asked;
    return asked.map((part, at) => [weight(part.terms[0]), at])
      .sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, MOST_WORDS)
      .map((one) => one[1]).sort((a, b) => a - b).map((at) => asked[at]);
  };

  const distance = (one, other, most) => {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let before = [], last = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= one.length; i += 1) {
      const now = [i];
      for (let j = 1; j <= other.length; j += 1) {
        let best = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (one[i - 1] !== other[j - 1]));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
          best = Math.min(best, before[j - 2] + 1);
        }
        now.push(best);
      }
      if (Math.min(...now) > most) return most + 1;
      before = last;
      last = now;
    }
    return last[other.length];
  };
  const compare = (a, b) => {
    for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
  };
  const nearest = async (term, source) => {
    if ([...term].length < 4 || !WORD.test(term)) return [];
    const most = term.length < 6 ? 1 : 2, near = [];
    for (const known of await source.near(term)) {
      if (known.startsWith(term)) near.push([1, known.length - term.length, known]);
      else {
        const edits = distance(term, known, most);
        if (edits <= most) near.push([edits, Math.abs(known.length - term.length), known]);
      }
    }
    near.sort(compare);
    const alive = [];
    for (const [edits, , known] of near) {
      if (alive.length === 6) break;
      const row = await source.row(known);
      if (row) alive.push([edits, -row.pages, known]);
    }
    return alive.sort(compare).slice(0, 3).map(([edits, , known]) => [edits, known]);
  };

  const keep = (one, row, times, of) => row.numbers.forEach((number, i) => {
    const value = Math.floor(row.idf * row.impacts[i] * times / of);
    if (value > (one.get(number) || 0)) one.set(number, value);
  });
  const score = async (query, source) => {
    const asked = { parts: parts(query, source), weights: new Map(), scores: new Map() };
    const first = (key, value) => asked.weights.has(key) || asked.weights.set(key, value);
    await Promise.all(asked.parts.flatMap((part) =>
      [...part.terms, ...part.kin].map((term) => source.row(term))));
    for (const [place, part] of asked.parts.entries()) {
      const one = new Map();
      let held = false;
      for (const term of part.terms) {
        const row = await source.row(term);
        if (!row) continue;
        held = true;
        keep(one, row, 1, 1);
        asked.weights.set(term, [row.idf, place]);
      }
      if (!held && !part.stop) {
        for (const [edits, known] of await nearest(part.terms[0], source)) {
          const row = await source.row(known);
          keep(one, row, 4 - edits, 4);
          first(known, [Math.floor(row.idf * (4 - edits) / 4), place]);
        }
      }
      for (const kin of part.kin) {
        const row = await source.row(kin);
        if (!row) continue;
        keep(one, row, 4, 5);
        first(kin, [Math.floor(row.idf * 4 / 5), place]);
      }
      one.forEach((value, number) =>
        asked.scores.set(number, (asked.scores.get(number) || 0) + value));
    }
    const best = asked.parts.map(() => OTHER);
    for (const [value, place] of asked.weights.values()) best[place] = Math.max(best[place], value);
    asked.length = Math.sqrt(best.reduce((sum, value) => sum + value * value, 0));
    return asked;
  };

  const fit = (terms, kin, asked) => {
    const best = new Map(), others = new Set();
    let previous = -2, inOrder = 0;
    for (const term of terms) {
      let [value, place] = asked.weights.get(term) || [0, -2];
      for (const one of kin.get(term) || []) {
        const known = asked.weights.get(one);
        if (known && known[0] > value) [value, place] = known;
      }
      if (value === 0) others.add(term);
      else if (value > (best.get(place) || 0)) best.set(place, value);
      if (place >= 0 && place === previous + 1) inOrder += 1;
      previous = place;
    }
    if (!best.size) return 0;
    let shared = 0;
    best.forEach((value) => { shared += value * value; });
    const alike = shared / asked.length / Math.sqrt(shared + OTHER * OTHER * others.size);
    const most = asked.parts.length - 1;
    return most ? alike * (1 + ORDER * Math.min(inOrder, most) / most) : alike;
  };
  const bestLine = (sheet, asked, source) => {
    const how = source.analysis[sheet.l] || source.analysis.en || source.analysis[source.languages[0]];
    let best = 0, shown = 0, line = null;
    for (const one of sheet.x) {
      const value = fit(tokens(one[2]).flatMap((token) => how.terms(token)), how.kin, asked);
      best = Math.max(best, value);
      if (one[0] !== TITLE && one[0] !== ALIAS && value > shown) [shown, line] = [value, one];
    }
    return [best, line];
  };
  const short = (text) => {
    if (text.length <= WIDTH) return text;
    const start = text.slice(0, WIDTH - 1), space = start.lastIndexOf(" ");
    return (space > 0 ? start.slice(0, space) : start) + "…";
  };
  const rank = async (query, source, limit) => {
    const asked = await score(query, source);
    const order = [...asked.scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const looked = order.slice(0, LOOKED_AT);
    const sheets = await Promise.all(looked.map(([number]) => source.sheet(number)));
    const found = looked.map(([number, value], i) => {
      const [likeness, line] = bestLine(sheets[i], asked, source);
      return { number, score: value * (1 + LINE * likeness), line, sheet: sheets[i] };
    });
    found.sort((a, b) => b.score - a.score || a.number - b.number);
    return { total: order.length, hits: found.slice(0, limit).map((one) => {
      const anchor = one.line ? one.sheet.a[one.line[1]] : "";
      return { id: one.sheet.i, path: one.sheet.p, title: one.sheet.t, anchor,
        url: one.sheet.u + (anchor ? "#" + anchor : ""), score: one.score / 4080,
        passage: one.line ? short(one.line[2]) : "" };
    }) };
  };

  /* What other scripts use: the form that answers, and tests. */
  let opened;
  const open = () => {
    opened = opened || new Source(ROOT).open();
    opened.catch(() => { opened = null; });
    return opened;
  };
  const search = async (query, limit = 10) => rank(query, await open(), limit);
  const terms = async (lang, texts) => {
    const source = await open();
    return texts.map((text) => tokens(text).map((token) => source.analysis[lang].terms(token)));
  };
  window.docworthySearch = { search, terms };

  /* The search box, with Material's own look and keys */
  const $ = (selector, from = document) => from.querySelector(selector);
  const box = () => $("[data-dw-search-box]");
  const toggle = () => $("#__search");
  let timer, asked = "", turn = 0;

  const row = (hit) => {
    const item = document.createElement("li"), link = document.createElement("a");
    const article = document.createElement("article"), title = document.createElement("h1");
    item.className = "md-search-result__item";
    link.className = "md-search-result__link";
    link.href = new URL(hit.url, ROOT).href;
    link.tabIndex = -1;
    article.className = "md-search-result__article md-typeset";
    title.textContent = hit.title;
    article.append(title);
    if (hit.passage) {
      const passage = document.createElement("p");
      passage.textContent = hit.passage;
      article.append(passage);
    }
    link.append(article);
    item.append(link);
    return item;
  };
  const told = (root, { total, hits }) => {
    const { dwNone, dwOne, dwMany } = root.dataset;
    if (!total) return dwNone;
    return total === 1 ? dwOne : dwMany.replace("#", total > hits.length ? total : hits.length);
  };
  const show = async (input) => {
    const root = box(), query = input.value.trim(), mine = turn += 1;
    const list = $(".md-search-result__list", root), meta = $(".md-search-result__meta", root);
    if (query === asked && query) return;
    asked = query;
    if (!query) {
      list.replaceChildren();
      meta.textContent = root.dataset.dwStart;
      return;
    }
    try {
      const found = await search(query);
      if (mine !== turn) return;
      list.replaceChildren(...found.hits.map(row));
      meta.textContent = told(root, found);
    } catch {
      if (mine === turn) [asked, meta.textContent] = ["", root.dataset.dwAway];
    }
  };
  const close = () => {
    if (toggle()) toggle().checked = false;
    const input = $("input", box());
    if (input) input.blur();
  };
  const links = () => [...box().querySelectorAll(".md-search-result__link")];
  const move = (event, by) => {
    const stops = [$("input", box()), ...links()];
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    stops[(at + by + stops.length) % stops.length].focus();
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches || !event.target.matches("[data-dw-search-box] input")) return;
    clearTimeout(timer);
    timer = setTimeout(() => show(event.target), 120);
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest || !event.target.closest("[data-dw-search-box]")) return;
    toggle().checked = true;
    open().catch(() => {});
  });
  document.addEventListener("reset", (event) => {
    if (!event.target.closest("[data-dw-search-box]")) return;
    const input = $("input", event.target);
    setTimeout(() => { show(input); input.focus(); });
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("[data-dw-search-box]")) return;
    event.preventDefault();
    if (links().length) links()[0].click();
  });
  document.addEventListener("change", (event) => {
    if (event.target === toggle() && event.target.checked) $("input", box()).focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest(".md-search-result__link")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (!box() || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target.closest && event.target.closest("[data-dw-search-box]");
    if (inside && (event.key === "Escape" || event.key === "Tab" && event.target.matches("input"))) {
      return event.key === "Escape" ? close() : undefined;
    }
    if (inside && event.key === "ArrowDown") return move(event, 1);
    if (inside && event.key === "ArrowUp") return move(event, -1);
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    if (typing || inside || !["f", "s", "/"].includes(event.key)) return;
    event.preventDefault();
    toggle().checked = true;
    $("input", box()).focus();
  });
})();
