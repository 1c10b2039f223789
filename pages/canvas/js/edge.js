// A way from one node to another; it flows while what it leads to runs, and rests once that is done.
import { computed, defineComponent, inject } from "vue";
import { getBezierPath } from "ao-vendor/vue-flow/core.js";
import { CANVAS } from "./node.js";

export function middleOf(edge) {
  const [, x, y] = getBezierPath(edge);
  return { x, y };
}

export const CanvasEdge = defineComponent({
  name: "CanvasEdge",
  inheritAttrs: false,
  props: ["id", "sourceX", "sourceY", "targetX", "targetY", "sourcePosition", "targetPosition", "data", "selected"],
  setup(props) {
    const live = inject(CANVAS).lives.way(props.id);
    const path = computed(() => getBezierPath(props)[0]);
    return { live, path };
  },
  template: `
    <g class="ao-way" :data-edge="id" :data-state="live.state" :data-selected="selected" :data-error="data.error">
      <path class="vue-flow__edge-path ao-way-line" :d="path" /><path class="ao-way-reach" :d="path" />
      <path v-if="live.state === 'flowing'" class="ao-way-flow" :d="path" />
    </g>`,
});
