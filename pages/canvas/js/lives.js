// What changes while a workflow runs: one small reactive state a node and an edge, so that news redraws one of them and nothing else.
import { ref, shallowReactive } from "vue";

const IDLE = { status: "", icon: "", word: "", figures: "", text: "" };

export class Lives {
  constructor() {
    this.nodes = new Map();
    this.edges = new Map();
    this.running = 0;
    this.told = ref(0);  // counts the news of a run
  }
  of(id) {
    if (!this.nodes.has(id)) this.nodes.set(id, shallowReactive({ ...IDLE, taken: "", near: false }));
    return this.nodes.get(id);
  }
  way(id) {
    if (!this.edges.has(id)) this.edges.set(id, shallowReactive({ state: "idle" }));
    return this.edges.get(id);
  }
  // What is told of a run; a node that is not named stays as it is.
  show(nodes, edges) {
    for (const [id, state] of Object.entries(nodes)) Object.assign(this.of(id), state);
    for (const [id, state] of Object.entries(edges)) this.way(id).state = state;
    this.told.value++;
    this.running = [...this.nodes.values()].filter((state) => state.status === "running").length;
  }
  // Notes which handles of each node are in use.
  take(edges) {
    const taken = new Map();
    for (const { source, sourceHandle } of edges) taken.set(source, [...(taken.get(source) ?? []), sourceHandle]);
    for (const [id, state] of this.nodes) state.taken = (taken.get(id) ?? []).join(" ");
  }
  keep(nodes) {
    for (const id of this.nodes.keys()) if (!(id in nodes)) this.nodes.delete(id);
  }
}

// Which nodes are in view, and near enough to be read.
export class Nearness {
  constructor() {
    this.inView = new Set();
    this.left = new Set();
    this.states = new WeakMap();
    this.far = this.held = false;
  }
  begin(root) {
    this.observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.note(entry)), { root, rootMargin: "120px" });
    for (const element of this.waiting ?? []) this.observer.observe(element);
  }
  watch(element, state) {
    this.states.set(element, state);
    if (this.observer) this.observer.observe(element);
    else (this.waiting ??= []).push(element);
  }
  forget(element) {
    this.observer?.unobserve(element);
    this.inView.delete(this.states.get(element));
  }
  note({ target, isIntersecting }) {
    const state = this.states.get(target);
    if (this.held && !isIntersecting) return void this.left.add(state);
    this.left.delete(state);
    this.inView[isIntersecting ? "add" : "delete"](state);
    state.near = isIntersecting && !this.far;
  }
  // While the view moves, what leaves it is kept as it is.
  hold(held) {
    this.held = held;
    if (held) return;
    for (const state of this.left) this.inView.delete(state), (state.near = false);
    this.left.clear();
  }
  setFar(far) {
    if (far === this.far) return;
    this.far = far;
    for (const state of this.inView) state.near = !far;
  }
  end() {
    this.observer?.disconnect();
  }
}
