// The list under the search box: ways to finish the last word. Arrows choose, Enter or a click takes, Escape closes.
(() => {
  const box = document.querySelector("[data-complete]");
  const list = box && document.getElementById(box.getAttribute("aria-controls"));
  if (!list) return;
  let timer = 0, asked = 0, at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (to) => {
    const options = list.children;
    if (at >= 0) options[at].setAttribute("aria-selected", "false");
    at = (to + options.length + 1) % (options.length + 1);
    if (at === options.length) { at = -1; box.removeAttribute("aria-activedescendant"); return; }
    options[at].setAttribute("aria-selected", "true");
    options[at].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[at].id);
  };
  const take = (option) => {
    const query = option.dataset.query;
    box.value = query.endsWith(":") ? query : `${query} `;
    close();
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const ask = async () => {
    const mine = ++asked;
    if (!box.value.trim() || box.value.endsWith(" ") || box.selectionStart !== box.value.length) return close();
    const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(box.value)}`, { credentials: "same-origin", redirect: "error" }).catch(() => null);
    if (mine !== asked || document.activeElement !== box) return;
    if (!answer || !answer.ok) return close();
    list.innerHTML = await answer.text();
    at = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = !list.children.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
  };

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  box.addEventListener("blur", () => { asked++; close(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") { clearTimeout(timer); asked++; }
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(event.key === "ArrowDown" ? at + 1 : at < 0 ? list.children.length - 1 : at - 1);
    } else if (event.key === "Enter" && at >= 0) {
      take(list.children[at]);
    } else if (event.key === "Escape") {
      close();
    } else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
})();
