(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, below = document) => [...below.querySelectorAll(selector)];
  const cards = all("#changes .card");
  const groups = all("#changes .group");
  const contents = document.querySelector("nav > details");
  const buttons = all("button[data-filter]");
  const search = document.querySelector("input[type=search]");
  const found = document.querySelector(".tools output");
  const nothing = document.querySelector("#nothing");
  const theme = document.querySelector(".theme");
  const texts = new Map();
  const links = new Map(all("nav li a").map((a) => [a.hash.slice(1), a.parentElement]));
  root.classList.add("js");

  const pressed = (button) => button.getAttribute("aria-pressed") === "true";
  const press = (button, down) => button.setAttribute("aria-pressed", String(down));
  const textOf = (card) => {
    if (!texts.has(card)) texts.set(card, card.textContent.toLowerCase());
    return texts.get(card);
  };
  const wanted = (name) =>
    buttons.filter((b) => b.dataset.filter === name && pressed(b)).map((b) => b.dataset.word);

  function filter() {
    const actions = wanted("actions"), kinds = wanted("kind");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const own = card.dataset.actions.split(" ");
      const fits = (!actions.length || actions.some((a) => own.includes(a)))
        && (!kinds.length || kinds.includes(card.dataset.kind))
        && words.every((word) => textOf(card).includes(word));
      card.hidden = !fits;
      links.get(card.id).hidden = !fits;
      shown += fits;
    }
    for (const group of groups) group.hidden = !group.querySelector(".card:not([hidden])");
    found.textContent = `${shown} of ${cards.length} shown`;
    nothing.hidden = shown > 0;
  }

  function clear() {
    buttons.forEach((button) => press(button, false));
    search.value = "";
    filter();
  }

  function reveal() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) clear();
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView();
  }

  if (search) {
    for (const button of buttons)
      button.addEventListener("click", () => { press(button, !pressed(button)); filter(); });
    search.addEventListener("input", filter);
    search.addEventListener("keydown", (e) => { if (e.key === "Escape") clear(); });
    document.querySelector("#clear").addEventListener("click", clear);
    const fold = document.querySelector("#fold");
    fold.addEventListener("click", () => {
      const open = pressed(fold);
      cards.forEach((card) => { card.open = open; });
      press(fold, !open);
    });
    document.addEventListener("keydown", (e) => {
      if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target === search) return;
      e.preventDefault();
      search.focus();
    });
    filter();
  }

  press(theme, matchMedia("(prefers-color-scheme: dark)").matches);
  theme.addEventListener("click", () => {
    press(theme, !pressed(theme));
    root.dataset.theme = pressed(theme) ? "dark" : "light";
  });

  // Where the contents stand above the changes and not beside them, they begin folded.
  if (contents && matchMedia("(max-width: 64rem)").matches) contents.open = false;

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    opened.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((each) => { each.open = false; });
    opened = [];
  });
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (e) => {
    if (e.target.closest('a[href^="#"]')) setTimeout(reveal);
  });
  reveal();
})();
