/* The house's search on a static host, in a worker: the same analysis, the same formula and the same
   order as kb/search/analysis.py and kb/search/ranking.py. Files are fetched when they are asked for. */
(() => {
  "use strict";
  const ROOT = new URL("../../", location.href);
  const MOST_WORDS = 16, MAX_QUERY = 2000, MAX_TOKEN = 64, LOOKED_AT = 20, HALF = 3, BEGINNING = 5;
  const OTHER = 48, ORDER = 0.7, LINE = 1, WIDTH = 180;
  const TITLE = 0, ALIAS = 1, HEADING = 2, BODY = 3;

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
  const split = (folded) => folded.match(TOKEN) || [];
  const tokens = (text) => split(fold(text));

  /* The letters that a pattern ends in, for a quick look, the pattern and the new end. */
  const rule = (pattern, end) =>
    [(pattern.match(/[)+]([a-z]+)\$$/) || ["", ""])[1], new RegExp(pattern), end];

  class Analysis {
    constructor(lang, said) {
      this.stop = new Set(said.stop.split(" ").filter(Boolean));
      const expand = (pattern) => Object.entries(said.macros).reduce(
        (all, [name, text]) => all.split("{" + name + "}").join(text), pattern);
      this.steps = said.steps.map((step) => step.map(([pattern, end]) => rule(expand(pattern), end)));
      this.kin = new Map();
      this.made = new Map();
      said.like.forEach((stems, number) => stems.split(" ").forEach((stem) =>
        this.kin.set(stem, [...(this.kin.get(stem) || []), "~" + lang + number])));
    }
    stem(word) {
      if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
      for (const step of this.steps) {
        for (const [ending, pattern, end] of step) {
          const found = word.endsWith(ending) && word.match(pattern);
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
      const amount = part.match(/^[0-9]+([a-z]{2,})$/);
      if (amount) return [part, ...this.part(amount[1])];
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
  const unpack = async (buffer) => {
    const bytes = new Uint8Array(buffer);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return JSON.parse(new TextDecoder().decode(bytes));
    const { readable, writable } = new DecompressionStream("gzip"), writer = writable.getWriter();
    for (const sent of [writer.write(bytes), writer.close()]) sent.catch(() => {}); /* told below */
    return new Response(readable).json();
  };

  class Source {
    constructor(root) {
      this.root = new URL("search/docworthy/", root);
      this.held = new Map();
    }
    async open(manifest) {
      this.manifest = await unpack(manifest);
      this.languages = Object.keys(this.manifest.languages).sort();
      this.analysis = Object.fromEntries(this.languages.map((lang) =>
        [lang, new Analysis(lang, this.manifest.languages[lang])]));
      return this;
    }
    /* A file that is not there holds nothing: no page has a term of that shard. */
    get(name) {
      if (!this.held.has(name)) {
        const url = new URL(name + ".json.gz?" + this.manifest.id, this.root);
        const load = fetch(url).then(async (answer) => {
          if (answer.ok) return unpack(await answer.arrayBuffer());
          if (answer.status === 404) return null;
          throw new Error("HTTP " + answer.status);
        });
        load.catch(() => this.held.delete(name));
        this.held.set(name, load);
      }
      return this.held.get(name);
    }
    /* Words that begin alike lie together, and words alike with the first of them. */
    shard(term) {
      const word = (this.members(term) || [term])[0];
      const start = WORD.test(word) ? cut(word, BEGINNING) : word;
      return this.get("t/" + (crc32(start) % this.manifest.shards).toString(16));
    }
    /* Files of terms are fetched side by side, not one after the other. */
    expect(terms) {
      return Promise.all(terms.map((term) => this.shard(term)));
    }
    async row(term) {
      const shard = await this.shard(term);
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
    members(key) {
      return key[0] === "~" && this.manifest.languages[key.slice(1, 3)].like[key.slice(3)].split(" ");
    }
    how(sheet) {
      return this.analysis[sheet.l] || this.analysis.en || this.analysis[this.languages[0]];
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
        if (!found.has(key)) found.set(key, { word: token, terms, kin, stop });
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
    await source.expect(near.slice(0, 6).map(([, , known]) => known));
    const alive = [];
    for (const [edits, , known] of near) {
      if (alive.length === 6) break;
      const row = await source.row(known);
      if (row) alive.push([edits, -row.pages, known]);
    }
    return alive.sort(compare).slice(0, 3).map(([edits, , known]) => [edits, known]);
  };

  /* The two known words that an unknown one may be with the blank left out. */
  const runTogether = async (text, source) => {
    const signs = [...text], ways = new Map();
    if (signs.length < 2 * HALF || !WORD.test(text)) return [];
    const known = new Set(await source.near(text));
    for (const lang of source.languages) {
      for (let at = HALF; at <= signs.length - HALF; at += 1) {
        const way = [signs.slice(0, at), signs.slice(at)].map((half) =>
          source.analysis[lang].stem(half.join("")));
        if (known.has(way[0])) ways.set(way.join(" "), way);
      }
    }
    await source.expect([...ways.values()].flat());
    let best = [], most = 0;
    for (const way of ways.values()) {
      const rows = [await source.row(way[0]), await source.row(way[1])];
      const least = Math.min(...rows.map((row) => row ? row.pages : 0));
      if (least > most) [best, most] = [way, least];
    }
    return best;
  };

  /* What a part of the query is read as: terms with their rows, and what each counts of its weight. */
  const read = async (terms, times, of, source) => {
    const found = terms.map(async (term) => ({ term, row: await source.row(term), times, of }));
    return (await Promise.all(found)).filter(({ row }) => row);
  };
  const readAs = async (part, source) => {
    const near = await nearest(part.terms[0], source);
    const two = near.length ? [] : await runTogether(part.word, source);
    const found = near.map(([edits, known]) => read([known], 4 - edits, 4, source));
    return (await Promise.all([...found, read(two, 3, 4, source)])).flat();
  };
  const variants = async (part, source) => {
    const held = await read(part.terms, 1, 1, source);
    const other = held.length || part.stop ? [] : await readAs(part, source);
    return [...held, ...other, ...await read(part.kin, 4, 5, source)];
  };
  const keep = (one, { row, times, of }) => row.numbers.forEach((number, i) => {
    const value = Math.floor(row.idf * row.impacts[i] * times / of);
    if (value > (one.get(number) || 0)) one.set(number, value);
  });
  const readAll = async (asked, source) => {
    await source.expect(asked.flatMap((part) => [...part.terms, ...part.kin]));
    return Promise.all(asked.map((part) => variants(part, source)));
  };
  const score = async (query, source) => {
    const asked = { parts: parts(query, source), weights: new Map(), scores: new Map() };
    const gains = await readAll(asked.parts, source);
    for (const [place, found] of gains.entries()) {
      const one = new Map();
      for (const gain of found) {
        const { term, row, times, of } = gain;
        keep(one, gain);
        if (times === of || !asked.weights.has(term)) {
          asked.weights.set(term, [Math.floor(row.idf * times / of), place]);
        }
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
  /* What a line must hold to be worth a closer look: how the words asked for begin. */
  const beginnings = (asked, source) => {
    const words = [...asked.weights.keys()].flatMap((key) => source.members(key) || [key]);
    const starts = words.map((word) => word.slice(0, Math.max(1, Math.min(3, word.length - 1))));
    const safe = unique(starts).map((start) => start.replace(/[.\\/]/g, "\\$&"));
    return new RegExp(safe.join("|") || "(?!)", "u");
  };
  const bestLine = (sheet, asked, source) => {
    const how = source.how(sheet), folded = fold(sheet.x.map((one) => one[2]).join("\n")).split("\n");
    let best = 0, shown = 0, line = null;
    for (const [at, one] of sheet.x.entries()) {
      if (!asked.starts.test(folded[at])) continue;
      const value = fit(split(folded[at]).flatMap((token) => how.terms(token)), how.kin, asked);
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
  /* The line and its neighbours in its section, as far as there is room. */
  const joined = (text, lines, line, after) => {
    for (const [kind, section, said] of lines) {
      if (section !== line[1] || kind !== BODY) break;
      if (text && text.length + 1 + said.length > WIDTH) break;
      text = after ? (text + " " + said).trim() : said + " " + text;
    }
    return text;
  };
  const passageOf = (line, { x }) => {
    const at = x.indexOf(line), below = x.slice(at + 1), above = x.slice(0, at).reverse();
    if (line[0] === HEADING) return short(joined("", below, line, true) || line[2]);
    return short(joined(joined(line[2], below, line, true), above, line, false));
  };

  /* Which parts of a text say what was asked: for the eye alone, so accents and apostrophes stay. */
  const SEEN = /[\p{L}\p{N}\p{M}'’]+(?:[_.\-:/\\]{1,2}[\p{L}\p{N}\p{M}'’]+)*/gu;
  const PIECE = /[\p{L}\p{N}\p{M}'’]+/gu;
  const marks = (text, how, asked) => {
    const says = (word) => tokens(word).some((token) => how.terms(token).some((term) =>
      asked.weights.has(term) || (how.kin.get(term) || []).some((kin) => asked.weights.has(kin))));
    const found = [], add = (from, to) => {
      const last = found[found.length - 1];
      if (last && from <= last[1]) last[1] = Math.max(to, last[1]);
      else found.push([from, to]);
    };
    for (const word of text.matchAll(SEEN)) {
      if (tokens(word[0]).some((token) => asked.weights.has(token))) {
        add(word.index, word.index + word[0].length);
        continue;
      }
      for (const piece of word[0].matchAll(PIECE)) {
        const at = word.index + piece.index, said = piece[0];
        if (!said.match(CJK)) {
          if (says(said)) add(at, at + said.length);
          continue;
        }
        for (let i = 0; i + 1 < said.length; i += 1) {
          if (asked.weights.has(fold(said.slice(i, i + 2)))) add(at + i, at + i + 2);
        }
      }
    }
    return found;
  };

  const hit = ({ score: value, line, sheet }, asked, source) => {
    const how = source.how(sheet), anchor = line ? sheet.a[line[1]] : "";
    const passage = line ? passageOf(line, sheet) : "";
    const heading = anchor ? sheet.x.find((one) => one[0] === HEADING && one[1] === line[1]) : null;
    const start = sheet.x.find((one) => one[0] === BODY);
    const seen = { title: sheet.t, heading: heading ? heading[2] : "",
      text: passage || (start ? short(start[2]) : "") };
    return { id: sheet.i, path: sheet.p, title: sheet.t, anchor, passage, score: value / 4080,
      url: sheet.u + (anchor ? "#" + anchor : ""), seen: Object.entries(seen).map(([, text]) =>
        ({ text, marks: marks(text, how, asked) })) };
  };
  /* The best pages, best first: those below the last of them are never put in order. */
  const first = (scores, most) => {
    const least = Float64Array.from(scores.values()).sort().at(-most) || 0;
    return [...scores].filter((one) => one[1] >= least)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most);
  };
  const rank = async (query, source, limit) => {
    const asked = await score(query, source);
    asked.starts = beginnings(asked, source);
    const order = first(asked.scores, Math.max(limit, LOOKED_AT));
    const read = order.map(async ([number, value], i) => {
      const sheet = await source.sheet(number);
      if (!sheet) return null; /* gone with a new edition of the site, just now */
      const [likeness, line] = bestLine(sheet, asked, source);
      const lift = i < LOOKED_AT ? LINE * likeness : 0;
      return { number, score: value * (1 + lift), line, sheet };
    });
    const found = (await Promise.all(read)).filter(Boolean);
    const top = found.slice(0, LOOKED_AT).sort((a, b) => b.score - a.score || a.number - b.number);
    return { total: asked.scores.size, hits: [...top, ...found.slice(LOOKED_AT)].slice(0, limit)
      .map((one) => hit(one, asked, source)) };
  };

  /* What the page asks for: { id, call, args } comes in, { id, value } or { id, failed } goes out. */
  let opened;
  const calls = {
    open: async (manifest) => {
      opened = new Source(ROOT).open(manifest);
      await opened;
    },
    search: async (query, limit = 10) => rank(query, await opened, limit),
    /* Words that are being written: their files come before anybody asks. */
    expect: async (query) => {
      const source = await opened;
      await readAll(parts(query, source), source);
    },
    terms: async (lang, texts) => {
      const source = await opened;
      return texts.map((text) => tokens(text).map((token) => source.analysis[lang].terms(token)));
    },
  };
  addEventListener("message", async ({ data: { id, call, args } }) => {
    try {
      postMessage({ id, value: await calls[call](...args) });
    } catch (error) {
      postMessage({ id, failed: String(error) });
    }
  });
})();
