// What a page must have for everybody to read and work it: WCAG 2.2 at level AA, as far as a machine can see it. Evaluated in
// the page; gives a list of `rule: place`. One expression, and it changes nothing that stays.
(() => {
  const found = [];
  const say = (rule, element) => {
    const name = element.id ? '#' + element.id : element.className ? '.' + String(element.className).split(' ').join('.') : '';
    found.push(rule + ': ' + element.tagName.toLowerCase() + name);
  };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
  const controls = all('a[href], button, input, select, textarea, summary, [tabindex]').filter(isVisible);

  // --- The document
  if (!document.documentElement.lang) say('language', document.documentElement);
  if (!document.title.trim()) say('title', document.head);
  if (all('main').length !== 1) say('one main', document.body);
  if (all('h1').length !== 1) say('one h1', document.body);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4, h5, h6')) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) say('heading order', heading);
    level = now;
  }
  const ids = new Set();
  for (const element of all('[id]')) {
    if (ids.has(element.id)) say('one id', element);
    ids.add(element.id);
  }
  if (/maximum-scale|user-scalable/.test(document.querySelector('meta[name=viewport]')?.content ?? '')) say('zoom', document.head);
  for (const element of all('section, nav, form')) if (!element.getAttribute('aria-label')) say('name of a landmark', element);
  for (const link of all('a[href^="#"]')) if (!document.getElementById(link.hash.slice(1))) say('target of a link', link);
  const inside = 'header, main, footer, nav, .skip, script, noscript';
  for (const element of document.body.children) if (!element.matches(inside)) say('outside of every landmark', element);

  // --- Names
  const nameOf = (element) => [
    element.getAttribute('aria-label'),
    ...[...(element.labels ?? [])].map((label) => [...label.childNodes].filter((node) => node !== element).map((node) => node.textContent).join('')),
    element.matches('input, select, textarea') ? '' : element.textContent,
  ].join('').trim();
  for (const element of controls) if (!nameOf(element)) say('name', element);
  for (const image of all('img, svg')) if (!image.getAttribute('alt') && !image.getAttribute('aria-label')) say('name', image);
  for (const table of all('table').filter(isVisible)) {
    const heads = all('th', table);
    if (heads.length === 0 || heads.some((head) => !head.scope || !head.textContent.trim())) say('heads of a table', table);
  }
  for (const list of all('ul, ol')) if ([...list.children].some((child) => child.tagName !== 'LI')) say('list', list);
  for (const summary of all('summary')) if (summary.parentElement.firstElementChild !== summary) say('summary', summary);

  // --- Colours
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const seen = new Map();
  const rgba = (colour) => {
    if (!seen.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      seen.set(colour, [r, g, b, a / 255]);
    }
    return seen.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const backOf = (element) => {
    const back = element ? rgba(getComputedStyle(element).backgroundColor) : rgba('Canvas');
    return back[3] === 1 ? back : over(back, backOf(element?.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const read = new Set();
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || read.has(element) || element.matches('script, noscript, option') || !isVisible(element)) continue;
    read.add(element);
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const back = backOf(element);
    if (contrast(over(rgba(style.color), back), back) < (large ? 3 : 4.5)) say('contrast of text', element);
    if (size < 12) say('size of text', element);
  }
  for (const element of controls.filter((control) => control.matches('input:not([type=checkbox]), select, button'))) {
    const style = getComputedStyle(element);
    const around = backOf(element.parentElement);
    const edge = over(rgba(style.borderTopColor), around);
    if (parseFloat(style.borderTopWidth) < 1 || contrast(edge, around) < 3) say('contrast of a control', element);
  }

  // --- Keyboard and pointer
  const before = document.activeElement;
  for (const element of controls) {
    if (element.tabIndex < 0 && element.matches('a, button, input, select, summary')) say('reached by keyboard', element);
    if (element.tabIndex > 0) say('order of the keyboard', element);
    element.focus({ focusVisible: true, preventScroll: true });
    const style = getComputedStyle(element);
    if (document.activeElement !== element) say('takes the focus', element);
    else if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) say('focus is seen', element);
    else if (contrast(over(rgba(style.outlineColor), backOf(element.parentElement)), backOf(element.parentElement)) < 3) say('focus is seen', element);
    element.blur();
  }
  if (before instanceof HTMLElement && before !== document.body) before.focus();
  for (const element of controls.filter((control) => control.matches('input:not([type=checkbox]), select, button, summary'))) {
    const box = element.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) say('size of a target', element);
  }
  for (const element of all('*').filter(isVisible)) {
    const style = getComputedStyle(element);
    const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY) && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    if (scrolls && element !== document.scrollingElement && element.tabIndex < 0 && !all('a, button, summary', element).length) say('scrolled by keyboard', element);
    if (parseFloat(style.transitionDuration) > 0 || (style.animationName !== 'none' && parseFloat(style.animationDuration) > 0)) say('motion', element);
  }
  if (document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth) say('scrolls sideways', document.documentElement);
  return [...new Set(found)].sort();
})()
