// Shows a drawn graph: fits it into the room there is, moves and zooms it, patches single cards, tells which one was chosen.
const NEAR = 1.6, FAR = 0.1, READABLE = 0.7, SMALLEST = 0.6, OVERVIEW = 0.4, MARGIN = 24;

export default {
  template: `
    <div class="ao-picture" ref="frame" tabindex="-1">
      <div class="ao-picture-stage" ref="stage" v-html="svg"></div>
      <i class="ao-picture-more" data-side="left"></i><i class="ao-picture-more" data-side="right"></i>
      <div class="ao-picture-tools" @pointerdown.stop>
        <button type="button" aria-label="Zoom in" title="Zoom in" @click="zoomBy(1.25)">add</button>
        <button type="button" aria-label="Zoom out" title="Zoom out" @click="zoomBy(0.8)">remove</button>
        <button type="button" aria-label="Fit" title="Fit to the window" @click="fit(true)">fit_screen</button>
      </div>
    </div>`,
  props: { svg: String, overview: Boolean },
  watch: {
    svg() { this.$nextTick(() => { this.index(); this.moved ? this.place() : this.fit(); }); },
  },
  mounted() {
    Object.assign(this, { x: 0, y: 0, scale: 1, moved: false, whole: false, chosen: "", fingers: new Map(), travelled: 0 });
    const frame = this.$refs.frame;
    frame.addEventListener("wheel", this.onWheel, { passive: false });
    frame.addEventListener("pointerdown", this.onDown);
    frame.addEventListener("pointermove", this.onMove);
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, this.onUp);
    frame.addEventListener("click", this.onClick);
    frame.addEventListener("dblclick", () => this.fit(true));
    frame.addEventListener("keydown", this.onKey);
    this.observer = new ResizeObserver(() => { this.moved ? this.place() : this.fit(); });
    this.observer.observe(frame);
    this.index();
    this.fit();
  },
  beforeUnmount() { this.observer.disconnect(); },
  methods: {
    index() {
      const all = (name) => new Map([...this.$refs.stage.querySelectorAll(`[data-${name}]`)].map((e) => [e.dataset[name], e]));
      this.cards = all("node");
      this.edges = all("edge");
      this.mark();
      this.calm();
    },
    size() {
      const svg = this.$refs.stage.querySelector("svg");
      return svg ? [Number(svg.dataset.width), Number(svg.dataset.height), svg] : [1, 1, null];
    },
    // The whole graph if it stays readable so; else the part where something happens or differs, or its beginning.
    fit(whole = this.whole) {
      this.whole = whole;
      const { clientWidth: room, clientHeight: height } = this.$refs.frame;
      const [width, tall] = this.size();
      if (!room || !height) return;
      const fits = Math.min(room / width, height / tall, 1.1);
      const smallest = this.overview ? OVERVIEW : SMALLEST;
      this.scale = whole || fits >= smallest ? fits : Math.max(SMALLEST, Math.min(READABLE, height / tall));
      this.x = this.aligned(room, width, "width");
      this.y = this.aligned(height, tall, "height");
      this.moved = false;
      this.place();
    },
    aligned(room, size, side) {
      const spare = room - size * this.scale;
      if (spare >= 0) return spare / 2;
      const spans = this.active().map((card) => {
        const start = Number(card.getAttribute("transform").match(/-?[\d.]+/g)[side === "width" ? 0 : 1]);
        return [start, start + Number(card.querySelector(".ao-graph-card").getAttribute(side))];
      });
      if (!spans.length) return 0;
      const reach = Math.max(...spans.map(([, end]) => end)) - Math.min(...spans.map(([start]) => start));
      if (reach * this.scale > room) spans.length = 1;  // what is too far apart is begun with
      const middle = (Math.min(...spans.map(([start]) => start)) + Math.max(...spans.map(([, end]) => end))) / 2;
      return Math.min(0, Math.max(spare, room / 2 - middle * this.scale));
    },
    active() {
      const happens = ["running", "waiting", "unknown", "failed"], differs = ["added", "removed", "changed"];
      return [...this.cards.values()].filter((card) => happens.includes(card.dataset.status) || differs.includes(card.dataset.mark));
    },
    place() {
      const [width, height, svg] = this.size();
      if (svg) { svg.setAttribute("width", width); svg.setAttribute("height", height); }
      this.$refs.stage.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
      const frame = this.$refs.frame, margin = MARGIN * this.scale;
      frame.dataset.far = String(this.scale < 0.45);
      frame.dataset.moreLeft = String(this.x + margin < 0);
      frame.dataset.moreRight = String(this.x + width * this.scale - margin > frame.clientWidth);
    },
    zoomBy(factor, left, top) {
      const frame = this.$refs.frame;
      left ??= frame.clientWidth / 2;
      top ??= frame.clientHeight / 2;
      const scale = Math.min(NEAR, Math.max(FAR, this.scale * factor));
      this.x = left - (left - this.x) * (scale / this.scale);
      this.y = top - (top - this.y) * (scale / this.scale);
      this.scale = scale;
      this.moved = true;
      delete this.$refs.frame.dataset.gliding;
      this.place();
    },
    onWheel(event) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) {
        const bounds = this.$refs.frame.getBoundingClientRect();
        this.zoomBy(Math.exp(-event.deltaY / 240), event.clientX - bounds.left, event.clientY - bounds.top);
        return;
      }
      this.x -= event.shiftKey ? event.deltaY : event.deltaX;
      this.y -= event.shiftKey ? 0 : event.deltaY;
      this.moved = true;
      delete this.$refs.frame.dataset.gliding;
      this.place();
    },
    onDown(event) {
      if (event.button) return;
      this.fingers.set(event.pointerId, event);
      this.travelled = 0;
    },
    onMove(event) {
      const last = this.fingers.get(event.pointerId);
      if (!last) return;
      const others = [...this.fingers.values()].filter((finger) => finger.pointerId !== event.pointerId);
      if (others.length) this.pinch(last, event, others[0]);
      const share = 1 / (others.length + 1);
      this.travelled += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
      this.fingers.set(event.pointerId, event);
      if (this.travelled < 5) return;
      this.$refs.frame.setPointerCapture(event.pointerId);
      this.$refs.frame.dataset.dragging = "true";
      this.x += (event.clientX - last.clientX) * share;
      this.y += (event.clientY - last.clientY) * share;
      this.moved = true;
      delete this.$refs.frame.dataset.gliding;
      this.place();
    },
    pinch(before, after, other) {
      const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY) || 1;
      const bounds = this.$refs.frame.getBoundingClientRect();
      const left = (after.clientX + other.clientX) / 2 - bounds.left, top = (after.clientY + other.clientY) / 2 - bounds.top;
      this.zoomBy(apart(after) / apart(before), left, top);
    },
    onUp(event) {
      this.fingers.delete(event.pointerId);
      if (!this.fingers.size) delete this.$refs.frame.dataset.dragging;
    },
    onClick(event) {
      if (this.travelled >= 5) return;
      const card = event.target.closest?.("[data-node]");
      if (card) this.$emit("choose", card.dataset.node);
    },
    onKey(event) {
      const card = event.target.closest?.("[data-node]");
      if (card && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        this.$emit("choose", card.dataset.node);
      }
    },
    choose(id) {
      this.chosen = id;
      this.mark();
    },
    // Chooses a card, and moves the picture to it unless it is in view.
    reveal(id) {
      this.choose(id);
      const card = this.cards.get(id);
      if (!card) return;
      const frame = this.$refs.frame, outline = card.querySelector(".ao-graph-card");
      const [left, top] = card.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
      const middle = [left + outline.getAttribute("width") / 2, top + outline.getAttribute("height") / 2];
      const [x, y] = [middle[0] * this.scale + this.x, middle[1] * this.scale + this.y];
      if (x > 0 && x < frame.clientWidth && y > 0 && y < frame.clientHeight) return;
      this.x += frame.clientWidth / 2 - x;
      this.y += frame.clientHeight / 2 - y;
      this.moved = true;
      frame.dataset.gliding = "true";
      this.place();
    },
    mark() {
      for (const [id, card] of this.cards ?? []) card.dataset.selected = String(id === this.chosen);
    },
    calm() {
      const running = [...this.cards.values()].filter((card) => card.dataset.status === "running").length;
      this.$refs.frame.dataset.many = String(running > 40);
    },
    // changes: { nodes: { id: { status, parts: { 'status-word': … } } }, edges: { id: state } }
    patch(changes) {
      for (const [id, { status, mark, parts }] of Object.entries(changes.nodes ?? {})) {
        const card = this.cards.get(id);
        if (!card) continue;
        if (status !== undefined) card.dataset.status = status;
        if (mark !== undefined) card.dataset.mark = mark;
        for (const [name, text] of Object.entries(parts ?? {})) {
          const part = card.querySelector(`[data-part="${name}"]`);
          if (part && part.textContent !== text) part.textContent = text;
        }
      }
      for (const [id, state] of Object.entries(changes.edges ?? {})) {
        const edge = this.edges.get(id);
        if (edge) edge.dataset.state = state;
      }
      this.calm();
      if (!this.moved && Object.values(changes.nodes ?? {}).some(({ status }) => status)) { this.$refs.frame.dataset.gliding = "true"; this.fit(); }
    },
  },
};
