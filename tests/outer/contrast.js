// Every visible text whose contrast to what is behind it is too low by WCAG 2.2 AA: below 4.5, or 3 where it is large;
// edges of controls, dots and bars below 3. What is behind is the nearest background that is not transparent.
() => {
  const rgb = (text) => {
    const [r, g, b, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, alpha];
  };
  const linear = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((p, q) => q - p);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor);
      if (color[3] === 1) return color;
      if (color[3] !== 0) throw new Error("half transparent");
    }
    throw new Error("nothing behind");
  };
  const low = [];
  let seen = 0;
  const check = (color, element, least, what) => {
    const found = ratio(rgb(color), behind(element));
    seen += 1;
    if (found < least) low.push(`${found.toFixed(2)} ${what} ${element.outerHTML.slice(0, 90)}`);
  };
  const least = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
  };
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || element.closest("svg, datalist")) continue;
    const style = getComputedStyle(element), before = getComputedStyle(element, "::before");
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const control = ["INPUT", "SELECT", "BUTTON"].includes(element.tagName) && element.type !== "checkbox";
    if (own || control) check(style.color, element, least(style), "text");
    if (before.content.length > 3) check(before.color, element, least(before), "before");
    if (element.placeholder) check(getComputedStyle(element, "::placeholder").color, element, 4.5, "placeholder");
    if (control) check(style.borderTopColor, element.parentElement, 3, "edge in");
    if (element.matches(".outcome")) check(before.backgroundColor, element, 3, "dot");
  }
  for (const bar of document.querySelectorAll("rect")) check(getComputedStyle(bar).fill, bar, 3, "bar");
  return { low, seen };
}
