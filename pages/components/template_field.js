// A text field that grows, shows the places of a template in colour and completes what can be named there.
// The textarea is the truth; a mirror below it draws the same text in colour and tells where the caret is.
const INSIDE = /\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$)|\{#[\s\S]*?(?:#\}|$)/g;
const WORDS = /"[^"]*"?|'[^']*'?|\|\s*[a-z_]+|\b\d+(?:\.\d+)?\b|\b(?:and|or|not|in|is|if|elif|else|endif|for|endfor|true|false|none)\b/g;
const MOST = 60;

let fields = 0;

export default {
  inheritAttrs: false,
  props: {text: String, language: String, placeholder: String, rows: Number},
  emits: ["typed"],
  template: `
    <div class="ao-braces" v-bind="wrapperAttrs" :data-language="language" :style="{'--rows': rows}">
      <pre class="ao-braces-mirror" ref="mirror" aria-hidden="true"></pre>
      <textarea ref="area" class="ao-braces-area" :placeholder="placeholder" :rows="1" :aria-label="$attrs['aria-label']"
        spellcheck="false" autocomplete="off" autocapitalize="off" aria-autocomplete="list" :aria-expanded="open"
        :aria-controls="listId" :aria-activedescendant="open ? listId + '-' + index : null"
        @input="input" @keydown="keydown" @keyup="keyup" @click="moved" @blur="close"></textarea>
      <teleport to="body">
        <div v-if="open" class="ao-complete" role="listbox" :id="listId" ref="list" :style="place">
          <div v-for="(option, n) in options" :key="option.label" class="ao-complete-option" role="option"
            :id="listId + '-' + n" :aria-selected="n === index" :data-category="option.category"
            @mousedown.prevent="accept(n)" @mousemove="index = n">
            <i v-if="option.icon" class="q-icon notranslate material-symbols-rounded" aria-hidden="true">{{ option.icon }}</i>
            <span class="ao-complete-name">{{ option.label }}</span>
            <span class="ao-complete-note">{{ option.note }}</span>
          </div>
        </div>
      </teleport>
    </div>`,
  data: () => ({open: false, options: [], index: 0, place: {}, listId: `ao-complete-${++fields}`}),
  computed: {
    wrapperAttrs() { const {"aria-label": _, ...others} = this.$attrs; return others; },
  },
  created() { Object.assign(this, {names: [], filters: {}, typed: 0}); },
  mounted() {
    this.$refs.area.value = this.text ?? "";
    this.draw();
    this.onScroll = (event) => { if (this.open && event.target !== this.$refs.list) this.put(); };
    addEventListener("scroll", this.onScroll, true);
    addEventListener("resize", this.onScroll);
  },
  beforeUnmount() {
    removeEventListener("scroll", this.onScroll, true);
    removeEventListener("resize", this.onScroll);
  },
  methods: {
    // From the server

    // `typed` says how much of what was typed here the server knew; with more on its way, that is the newer text.
    take(text, typed) {
      const area = this.$refs.area;
      if (typed !== this.typed || area.value === text) return;
      const at = Math.min(area.selectionStart, text.length);
      area.value = text;
      if (document.activeElement === area) area.setSelectionRange(at, at);
      this.draw();
      this.close();
    },
    know(names, filters) {
      Object.assign(this, {names, filters});
      if (this.wanted) this.complete();
    },

    // What is typed

    input() {
      this.draw();
      this.$emit("typed", this.$refs.area.value, ++this.typed);
      this.complete();
    },
    moved() { if (this.open) this.complete(); },
    keydown(event) {
      if (event.isComposing) return;
      if (event.key === " " && event.ctrlKey) return this.eat(event, () => this.complete({asked: true}));
      if (this.open) {
        switch (event.key) {
          case "ArrowDown": return this.eat(event, () => this.step(1));
          case "ArrowUp": return this.eat(event, () => this.step(-1));
          case "Enter": case "Tab": return this.eat(event, () => this.accept(this.index));
          case "Escape": this.escaped = true; return this.eat(event, () => this.close());
        }
      }
      if (event.key === "Enter" && this.language === "expression") event.preventDefault();
    },
    keyup(event) {
      if (event.key === "Escape" && this.escaped) { this.escaped = false; event.stopPropagation(); }
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.moved();
    },
    eat(event, act) { event.preventDefault(); event.stopPropagation(); act(); },

    // Completion

    complete({asked = false} = {}) {
      const area = this.$refs.area;
      this.wanted = true;
      const found = area.selectionStart === area.selectionEnd
        ? context(area.value, area.selectionStart, this.language, asked) : null;
      this.options = found ? this.fitting(found) : [];
      this.from = found?.from;
      this.filter = found?.kind === "filter";
      this.index = 0;
      this.open = this.options.length > 0 && !(this.options.length === 1 && this.options[0].label === found.prefix);
      if (this.open) { this.put(); this.$nextTick(this.put); }
    },
    fitting({kind, path, prefix}) {
      const known = kind === "filter"
        ? Object.entries(this.filters).map(([name, note]) => ({name, note, icon: "filter_alt"}))
        : kind === "field" ? inside(this.names, path) : this.names;
      const low = prefix.toLowerCase(), begins = [], holds = [];
      for (const one of known) {
        const name = one.name.toLowerCase();
        const option = {label: one.name, note: one.note ?? "", icon: one.icon, category: one.category};
        if (name.startsWith(low)) begins.push(option);
        else if (name.includes(low) || (kind === "name" && option.note.toLowerCase().includes(low))) holds.push(option);
      }
      return [...begins, ...holds].slice(0, MOST);
    },
    step(by) {
      this.index = (this.index + by + this.options.length) % this.options.length;
      this.$nextTick(() => this.$refs.list?.children[this.index]?.scrollIntoView({block: "nearest"}));
    },
    accept(n) {
      const area = this.$refs.area, text = area.value, caret = area.selectionStart, from = this.from;
      let word = this.options[n].label, after = "";
      const before = text.slice(0, from);
      if (/\{\{$/.test(before)) word = ` ${word}`;
      if (this.language === "template" && unclosed(before, text.slice(caret))) after = " }}";
      area.setSelectionRange(from, caret);
      type(area, word + after);
      const end = from + word.length;
      area.setSelectionRange(end, end);
      this.close();
    },
    close() { this.open = this.wanted = false; },

    // Drawing

    draw() {
      const mirror = this.$refs.mirror;
      mirror.replaceChildren(...coloured(this.$refs.area.value, this.language), "\u200b");
    },
    put() {
      const caret = rectAt(this.$refs.mirror, this.from);
      const box = this.$refs.area.getBoundingClientRect();
      const list = this.$refs.list?.getBoundingClientRect() ?? {width: 300, height: 120};
      const below = caret.bottom + 4, above = caret.top - 4 - list.height;
      const top = below + list.height > innerHeight - 8 && above > 8 ? above : below;
      this.place = {left: `${Math.max(8, Math.min(caret.left - 8, innerWidth - list.width - 8))}px`, top: `${top}px`};
      if (caret.bottom < box.top - 4 || caret.top > box.bottom + 4) this.close();  // scrolled away
    },
  },
};

// What is wanted at the caret: a name, a field of the names in `path`, or a filter; `from` is where its word begins.
function context(text, caret, language, asked) {
  let code = text.slice(0, caret), begin = 0;
  if (language === "template") {
    begin = Math.max(code.lastIndexOf("{{"), code.lastIndexOf("{%")) + 2;
    if (begin < 2) return null;
    code = code.slice(begin);
    if (code.includes("}}") || code.includes("%}")) return null;
  }
  if ((code.replace(/"[^"]*"|'[^']*'/g, "").match(/["']/) ?? []).length) return null;  // inside quotes
  let match;
  if ((match = /\|\s*([a-z_]*)$/.exec(code))) return {kind: "filter", prefix: match[1], from: caret - match[1].length};
  if ((match = /(?:^|[^\w.])([A-Za-z_]\w*(?:\.\w+)*)\.(\w*)$/.exec(code))) {
    return {kind: "field", path: match[1].split("."), prefix: match[2], from: caret - match[2].length};
  }
  if ((match = /(?:^|[^\w.])([A-Za-z_]\w*)?$/.exec(code))) {
    const prefix = match[1] ?? "", opened = language === "template" && !code.trim();
    if (prefix || opened || asked) return {kind: "name", prefix, from: caret - prefix.length};
  }
  return null;
}

function inside(names, path) {
  let level = names;
  for (const step of path) level = level.find((one) => one.name === step)?.fields ?? [];
  return level;
}

// Whether the place that was begun has no end yet.
function unclosed(before, after) {
  const closes = after.indexOf("}}"), opens = after.indexOf("{{");
  return before.lastIndexOf("{{") > before.lastIndexOf("{%") && (closes < 0 || (opens >= 0 && opens < closes));
}

// As if it were typed, so that the browser's own undo knows it.
function type(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", {bubbles: true}));
  }
}

function coloured(text, language) {
  if (language === "expression") return words(text);
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(INSIDE)) {
    parts.push(text.slice(at, match.index));
    const place = Object.assign(document.createElement("span"), {className: "ao-braces-place"});
    place.append(...words(match[0]));
    parts.push(place);
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}

function words(code) {
  const parts = [];
  let at = 0;
  for (const match of code.matchAll(WORDS)) {
    parts.push(code.slice(at, match.index));
    const first = match[0][0];
    const kind = first === '"' || first === "'" ? "text" : first === "|" ? "filter" : /\d/.test(first) ? "number" : "word";
    parts.push(Object.assign(document.createElement("span"), {className: `ao-braces-${kind}`, textContent: match[0]}));
    at = match.index + match[0].length;
  }
  return [...parts, code.slice(at)];
}

function rectAt(mirror, offset) {
  const walker = document.createTreeWalker(mirror, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(), left = offset; node; node = walker.nextNode()) {
    if (left <= node.length) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, Math.min(left + 1, node.length));
      return range.getClientRects()[0] ?? mirror.getBoundingClientRect();
    }
    left -= node.length;
  }
  return mirror.getBoundingClientRect();
}
