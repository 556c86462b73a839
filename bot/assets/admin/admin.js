// What is folded open stays open when the page renews itself.
let open = [];
document.addEventListener('htmx:beforeSwap', (event) => {
  open = Array.from(event.detail.target.querySelectorAll('details'), (it) => it.open);
});
document.addEventListener('htmx:afterSwap', () => {
  document.querySelectorAll('#data details').forEach((it, place) => {
    it.open = open[place] === true;
  });
});
