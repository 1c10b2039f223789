// What is shown is always what is sent: in the order in which it was done, and never more than one message holds.
(() => {
  // Until the handshake, NiceGUI lets each event wait by a timer of its own, and so lets a later one pass an earlier.
  // Where connecting is the handshake, an event need not wait: socket.io keeps them in one line until it is connected.
  let greeted = false;
  Object.defineProperty(window, "did_handshake", {
    get: () => greeted || Boolean(window.socket?.io.opts.query.implicit_handshake),
    set: (done) => { greeted = done; },
  });

  // The connection drops messages of 1,000,000 bytes; some are left for what is around the text.
  const LARGEST = 980_000;
  const WORST = 7;  // bytes of one unit of text: a control character, escaped twice
  const WORDS = "Longer than a page can send, which is about 1,000,000 characters, fewer with line breaks, quotes and " +
    "letters like ä. Nothing was changed. ";
  const typed = new WeakMap();
  const said = new WeakMap();

  // Values travel as JSON within JSON.
  const bytes = (value) => new Blob([JSON.stringify(JSON.stringify(value))]).size;
  const fits = (text) => text.length * WORST <= LARGEST || (text.length <= LARGEST && bytes(text) <= LARGEST);
  const isText = (field) => field instanceof HTMLTextAreaElement ||
    (field instanceof HTMLInputElement && field.type !== "file" && field.type !== "checkbox");

  const refuse = (element) => {
    allow(element);
    const words = document.createElement("div");
    words.className = "ao-field-error ao-too-long";
    words.setAttribute("role", "alert");
    words.textContent = WORDS + (element.closest("[data-otherwise]")?.dataset.otherwise ?? "");
    element.after(words);
    said.set(element, words);
  };
  const allow = (element) => { said.get(element)?.remove(); said.delete(element); };
  const place = (field) => field.closest(".q-field") ?? field;

  const remember = ({target}) => { if (isText(target)) typed.set(target, target.value); };
  addEventListener("focusin", remember, true);
  addEventListener("beforeinput", (event) => {
    const field = event.target;
    remember(event);
    if (!isText(field) || event.data === null) return;
    const begin = field.selectionStart ?? 0, end = field.selectionEnd ?? field.value.length;
    if (fits(field.value.slice(0, begin) + event.data + field.value.slice(end))) return;
    event.preventDefault();
    refuse(place(field));
  }, true);

  // Not everything says before what it brings. The field is set back before anybody else reads it, so this is what is sent.
  addEventListener("input", (event) => {
    const field = event.target;
    if (!isText(field)) return;
    if (fits(field.value)) {
      allow(place(field));
    } else {
      field.value = typed.get(field) ?? "";
      refuse(place(field));
    }
    remember(event);
  }, true);

  // The YAML editor sends each change alone, and one that is undone as a change of its own.
  const sendable = (change) => bytes({sections: change.sections, inserted: change.inserted}) <= LARGEST;
  const guardEditor = (CM, element) => CM.EditorState.transactionFilter.of((transaction) => {
    const {changes, startState} = transaction;
    if (!transaction.docChanged || element.emitting === false) return transaction;  // false: the server changes it
    if (sendable(changes) && sendable(changes.invert(startState.doc))) {
      allow(element.$el);
      return transaction;
    }
    refuse(element.$el);
    return [];
  });

  Object.assign(window.ao, {guardEditor});
})();
