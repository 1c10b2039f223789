// A large graph is drawn from its beginning; the rest follows while nobody waits for it.
const MANY = 120, FIRST = 60, PORTION = 30;
const idle = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 200 }) : setTimeout(work, 30));

export class Loading {
  constructor({ add, connect, has, done }) {
    Object.assign(this, { add, connect, has, done, nodes: new Map(), edges: new Map(), going: false });
  }
  get more() {
    return this.nodes.size > 0;
  }
  // What is drawn at once: all of a usual graph, the left part of a large one.
  begin(nodes, edges) {
    const order = nodes.length > MANY ? [...nodes].sort((a, b) => a.x - b.x) : nodes;
    const first = nodes.length > MANY ? order.slice(0, FIRST) : order, there = new Set(first.map((node) => node.id));
    this.nodes = new Map(order.slice(first.length).map((node) => [node.id, node]));
    const now = (edge) => there.has(edge.source) && there.has(edge.target);
    this.edges = new Map(edges.filter((edge) => !now(edge)).map((edge) => [edge.id, edge]));
    return [first, edges.filter(now)];
  }
  goOn() {
    if (this.going || !this.more) return;
    this.going = true;
    idle(() => this.next());
  }
  next() {
    const portion = [...this.nodes.values()].slice(0, PORTION);
    for (const { id } of portion) this.nodes.delete(id);
    this.add(portion.filter(({ id }) => !this.has(id)));
    const ways = [...this.edges.values()].filter((edge) => this.has(edge.source) && this.has(edge.target));
    for (const { id } of ways) this.edges.delete(id);
    if (ways.length) this.connect(ways);
    this.going = false;
    if (this.more) this.goOn();
    else this.done();
  }
  // A change that comes meanwhile: what it says of nodes that are not drawn yet is kept for when they are.
  meanwhile(changes) {
    if (!this.more) return changes;
    const nodes = {}, edges = {};
    for (const [id, view] of Object.entries(changes.nodes)) this.nodes.has(id) ? this.nodes.set(id, view) : (nodes[id] = view);
    for (const id of changes.gone) this.nodes.delete(id);
    for (const id of changes.cut) this.edges.delete(id);
    for (const [id, edge] of Object.entries(changes.edges)) {
      if (this.nodes.has(edge.source) || this.nodes.has(edge.target)) this.edges.set(id, edge);
      else edges[id] = edge;
    }
    return { ...changes, nodes, edges };
  }
}
