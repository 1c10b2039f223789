// What can be added, by category. The canvas takes what is clicked or dragged from here by its data-offer.
import { computed, defineComponent, ref } from "vue";

const words = (offer) => `${offer.title} ${offer.description} ${offer.key}`.toLowerCase();

export default defineComponent({
  name: "AoPalette",
  props: { offers: Array },
  setup(props) {
    const query = ref("");
    const hits = computed(() => {
      const asked = (query.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      return props.offers.filter((offer) => asked.every((word) => words(offer).includes(word)));
    });
    const begins = (n) => hits.value[n].group !== hits.value[n - 1]?.group;
    return { query, hits, begins };
  },
  template: `
    <aside class="ao-shelf">
      <q-input v-model="query" class="ao-search" placeholder="Find a node" aria-label="Find a node" outlined dense hide-bottom-space no-error-icon clearable>
        <template #prepend><q-icon name="sym_r_search" /></template>
      </q-input>
      <div class="ao-shelf-list">
        <template v-for="(offer, n) in hits" :key="offer.key">
          <span v-if="begins(n)" class="ao-shelf-group">{{ offer.group }}</span>
          <button type="button" class="ao-shelf-item" :data-offer="offer.key" :data-category="offer.category" :title="offer.description">
            <span class="ao-node-chip"><i class="ao-symbol" aria-hidden="true">{{ offer.icon }}</i></span><span class="ao-one-line">{{ offer.title }}</span>
          </button>
        </template>
        <span v-if="!hits.length" class="ao-faint ao-small ao-shelf-group">Nothing is called that.</span>
      </div>
    </aside>`,
});
