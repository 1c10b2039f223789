// The menu at a right click: what can be done with the chosen nodes, or here.
import { defineComponent, onMounted, ref } from "vue";
import { shown } from "./keys.js";

export const Menu = defineComponent({
  name: "CanvasMenu",
  props: { menu: Object },
  emits: ["choose", "close"],
  setup(props, { emit }) {
    const root = ref(null);
    onMounted(() => {
      const { offsetWidth, offsetHeight, parentElement: room } = root.value;
      Object.assign(root.value.style, {
        left: `${Math.max(4, Math.min(props.menu.x, room.clientWidth - offsetWidth - 4))}px`,
        top: `${Math.max(4, Math.min(props.menu.y, room.clientHeight - offsetHeight - 4))}px`,
      });
      root.value.querySelector("button")?.focus({ preventScroll: true });
    });
    function onKey(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], all = [...root.value.querySelectorAll("button")];
      if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      else if (event.key === "Escape") emit("close", true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
    const onLeave = (event) => !event.currentTarget.contains(event.relatedTarget) && emit("close");
    return { root, onKey, onLeave, shown };
  },
  template: `
    <div ref="root" class="ao-canvas-menu" role="menu" @keydown="onKey" @focusout="onLeave" @contextmenu.prevent @pointerdown.stop>
      <template v-for="(item, n) in menu.items" :key="item.name">
        <hr v-if="n && item.group !== menu.items[n - 1].group" />
        <button type="button" role="menuitem" @click="$emit('choose', item.name)">
          <i class="ao-symbol" aria-hidden="true">{{ item.icon }}</i><span>{{ item.title }}</span><kbd v-if="item.keys.length">{{ shown(item.keys[0]) }}</kbd>
        </button>
      </template>
    </div>`,
});
