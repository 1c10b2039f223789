// A handle: where ways leave and enter. Vue Flow finds handles by their classes and attributes, so a plain element does;
// a component of its own for each, as it brings, costs a large graph a third of the time in which it opens.
import { h } from "vue";

const SIDES = { source: "right", target: "left" };

export function Dot({ canvas, node, name, type, title }) {
  return h("div", {
    class: `vue-flow__handle vue-flow__handle-${SIDES[type]} ${type} connectable connectableend nodrag nopan`,
    "data-id": `${canvas.flow.id}-${node}-${name}-${type}`,
    "data-nodeid": node,
    "data-handleid": name,
    "data-handlepos": SIDES[type],
    title,
    onMousedown: (event) => canvas.connecting.draw(event, node, name, type),
    onTouchstartPassive: (event) => canvas.connecting.draw(event, node, name, type),
  });
}
Dot.props = ["canvas", "node", "name", "type", "title"];
