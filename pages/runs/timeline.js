// Who ran when: one bar a step, growing by the browser's own clock while the step runs. What runs in rounds is folded; Python
// says which lines there are.
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 604800];

const LETTER = 7.3, GAP = 10, BEYOND = 36;  // in pixels: a letter of a label, what must be free after it, how far the last may reach out

// A moment of the scale, in a unit that says all the moments of a scale with these steps exactly
const unit = (seconds, step) => {
  if (seconds && step < 0.5) return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${+seconds.toFixed(1)} s`;
  if (step % 60) return `${+seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86400 ? `${+(seconds / 3600).toFixed(1)} h` : `${+(seconds / 86400).toFixed(1)} d`;
};
const count = (number) => number.toLocaleString("en");

export default {
  template: `
    <div class="ao-timeline" role="group" aria-label="Steps">
      <div class="ao-timeline-head" aria-hidden="true">
        <span>Steps</span>
        <span ref="axis" class="ao-timeline-axis"><template v-for="{ at, label } in ticks" :key="at"><i v-if="label" :style="{ left: share(at) }">{{ label }}</i></template></span>
        <span>Time</span>
      </div>
      <template v-for="row in shown" :key="row.key">
        <div v-if="row.pager" class="ao-timeline-pager" :style="{ '--depth': row.depth }">
          <span class="ao-timeline-what"></span>
          <button type="button" :disabled="row.pager.before === null" :aria-label="'Earlier ' + row.pager.word + 's'" @click="turn(row, row.pager.before)">chevron_left</button>
          <span>{{ row.pager.from }}–{{ row.pager.to }} of {{ count(row.pager.count) }}</span>
          <button type="button" :disabled="row.pager.after === null" :aria-label="'Later ' + row.pager.word + 's'" @click="turn(row, row.pager.after)">chevron_right</button>
          <label>Go to {{ row.pager.word }} <input type="text" inputmode="numeric" :aria-label="'Go to ' + row.pager.word" @keydown.enter="go(row, $event)" /></label>
          <button v-if="row.pager.failed || row.pager.onlyFailed" type="button" class="ao-timeline-filter" :aria-pressed="String(row.pager.onlyFailed)" @click="$emit('filter', row.path)">{{ count(row.pager.failed) }} failed</button>
        </div>
        <div v-else class="ao-timeline-row" role="button" tabindex="0" :data-status="row.status" :data-path="row.path" :aria-pressed="String(row.path === chosen)"
             :title="row.place + (row.note ? ' · ' + row.note : '') + '\\n' + row.path" :style="{ '--depth': row.depth }" @click="$emit('choose', row.path)"
             @keydown.enter.self="$emit('choose', row.path)" @keydown.right.self="row.folded === true && $emit('fold', row.path)" @keydown.left.self="row.folded === false && $emit('fold', row.path)">
          <span class="ao-timeline-what">
            <button v-if="row.folded !== null" type="button" class="ao-timeline-fold" :aria-expanded="String(!row.folded)" :aria-label="(row.folded ? 'Unfold ' : 'Fold ') + row.name" @click.stop="$emit('fold', row.path)">chevron_right</button>
            <span v-else-if="folds" class="ao-timeline-leaf"></span>
            <span class="ao-timeline-symbol">{{ row.symbol }}</span>
            <span class="ao-timeline-name"><b>{{ row.name }}</b><em v-if="row.note">{{ row.note }}</em></span>
          </span>
          <span class="ao-timeline-track">
            <i v-for="{ at } in ticks" :key="at" :style="{ left: share(at) }"></i>
            <span v-if="row.start !== null" class="ao-timeline-bar" :style="bar(row)"></span>
          </span>
          <span class="ao-timeline-figures">{{ row.start === null ? '' : length(row) }}</span>
        </div>
      </template>
    </div>`,
  props: { rows: Array, end: Number, now: Number, start: Number },
  emits: ["choose", "fold", "filter", "turn", "go"],
  data() {
    return { shown: this.rows, ended: this.end ?? null, ahead: Date.now() / 1000 - this.now, clock: this.now, chosen: "", wide: 0 };
  },
  mounted() {
    this.timer = setInterval(() => { if (this.ended === null) this.clock = Date.now() / 1000 - this.ahead; }, 200);
    this.observer = new ResizeObserver(() => { this.wide = this.$refs.axis.clientWidth; });
    this.observer.observe(this.$refs.axis);
  },
  beforeUnmount() {
    clearInterval(this.timer);
    this.observer.disconnect();
  },
  computed: {
    folds() { return this.shown.some((row) => row.pager || row.folded !== null); },
    first() { return Math.min(this.start ?? Infinity, ...this.shown.filter((row) => (row.start ?? null) !== null).map((row) => row.start), this.ended ?? this.clock); },
    span() { return Math.max((this.ended ?? this.clock) - this.first, 0.05); },
    // At most six moments, and fewer where their labels would touch
    ticks() {
      const scale = (step) => Array.from({ length: Math.floor(this.span / step) + 1 }, (_, n) => ({ at: n * step, label: unit(n * step, step) }));
      const width = ({ label }) => label.length * LETTER;
      const fits = (step) => this.span / step <= 5 && (step / this.span) * this.wide >= Math.max(...scale(step).map(width)) + GAP;
      const reaches = (tick) => (tick.at / this.span) * this.wide + width(tick) <= this.wide + BEYOND;
      return scale(STEPS.find(fits) ?? STEPS.find((step) => step >= this.span) ?? this.span).map((tick) => (reaches(tick) ? tick : { at: tick.at }));
    },
  },
  methods: {
    count,
    share(seconds) { return `${((100 * seconds) / this.span).toFixed(2)}%`; },
    until(row) { return row.end ?? this.ended ?? this.clock; },
    bar(row) {
      return { left: this.share(row.start - this.first), width: this.share(Math.max(this.until(row) - row.start, 0)) };
    },
    length(row) {
      const seconds = Math.max(0, this.until(row) - row.start);
      if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
      if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
      return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s` : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
    },
    turn(row, place) { this.$emit("turn", { path: row.path, place }); },
    go(row, event) { this.$emit("go", { path: row.path, number: Math.round(Number(event.target.value)) }); },
    choose(path) {
      this.chosen = path;
      this.$nextTick(() => this.$el.querySelector('[aria-pressed="true"].ao-timeline-row')?.scrollIntoView({ block: "nearest" }));
    },
    patch(rows, end) {
      const places = new Map(this.shown.map((row, place) => [row.key, place]));
      for (const row of rows) this.shown[places.get(row.key)] = row;
      this.tick(end);
    },
    replace(rows, end) {
      this.shown = rows;
      this.tick(end);
    },
    tick(end) {
      this.ended = end;
      if (end === null) this.clock = Date.now() / 1000 - this.ahead;
    },
  },
};
