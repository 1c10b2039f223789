// A list to choose from, narrowed while one types: nodes to add, or nodes to find.
import { computed, defineComponent, nextTick, onMounted, ref, watch } from "vue";

const words = (item) => `${item.title} ${item.description} ${item.group} ${item.key}`.toLowerCase();

export const Picker = defineComponent({
  name: "Picker",
  props: { picker: Object },
  emits: ["close"],
  setup(props, { emit }) {
    const query = ref(""), at = ref(0), field = ref(null), list = ref(null);
    const hits = computed(() => {
      const asked = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = props.picker.items.filter((item) => asked.every((word) => words(item).includes(word)));
      const first = (item) => (asked.length && item.title.toLowerCase().startsWith(asked[0]) ? 0 : 1);
      return asked.length ? found.sort((a, b) => first(a) - first(b)) : found;
    });
    const heads = computed(() => new Set(hits.value.flatMap((item, n) => (query.value || item.group === hits.value[n - 1]?.group ? [] : [n]))));
    watch(query, () => (at.value = 0));
    watch(at, () => nextTick(() => list.value?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" })));
    onMounted(() => field.value.focus({ preventScroll: true }));
    const choose = (item) => item && props.picker.choose(item);
    function onKey(event) {
      event.stopPropagation();
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) at.value = (at.value + steps[event.key] + hits.value.length) % Math.max(1, hits.value.length);
      else if (event.key === "Enter") choose(hits.value[at.value]);
      else if (event.key === "Escape" || event.key === "Tab") emit("close", true);
      else return;
      event.preventDefault();
    }
    const onBlur = (event) => !event.currentTarget.parentElement.contains(event.relatedTarget) && emit("close");
    return { query, at, field, list, hits, heads, choose, onKey, onBlur };
  },
  template: `
    <div class="ao-add" role="dialog" :aria-label="picker.title" :style="{ left: picker.x + 'px', top: picker.y + 'px' }" @pointerdown.stop @wheel.stop>
      <input ref="field" v-model="query" :placeholder="picker.title" :aria-label="picker.title" @keydown="onKey" @blur="onBlur" />
      <div ref="list" class="ao-add-list" role="listbox" tabindex="-1">
        <template v-for="(item, n) in hits" :key="item.key">
          <div v-if="heads.has(n)" class="ao-add-group">{{ item.group }}</div>
          <button type="button" role="option" tabindex="-1" class="ao-add-item" :aria-selected="n === at" :data-category="item.category" :data-key="item.key"
            @pointermove="at = n" @mousedown.prevent @click="choose(item)">
            <span class="ao-node-chip"><i class="ao-symbol" aria-hidden="true">{{ item.icon }}</i></span>
            <span class="ao-node-titles"><b>{{ item.title }}</b><small>{{ item.description }}</small></span>
          </button>
        </template>
        <p v-if="!hits.length" class="ao-add-none">Nothing is called that.</p>
      </div>
    </div>`,
});
