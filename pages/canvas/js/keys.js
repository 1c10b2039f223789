// Keys and the clipboard. Python lists the actions with their keys; what the browser can do alone is done here, the rest is told.
import { onBeforeUnmount, onMounted } from "vue";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const DIALOG = '.q-dialog__inner:not(.fullscreen, [class*="-leave-active"])';  // one that fades away has no more say
const STEP = 8, LONGEST = 500_000;  // a longer message would be dropped in silence

export function shown(keys) {
  const mac = document.documentElement.dataset.mac === "true", names = mac ? { mod: "⌘", alt: "⌥", shift: "⇧" } : { mod: "Ctrl" };
  return keys.split("+").map((key) => names[key] ?? key[0].toUpperCase() + key.slice(1)).join(mac ? " " : "+");
}

// How a key press is written in the list of actions, for example mod+shift+z
function written(event, key) {
  const shift = event.shiftKey && (/^[a-z]$/i.test(key) || key.length > 1);
  return [(event.ctrlKey || event.metaKey) && "mod", event.altKey && "alt", shift && "shift", key.toLowerCase()].filter(Boolean).join("+");
}

export function useKeys(canvas) {
  const { flow, props, emit, edit, act } = canvas;
  const byKeys = new Map(props.actions.flatMap((action) => action.keys.map((keys) => [keys, action])));
  let pointer = null;
  // By what the key types; where that is no letter of ours, as in other alphabets and with Option on a Mac, by where it lies.
  function actionOf(event) {
    const lies = /^[a-z\d]$/i.test(event.key) ? null : /^(?:Key|Digit)(.)$/.exec(event.code);
    return byKeys.get(written(event, event.key)) ?? (lies && byKeys.get(written(event, lies[1])));
  }

  const local = {
    fit: canvas.showAll,
    zoom_in: () => flow.zoomIn(),
    zoom_out: () => flow.zoomOut(),
    zoom_100: () => flow.zoomTo(1),
    select_all: () => canvas.select(flow.nodes.value.map((node) => node.id)),
    deselect: () => (flow.removeSelectedElements(), (canvas.menu.value = null)),
    find,
    add: (at) => (at ? canvas.offer({ screen: at }) : canvas.offerNext()),
    remove,
    rename: () => canvas.chosen()[0] && (canvas.naming.value = canvas.chosen()[0]),
    copy: () => document.execCommand("copy"),
    cut: () => document.execCommand("cut"),
    paste: (at) => ((pointer = at ?? pointer), read().then(paste, () => emit("copied", "refused"))),
  };
  const run = (name, at) => (local[name] ? local[name](at) : act(name, { at: at ? canvas.place(at) : here() }));
  // Where the pointer is; else so that a node would stand in the middle of the view
  function here() {
    const { x, y } = canvas.place(pointer ?? canvas.middle());
    return pointer ? { x, y } : { x: x - 114, y: y - 30 };
  }

  const read = async () => navigator.clipboard.readText();  // on plain http there is none, which is a refusal as well
  function remove() {
    const nodes = canvas.chosen(), edges = flow.getSelectedEdges.value.map((edge) => edge.id);
    if (nodes.length + edges.length) edit({ kind: "remove", nodes, edges });
  }
  function find() {
    const { clientWidth } = canvas.root.value;
    canvas.picker.value = {
      key: `find-${Date.now()}`, title: "Find a node", x: Math.max(8, clientWidth / 2 - 150), y: 16,
      items: flow.nodes.value.filter((n) => n.type !== "note").map(({ data }) => ({ ...data, key: data.id, description: data.summary || data.id, group: "" })),
      choose: (item) => ((canvas.picker.value = null), canvas.reveal(item.key), canvas.root.value.focus({ preventScroll: true })),
    };
  }
  // The next press may come before the answer to this one, or just after it: it goes on from where this one led.
  let led = {}, forgetting = null;
  function nudge([dx, dy], far) {
    const by = STEP * (far ? 5 : 1);
    const from = ({ id, position }) => led[id] ?? position, to = ({ x, y }) => ({ x: x + dx * by, y: y + dy * by });
    led = Object.fromEntries(flow.getSelectedNodes.value.map((n) => [n.id, to(from(n))]));
    for (const [id, position] of Object.entries(led)) flow.findNode(id).position = position;
    edit({ kind: "move", positions: led });
    clearTimeout(forgetting);
    forgetting = setTimeout(forget, 1000);
  }
  const forget = () => (led = {});
  // Alt and an arrow: to what comes before or after, or lies above or below; with Shift, what is chosen stays so.
  let walked = "";
  function walk([dx, dy], also) {
    const chosen = flow.getSelectedNodes.value, here = chosen.find((node) => node.id === walked) ?? chosen[0];
    if (!here) return void (flow.nodes.value[0] && canvas.reveal(flow.nodes.value[0].id));
    const { x, y } = here.computedPosition;
    const ahead = (n) => (n.computedPosition.x - x) * dx + (n.computedPosition.y - y) * dy;
    const aside = (n) => Math.abs((n.computedPosition.x - x) * dy + (n.computedPosition.y - y) * dx);
    const tied = new Set(flow.edges.value.flatMap((e) => (e.source === here.id ? [e.target] : e.target === here.id ? [e.source] : [])));
    const cost = (n) => ahead(n) + 2 * aside(n) + (dx && tied.has(n.id) ? -1e6 : 0);
    const next = flow.nodes.value.filter((n) => n.type === "node" && n.id !== here.id && ahead(n) > 0).sort((a, b) => cost(a) - cost(b))[0];
    if (next) canvas.reveal((walked = next.id), also ? canvas.chosen() : []);
  }

  const typing = (event) => event.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const inDialog = (event) => event.target.closest?.(".q-dialog, [role=dialog]");
  const mine = (event) => canvas.root.value?.offsetParent && !typing(event) && !inDialog(event) && !document.querySelector(DIALOG);
  const onButton = (event) => event.target.closest?.("button, a, [role=button], [role=tab]") && !canvas.root.value.contains(event.target);

  function onKey(event) {
    if (!mine(event)) return;
    const arrow = ARROWS[event.key], mod = event.ctrlKey || event.metaKey;
    if (arrow && onButton(event)) return;
    if (arrow && event.altKey) walk(arrow, event.shiftKey);
    else if (arrow && !mod && canvas.editable.value && canvas.chosen().length) nudge(arrow, event.shiftKey);
    else {
      const action = actionOf(event);
      if (!action || action.native || (!canvas.editable.value && !action.reads)) return;
      if (onButton(event) && /^(enter|tab| )$/.test(event.key.toLowerCase())) return;
      if (action.name === "add" && event.key === "Tab" && !canvas.root.value.contains(event.target) && event.target !== document.body) return;
      forget();
      run(action.name);
    }
    event.preventDefault();
  }

  // The clipboard by the browser's own events: they work on plain http as well, where navigator.clipboard does not.
  function onCopy(event) {
    if (!mine(event) || String(getSelection()) || !canvas.chosen().length) return;
    const ids = new Set(canvas.chosen());
    const nodes = Object.fromEntries(flow.nodes.value.filter((n) => ids.has(n.id)).map((n) => [n.id, n.data.source]));
    const edges = flow.edges.value.filter((e) => ids.has(e.source) && ids.has(e.target)).map((e) => e.data.arrow);
    event.clipboardData.setData("text/plain", JSON.stringify({ nodes, edges }, null, 2));
    event.preventDefault();
    if (event.type === "cut" && canvas.editable.value) remove();
    emit("copied", String(ids.size));
  }
  function onPaste(event) {
    if (!mine(event) || !canvas.editable.value) return;
    event.preventDefault();
    paste(event.clipboardData.getData("text/plain"));
  }
  function paste(text) {
    if (text.length > LONGEST) emit("copied", "too long");
    else if (text.trim()) emit("paste", { text, ...here() });
  }
  // A file that is dropped is pasted where it falls; what it asks of the rest of the app is Python's matter.
  async function onDrop(event) {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length || !canvas.root.value?.contains(event.target) || !canvas.editable.value) return;
    event.preventDefault();
    event.stopPropagation();
    pointer = [event.clientX, event.clientY];
    for (const file of files) paste(await file.text());
  }
  const onOver = (event) => canvas.root.value?.contains(event.target) && event.dataTransfer?.types.includes("Files") && event.preventDefault();
  const onMove = (event) => (pointer = canvas.root.value?.contains(event.target) ? [event.clientX, event.clientY] : null);

  const listeners = { keydown: onKey, copy: onCopy, cut: onCopy, paste: onPaste, pointermove: onMove, dragover: onOver, drop: onDrop, pointerdown: forget };
  onMounted(() => Object.entries(listeners).forEach(([name, listener]) => document.addEventListener(name, listener)));
  onBeforeUnmount(() => Object.entries(listeners).forEach(([name, listener]) => document.removeEventListener(name, listener)));
  return { run };
}
