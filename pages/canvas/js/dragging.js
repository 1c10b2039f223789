// Dragging nodes: a frame takes along what lies inside it, and a node that is dropped into a container belongs to it.
export function useDragging(canvas) {
  const { flow, edit, box, belongs, containerOf, over } = canvas;
  let along = new Map(), start = null;

  flow.onNodeDragStart(({ node, nodes }) => {
    start = { x: node.data.x, y: node.data.y };  // it has moved a little already
    const dragged = new Set(nodes.map((n) => n.id));
    along = new Map(nodes.filter((n) => n.type === "frame").flatMap(inside).filter((n) => !dragged.has(n.id)).map((n) => [n.id, { ...n.position }]));
  });
  flow.onNodeDrag(({ node, nodes }) => {
    over.value = nodes.every((n) => n.type !== "note") ? containerOf(node) ?? "" : "";
    const [dx, dy] = [node.position.x - start.x, node.position.y - start.y];
    for (const [id, { x, y }] of along) flow.findNode(id).position = { x: x + dx, y: y + dy };
  });
  flow.onNodeDragStop(({ nodes }) => drop(nodes));
  flow.onSelectionDragStop(({ nodes }) => drop(nodes));

  function drop(nodes) {
    over.value = "";
    const moved = [...nodes, ...[...along.keys()].map((id) => flow.findNode(id))];
    const at = (node) => ({ x: canvas.snap(node.position.x), y: canvas.snap(node.position.y) });
    const away = moved.filter((node) => at(node).x !== node.data.x || at(node).y !== node.data.y);
    const belongings = nodes.map((node) => [node.id, containerOf(node)]).filter(([id, parent]) => parent !== flow.findNode(id).data.parent);
    along = new Map();
    if (away.length) {
      edit(
        { kind: "move", positions: Object.fromEntries(away.map((node) => [node.id, at(node)])) },
        ...belongings.map(([node, parent]) => ({ kind: "change", node, fields: { parent } })),
      );
    }
  }

  function inside(frame) {
    const room = box(frame);
    const lies = ({ x, y, right, bottom }) => x >= room.x && y >= room.y && right <= room.right + 24 && bottom <= room.bottom + 24;
    return flow.nodes.value.filter((node) => node.id !== frame.id && (belongs(node, frame.id) || lies(box(node))));
  }
}
