// The canvas: shows views of nodes and edges that Python makes, and tells Python what a person does to them.
// Python is the truth: besides places while something is dragged, nothing here changes before Python says so.
import { computed, defineComponent, nextTick, onBeforeUnmount, onMounted, provide, ref, shallowRef, toRaw, watch } from "vue";
import { ConnectionMode, SelectionMode, VueFlow, useVueFlow } from "ao-vendor/vue-flow/core.js";
import { useConnecting } from "./connecting.js";
import { useContaining } from "./containing.js";
import { useDragging } from "./dragging.js";
import { CanvasEdge, middleOf } from "./edge.js";
import { shown as keysOf, useKeys } from "./keys.js";
import { Lives, Nearness } from "./lives.js";
import { Menu } from "./menu.js";
import { MiniMap } from "./minimap.js";
import { CANVAS, CanvasFrame, CanvasNode, CanvasNote } from "./node.js";
import { useOffers } from "./offers.js";
import { Loading } from "./loading.js";
import { Picker } from "./picker.js";

const GRID = 8, FAR = 0.5, SMALL = 700, READABLE = 0.6, REST = 120;
const KINDS = { node: CanvasNode, note: CanvasNote, frame: CanvasFrame };
const DEPTH = { frame: -1000, note: -500, node: 0 };
let canvases = 0;

