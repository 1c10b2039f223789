// Who ran when: one bar a step, growing by the browser's own clock while the step runs.
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 604800];

const unit = (seconds) => {
  if (seconds < 1 && seconds > 0) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${+seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86400 ? `${+(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86400)} d`;
};

export default {
  template: `
    <div class="ao-timeline" role="group" aria-label="Steps">
      <div class="ao-timeline-head" aria-hidden="true">
        <span>Steps</span>
        <span class="ao-timeline-axis"><i v-for="tick in ticks" :key="tick" :style="{ left: share(tick) }">{{ unit(tick) }}</i></span>
        <span>Time</span>
      </div>
      <button v-for="row in tree" :key="row.path" type="button" class="ao-timeline-row"
              :data-status="row.status" :data-path="row.path" :aria-pressed="String(row.path === chosen)" :title="row.note || row.name"
              @click="$emit('choose', row.path)">
        <span class="ao-timeline-symbol">{{ row.symbol }}</span>
        <span class="ao-timeline-name" :style="{ paddingLeft: 14 * row.depth + 'px' }"><b>{{ row.name }}</b><em v-if="row.note">{{ row.note }}</em></span>
        <span class="ao-timeline-track">
          <i v-for="tick in ticks" :key="tick" :style="{ left: share(tick) }"></i>
          <span v-if="row.start !== null" class="ao-timeline-bar" :style="bar(row)"></span>
        </span>
        <span class="ao-timeline-figures">{{ row.start === null ? '' : length(row) }}</span>
      </button>
    </div>`,
  props: { rows: Array, end: Number, now: Number },
  data() {
    return { shown: this.rows.map((row) => ({ ...row })), ended: this.end ?? null, ahead: Date.now() / 1000 - this.now, clock: this.now, chosen: "" };
  },
  mounted() {
    this.timer = setInterval(() => { if (this.ended === null) this.clock = Date.now() / 1000 - this.ahead; }, 200);
  },
  beforeUnmount() { clearInterval(this.timer); },
  computed: {
    first() { return Math.min(...this.shown.filter((row) => row.start !== null).map((row) => row.start), this.ended ?? this.clock); },
    tree() {  // each row below the one that it is a part of, in the order in which they were heard of
      const known = new Set(this.shown.map((row) => row.path)), below = new Map();
      for (const row of this.shown) {
        const under = row.under.find((path) => known.has(path)) ?? "";
        if (!below.has(under)) below.set(under, []);
        below.get(under).push(row);
      }
      const placed = [];
      const place = (under, depth) => {
        for (const row of below.get(under) ?? []) { placed.push({ ...row, depth }); place(row.path, depth + 1); }
      };
      place("", 0);
      return placed;
    },
    span() { return Math.max((this.ended ?? this.clock) - this.first, 0.05); },
    ticks() {
      const step = STEPS.find((step) => this.span / step <= 5) ?? this.span / 4;
      return Array.from({ length: Math.floor(this.span / step) + 1 }, (_, n) => n * step);
    },
  },
  methods: {
    unit,
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
    choose(path) { this.chosen = path; },
    patch(rows, end) {
      const places = new Map(this.shown.map((row, place) => [row.path, place]));
      for (const row of rows) {
        if (places.has(row.path)) this.shown[places.get(row.path)] = row; else this.shown.push(row);
      }
      this.ended = end;
      if (end === null) this.clock = Date.now() / 1000 - this.ahead;
    },
  },
};
