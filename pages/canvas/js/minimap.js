// The whole graph in a corner, and which part of it is in view. The nodes are painted once a change, at most four times a second, on a
// sheet of their own, so that moving about costs no more with a thousand nodes than with ten. All is one picture: an element for the part
// in view would make the browser lay out the page's layers at each move.
import { defineComponent, inject, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { CANVAS } from "./node.js";

const WIDTH = 168, HEIGHT = 108, MARGIN = 8, PAUSE = 250;
const COLOURED = new Set(["running", "waiting", "succeeded", "failed", "unknown"]);

export const MiniMap = defineComponent({
  name: "CanvasMiniMap",
  setup() {
    const canvas = inject(CANVAS), { flow, lives } = canvas;
    const paper = ref(null), plan = document.createElement("canvas");
    let timer = null, scale = { by: 1, left: 0, top: 0 }, colours = {};

    function paint() {
      timer = null;
      if (!paper.value) return;
      const nodes = flow.nodes.value, ink = blank(plan), style = getComputedStyle(paper.value);
      const { by, left, top } = (scale = scaleOf(nodes));
      colours = { veil: style.getPropertyValue("--page"), line: style.getPropertyValue("--line-strong") };
      for (const { id, type, computedPosition: { x, y }, dimensions: { width, height } } of nodes) {
        const status = lives.of(id).status;
        ink.fillStyle = COLOURED.has(status) ? style.getPropertyValue(`--${status}`) : colours.line;
        ink.globalAlpha = type === "frame" ? 0.25 : type === "note" ? 0.5 : 1;
        ink.beginPath();
        ink.roundRect((x - left) * by, (y - top) * by, Math.max(2, width * by), Math.max(2, height * by), 2);
        ink.fill();
      }
      mark();
    }
    // What is not in view is veiled.
    function mark() {
      if (!paper.value) return;
      const { x, y, zoom } = flow.viewport.value, { width, height } = flow.dimensions.value, { by, left, top } = scale;
      const [x0, y0, wide, high] = [-x / zoom - left, -y / zoom - top, width / zoom, height / zoom].map((length) => Math.round(length * by));
      const ink = blank(paper.value);
      ink.drawImage(plan, 0, 0, WIDTH, HEIGHT);
      ink.roundRect(x0, y0, wide, high, 4);
      ink.rect(0, 0, WIDTH, HEIGHT);
      ink.globalAlpha = 0.62;
      ink.fillStyle = colours.veil;
      ink.fill("evenodd");
      ink.beginPath();
      ink.roundRect(x0 - 0.5, y0 - 0.5, wide + 1, high + 1, 4);
      ink.globalAlpha = 1;
      ink.strokeStyle = colours.line;
      ink.stroke();
    }
    function blank(sheet) {
      const sharp = devicePixelRatio, ink = sheet.getContext("2d");
      Object.assign(sheet, { width: WIDTH * sharp, height: HEIGHT * sharp });
      ink.scale(sharp, sharp);
      return ink;
    }
    function scaleOf(nodes) {
      const [left, top] = ["x", "y"].map((axis) => Math.min(...nodes.map((n) => n.computedPosition[axis])));
      const right = Math.max(...nodes.map((n) => n.computedPosition.x + n.dimensions.width));
      const bottom = Math.max(...nodes.map((n) => n.computedPosition.y + n.dimensions.height));
      const by = Math.min((WIDTH - 2 * MARGIN) / (right - left || 1), (HEIGHT - 2 * MARGIN) / (bottom - top || 1), 0.12);
      return { by, left: (left + right) / 2 - WIDTH / 2 / by, top: (top + bottom) / 2 - HEIGHT / 2 / by };
    }
    const soon = () => (timer ??= setTimeout(paint, PAUSE));

    // Pressed or dragged: that place comes into the middle.
    function go(event) {
      if (!(event.buttons & 1)) return;
      const box = paper.value.getBoundingClientRect(), { by, left, top } = scale;
      canvas.leaveHome();
      flow.setCenter((event.clientX - box.left) / by + left, (event.clientY - box.top) / by + top, { zoom: flow.viewport.value.zoom });
    }
    const wheel = (event) => flow.zoomTo(flow.viewport.value.zoom * (event.deltaY < 0 ? 1.15 : 0.87));

    watch(() => flow.nodes.value.map((n) => n.computedPosition), soon);
    watch(() => flow.nodes.value.length, soon);
    watch(lives.told, soon);
    watch([flow.viewport, flow.dimensions], mark);
    const themed = new MutationObserver(soon);
    onMounted(() => (paint(), themed.observe(document.documentElement, { attributeFilter: ["data-mode"] })));
    onBeforeUnmount(() => (clearTimeout(timer), themed.disconnect()));
    return { paper, go, wheel };
  },
  template: `
    <div class="ao-minimap" aria-hidden="true" @pointerdown="go" @pointermove="go" @wheel.prevent="wheel">
      <canvas ref="paper"></canvas>
    </div>`,
});
