// Hands files that are dropped anywhere on the page to an uploader; while they are dragged it says what they will become.
export default {
  template: `
    <div class="ao-drop-zone" :data-shown="String(shown)" aria-hidden="true">
      <div class="ao-drop-zone-frame">
        <i class="ao-drop-zone-icon">upload_file</i>
        <div class="ao-drop-zone-title">{{ title }}</div>
        <div class="ao-drop-zone-note">{{ note }}</div>
      </div>
    </div>`,
  props: { uploader: Number, title: String, note: String },
  emits: ["folders"],
  data: () => ({ shown: false }),
  mounted() {
    this.stop = new AbortController();
    for (const name of ["dragenter", "dragover", "dragleave", "drop", "pointermove"]) {
      window.addEventListener(name, this[name], { capture: true, signal: this.stop.signal });
    }
  },
  beforeUnmount() { this.stop.abort(); },
  methods: {
    // Text and links are dragged, too; only files are meant here.
    brings: (event) => event.dataTransfer?.types.includes("Files") ?? false,
    dragenter(event) { this.dragover(event); },
    dragover(event) {
      if (!this.brings(event)) return;
      event.preventDefault();  // else the browser opens the file in place of the page
      event.dataTransfer.dropEffect = "copy";
      this.shown = true;
    },
    dragleave(event) {
      if (!event.relatedTarget) this.shown = false;  // to nothing: out of the window, or given up
    },
    // Pointers do not move while something is dragged, so here a drag has ended of which nothing else told.
    pointermove() { this.shown = false; },
    drop(event) {
      if (!this.brings(event)) return;
      event.preventDefault();
      this.shown = false;
      const files = [], folders = [];
      for (const item of event.dataTransfer.items) {
        const file = item.kind === "file" ? item.getAsFile() : null;
        if (file) (item.webkitGetAsEntry?.()?.isDirectory ? folders : files).push(file);
      }
      if (folders.length) this.$emit("folders", folders.map((folder) => folder.name));
      if (files.length) getElement(this.uploader).$refs.qRef.addFiles(files);
    },
  },
};
