// The whole graph in a corner, and which part of it is in view. It is painted once a change, at most four times a second, so that
// moving about costs no more with a thousand nodes than with ten.
import { computed, defineComponent, inject, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { CANVAS } from "./node.js";

const WIDTH = 168, HEIGHT = 108, MARGIN = 8, PAUSE = 250;
const COLOURED = new Set(["running", "waiting", "succeeded", "failed", "unknown"]);

export const MiniMap = defineComponent({
  name: "CanvasMiniMap",
  setup() {
    const canvas = inject(CANVAS), { flow, lives } = canvas;
    const paper = ref(null), scale = ref({ by: 1, left: 0, top: 0 });
    let timer = null;

    function paint() {
      timer = null;
      const nodes = flow.nodes.value, ink = paper.value?.getContext("2d");
      if (!ink) return;
      scale.value = scaleOf(nodes);
      const { by, left, top } = scale.value, style = getComputedStyle(paper.value), sharp = devicePixelRatio;
      Object.assign(paper.value, { width: WIDTH * sharp, height: HEIGHT * sharp });
      ink.scale(sharp, sharp);
      for (const { id, type, computedPosition: { x, y }, dimensions: { width, height } } of nodes) {
        const status = lives.of(id).status;
        ink.fillStyle = style.getPropertyValue(COLOURED.has(status) ? `--${status}` : "--line-strong");
        ink.globalAlpha = type === "frame" ? 0.25 : type === "note" ? 0.5 : 1;
        ink.beginPath();
        ink.roundRect((x - left) * by, (y - top) * by, Math.max(2, width * by), Math.max(2, height * by), 2);
        ink.fill();
      }
    }
    function scaleOf(nodes) {
      const [left, top] = ["x", "y"].map((axis) => Math.min(...nodes.map((n) => n.computedPosition[axis])));
      const right = Math.max(...nodes.map((n) => n.computedPosition.x + n.dimensions.width));
      const bottom = Math.max(...nodes.map((n) => n.computedPosition.y + n.dimensions.height));
      const by = Math.min((WIDTH - 2 * MARGIN) / (right - left || 1), (HEIGHT - 2 * MARGIN) / (bottom - top || 1), 0.12);
      return { by, left: (left + right) / 2 - WIDTH / 2 / by, top: (top + bottom) / 2 - HEIGHT / 2 / by };
    }
    const soon = () => (timer ??= setTimeout(paint, PAUSE));

    const view = computed(() => {
      const { x, y, zoom } = flow.viewport.value, { by, left, top } = scale.value, { width, height } = flow.dimensions.value;
      return {
        transform: `translate(${(-x / zoom - left) * by}px, ${(-y / zoom - top) * by}px)`,
        width: `${(width / zoom) * by}px`, height: `${(height / zoom) * by}px`,
      };
    });

    // Pressed or dragged: that place comes into the middle.
    function go(event) {
      if (!(event.buttons & 1)) return;
      const box = paper.value.getBoundingClientRect(), { by, left, top } = scale.value;
      canvas.leaveHome();
      flow.setCenter((event.clientX - box.left) / by + left, (event.clientY - box.top) / by + top, { zoom: flow.viewport.value.zoom });
    }
    const wheel = (event) => flow.zoomTo(flow.viewport.value.zoom * (event.deltaY < 0 ? 1.15 : 0.87));

    watch(() => flow.nodes.value.map((n) => n.computedPosition), soon);
    watch(() => flow.nodes.value.length, soon);
    watch(lives.told, soon);
    const themed = new MutationObserver(soon);
    onMounted(() => (paint(), themed.observe(document.documentElement, { attributeFilter: ["data-mode"] })));
    onBeforeUnmount(() => (clearTimeout(timer), themed.disconnect()));
    return { paper, view, go, wheel };
  },
  template: `
    <div class="ao-minimap" aria-hidden="true" @pointerdown="go" @pointermove="go" @wheel.prevent="wheel">
      <canvas ref="paper"></canvas><i :style="view"></i>
    </div>`,
});