export default defineComponent({
  name: "AoCanvas",
  components: { VueFlow, MiniMap, Menu, Picker },
  props: { actions: Array, offers: Array, graph: Array },  // graph: alone in a list, as it was when the page was made
  emits: ["ready", "edit", "select", "act", "add", "paste", "connecting", "copied"],
  setup(props, { emit }) {
    const flow = useVueFlow(`ao-canvas-${canvases++}`);
    const root = ref(null), zoom = ref(1), menu = shallowRef(null), over = ref(""), picker = shallowRef(null), naming = ref(""), hovered = shallowRef(null);
    const lives = new Lives(), nearness = new Nearness(), drawn = ref(false), moving = ref("");
    const small = matchMedia(`(max-width: ${SMALL}px)`).matches;
    const editable = ref(!small);  // on a phone a graph is looked at

    // ---- what Python shows -------------------------------------------------------------------------------------------
    const toNode = (view) => ({
      id: view.id, type: view.kind, position: { x: view.x, y: view.y }, data: view, zIndex: DEPTH[view.kind] + view.depth,
      style: view.kind === "node" ? {} : { width: `${view.width}px`, height: `${view.height}px` },
    });
    const toEdge = (view) => ({
      id: view.id, type: "way", source: view.source, target: view.target, sourceHandle: view.handle, targetHandle: "in", data: view,
    });
    // The beginning, or all of it, is in view until a person looks elsewhere, whatever room the panels leave.
    let home = "beginning", watching = null;
    const leaveHome = () => (home = "");
    flow.onNodesInitialized(async () => {
      if (home && flow.nodes.value.length && !drawn.value) await fit(0);
      drawn.value = true;
      loading.goOn();
    });
    flow.onMoveStart(leaveHome);
    flow.onNodeDragStart(leaveHome);

    const loading = new Loading({
      add: (nodes) => flow.addNodes(nodes.map(toNode)),
      connect: (edges) => connecting.trust(() => flow.addEdges(edges.map(toEdge))),
      has: (id) => Boolean(flow.findNode(id)),
      done: () => lives.take(flow.edges.value),
    });

    function load({ nodes, edges }) {
      const selected = new Set(chosen()), [first, ways] = loading.begin(Object.values(nodes), Object.values(edges));
      flow.setNodes(first.map(toNode));
      connecting.trust(() => flow.setEdges(ways.map(toEdge)));
      lives.keep(nodes);
      drawn.value ||= !first.length;  // else once they are measured
      nextTick(() => (lives.take(flow.edges.value), select([...selected]), drawn.value && loading.goOn()));
    }

    function patch(changes) {
      const { nodes, gone, edges, cut } = loading.meanwhile(changes), fresh = [], changed = [];
      const handles = (view) => view.handles.map((handle) => handle.name).join();
      for (const view of Object.values(nodes)) {
        const known = flow.findNode(view.id);
        if (known && handles(known.data) !== handles(view)) changed.push(view.id);
        if (known) Object.assign(known, { data: view, position: { x: view.x, y: view.y }, style: toNode(view).style, zIndex: toNode(view).zIndex });
        else fresh.push(toNode(view));
      }
      if (cut.length) flow.removeEdges(cut);
      if (gone.length) flow.removeNodes(gone);
      if (fresh.length) flow.addNodes(fresh);
      const ways = Object.values(edges);
      if (ways.length) connecting.trust(() => flow.addEdges(ways.map(toEdge)));
      nextTick(() => {
        lives.take(flow.edges.value);
        if (changed.length) flow.updateNodeInternals(changed);  // handles came or went
      });
    }

    // Python sends the next batch only after the answer; answering once the frame is drawn gives a slow machine fewer, larger ones.
    function show({ nodes, edges }) {
      lives.show(nodes, edges);
      root.value.dataset.many = lives.running > 40;
      return new Promise((done) => (document.hidden ? setTimeout(done, 500, true) : requestAnimationFrame(() => setTimeout(done, 0, true))));
    }

    // ---- looking -----------------------------------------------------------------------------------------------------
    const chosen = () => flow.getSelectedNodes.value.map((node) => node.id);
    // All that fits, large enough to be read; what does not fit so is shown from its beginning, on a desk until all is asked for.
    async function fit(duration = 240) {
      const fromBeginning = small || loading.more || home === "beginning";
      await flow.fitView({ padding: 0.12, maxZoom: 1, minZoom: fromBeginning ? READABLE : 0.05, duration });
      const left = Math.min(...flow.nodes.value.map((node) => node.computedPosition.x));
      if (!fromBeginning || flow.viewport.value.zoom > READABLE) return;
      if (loading.more) leaveHome();
      flow.setViewport({ ...flow.viewport.value, x: (small ? 24 : 48) - left * flow.viewport.value.zoom });
    }
    const showAll = () => ((home = "all"), fit());
    const far = computed(() => zoom.value < FAR);
    const bare = computed(() => drawn.value && !flow.nodes.value.length);
    flow.onViewportChange(({ zoom: now }) => {
      if (drawn.value) move(now === zoom.value ? "pan" : "zoom");
      zoom.value = now;
      nearness.setFar(now < FAR);
    });
    // What moves the view need not tell when that ends: a wheel stops, a drag may end where it began.
    let resting = null;
    function move(how) {
      if (moving.value !== "zoom") moving.value = how;
      nearness.hold(true);
      clearTimeout(resting);
      resting = setTimeout(rest, REST);
    }
    function rest() {
      if (flow.paneDragging.value) return;
      moving.value = "";
      nearness.hold(false);
    }
    watch(flow.paneDragging, rest);

    function select(ids) {
      flow.removeSelectedElements();
      flow.addSelectedNodes(ids.map((id) => flow.findNode(id)).filter(Boolean));
    }
    function reveal(id, also = []) {
      const node = flow.findNode(id);
      if (!node) return;
      select([...new Set([...also, id])]);
      const { x, y } = node.computedPosition, { width, height } = node.dimensions;
      leaveHome();
      flow.setCenter(x + width / 2, y + height / 2, { zoom: Math.max(0.8, zoom.value), duration: 240 });
    }
    let told = "";
    flow.onNodesChange((changes) => {
      if (!changes.some((change) => change.type === "select" || change.type === "remove")) return;
      nextTick(() => {
        const now = chosen();
        if (now.join() !== told) (told = now.join()), emit("select", now);
      });
    });

    const middle = () => {
      const { left, top, width, height } = root.value.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    };
    const place = ([x, y]) => flow.screenToFlowCoordinate({ x, y });

    // ---- doing -------------------------------------------------------------------------------------------------------
    const edit = (...edits) => emit("edit", edits);
    const act = (name, more = {}) => emit("act", { name, nodes: chosen(), edges: flow.getSelectedEdges.value.map((edge) => edge.id), ...more });
    const canvas = {
      flow, lives, nearness, props, editable, root, naming, far, zoom, picker, menu, over,
      edit, act, emit, leaveHome, chosen, select, reveal, showAll, middle, place, snap: (value) => Math.round(value / GRID) * GRID,
    };
    provide(CANVAS, canvas);
    const connecting = useConnecting(canvas);
    Object.assign(canvas, { connecting });
    Object.assign(canvas, useContaining(canvas));
    Object.assign(canvas, useOffers(canvas));
    useDragging(canvas);
    const keys = useKeys(canvas);

    flow.onNodeContextMenu(({ event, node }) => {
      if (!node.selected) select([node.id]);
      openMenu(event, "nodes");
    });
    flow.onPaneContextMenu((event) => openMenu(event, "pane"));
    flow.onNodeDoubleClick(({ event, node }) => {
      const ground = node.data.contains && !event.target.closest(".ao-frame-head");
      if (editable.value) ground ? canvas.offer({ screen: [event.clientX, event.clientY] }) : (naming.value = node.id);
    });
    flow.onEdgeMouseEnter(({ edge }) => editable.value && (hovered.value = { id: edge.id, ...middleOf(edge) }));
    flow.onPaneMouseMove(({ target }) => !target.closest(".ao-way-tools, .vue-flow__edge") && (hovered.value = null));
    function openMenu(event, on) {
      event.preventDefault();
      const { left, top } = root.value.getBoundingClientRect();
      const items = props.actions.filter((action) => action.on.includes(on) && (editable.value || action.reads));
      menu.value = { x: event.clientX - left, y: event.clientY - top, at: [event.clientX, event.clientY], items };
    }
    // A second click on empty ground within a moment: what can be added here
    let clicked = 0;
    flow.onPaneClick((event) => {
      menu.value = null;
      if (event.timeStamp - clicked < 350 && editable.value) canvas.offer({ screen: [event.clientX, event.clientY] });
      clicked = event.timeStamp;
    });

    onMounted(() => {
      watching = new ResizeObserver(() => home && flow.nodes.value.length && fit(0));
      watching.observe(root.value);
      nearness.begin(root.value);
      if (props.graph) load(toRaw(props.graph[0]));
      emit("ready");
    });
    onBeforeUnmount(() => (watching.disconnect(), nearness.end(), flow.$destroy?.()));

    return {
      root, flow, drawn, moving, far, bare, zoom, menu, picker, hovered, editable, small, load, patch, show, select, reveal, fit: showAll, GRID,
      refuse: connecting.refuse, connecting, keysOf, run: (name, at) => (leaveHome(), keys.run(name, at)),
      offer: canvas.offer, between: (edge) => canvas.offer({ between: edge.id, at: edge }), cut: (edge) => ((hovered.value = null), edit({ kind: "remove", edges: [edge.id] })),
      kinds: KINDS, ways: { way: CanvasEdge }, partial: SelectionMode.Partial, strict: ConnectionMode.Strict,
    };
  },
  template: `
    <div ref="root" class="ao-canvas" tabindex="0" :data-drawn="drawn" :data-moving="moving" :data-far="far" :data-tiny="zoom < 0.2" :data-editable="editable" aria-label="Canvas">
      <VueFlow :id="flow.id" :node-types="kinds" :edge-types="ways" :connection-mode="strict" :is-valid-connection="connecting.valid"
        :nodes-draggable="editable" :nodes-connectable="editable" :delete-key-code="null" :disable-keyboard-a11y="true"
        :multi-selection-key-code="['Shift', 'Control', 'Meta']" selection-key-code="Shift" :selection-mode="partial"
        :snap-to-grid="true" :snap-grid="[GRID, GRID]" :min-zoom="0.05" :max-zoom="2" :connection-radius="24"
        :zoom-on-double-click="false" :elevate-nodes-on-select="false" :elevate-edges-on-select="true" :auto-pan-on-node-drag="true">
        <template #zoom-pane>
          <div v-if="hovered" class="ao-way-tools" :style="{ transform: 'translate(' + hovered.x + 'px, ' + hovered.y + 'px)' }" @mouseleave="hovered = null">
            <button type="button" title="Put a node in between" @click.stop="between(hovered)">add</button>
            <button type="button" title="Remove this connection" @click.stop="cut(hovered)">close</button>
          </div>
        </template>
      </VueFlow>
      <div v-if="bare" class="ao-canvas-bare">
        <button v-if="editable" type="button" @click="offer()"><i class="ao-symbol" aria-hidden="true">add</i> Add the first node</button>
        <p>{{ editable ? "Or drag one from the left, double-click, or paste." : "Nothing is here yet. Build on a larger screen." }}</p>
      </div>
      <MiniMap v-if="drawn && !small && !bare" />
      <div class="ao-canvas-tools">
        <button type="button" title="Zoom in (+)" aria-label="Zoom in" @click="run('zoom_in')">add</button>
        <button type="button" title="Zoom out (-)" aria-label="Zoom out" @click="run('zoom_out')">remove</button>
        <button type="button" class="ao-canvas-zoom" title="Zoom to 100 % (0)" @click="run('zoom_100')">{{ Math.round(zoom * 100) }} %<i></i></button>
        <button type="button" title="Show all (1)" aria-label="Fit" @click="run('fit')">fit_screen</button>
        <button v-if="editable" type="button" title="Tidy (T)" aria-label="Tidy" @click="run('tidy')">auto_fix_high</button>
        <button type="button" :title="'Find a node (' + keysOf('mod+f') + ')'" aria-label="Find a node" @click="run('find')">search</button>
        <button type="button" title="Shortcuts (?)" aria-label="Shortcuts" @click="run('shortcuts')">keyboard</button>
      </div>
      <div v-if="connecting.hint.value" class="ao-canvas-hint" :data-bad="connecting.hint.value.bad" role="status"
        :style="{ left: connecting.hint.value.x + 'px', top: connecting.hint.value.y + 'px' }">{{ connecting.hint.value.text }}</div>
      <Menu v-if="menu" :menu="menu" @choose="(name) => (run(name, menu.at), (menu = null))" @close="(byKey) => ((menu = null), byKey && root.focus({ preventScroll: true }))" />
      <Picker v-if="picker" :key="picker.key" :picker="picker" @close="(byKey) => ((picker = null), byKey && root.focus({ preventScroll: true }))" />
    </div>`,
});
