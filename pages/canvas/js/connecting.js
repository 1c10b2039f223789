// Drawing a connection: Python says at its beginning where it may not lead and why; where it ends in nothing, what could follow is offered.
import { shallowRef } from "vue";
import { useHandle } from "ao-vendor/vue-flow/core.js";

export function useConnecting(canvas) {
  const { flow, emit, edit } = canvas;
  const hint = shallowRef(null);
  const refused = shallowRef(null);  // until Python has said it, nothing is known
  let from = null, trusted = 0, made = false, pressed = {};
  // One for all handles: it asks which was pressed.
  const { handlePointerDown } = useHandle({ nodeId: () => pressed.node, handleId: () => pressed.name, type: () => "source" });
  function draw(event, node, name, type) {
    if (type !== "source" || !canvas.editable.value) return;
    pressed = { node, name };
    handlePointerDown(event);
  }

  // Vue Flow asks for edges that Python sends as well; those are not up for debate.
  function trust(action) {
    trusted++;
    try { return action(); } finally { trusted--; }
  }
  const valid = (wanted) => trusted > 0 || !refused.value?.[wanted.target];
  const refuse = (reasons) => (refused.value = reasons);
  function ask({ node, handle }) {
    refused.value = null;
    emit("connecting", { source: node, handle });
  }
  // The nodes that a connection may lead to, of which was asked
  const targets = () => (refused.value ? flow.nodes.value.filter((node) => !(node.id in refused.value)) : []);
  const nodeAt = (event) => document.elementsFromPoint(event.clientX, event.clientY).map((e) => e.closest?.(".vue-flow__node")).find(Boolean)?.dataset.id;

  // Whether it is a container that the connection begins in: empty ground, as seen from there
  const around = (target) => Boolean(from) && canvas.belongs(flow.findNode(from.node), target);

  function follow(event) {
    const target = nodeAt(event), reason = target && target !== from?.node && !around(target) && refused.value?.[target];
    const { left, top } = canvas.root.value.getBoundingClientRect();
    hint.value = reason ? { text: reason, bad: true, x: event.clientX - left + 14, y: event.clientY - top + 14 } : null;
  }
  function stop() {
    removeEventListener("pointermove", follow, true);
    removeEventListener("mousemove", follow, true);
    hint.value = null;
  }

  flow.onConnectStart(({ nodeId, handleId }) => {
    [from, made] = [{ node: nodeId, handle: handleId }, false];
    ask(from);
    addEventListener("pointermove", follow, true);
    addEventListener("mousemove", follow, true);
  });
  flow.onConnect(({ source, sourceHandle, target }) => ((made = true), connect({ node: source, handle: sourceHandle }, target)));
  flow.onConnectEnd((event) => {
    stop();
    if (!made && from && event) drop(event.changedTouches?.[0] ?? event);
    from = null;
  });

  // Dropped beside a handle: on a node it means that node, on empty ground it asks what should follow.
  function drop(event) {
    const target = nodeAt(event), frame = target && flow.findNode(target)?.type === "frame";
    if (target && target !== from.node && !(frame && (around(target) || !flow.findNode(target).data.contains))) connect(from, target);
    else if (!target || frame) canvas.offer({ from, screen: [event.clientX, event.clientY] });
  }
  function connect({ node, handle }, target) {
    edit({ kind: "add", edges: [{ source: node, source_handle: handle ?? "out", target }] });
  }
  return { hint, trust, valid, refuse, draw, ask, targets, connect };
}
