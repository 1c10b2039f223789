// Text that grows: only what is new is sent and added; it keeps to its end while the reader is there.
export default {
  template: `<div class="ao-text ao-text--plain ao-streamed" ref="box" aria-live="off"></div>`,
  props: { text: String },
  mounted() { this.replace(this.text ?? ""); },
  watch: { text(value) { this.replace(value ?? ""); } },
  methods: {
    replace(text) { this.$refs.box.textContent = text; this.follow(true); },
    // `at` is where the text begins. A page that was drawn a moment later than this was sent holds some of it already.
    append(text, at) {
      text = text.slice(Math.max(0, this.$refs.box.textContent.length - at));
      if (!text) return;
      const box = this.$refs.box, pane = box.closest(".ao-scroll") ?? box;
      const near = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 60;
      if (box.lastChild) box.lastChild.appendData(text); else box.textContent = text;
      this.follow(near);
    },
    follow(near) {
      const pane = this.$refs.box.closest(".ao-scroll");
      if (near && pane) pane.scrollTop = pane.scrollHeight;
    },
  },
};
