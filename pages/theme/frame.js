// What the frame does without the server: theme, rail, drawer, the shortcut, ages of things. Loaded before the page is drawn.
(() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (key, otherwise) => {
    try { return localStorage.getItem(key) ?? otherwise; } catch { return otherwise; }
  };
  const keep = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* a private window keeps nothing */ }
  };

  const showTheme = () => {
    const choice = kept("ao-theme", "system");
    const dark = choice === "dark" || (choice === "system" && systemIsDark.matches);
    root.dataset.theme = choice;
    root.dataset.mode = dark ? "dark" : "light";
    window.Quasar?.Dark.set(dark);
  };
  const setTheme = (choice) => { keep("ao-theme", choice); showTheme(); };
  const setRail = (size) => { keep("ao-rail", size); root.dataset.rail = size; };
  const setDrawer = (state) => { root.dataset.drawer = state; };

  window.ao = {
    setTheme,
    toggleTheme: () => setTheme(root.dataset.mode === "dark" ? "light" : "dark"),
    toggleRail: () => setRail(document.querySelector(".ao-rail").offsetWidth < 100 ? "large" : "small"),
    toggleDrawer: () => setDrawer(root.dataset.drawer === "open" ? "closed" : "open"),
  };

  showTheme();
  root.dataset.mac = /Mac|iPhone|iPad/.test(navigator.platform);  // keys are called by other names there
  root.dataset.rail = kept("ao-rail", "auto");
  setDrawer("closed");
  systemIsDark.addEventListener("change", showTheme);
  addEventListener("storage", showTheme);
  document.addEventListener("DOMContentLoaded", showTheme);  // Quasar is there only now

  // Ctrl and a letter, in whatever alphabet the keyboard writes
  const pressed = (event, letter) => (event.ctrlKey || event.metaKey) && (/^[a-z]$/i.test(event.key) ? event.key.toLowerCase() === letter : event.code === `Key${letter.toUpperCase()}`);
  addEventListener("keydown", (event) => {
    if (pressed(event, "k") && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      emitEvent("aoPalette");
    }
    const save = document.querySelector("[data-saves]");
    if (save && pressed(event, "s")) {
      event.preventDefault();
      save.click();
    }
    const run = [...document.querySelectorAll("[data-runs]")].at(-1);  // a dialog's button comes after the page's
    if (run && (event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      run.click();
    }
    if (event.key === "Escape") setDrawer("closed");
  }, true);

  // While an element marked data-unsaved="true" is on the page, the browser asks before it is left.
  addEventListener("beforeunload", (event) => {
    if (document.querySelector('[data-unsaved="true"]')) event.preventDefault();
  });

  const steps = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [604800, 86400, "d"]];
  const age = (then) => {
    const seconds = Math.max(0, (Date.now() - then) / 1000);
    if (seconds < 10) return "just now";
    const step = steps.find(([limit]) => seconds < limit);
    return step ? `${Math.floor(seconds / step[1])} ${step[2]} ago` : new Date(then).toISOString().slice(0, 10);
  };
  setInterval(() => {
    for (const element of document.querySelectorAll("time[data-age]")) {
      element.textContent = age(Date.parse(element.getAttribute("datetime")));
    }
  }, 10_000);
})();
