// Containers: which one a place or a node lies in, and what stands in which.
export function useContaining({ flow }) {
  const box = ({ position, dimensions }) => ({ x: position.x, y: position.y, right: position.x + dimensions.width, bottom: position.y + dimensions.height });

  function belongs(node, frame) {
    for (let parent = node.data.parent; parent; parent = flow.findNode(parent)?.data.parent) if (parent === frame) return true;
    return false;
  }
  // The smallest container at a place on the canvas, but for a node and what stands in it
  function containerAt({ x, y }, but = "") {
    const holds = (frame) => {
      const room = box(frame);
      return x > room.x && x < room.right && y > room.y && y < room.bottom;
    };
    const frames = flow.nodes.value.filter((node) => node.data.contains && node.id !== but && !belongs(node, but) && holds(node));
    return frames.sort((a, b) => a.dimensions.width * a.dimensions.height - b.dimensions.width * b.dimensions.height)[0]?.id ?? null;
  }
  // The container in which the middle of the node lies
  function containerOf(node) {
    const { x, y, right, bottom } = box(node);
    return containerAt({ x: (x + right) / 2, y: (y + bottom) / 2 }, node.id);
  }
  return { box, belongs, containerAt, containerOf };
}
