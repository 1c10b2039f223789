// The canvas' style sheets are linked before it is drawn for the first time, so that nothing jumps.
const here = (name) => new URL(name, import.meta.url).href;
const vendor = (name) => new URL(name, import.meta.resolve("ao-vendor/vue-flow/core.js")).href;

export const linkStyles = () =>
  Promise.all([vendor("core.css"), vendor("minimap.css"), vendor("node-resizer.css"), here("canvas.css")].map(link));

function link(href) {
  return new Promise((done) => {
    const made = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(made);
  });
}
