// What stands on the canvas: nodes, notes, and frames around them.
// NiceGUI's style runtime looks at every class in the page after each change of a class or a child. So what changes during a run is
// a data attribute, or a text beside a sibling (which changes no child), and never a class.
import { computed, defineAsyncComponent, defineComponent, inject, nextTick, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { Dot } from "./dot.js";

export const CANVAS = Symbol("canvas");

const PLACES = { cloud: ["cloud", "Leaves this machine for a cloud provider"], network: ["lan", "Goes over your network"] };

// The title, and the field in its place while it is being changed
const Title = defineComponent({
  props: { id: String, title: String, name: String },
  setup(props) {
    const canvas = inject(CANVAS), field = ref(null);
    const editing = computed(() => canvas.naming.value === props.id);
    watch(editing, (now) => now && nextTick(() => (field.value?.focus(), field.value?.select())));
    const end = (keep) => {
      if (!editing.value) return;
      canvas.naming.value = "";
      const name = field.value.value.trim();
      if (keep && name && name !== props.title) canvas.edit({ kind: "change", node: props.id, fields: { name } });
      canvas.root.value.focus({ preventScroll: true });
    };
    return { editing, field, end };
  },
  template: `
    <input v-if="editing" ref="field" class="ao-node-rename nodrag nopan" :value="title" maxlength="80" aria-label="Name"
      @keydown.enter.stop="end(true)" @keydown.escape.stop="end(false)" @keydown.stop @blur="end(true)" @dblclick.stop />
    <b v-else :title="title">{{ title }}</b>`,
});

// What is only drawn of nodes that are in view and large enough to be read: a large graph has few of them at a time
const Details = defineComponent({
  name: "CanvasNodeDetails",
  props: { live: Object },
  setup(props) {
    return { said: computed(() => props.live.text.replace(/\n\s*\n/g, "\n")) };  // of three lines none is left empty
  },
  template: `
    <div class="ao-node-said" :data-empty="!live.text"><p>{{ said }}<i></i></p></div>
    <div class="ao-node-foot">
      <span class="ao-symbol ao-node-status-icon">{{ live.icon }}<i></i></span><span class="ao-node-word">{{ live.word }}<i></i></span>
      <span class="ao-node-figures">{{ live.figures }}<i></i></span>
    </div>`,
});

export const CanvasNode = defineComponent({
  name: "CanvasNode",
  components: { Details, Dot, Title },
  inheritAttrs: false,
  props: { id: String, data: Object },
  setup(props) {
    const canvas = inject(CANVAS), live = canvas.lives.of(props.id), root = ref(null);
    const many = computed(() => props.data.handles.length > 1);
    const place = computed(() => PLACES[props.data.place]);
    const open = (name) => !live.taken.split(" ").includes(name);
    const follow = (handle, event) => canvas.offer({ from: { node: props.id, handle }, screen: [event.clientX, event.clientY] });
    onMounted(() => canvas.nearness.watch(root.value, live));
    onBeforeUnmount(() => canvas.nearness.forget(root.value));
    return { canvas, live, root, many, place, open, follow };
  },
  template: `
    <div ref="root" class="ao-node" :data-node="id" :data-category="data.category" :data-status="live.status" :data-mark="data.mark" :data-disabled="data.disabled">
      <Dot v-if="data.entry" :canvas="canvas" :node="id" name="in" type="target" :title="data.entry" class="ao-node-in" />
      <div class="ao-node-head">
        <span class="ao-node-chip"><i class="ao-symbol">{{ data.icon }}</i><span class="ao-node-ring"></span></span>
        <span class="ao-node-titles"><Title :id="id" :title="data.title" /><small v-if="live.near" :title="data.summary">{{ data.summary }}</small></span>
        <span v-if="live.near" class="ao-node-badges">
          <i v-if="data.mark" class="ao-symbol ao-node-mark" :title="data.problems.join('\\n')">{{ data.mark === 'error' ? 'error' : 'warning' }}</i>
          <i v-if="data.pinned" class="ao-symbol" title="Pinned: gives this result instead of running">keep</i>
          <i v-if="data.disabled" class="ao-symbol" title="Disabled: passes on what arrives">block</i>
          <i v-if="place" class="ao-symbol" :title="place[1]">{{ place[0] }}</i>
        </span>
      </div>
      <div v-for="handle in data.handles" :key="handle.name" class="ao-node-way" :data-alone="!many" :data-error="handle.error">
        <span v-if="many && live.near">{{ handle.label }}</span>
        <Dot :canvas="canvas" :node="id" :name="handle.name" type="source" :title="handle.title" />
        <button v-if="live.near && canvas.editable.value" type="button" class="ao-node-next nodrag" :data-open="open(handle.name)" :title="'Add what follows ' + (handle.label || data.title)"
          :aria-label="'Add what follows ' + (handle.label || data.title)" @click.stop="follow(handle.name, $event)" @pointerdown.stop @mousedown.stop>add</button>
      </div>
      <Details v-if="live.near" :live="live" />
    </div>`,
});

// Notes and frames have a size of their own; what a person makes of it goes to Python once the mouse is up.
// What it is changed with comes when one of them is chosen: nobody waits for it before the graph is drawn.
const NodeResizer = defineAsyncComponent(() => import("ao-vendor/vue-flow/node-resizer.js").then((module) => module.NodeResizer));

function useSize(props) {
  const canvas = inject(CANVAS);
  const resized = ({ params: { x, y, width, height } }) => {
    const { snap } = canvas;
    canvas.edit(
      { kind: "change", node: props.id, fields: { size: { width: snap(width), height: snap(height) } } },
      { kind: "move", positions: { [props.id]: { x: snap(x), y: snap(y) } } },
    );
  };
  return { canvas, resized };
}

export const CanvasNote = defineComponent({
  name: "CanvasNote",
  components: { NodeResizer },
  inheritAttrs: false,
  props: { id: String, data: Object, selected: Boolean },
  setup(props) {
    const { canvas, resized } = useSize(props), field = ref(null);
    const editing = computed(() => canvas.naming.value === props.id);
    watch(editing, (now) => now && nextTick(() => field.value?.focus()));
    const end = () => {
      if (!editing.value) return;
      canvas.naming.value = "";
      const text = field.value.value;
      if (text !== props.data.text) canvas.edit({ kind: "change", node: props.id, fields: { config: { ...props.data.source.config, text } } });
    };
    const parts = computed(() => (props.data.text || "Double-click to write").split("**"));
    return { canvas, resized, field, editing, end, parts };
  },
  template: `
    <div class="ao-note" :data-node="id">
      <textarea v-if="editing" ref="field" class="nodrag nopan nowheel" :value="data.text" aria-label="Note" @keydown.stop @keydown.escape="end" @blur="end"></textarea>
      <p v-else><component :is="n % 2 ? 'b' : 'span'" v-for="(part, n) in parts" :key="n">{{ part }}</component></p>
    </div>
    <NodeResizer v-if="selected && canvas.editable.value" :min-width="120" :min-height="56" @resize-end="resized" />`,
});

export const CanvasFrame = defineComponent({
  name: "CanvasFrame",
  components: { Dot, NodeResizer, Title },
  inheritAttrs: false,
  props: { id: String, data: Object, selected: Boolean },
  setup(props) {
    const { canvas, resized } = useSize(props), live = canvas.lives.of(props.id);
    const open = (name) => !live.taken.split(" ").includes(name);
    const follow = (handle, event) => canvas.offer({ from: { node: props.id, handle }, screen: [event.clientX, event.clientY] });
    const fill = (event) => canvas.offer({ inside: props.id, screen: [event.clientX, event.clientY] });
    return { canvas, live, resized, open, follow, fill };
  },
  template: `
    <div class="ao-frame" :data-node="id" :data-category="data.category" :data-contains="data.contains" :data-status="live.status" :data-mark="data.mark" :data-disabled="data.disabled" :data-over="canvas.over.value === id">
      <Dot v-if="data.entry && data.contains" :canvas="canvas" :node="id" name="in" type="target" :title="data.entry" class="ao-node-in" />
      <div class="ao-frame-head ao-node-head">
        <span v-if="data.contains" class="ao-node-chip"><i class="ao-symbol">{{ data.icon }}</i><span class="ao-node-ring"></span></span>
        <span class="ao-node-titles"><Title :id="id" :title="data.title" /><small v-if="data.contains" :title="data.summary">{{ data.summary }}</small></span>
        <span v-if="data.contains" class="ao-node-badges">
          <i v-if="data.mark" class="ao-symbol ao-node-mark" :title="data.problems.join('\\n')">{{ data.mark === 'error' ? 'error' : 'warning' }}</i>
          <i v-if="data.pinned" class="ao-symbol" title="Pinned: gives this result instead of running">keep</i>
          <i v-if="data.disabled" class="ao-symbol" title="Disabled: passes on what arrives">block</i>
        </span>
        <span v-if="data.contains" class="ao-frame-live">
          <span class="ao-symbol ao-node-status-icon">{{ live.icon }}<i></i></span><span class="ao-node-word">{{ live.word }}<i></i></span>
          <span class="ao-node-figures">{{ live.figures }}<i></i></span>
        </span>
        <button v-if="data.contains && canvas.editable.value" type="button" class="ao-frame-add nodrag" :title="'Add inside ' + data.title" :aria-label="'Add inside ' + data.title"
          @click.stop="fill" @pointerdown.stop @mousedown.stop>add</button>
      </div>
      <button v-if="data.empty && canvas.editable.value" type="button" class="ao-frame-empty nodrag" @click.stop="fill" @pointerdown.stop @mousedown.stop @dblclick.stop>
        <i class="ao-symbol">add</i> Add what runs in here
      </button>
      <template v-if="data.contains">
        <div v-for="(handle, n) in data.handles" :key="handle.name" class="ao-frame-way" :data-error="handle.error" :style="{ top: 30 + 26 * n + 'px' }">
          <Dot :canvas="canvas" :node="id" :name="handle.name" type="source" :title="handle.title" />
          <button v-if="canvas.editable.value" type="button" class="ao-node-next nodrag" :data-open="open(handle.name)" :aria-label="'Add what follows ' + data.title"
            @click.stop="follow(handle.name, $event)" @pointerdown.stop @mousedown.stop>add</button>
        </div>
      </template>
    </div>
    <NodeResizer v-if="selected && canvas.editable.value" :min-width="200" :min-height="120" @resize-end="resized" />`,
});
