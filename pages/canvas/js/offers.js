// What can be added: the picker at a place, and entries of the palette that are dragged onto the canvas.
import { onBeforeUnmount, onMounted } from "vue";

const GAP = 76;

export function useOffers(canvas) {
  const { flow, props, emit } = canvas;
  let opened = 0;

  // Opens the picker. from: the output that is followed · between: the edge it goes into · inside: the container · screen or at: where.
  function offer({ from = null, between = null, inside = null, screen = null, at = null } = {}) {
    const { left, top, width, height } = canvas.root.value.getBoundingClientRect();
    const [x, y] = screen ?? (at ? onScreen(at) : canvas.middle());
    const fresh = props.offers.filter((item) => (!from && !between && !inside) || item.follows);
    if (from) canvas.connecting.ask(from);
    canvas.picker.value = {
      key: ++opened, title: from ? `What follows ${wayOf(from)}`.trim() : between ? "What goes in between" : inside ? "Add inside" : "Add a node",
      get items() {
        return from ? [...fresh, ...canvas.connecting.targets().map(there)] : fresh;
      },
      x: Math.max(8, Math.min(x - left, width - 320)), y: Math.max(8, Math.min(y - top, height - 380)),
      choose: (item) => (item.node ? connect(from, item) : add(item, { from, between, inside, at: from ? behind(from) : at ?? canvas.place([x, y]) })),
    };
  }
  function onScreen({ x, y }) {
    const { x: dx, y: dy, zoom } = flow.viewport.value, { left, top } = canvas.root.value.getBoundingClientRect();
    return [left + dx + x * zoom, top + dy + y * zoom];
  }
  // The name of a way out, where there are several
  function wayOf({ node, handle }) {
    const { handles } = flow.findNode(node).data;
    return handles.length > 1 ? handles.find(({ name }) => name === handle)?.label ?? "" : "";
  }
  // A node of the graph, as one to connect to
  const there = ({ data }) => ({ ...data, key: `node:${data.id}`, node: data.id, description: `Connect · ${data.summary || data.id}`, group: "Connect to" });
  // To the right of the node, below what stands there already
  function behind({ node, handle }) {
    const source = flow.findNode(node);
    const x = source.computedPosition.x + source.dimensions.width + GAP;
    let y = source.computedPosition.y + Math.max(0, source.data.handles.findIndex((h) => h.name === handle)) * 110;
    const inTheWay = (n) => n.type === "node" && Math.abs(n.computedPosition.x - x) < 200 && Math.abs(n.computedPosition.y - y) < 90;
    while (flow.nodes.value.some(inTheWay)) y += 110;
    return { x, y };
  }
  function close() {
    canvas.picker.value = null;
    canvas.root.value.focus({ preventScroll: true });
  }
  function connect(from, item) {
    close();
    canvas.connecting.connect(from, item.node);
  }
  function add(item, { from = null, between = null, inside = null, at }) {
    close();
    emit("add", { offer: item.key, x: canvas.snap(at.x), y: canvas.snap(at.y), from, between, inside });
  }
  // The chosen node, if just one, is followed: from its first way out that leads nowhere, if there is one.
  const free = (id) => flow.findNode(id).data.handles.find(({ name }) => !canvas.lives.of(id).taken.split(" ").includes(name));
  function offerNext() {
    const [only, ...others] = canvas.chosen();
    const handle = only && !others.length && (free(only) ?? flow.findNode(only).data.handles[0])?.name;
    offer(handle ? { from: { node: only, handle }, at: behind({ node: only, handle }) } : {});
  }

  // Pointer events instead of HTML's drag and drop: the same on touch, in the native window, and in tests.
  function onDown(event) {
    const item = event.target.closest?.("[data-offer]");
    if (!item || event.button !== 0 || !canvas.editable.value) return;
    const start = [event.clientX, event.clientY];
    let ghost = null;
    const move = (e) => {
      if (!ghost && Math.hypot(e.clientX - start[0], e.clientY - start[1]) < 6) return;
      ghost ??= ghostOf(item);
      canvas.over.value = isInside(e) ? canvas.containerAt(canvas.place([e.clientX, e.clientY])) ?? "" : "";
      ghost.style.transform = `translate(${e.clientX - 20}px, ${e.clientY - 16}px)`;
      e.preventDefault();
    };
    const up = (e) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      ghost?.remove();
      canvas.over.value = "";
      const offered = props.offers.find((o) => o.key === item.dataset.offer);
      if (e.type !== "pointerup" || !offered) return;
      if (ghost && isInside(e)) add(offered, { at: canvas.place([e.clientX - 90, e.clientY - 24]) });
      else if (!ghost) place(offered);
    };
    addEventListener("pointermove", move, { passive: false });
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  }
  // Clicked, not dragged: behind the chosen node, or into the middle
  function place(offered) {
    const [only, ...others] = canvas.chosen();
    const view = only && !others.length ? flow.findNode(only).data : { handles: [] };
    if (view.empty && offered.follows) return add(offered, { inside: only, at: view });
    const way = offered.follows && view.handles.length ? free(only) : null, from = way ? { node: only, handle: way.name } : null;
    const { x, y } = canvas.place(canvas.middle());
    add(offered, { from, at: from ? behind(from) : offered.contains ? { x: x - 240, y: y - 140 } : { x: x - 114, y: y - 30 } });
  }
  function ghostOf(item) {
    const made = item.cloneNode(true);
    made.removeAttribute("id");
    made.classList.add("ao-add-ghost");
    made.style.width = `${item.offsetWidth}px`;
    document.body.append(made);
    return made;
  }
  function isInside({ clientX, clientY }) {
    const box = canvas.root.value.getBoundingClientRect();
    return clientX > box.left && clientX < box.right && clientY > box.top && clientY < box.bottom;
  }
  const onKey = (event) => {
    const key = event.key === "Enter" && event.target.dataset?.offer;
    const offered = key && props.offers.find((item) => item.key === key);
    if (offered) event.preventDefault(), place(offered);
  };
  onMounted(() => (document.addEventListener("pointerdown", onDown), document.addEventListener("keydown", onKey)));
  onBeforeUnmount(() => (document.removeEventListener("pointerdown", onDown), document.removeEventListener("keydown", onKey)));
  return { offer, offerNext };
}
